"""Judge a call, or a function: hit or miss, and why."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memofp._explain._causes import find_causes, reason_of
from memofp._explain._search import find_nearest, latest_version
from memofp._explain._types import Explanation, Reason
from memofp._explain._units import ago, bytes_text, moment, seconds_text

if TYPE_CHECKING:
    from memofp._explain._search import Nearest
    from memofp._manifest import Manifest
    from memofp._store import EntryInfo, Miss, ResultStore, VersionSummary

__all__ = ["SHORT", "Question", "explain_call", "explain_code"]

SHORT = 8  # characters of a digest in a text
_UNSERVED: dict[str, Reason] = {
    "expired": "expired",
    "damaged": "damaged",
    "foreign": "signed by another key",
    "unreadable": "unreadable",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained.

    Attributes:
        function: qualified name of the function.
        store: where its entries live.
        version: today's fingerprint.
        manifest: of today's fingerprint.
        serves: the older fingerprint that today's was accepted for; today's own if there is none.
        key: of the call, empty if it is about the code alone.
        arguments: of the call, as a short text.
        ttl_s: after how many seconds an entry counts as expired, None for what the entry says.
        is_refreshed: whether an expired entry is served once more and computed again in the background.
        python: minor version of Python that is a part of the key, None if it is not.
    """

    function: str
    store: ResultStore
    version: str
    manifest: Manifest
    serves: str
    key: bytes = b""
    arguments: str = ""
    ttl_s: float | None = None
    is_refreshed: bool = False
    python: str | None = None


def explain_call(question: Question) -> Explanation:
    """Explain one call.  Nothing is computed, decoded or counted."""
    miss = question.store.records.examine(question.key)
    if miss is None:
        return _explain_entry(question)
    if miss.reason != "absent":
        return _explain_unserved(question, miss)
    departure = question.store.records.departure(question.key)
    if departure is not None:
        text = {"damaged": "was damaged and removed by a repair"}.get(departure.why, f"was {departure.why}")
        return _miss(question, departure.why, f"the entry {text} {ago(departure.when)}")
    return _explain_absent(question)


def explain_code(question: Question) -> Explanation:
    """Explain a function without a call: whether entries are there for its code as it is now."""
    versions = question.store.versions(question.function)
    ours = [v for v in versions if v.version in (question.version, question.serves)]
    if ours:
        entries = sum(version.entries for version in ours)
        text = f"{_count(entries, 'entry', 'entries')} can be served to the code as it is now"
        return replace(_base(question, "hit", text), arguments=None, is_hit=True)
    latest = latest_version(versions)
    found = _never(question) if latest is None else _code_changed(question, latest.version, latest.last_use)
    return replace(found, arguments=None)


def _explain_entry(question: Question) -> Explanation:
    entry = _entry(question)
    if entry is None:  # removed between two looks
        return _explain_absent(question)
    text = f"the result was stored {ago(entry.created)}"
    if question.ttl_s is not None and entry.created + question.ttl_s <= time.time():
        text += f", and its time was over {ago(entry.created + question.ttl_s)}"
        if not question.is_refreshed:
            return _miss(question, "expired", text)
        text += "; it is served once more and computed again in the background"
    took, size = seconds_text(entry.duration_s), bytes_text(entry.size_bytes)
    uses = _count(entry.uses, "hit", "hits")
    details = [f"stored {moment(entry.created)} by Python {entry.python}, took {took}, {size}, {uses} so far"]
    if entry.expires is not None:
        details.append(f"expires {moment(entry.expires)}")
    found = _base(question, "hit", text)
    return replace(found, is_hit=True, details=(*found.details, *details))


def _entry(question: Question) -> EntryInfo | None:
    return question.store.records.entry(question.key)


def _explain_unserved(question: Question, miss: Miss) -> Explanation:
    reason = _UNSERVED[miss.reason]
    text = {
        "expired": "there is an entry, but its time is over",
        "damaged": "there is an entry, but it is damaged; it will be computed again",
        "signed by another key": "there is an entry, but another user's or machine's key has signed it; "
        "who shares a cache shares MEMOFP_SIGNING_KEY",
        "unreadable": "the store cannot be read",
    }[reason]
    return _miss(question, reason, text, *([miss.detail] if miss.detail else []))


