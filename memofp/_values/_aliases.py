"""Encode trees of builtins in which lists, dicts or sets occur more than once, many values at a time.

The walk writes such an object where it appears first, and references to it elsewhere.  Marshal
knows no references of that kind.  So what holds a shared object is copied, with a mark in its
place, and the marks are replaced in the bytes that marshal gives.  The marks are random: no
data have them but by a chance of one in 2**96.
"""

from __future__ import annotations

import marshal
import os
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, repeat
from operator import is_, itemgetter
from struct import pack
from typing import Any

from memofp._values._census import (
    ATOMS,
    CONTAINERS,
    LARGE_BYTES,
    LARGE_SET,
    MUTABLE,
    SEPARATE,
    SETS,
    SPILL_HEIGHT,
    elements_of,
)

__all__ = ["DEFINE", "REFER", "encode_aliased", "find_aliases"]

DEFINE, REFER = b"\x04", b"\x05"
_DEPTH = 16
_NODE_LIMIT = 1 << 18
_FAST = ATOMS | CONTAINERS
_MANY = 16  # records from which on they are copied column by column,
_WIDE = 64  # if they have no more fields
_FEW = 8  # marks that are replaced one after the other
_SIZE = 16  # bytes of a mark: 12 random ones and a number

_is_atom = ATOMS.issuperset
_is_container = CONTAINERS.__contains__


def find_aliases(
    items: Sequence[object], seen: AbstractSet[int]
) -> tuple[set[int], dict[int, object]] | None:
    """Find the mutable objects among and below values that are met more than once.

    Args:
        items: the values.
        seen: identities of mutable objects that were met before.

    Returns:
        The identities of those that were met now for the first time, and those that were met again;
        None if there are values of other types, or too many.
    """
    met: set[int] = set()
    again: dict[int, object] = {}
    level: Sequence[Any] = items
    budget = _NODE_LIMIT
    for _ in range(_DEPTH):
        kinds = _kinds_of(level)
        if not kinds <= _FAST:
            return None
        if _is_atom(kinds):
            return met, again
        inner = _containers_of(level, kinds)
        if kinds & MUTABLE:
            others = [item for item in inner if type(item) not in MUTABLE] if kinds & SEPARATE else []
            if others:
                inner = [item for item in inner if type(item) in MUTABLE]
            inner = [*_take_new(inner, seen, met, again), *others]
        budget -= sum(map(len, inner))
        if budget < 0:
            return None
        level = elements_of(inner, kinds)
    return None


def _take_new(
    items: Sequence[Any], seen: AbstractSet[int], met: set[int], again: dict[int, object]
) -> Iterable[Any]:
    """Sort mutable objects into those met for the first time, which are returned, and those met again."""
    by_identity = dict(zip(map(id, items), items, strict=True))
    old = (by_identity.keys() & met) | (by_identity.keys() & seen)
    if len(by_identity) != len(items):
        again.update((i, by_identity[i]) for i, count in Counter(map(id, items)).items() if count > 1)
    for identity in old:
        again[identity] = by_identity.pop(identity)
    met.update(by_identity)
    return by_identity.values()


def encode_aliased(
    items: Sequence[object], shared: Mapping[int, object], numbers: dict[int, bytes], limit: int
) -> tuple[bytes, bool] | None:
    """Encode values some of which are shared, or hold shared ones; no immutable composite must hold them.

    Args:
        items: the values.
        shared: the shared objects by identity.
        numbers: the references to those that have appeared already; those that appear now are added.
        limit: how long the encoding of an immutable composite may be.

    Returns:
        The concatenated encodings, and whether there were shared objects at all; None if there are
        values of other types, or too large ones.
    """
    scan = _Scan(shared, numbers)
    if not scan.take(items):
        return None
    new = dict(numbers)
    try:
        data = scan.assemble(marshal.dumps(scan.rebuild(items), 2)[5:], new)
    except (ValueError, TypeError):  # as in `encode_plain`
        return None
    if scan.separate and len(data) > limit:
        return None
    numbers.update(new)
    return data, bool(scan.found)


