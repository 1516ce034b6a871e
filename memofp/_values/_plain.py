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
from itertools import repeat
from typing import Any

from memofp._values._census import (
    ALIASED,
    ATOMS,
    CONTAINERS,
    LARGE_BYTES,
    LARGE_SET,
    MUTABLE,
    SETS,
    SPILL_HEIGHT,
    Census,
)

__all__ = [
    "ALIASED",
    "ALL_OWNERS",
    "ATOMS",
    "CHUNK",
    "CONTAINERS",
    "LARGE_BYTES",
    "LARGE_SET",
    "MUTABLE",
    "SETS",
    "SORTED",
    "SPILL_BYTES",
    "SPILL_HEIGHT",
    "encode_elements",
    "encode_plain",
    "sort_large_set",
]

CHUNK = 4096  # items that are encoded together, at most
ALL_OWNERS = 1 << 60  # of a value that is encoded alone: whoever else holds it, it is met but once
DEPTH_LIMIT = 32
SPILL_BYTES = 1 << 20  # a longer immutable composite is replaced by its digest

SORTED = b"\x09"  # before a set whose elements are sorted by value
_ELEMENT_BYTES = 1 << 24  # more are not copied once again

_SORTABLE: frozenset[type] = frozenset({int, str, bytes})


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
        that showed; `ALIASED` if a mutable one is met again; 0 if a value is of another type or too large.
    """
    census = Census()
    failed = census.take(items, depth, owners)
    if failed is not None:
        return failed
    if known and not known.isdisjoint(census.identities):
        return ALIASED
    try:
        data = marshal.dumps(items, 2)  # type: ignore[arg-type] # a list or tuple of checked types
    except (ValueError, TypeError):  # 2 GiB in one string, or NaNs in a set that have no order
        return 0
    if len(data) > SPILL_BYTES and census.separate:
        return 0
    return data[5:], census.identities, census.height


def encode_elements(items: list[Any]) -> tuple[bytes, int] | None:
    """Encode the elements of a set one by one, and sort the encodings.

    Returns:
        The encodings in order and how many levels deep the elements nest; None if they are not all
        of exact builtin types, or some are too large or too deep.
    """
    census = Census()
    if census.take(items, DEPTH_LIMIT, 0) is not None:
        return None
    try:
        parts = sorted(map(marshal.dumps, items, repeat(2)))
    except (ValueError, TypeError):  # as above
        return None
    if sum(map(len, parts)) > _ELEMENT_BYTES or (census.separate and max(map(len, parts)) > SPILL_BYTES):
        return None
    return b"".join(parts), census.height


def sort_large_set(value: AbstractSet[Any]) -> list[Any] | None:
    """Return the elements of a large set in order, if they are all exact `int`, `str` or `bytes`."""
    if len(value) < LARGE_SET:
        return None
    kinds = set(map(type, value))
    return sorted(value) if len(kinds) == 1 and kinds <= _SORTABLE else None
