"""Describe a call's arguments in one short line, for people who look into a cache.

Only exact builtin atoms are shown by value; of anything else the type is named, because
its `repr` is the user's code and may be slow, wrong or have effects.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["describe_arguments"]

LIMIT = 200  # characters of a line
ATOM_LIMIT = 40  # characters of one atom
ITEMS_SHOWN = 4  # of a container
DEPTH = 2  # of containers in containers
SMALL_INT_BITS = 120  # an integer within fits into ATOM_LIMIT digits


def describe_arguments(names: Sequence[str], values: Sequence[object]) -> str:
    """Return `a=1, b='text'`, at most 200 characters, without running any code of the values."""
    parts: list[str] = []
    length = 0
    for name, value in zip(names, values, strict=True):
        part = f"{name}={_describe(value, DEPTH)}"
        length += len(part) + 2
        if length > LIMIT:
            parts.append("...")
            break
        parts.append(part)
    return ", ".join(parts)


def _describe(value: Any, depth: int) -> str:
    kind = type(value)
    if value is None or kind in (bool, float, complex):
        return repr(value)
    if kind is int:
        return repr(value) if value.bit_length() <= SMALL_INT_BITS else f"<int of {value.bit_length()} bits>"
    if kind is str or kind is bytes:
        shown = repr(value[:ATOM_LIMIT])
        return shown if len(value) <= ATOM_LIMIT else f"{shown}... ({len(value)})"
    if kind in (list, tuple, dict) and depth:
        return _describe_container(value, kind, depth - 1)
    return type.__repr__(kind).replace("<class '", "<").replace("'>", ">")


def _describe_container(value: Any, kind: type, depth: int) -> str:
    try:
        if kind is dict:
            pairs = list(islice(value.items(), ITEMS_SHOWN))
            items = [f"{_describe(k, depth)}: {_describe(v, depth)}" for k, v in pairs]
        else:
            items = [_describe(item, depth) for item in islice(value, ITEMS_SHOWN)]
    except RuntimeError:  # another thread changes it
        return f"<{kind.__name__}>"
    if len(value) > ITEMS_SHOWN:
        items.append(f"... ({len(value)})")
    elif kind is tuple and len(items) == 1:
        items.append("")
    brackets = "{}" if kind is dict else "()" if kind is tuple else "[]"
    return brackets[0] + ", ".join(items).rstrip() + brackets[1]
