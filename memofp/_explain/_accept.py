"""Carry the entries of an older version over to today's fingerprint, as the user says that it does the same.

The record says which older fingerprint goes into keys in the place of today's.  What is computed
from then on is listed under today's version, so taking the record back can remove just that.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from memofp._errors import AcceptanceError
from memofp._explain._causes import find_causes
from memofp._explain._search import latest_version
from memofp._store._accepted import Acceptance

if TYPE_CHECKING:
    from memofp._explain._types import Cause
    from memofp._manifest import Manifest
    from memofp._store import ResultStore, VersionSummary

__all__ = ["Proposal", "accept", "propose", "withdraw"]


class Proposal(NamedTuple):
    """What an acceptance would do.

    Attributes:
        function: qualified name of the function.
        version: today's fingerprint.
        manifest: of today's fingerprint.
        older: the version whose entries would be served.
        causes: what differs between the two; None if the older one's manifest is not kept.
        serves: the fingerprint that keys would be made with.
    """

    function: str
    version: str
    manifest: Manifest
    older: VersionSummary
    causes: tuple[Cause, ...] | None
    serves: str


def propose(
    store: ResultStore, function: str, version: str, manifest: Manifest, wanted: str | None = None
) -> Proposal:
    """Return what accepting would do; change nothing.

    Args:
        store: where the entries live.
        function: qualified name of the function.
        version: today's fingerprint.
        manifest: of today's fingerprint.
        wanted: the first characters of the older version; None for the one that was used last.

    Raises:
        AcceptanceError: there is no such version, or more than one.
    """
    acceptances = store.records.acceptances(function)
    served = acceptances[version].serves if version in acceptances else None
    others = [summary for summary in store.versions(function) if summary.version != version]
    matching = [summary for summary in others if summary.version.startswith(wanted or "")]
    older = latest_version(matching)
    if older is None or (wanted is not None and len(matching) > 1):
        raise AcceptanceError(_refusal(function, others, wanted, store.where))
    if older.version == served and wanted is None:
        raise AcceptanceError(
            f"the code of {function} is accepted already: version {older.version[:8]} serves it; "
            "name another version, or take it back with undo"
        )
    known = store.load_manifest(function, older.version)
    causes = None if known is None else find_causes(known, manifest)
    deeper = acceptances.get(older.version)  # itself accepted: keys are made with what it serves
    return Proposal(function, version, manifest, older, causes, deeper.serves if deeper else older.version)


def accept(store: ResultStore, proposal: Proposal) -> Acceptance:
    """Carry a proposal out and return the record.

    Raises:
        StoreError: if it cannot be kept.
    """
    shown = tuple(str(cause) for cause in proposal.causes or ())
    made = Acceptance(proposal.function, proposal.version, proposal.serves, time.time(), shown)
    store.records.accept(made)
    store.save_manifest(proposal.function, proposal.version, proposal.manifest)
    return made


def withdraw(store: ResultStore, function: str, version: str) -> Acceptance:
    """Take the acceptance of a version back, and remove what was computed under it.

    Returns:
        The record as it was.

    Raises:
        AcceptanceError: there is none.
        StoreError: if that cannot be kept.
    """
    gone = store.records.withdraw(function, version)
    if gone is None:
        raise AcceptanceError(f"the code of {function} as it is now was never accepted for an older version")
    # Made by today's code under keys of the older code, which must not be served them.
    for entry in list(store.entries(function, version)):
        if entry.created >= gone.when:
            store.forget(entry.key)
    return gone


def _refusal(function: str, others: list[VersionSummary], wanted: str | None, where: str) -> str:
    if not others:
        return f"{where} has no entries of an older version of {function}; there is nothing to accept"
    names = ", ".join(summary.version[:8] for summary in others)
    return f"{function} has no single older version {wanted!r}; its versions are {names}"