def _explain_absent(question: Question) -> Explanation:
    versions = question.store.versions(question.function)
    codes = (question.version, question.serves)
    ours = [version for version in versions if version.version in codes]
    others = sorted((v for v in versions if v.version not in codes), key=lambda v: -v.last_use)
    nearest = find_nearest(question.store, question.function, question.arguments, ours + others)
    if nearest is None:
        return _never(question)
    if nearest.entry.version not in codes:
        if not nearest.changes or not ours:
            return _changed_for(question, nearest, others)
        nearest = find_nearest(question.store, question.function, question.arguments, ours) or nearest
    if nearest.changes:
        return _arguments_differ(question, nearest)
    return _options_differ(question, nearest.entry)


def _never(question: Question) -> Explanation:
    clearing = question.store.records.clearing(question.function, question.version)
    if clearing is not None:
        return _miss(question, "cleared", f"the function's entries were cleared {ago(clearing.when)}")
    return _miss(
        question, "never computed", f"no result of this function is stored in {question.store.where}"
    )


def _changed_for(question: Question, nearest: Nearest, others: list[VersionSummary]) -> Explanation:
    """Explain a call whose arguments, or none like them, are stored under other versions only."""
    if nearest.changes:
        latest = latest_version(others)
        assert latest is not None  # the nearest entry is of one of them
        found = _code_changed(question, latest.version, latest.last_use)
        hint = "these arguments were not stored under the older version either"
        return replace(found, details=(*found.details, hint))
    found = _code_changed(question, nearest.entry.version, nearest.entry.last_use)
    latest = latest_version(others)
    if latest is not None and latest.version != nearest.entry.version:
        hint = f"version {latest.version[:SHORT]}, which was used last, has no entry for these arguments"
        found = replace(found, details=(*found.details, hint))
    return found


def _code_changed(question: Question, version: str, last_use: float) -> Explanation:
    older = question.store.load_manifest(question.function, version)
    since = f"version {version[:SHORT]}, last used {ago(last_use)}"
    if older is None:
        text = f"something changed since {since}; there is no list of what that version read"
        return replace(_miss(question, "code changed", text), compared_with=version)
    causes = find_causes(older, question.manifest)
    reason = reason_of(causes)
    noun = {"code changed": "the code", "package changed": "an installed package"}.get(
        reason, "a captured value"
    )
    found = _miss(question, reason, f"{noun} changed since {since}")
    return replace(found, compared_with=version, causes=causes)


def _arguments_differ(question: Question, nearest: Nearest) -> Explanation:
    names = " and ".join(change.name for change in nearest.changes)
    verb = "differs" if len(nearest.changes) == 1 else "differ"
    text = f"the code is as it was, but no entry has these arguments; {names} {verb} from the nearest one"
    return replace(_miss(question, "arguments differ", text), argument_changes=nearest.changes)


def _options_differ(question: Question, entry: EntryInfo) -> Explanation:
    """Explain a call for which an entry with the same code and the same text of arguments is there."""
    if question.python is not None and entry.python != question.python:
        text = f"the entry was stored by Python {entry.python}, and this is Python {question.python}"
        hint = "memofp.configure(python_in_key=False) shares entries between minor versions"
        return _miss(question, "python changed", text, hint)
    text = "an entry has the same code and arguments that look the same, under another key"
    hint = "the options version= or ignore=, or a part of an argument that its text does not show, differ"
    return _miss(question, "options differ", text, hint)


def _miss(question: Question, reason: Reason, text: str, *details: str) -> Explanation:
    found = _base(question, reason, text)
    return replace(found, details=(*found.details, *details))


def _base(question: Question, reason: Reason, text: str) -> Explanation:
    accepted = (f"this code was accepted as doing the same as version {question.serves[:SHORT]}",)
    return Explanation(
        function=question.function,
        is_hit=False,
        reason=reason,
        summary=text,
        arguments=question.arguments,
        key=question.key.hex(),
        version=question.version,
        details=accepted if question.serves != question.version else (),
        blind_spots=question.manifest.blind_spots,
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
