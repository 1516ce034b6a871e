"""Encode what calls mostly pass, small trees, by recursion and without the walk.

The bytes are those that the walk writes.  Whatever is shared, long, deep or without an order is left to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from marshal import dumps
from struct import pack
from typing import Any

from memofp._values._census import (
    ATOMS,
    CONTAINERS,
    LARGE_BYTES,
    LARGE_SET,
    MUTABLE,
    SETS,
    SPILL_HEIGHT,
    elements_of,
)
from memofp._values._headers import CODE, PARTS, are_small, hash_code, instance_header
from memofp._values._objects import are_strings, reduce_instance
from memofp._values._parts import Code, Leaf, Node, Parts, Refusal
from memofp._values._plain import ALIASED, SORTED, encode_plain, sort_large_set
from memofp._values._registry import rule_of
from memofp._values._state import state_of

__all__ = ["NotSmallError", "SmallEncoder"]

_SHORT = ATOMS - {str, bytes}
_MOST_LEVELS = SPILL_HEIGHT - 1  # one more, and the walk puts digests in the place of immutable ones
_MOST_OPENED = 48  # items of a container that are encoded one by one
_MOST_BELOW = 1024  # items on one level of a tree that is looked through here
_BUILTIN = ATOMS | CONTAINERS
_MARK: dict[type, bytes] = {list: b"[", tuple: b"(", set: b"<", frozenset: b">"}
_NODES = frozenset({Leaf, Parts, Code, Refusal})

_is_sortable = frozenset({int, str}).issuperset

# What to do with a level of a tree: nothing, nothing here, look into all, look into some, and into sets.
_DONE, _FOREIGN, _ALL, _SOME, _SETS = "done", "foreign", "all", "some", "sets"
_looks: dict[frozenset[type], str] = {}  # at most one for each set of builtin types


class NotSmallError(Exception):
    """A value is for the walk."""


class SmallEncoder:
    """The encodings of one call's values.

    Attributes:
        reduced: identity of a value -> itself and its reduction.
        codes: identity of a class or function -> itself and its digest.
    """

    __slots__ = ("_met", "codes", "reduced")

    def __init__(self) -> None:
        self.reduced: dict[int, tuple[object, Node]] = {}
        self.codes: dict[int, tuple[object, bytes]] = {}
        self._met: set[int] = set()  # mutable objects

    def encode_all(self, values: tuple[object, ...]) -> bytes:
        """Return the encodings of all values, joined.

        Raises:
            NotSmallError: one of them is for the walk.
        """
        if len(values) == 1:
            return self.encode(values[0])
        for value in values:
            if type(value) is bytes and len(value) > LARGE_BYTES:
                raise NotSmallError  # it is not to be copied
        if self._are_trees(values, _MOST_LEVELS):
            return _dump(values)[5:]
        return b"".join([self.encode(value) for value in values])

    def encode(self, value: Any, room: int = _MOST_LEVELS) -> bytes:
        """Return the encoding of a value.

        Args:
            value: anything.
            room: how many levels of containers and instances it may have.

        Raises:
            NotSmallError: it is for the walk.
        """
        kind: Any = type(value)
        if type(kind) is type:
            if kind in ATOMS:
                if kind not in _SHORT and len(value) > LARGE_BYTES:
                    raise NotSmallError
                return dumps(value, 2)
            if kind in CONTAINERS:
                return self._encode_container(value, kind, room)
            if kind in _NODES:
                return self._encode_node(value, None, room)
        rule = rule_of(kind)
        if rule is reduce_instance:
            return self._encode_instance(value, kind, room)
        known = self.reduced.get(id(value))
        if known is None:
            known = self.reduced[id(value)] = (value, rule(value))
        return self._encode_node(known[1], value, room)

    def _encode_container(self, value: Any, kind: type, room: int) -> bytes:
        is_tree = self._are_trees((value,), room)
        if is_tree:
            return _dump(value)
        if is_tree is None:
            found = encode_plain((value,), self._met, room)
            if not isinstance(found, int):
                self._met |= found[1]
                return found[0]
            if found == ALIASED:
                raise NotSmallError
        if kind in MUTABLE:
            self._meet(value)
        if kind in SETS:
            return _encode_large_set(value, kind)
        if not room or len(value) > _MOST_OPENED:
            raise NotSmallError
        if kind is dict:
            return b"{" + self._join([item for pair in value.items() for item in pair], room) + b"0"
        return _MARK[kind] + pack("<I", len(value)) + self._join(value, room)

    def _join(self, items: Iterable[object], room: int) -> bytes:
        """Encode what is one level below."""
        if type(items) is tuple and are_small(items):
            data = dumps(items, 2)[5:]
        else:
            data = b"".join([self.encode(item, room - 1) for item in items])
        if len(data) > LARGE_BYTES:
            raise NotSmallError
        return data

    def _meet(self, value: object) -> None:
        if id(value) in self._met:
            raise NotSmallError
        self._met.add(id(value))

    def _are_trees(self, level: Sequence[Any], room: int) -> bool | None:
        """Tell whether values are builtins all the way down; None if those are too many to look at here.

        The lists, dicts and sets among them are met from now on, if they are.

        Raises:
            NotSmallError: one of them was met before.
        """
        found: list[Any] = []
        for _ in range(room + 1):
            try:
                kinds = frozenset(map(type, level))
            except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
                return False
            look = _looks.get(kinds) or _look_at(kinds)
            if look is _DONE:
                self._meet_all(found)
                return True
            if look is _FOREIGN:
                return False
            if look is not _ALL:
                level = [item for item in level if type(item) in CONTAINERS]
            found += level
            if look is _SETS:
                if not _are_small_sets(level):
                    return None
                level = [item for item in level if type(item) not in SETS]
            level = elements_of(level, kinds)
            if len(level) > _MOST_BELOW:
                return None
        raise NotSmallError

    def _meet_all(self, containers: Sequence[Any]) -> None:
        identities = {*map(id, containers)}
        if len(identities) != len(containers) or not self._met.isdisjoint(identities):
            # A tuple that is there twice does not count.
            mutable = [id(item) for item in containers if type(item) in MUTABLE]
            if len({*mutable}) != len(mutable) or not self._met.isdisjoint(mutable):
                raise NotSmallError
        self._met |= identities

    def _encode_instance(self, value: Any, kind: type, room: int) -> bytes:
        names, values = state_of(value)
        if not room or not are_strings(names):
            raise NotSmallError
        header = instance_header(kind, names)
        if not header.frozen:
            self._meet(value)
        data = header.data
        if header.is_code:
            data += self._code_digest(kind)
        return data + self._join(values, room)

    def _encode_node(self, node: Node, owner: object, room: int) -> bytes:
        """Encode a reduction, of an object or one that stands for itself."""
        if type(node) is Leaf:
            if node.mutable and owner is not None:
                self._meet(owner)
            return node.data
        if type(node) is Parts and node.ordered and room:
            if node.mutable and owner is not None:
                self._meet(owner)
            header = PARTS + dumps((node.tag, len(node.children)), 2)
            return header + self._join([child for _, child in node.children], room)
        if type(node) is Code:
            return CODE + self._code_digest(node.value)
        raise NotSmallError

    def _code_digest(self, code: object) -> bytes:
        known = self.codes.get(id(code))
        if known is None:
            digest = hash_code(code)
            if digest is None:
                raise NotSmallError
            known = self.codes[id(code)] = (code, digest)
        return known[1]


def _look_at(kinds: frozenset[type]) -> str:
    """Say what to do with a level that has these types; remembered if they are builtins."""
    if not kinds <= _BUILTIN:
        return _FOREIGN
    found = _ALL if kinds <= CONTAINERS else _SOME
    if kinds <= ATOMS:
        found = _DONE
    elif not kinds.isdisjoint(SETS):
        found = _SETS
    _looks[kinds] = found
    return found


def _encode_large_set(value: Any, kind: type) -> bytes:
    """Encode a set that is sorted by value; others have no order that is cheap to find."""
    ordered = sort_large_set(value)
    if ordered is None:
        raise NotSmallError
    return SORTED + _MARK[kind] + _dump(ordered)[1:]


def _dump(value: Any) -> bytes:
    """Encode builtins."""
    try:
        data = dumps(value, 2)
    except (ValueError, TypeError):  # as in `encode_plain`
        raise NotSmallError from None
    if len(data) > LARGE_BYTES:
        raise NotSmallError
    return data


def _are_small_sets(containers: Sequence[Any]) -> bool:
    """Tell whether all sets among containers hold atoms that marshal sorts as the walk does."""
    for item in containers:
        if type(item) in SETS and not (len(item) < LARGE_SET and _is_sortable(map(type, item))):
            return False
    return True