class _Scan:
    """The containers of a tree, from the top to the bottom, each shared one but once."""

    def __init__(self, shared: Mapping[int, object], numbers: Mapping[int, bytes]) -> None:
        self.shared = shared
        self.numbers = numbers
        self.separate = False
        self.depth = 0
        self.levels: list[Sequence[Any]] = []  # but for those that hold no containers
        self.mark = os.urandom(_SIZE - 4)
        self.found: list[int] = []  # identities of the shared objects, by the numbers in their marks
        self.stand_ins: dict[int, Any] = {}  # identity of an object -> what takes its place in the copy
        self.bodies: dict[int, Any] = {}  # identity of a shared object -> its own copy, or itself
        self.marked: set[int] = set()  # the former of these

    def take(self, items: Sequence[object]) -> bool:
        """Take in all levels; False if something is not to be encoded here."""
        level: Sequence[Any] = items
        budget, sets = _NODE_LIMIT, 0
        for _ in range(_DEPTH):
            kinds = _kinds_of(level)
            if not kinds <= _FAST:
                return False
            if bytes in kinds and any(type(item) is bytes and len(item) > LARGE_BYTES for item in level):
                return False
            if _is_atom(kinds):
                self.depth = len(self.levels)
                del self.levels[-1:]
                return self._copy()
            inner = _containers_of(level, kinds)
            if not kinds.isdisjoint(SEPARATE):
                self.separate = True
            if not kinds.isdisjoint(SETS):
                sets += 1
                if sets > 1 or any(type(item) in SETS and len(item) >= LARGE_SET for item in inner):
                    return False
            if kinds & MUTABLE:
                inner = self._mark(inner)
            budget -= sum(map(len, inner))
            if budget < 0:
                return False
            self.levels.append(inner)
            level = elements_of(inner, kinds)
        return False

    def _mark(self, inner: Sequence[Any]) -> Sequence[Any]:
        """Put marks in the place of shared objects; return the others, and those to be looked into here."""
        identities = list(map(id, inner))
        hits = self.shared.keys() & identities
        if not hits:
            return inner
        left = [item for item, identity in zip(inner, identities, strict=True) if identity not in hits]
        for identity in hits - self.stand_ins.keys():
            self.stand_ins[identity] = self.mark + pack("<I", len(self.found))
            self.found.append(identity)
            if identity not in self.numbers:
                self.bodies[identity] = self.shared[identity]
                left.append(self.shared[identity])
        return left

    def _copy(self) -> bool:
        """Copy what holds marks, from the bottom up; False if immutable composites may nest too deep."""
        for level in reversed(self.levels):
            rest = level
            if len(level) >= _MANY:
                rest = []
                for kind in (dict, list, tuple):
                    rest += self._copy_records([item for item in level if type(item) is kind], kind)
            for item in rest:
                self._copy_one(item, type(item))
        # A path down goes through the levels once, and once more for each shared object on it.
        return not self.separate or (not self.marked and 2 * self.depth < SPILL_HEIGHT)

    def _copy_one(self, item: Any, kind: type) -> None:
        values = item.values() if kind is dict else item
        if kind in SETS or self.stand_ins.keys().isdisjoint(map(id, values)):
            return
        copied: Any = map(self.stand_ins.get, map(id, values), values)
        copied = dict(zip(item, copied, strict=True)) if kind is dict else kind(copied)
        if id(item) in self.bodies:
            self.bodies[id(item)] = copied
            self.marked.add(id(item))
        else:
            self.stand_ins[id(item)] = copied

    def _copy_records(self, items: list[Any], kind: type) -> list[Any]:
        """Copy those that hold marks if all are records of one shape; return them if they are not."""
        width = len(items[0]) if items else 0
        if not 0 < width <= _WIDE or {width} != {*map(len, items)}:
            return items
        if not self.bodies.keys().isdisjoint(map(id, items)):
            return items
        fields: list[Any] = list(zip(*(map(dict.values, items) if kind is dict else items), strict=True))
        marked = [i for i in range(width) if not self.stand_ins.keys().isdisjoint(map(id, fields[i]))]
        if not marked:
            return []
        keys = list(items[0]) if kind is dict else []
        for i in marked:
            if keys and not _have(items, keys[i], fields[i]):
                return items
            fields[i] = list(map(self.stand_ins.get, map(id, fields[i]), fields[i]))
        copies: Any
        if kind is dict:
            copies = list(map(dict.copy, items))
            for i in marked:
                deque(map(dict.__setitem__, copies, repeat(keys[i]), fields[i]), 0)
        else:
            copies = map(kind, zip(*fields, strict=True))
        self.stand_ins.update(zip(map(id, items), copies, strict=True))
        return []

    def rebuild(self, items: Sequence[object]) -> list[object]:
        """Return the values, or copies of them with marks."""
        return list(map(self.stand_ins.get, map(id, items), items))

    def assemble(self, data: bytes, numbers: dict[int, bytes]) -> bytes:
        """Replace the marks by references and, where an object appears first, by its encoding."""
        mark = b"s" + pack("<I", _SIZE) + self.mark
        old = [number for number, identity in enumerate(self.found) if identity in numbers]
        if len(old) <= _FEW:
            for number in old:
                data = data.replace(mark + pack("<I", number), numbers[self.found[number]])
            if len(old) == len(self.found):
                return data
        out: list[bytes] = []
        pending = [iter(_pieces(data, mark))]
        while pending:
            for number, rest in pending[-1]:
                if number >= 0:
                    identity = self.found[number]
                    reference = numbers.get(identity)
                    if reference is None:
                        numbers[identity] = REFER + pack("<Q", len(numbers))
                        reference = DEFINE
                        body = marshal.dumps(self.bodies[identity], 2)
                        if identity in self.marked:
                            out.append(DEFINE)
                            pending.append(iter([(-1, rest)]))
                            pending.append(iter(_pieces(body, mark)))
                            break
                        reference += body
                    out.append(reference)
                out.append(rest)
            else:
                pending.pop()
        return b"".join(out)


def _have(items: Sequence[Any], key: Any, values: Sequence[object]) -> bool:
    """Tell whether each dict has this very value under a key, wherever it stands in it."""
    try:
        return all(map(is_, map(itemgetter(key), items), values))
    except KeyError:
        return False


def _pieces(data: bytes, mark: bytes) -> list[tuple[int, bytes]]:
    """Split data at the marks: what comes first, then the number of each mark and what follows it."""
    first, *others = data.split(mark)
    return [(-1, first), *((int.from_bytes(piece[:4], "little"), piece[4:]) for piece in others)]


def _kinds_of(level: Sequence[object]) -> set[type]:
    try:
        return set(map(type, level))
    except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
        return {object}


def _containers_of(level: Sequence[Any], kinds: set[type]) -> Sequence[Any]:
    return level if kinds <= CONTAINERS else list(compress(level, map(_is_container, map(type, level))))
