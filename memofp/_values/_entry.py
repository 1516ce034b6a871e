"""Digest one value, or the values of one call."""

from __future__ import annotations

from collections.abc import Sequence
from marshal import dumps
from typing import Any

from memofp._digest import DIGEST_SIZE, digest
from memofp._values._objects import reduce_instance
from memofp._values._parts import Leaf, Node
from memofp._values._plain import (
    ATOMS,
    CONTAINERS,
    LARGE_BYTES,
    LARGE_SET,
    MUTABLE,
    SPILL_BYTES,
    encode_plain,
)
from memofp._values._registry import rule_of
from memofp._values._walk import Walk

__all__ = ["ArgumentDigester", "digest_arguments", "digest_value"]

_SMALL = ATOMS - {bytes}  # bytes may be long, and are then hashed in place
_BUILTIN = ATOMS | CONTAINERS
_FLAT: frozenset[type] = frozenset({list, tuple, dict})
_is_flat = (_SMALL | _FLAT).issuperset
_is_small = _SMALL.issuperset
CODE_MARK = b"+"  # behind a digest: there was code among the values
_MOST_SHAPES = 4096
_MOST_ITEMS = LARGE_SET  # on one level of a small tree; the walk sorts larger sets in another way
_MOST_LEVELS = 6  # of a small tree; from 8 on, the walk puts digests in the place of immutable ones
_is_sortable = frozenset({int, str}).issuperset
# Types of a call's values, all atoms, lists, tuples and dicts -> the places of those that are no atoms.
_shapes: dict[tuple[type, ...], tuple[int, ...]] = {}


def digest_value(value: object, path: str = "value") -> bytes:
    """Return the 16-byte digest of a value.

    Args:
        value: anything.
        path: what the value is called in errors.

    Raises:
        UnhashableArgumentError: for a value, here or below, that cannot be hashed soundly.
    """
    return Walk().digest((value,), (path,), b"")


class ArgumentDigester:
    """Digest the values of calls of one function.

    Args:
        names: the parameters' names; they count.
        function: qualified name, for errors.
    """

    __slots__ = ("function", "names", "names_prefix", "prefix")

    def __init__(self, names: tuple[str, ...], function: str) -> None:
        self.names = names
        self.function = function
        self.names_prefix = dumps(names, 2)
        self.prefix = self.names_prefix + dumps((None,) * len(names), 2)[:5]

    def digest(self, values: tuple[object, ...]) -> bytes:
        """Return the digest of one value for each name: 16 bytes, and one more if there was code among them.

        Raises:
            UnhashableArgumentError: for a value that cannot be hashed soundly; it has the path.
        """
        if _are_flat(values):
            try:
                data = dumps(values, 2)  # type: ignore[arg-type] # a tuple of checked types
            except ValueError:  # a string of 2 GiB or more
                data = b""
            if 0 < len(data) < SPILL_BYTES:
                return digest(self.names_prefix + data)
        reduced: dict[int, tuple[object, Node]] = {}
        direct, walk = _encode_directly(values, reduced, self.function)
        if direct is not None:
            found = digest(self.prefix + direct)
        else:
            walk = walk or Walk(self.function)
            walk.reduced = reduced  # so that nothing is hashed twice
            found = walk.digest(values, self.names, self.prefix)
        return found + CODE_MARK if walk is not None and walk.met_code else found


def _are_flat(values: tuple[object, ...]) -> bool:
    """Tell whether the values are atoms, and unshared lists, tuples and dicts of atoms."""
    kinds = tuple(map(type, values))
    try:
        places = _shapes.get(kinds)
        if places is None:
            if not _is_flat(kinds):
                return False
            places = tuple([place for place, kind in enumerate(kinds) if kind not in _SMALL])
            if len(_shapes) < _MOST_SHAPES:
                _shapes[kinds] = places
        if not places:
            return True
        for place in places:
            value: Any = values[place]
            if not _is_small(map(type, value)):
                return False
            if kinds[place] is dict and not _is_small(map(type, value.values())):
                return False
    except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
        return False
    if len(places) == 1:
        return True
    identities = [id(values[place]) for place in places if kinds[place] is not tuple]
    return len(set(identities)) == len(identities)  # no list or dict is there twice


def _encode_directly(
    values: tuple[object, ...], reduced: dict[int, tuple[object, Node]], function: str
) -> tuple[bytes | None, Walk | None]:
    """Encode values that need no walk: builtins, leaves such as dates, instances that hold atoms alone.

    Args:
        values: of a call.
        reduced: takes in what was reduced, by identity.
        function: qualified name, for errors.

    Returns:
        The encodings, joined; None if there is anything else, or one object twice.  And a walk that knows
        what code was met, if there were instances.
    """
    parts: list[bytes] = []
    met: set[int] = set()  # mutable containers and instances
    walk: Walk | None = None
    for value in values:
        kind: Any = type(value)
        if type(kind) is type and kind in _BUILTIN:
            data = _encode_builtin(value, kind, met)
        elif id(value) in reduced or id(value) in met:
            data = None  # one object for two parameters
        elif (rule := rule_of(kind)) is reduce_instance:
            met.add(id(value))
            walk = walk or Walk(function)
            data = walk.encode_flat(value, kind)
        else:
            node = rule(value)
            reduced[id(value)] = (value, node)
            data = node.data if type(node) is Leaf else None
        if data is None:
            return None, walk
        parts.append(data)
    return b"".join(parts), walk


def _encode_builtin(value: Any, kind: type, met: set[int]) -> bytes | None:
    """Encode an atom that is not long, or a container of builtins that shares nothing with those met."""
    if kind in ATOMS:
        if kind in (str, bytes) and len(value) > LARGE_BYTES:
            return None
        return dumps(value, 2)
    if _is_small_tree(value, met):
        data = dumps(value, 2)
        return data if len(data) <= LARGE_BYTES else None
    found = encode_plain((value,), met)
    if isinstance(found, int):
        return None
    met |= found[1]
    return found[0]


def _is_small_tree(value: Any, met: set[int]) -> bool:
    """Tell whether a container holds few builtins, nested a little, and no list or dict that was met before.

    Those that it holds are met from now on, if it is one.
    """
    here: set[int] = set()
    level: Sequence[Any] = (value,)
    for _ in range(_MOST_LEVELS):
        below: list[Any] = []
        for item in level:
            kind: Any = type(item)
            if type(kind) is not type:  # its metaclass may say that it equals one of these
                return False
            if kind is str or kind is bytes:
                if len(item) > LARGE_BYTES:
                    return False
                continue
            if kind in _SMALL:
                continue
            if kind not in CONTAINERS or len(item) >= _MOST_ITEMS:
                return False
            if kind in MUTABLE:
                if id(item) in here or id(item) in met:
                    return False
                here.add(id(item))
            if kind is dict:
                below += item.values()
            elif kind is not list and kind is not tuple:
                if not _is_sortable(map(type, item)):  # what marshal may not sort is for the walk
                    return False
                continue
            below += item
        if not below:
            met |= here
            return True
        if len(below) > _MOST_ITEMS:
            return False
        level = below
    return False


def digest_arguments(names: tuple[str, ...], values: Sequence[object], function: str) -> bytes:
    """Return the 16-byte digest of a whole bound call.

    Args:
        names: the parameters' names; they count.
        values: one value for each name.
        function: qualified name, for errors.

    Raises:
        UnhashableArgumentError: for a value that cannot be hashed soundly; its path begins with the name.
    """
    return ArgumentDigester(names, function).digest(tuple(values))[:DIGEST_SIZE]
