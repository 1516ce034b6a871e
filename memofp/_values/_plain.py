"""Encode trees of exact builtin types at C speed.

The encoding of an atom, list, tuple, dict or set is what `marshal` writes in version 2.  That
version writes no references and no interning flags, so equal trees have equal bytes, and each
value ends where its bytes say.  But marshal takes any buffer for `bytes`, repeats what is
shared and loops on cycles: so types and identities are checked first, level by level.
"""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from gc import get_referents
from itertools import compress
from typing import Any

from memofp._values._census import CONTAINERS, MUTABLE, Census

__all__ = [
    "ATOMS",
    "CHUNK",
    "CONTAINERS",
    "LARGE_BYTES",
    "MUTABLE",
    "SPILL_BYTES",
    "SPILL_HEIGHT",
    "encode_plain",
    "sort_large_set",
]

ATOMS: frozenset[type] = frozenset({type(None), bool, int, float, complex, str, bytes, type(...)})
SEPARATE: frozenset[type] = frozenset({tuple, set, frozenset})  # own buffer in the walk

CHUNK = 4096  # items that are encoded together
NODE_LIMIT = 1 << 18  # items below one chunk; more are taken apart
DEPTH_LIMIT = 32
SPILL_BYTES = 1 << 20  # a longer immutable composite is replaced by its digest,
SPILL_HEIGHT = 8  # and so is one that nests a multiple of so many levels
LARGE_SET = 64  # from this size on, sets of one sortable type are sorted by value, not by encoding
LARGE_BYTES = 1 << 16  # longer bytes objects are hashed in place

SETS: frozenset[type] = frozenset({set, frozenset})
_SORTABLE: frozenset[type] = frozenset({int, str, bytes})
_SET_LEVELS = 2  # marshal writes a set's elements twice, once to sort them: 2**n times below n sets

_FAST = ATOMS | CONTAINERS

_is_atom = ATOMS.issuperset
_is_container = CONTAINERS.__contains__
_is_bytes = frozenset({bytes}).__contains__


def encode_plain(
    items: Sequence[object], known: AbstractSet[int], depth: int = DEPTH_LIMIT, owners: int = 0
) -> tuple[bytes, set[int], int] | int:
    """Encode a list or tuple of values that are exact builtins all the way down.

    Args:
        items: an exact list or tuple; it is not part of the encoding, its items are.
        known: identities of mutable objects that must not occur among or below the items.
        depth: how many levels to look at.
        owners: how many references to each item are the caller's own; 0 if that is unknown, negative if
            the items may be met again without a reference of their own.

    Returns:
        The concatenated encodings, the identities of mutable containers that something else may
        refer to, and how many levels deep the values nest.  If they nest too deep, the depth where
        that showed; if a value is of another type, shared or too large, 0.
    """
    kinds: set[type] = set()
    level: Sequence[object] = items
    budget = NODE_LIMIT
    set_levels = 0
    census = Census(owners)
    for depth_here in range(depth):
        try:
            here = set(map(type, level))
        except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
            return 0
        kinds |= here
        if bytes in here and _longest_bytes(level, here) > LARGE_BYTES:
            return 0
        if _is_atom(here):
            break
        if not here <= _FAST:
            return 0
        if depth_here >= SPILL_HEIGHT - 1 and kinds & SEPARATE:
            return depth_here
        if not here.isdisjoint(SETS):
            set_levels += 1
            if set_levels > _SET_LEVELS:
                return depth_here
            if any(type(item) in SETS and len(item) >= LARGE_SET for item in level):  # type: ignore[arg-type] # a set
                return 0
        inner = level if not here & ATOMS else list(compress(level, map(_is_container, map(type, level))))
        budget -= sum(map(len, inner))  # type: ignore[arg-type] # all are containers
        if budget < 0 or not census.add(level, inner, here):
            return 0
        level = get_referents(*inner)  # the elements; a dict gives keys (unless all are str) and values
    else:
        return depth
    if known and not known.isdisjoint(census.identities):
        return 0
    try:
        data = marshal.dumps(items, 2)  # type: ignore[arg-type] # a list or tuple of checked types
    except (ValueError, TypeError):  # 2 GiB in one string, or NaNs in a set that have no order
        return 0
    if len(data) > SPILL_BYTES and kinds & SEPARATE:
        return 0
    return data[5:], census.identities, depth_here


def sort_large_set(value: AbstractSet[Any]) -> list[Any] | None:
    """Return the elements of a large set in order, if they are all exact `int`, `str` or `bytes`."""
    if len(value) < LARGE_SET:
        return None
    kinds = set(map(type, value))
    return sorted(value) if len(kinds) == 1 and kinds <= _SORTABLE else None


def _longest_bytes(level: Sequence[Any], kinds: set[type]) -> int:
    if len(kinds) > 1:
        level = list(compress(level, map(_is_bytes, map(type, level))))
    return max(map(len, level))
