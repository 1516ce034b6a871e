"""Describe a call's arguments in one short line, for people who look into a cache.

Only exact builtin atoms are shown by value; of anything else the type is named, because
its `repr` is the user's code and may be slow, wrong or have effects.  What is not shown in
full is followed by a short digest (`<numpy.ndarray> #3f2a9c41`), so that a later miss can tell
which argument differs.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from memofp._call._key import Plan

__all__ = ["describe_arguments", "describe_call", "split_arguments"]

LIMIT = 400  # characters of a line
ATOM_LIMIT = 40  # characters of one atom
ITEMS_SHOWN = 4  # of a container
DEPTH = 2  # of containers in containers
SMALL_INT_BITS = 120  # an integer within fits into ATOM_LIMIT digits
DIGEST_SHOWN = 4  # bytes
CUT = "..."
_OPENING, _CLOSING = "([{<", ")]}>"


def describe_call(plan: Plan, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """Return one line about a call's arguments, before it runs: it may change them.

    Arguments that enter the key in another form (`By`, `File`) get no digest: it would be of
    what does not count.
    """
    has_marks = plan.bind is not plan.bind_raw
    return describe_arguments(plan.names, plan.bind_raw(*args, **kwargs), with_digests=not has_marks)


def describe_arguments(names: Sequence[str], values: Sequence[object], *, with_digests: bool = True) -> str:
    """Return `a=1, b='text'`, at most 400 characters, without running any code of the values.

    Args:
        names: of the parameters.
        values: one for each name.
        with_digests: whether a value that is not shown in full is followed by its digest, as
            far as it can be hashed.
    """
    parts: list[str] = []
    length = 0
    for name, value in zip(names, values, strict=True):
        cuts: list[None] = []
        part = f"{name}={_describe(value, DEPTH, cuts)}"
        if cuts and with_digests:
            part += _short_digest(value)
        length += len(part) + 2
        if length > LIMIT:
            parts.append(CUT)
            break
        parts.append(part)
    return ", ".join(parts)


def split_arguments(line: str) -> dict[str, str]:
    """Return the text of each argument in a line of `describe_arguments`, without those cut off."""
    found: dict[str, str] = {}
    for part in _split(line):
        name, equals, text = part.partition("=")
        if equals:
            found[name] = text
    return found


def _split(line: str) -> list[str]:
    """Split at the commas outside of quotes and brackets."""
    parts, start, depth, quote, at = [], 0, 0, "", 0
    while at < len(line):
        letter = line[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == "," and depth <= 0:
            parts.append(line[start:at].strip())
            start = at + 1
        at += 1
    return [*parts, line[start:].strip()]


def _short_digest(value: object) -> str:
    from memofp._values import digest_value

    try:
        return f" #{digest_value(value)[:DIGEST_SHOWN].hex()}"
    except Exception:  # noqa: BLE001 # a line for people is never worth an exception
        return ""


def _describe(value: Any, depth: int, cuts: list[None]) -> str:
    """Return the text of a value; `cuts` gets an item for everything that it does not show."""
    kind = type(value)
    if value is None or kind in (bool, float, complex):
        return repr(value)
    if kind is int and value.bit_length() <= SMALL_INT_BITS:
        return repr(value)
    if (kind is str or kind is bytes) and len(value) <= ATOM_LIMIT:
        return repr(value)
    if kind in (list, tuple, dict) and depth:
        return _describe_container(value, kind, depth - 1, cuts)
    cuts.append(None)
    if kind is int:
        return f"<int of {value.bit_length()} bits>"
    if kind is str or kind is bytes:
        return f"{value[:ATOM_LIMIT]!r}{CUT} ({len(value)})"
    return type.__repr__(kind).replace("<class '", "<").replace("'>", ">")


def _describe_container(value: Any, kind: type, depth: int, cuts: list[None]) -> str:
    try:
        if kind is dict:
            pairs = list(islice(value.items(), ITEMS_SHOWN))
            items = [f"{_describe(k, depth, cuts)}: {_describe(v, depth, cuts)}" for k, v in pairs]
        else:
            items = [_describe(item, depth, cuts) for item in islice(value, ITEMS_SHOWN)]
    except RuntimeError:  # another thread changes it
        cuts.append(None)
        return f"<{kind.__name__}>"
    if len(value) > ITEMS_SHOWN:
        cuts.append(None)
        items.append(f"{CUT} ({len(value)})")
    elif kind is tuple and len(items) == 1:
        items.append("")
    brackets = "{}" if kind is dict else "()" if kind is tuple else "[]"
    return brackets[0] + ", ".join(items).rstrip() + brackets[1]
