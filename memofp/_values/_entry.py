"""Digest one value, or the values of one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from marshal import dumps
from typing import Any

from memofp._digest import DIGEST_SIZE, digest
from memofp._values._parts import Leaf
from memofp._values._plain import ATOMS, CONTAINERS, LARGE_BYTES, SPILL_BYTES
from memofp._values._registry import is_plain_instance, reduce_value
from memofp._values._walk import Walk

__all__ = ["ArgumentDigester", "digest_arguments", "digest_value"]

_SMALL = ATOMS - {bytes}  # bytes may be long, and are then hashed in place
_BUILTIN = ATOMS | CONTAINERS
_is_flat = (_SMALL | {list, tuple, dict}).issuperset
_is_small = _SMALL.issuperset
CODE_MARK = b"+"  # behind a digest: there was code among the values
_small_calls: set[tuple[type, ...]] = set()  # types of values that were all atoms


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

    def __call__(self, values: tuple[object, ...]) -> bytes:
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
        walk = Walk(self.function)
        direct = _encode_directly(walk, values)
        if direct is not None:
            return digest(self.prefix + direct)
        found = walk.digest(values, self.names, self.prefix)
        return found + CODE_MARK if walk.met_code else found


def _are_flat(values: tuple[object, ...]) -> bool:
    """Tell whether the values are atoms, and unshared lists, tuples and dicts of atoms."""
    kinds = tuple(map(type, values))
    try:
        if kinds in _small_calls:
            return True
        if not _is_small(kinds):
            return _is_flat(kinds) and _are_flat_containers(values)
    except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
        return False
    if len(_small_calls) < 4096:
        _small_calls.add(kinds)
    return True


def _encode_directly(walk: Walk, values: tuple[object, ...]) -> bytes | None:
    """Encode values that are atoms and leaves: dates, numbers, arrays; None if another is among them.

    What was reduced until then stays with the walk, so that nothing is hashed twice.
    """
    parts: list[bytes] = []
    for value in values:
        kind: Any = type(value)
        if type(kind) is type and kind in _BUILTIN:
            if kind not in _SMALL or (kind is str and len(value) > LARGE_BYTES):  # type: ignore[arg-type] # a string
                return None
            parts.append(dumps(value, 2))  # type: ignore[arg-type] # an atom
            continue
        if is_plain_instance(kind):
            return None
        if id(value) in walk.reduced:
            return None  # one object for two parameters
        node = reduce_value(value)
        walk.reduced[id(value)] = (value, node)
        if type(node) is not Leaf:
            return None
        parts.append(node.data)
    return b"".join(parts)


def _are_flat_containers(values: Iterable[Any]) -> bool:
    identities = []
    for value in values:
        kind = type(value)
        if kind in _SMALL:
            continue
        if not _is_small(map(type, value)):
            return False
        if kind is dict and not _is_small(map(type, value.values())):
            return False
        if kind is not tuple:
            identities.append(id(value))
    return len(identities) < 2 or len(set(identities)) == len(identities)


def digest_arguments(names: tuple[str, ...], values: Sequence[object], function: str) -> bytes:
    """Return the 16-byte digest of a whole bound call.

    Args:
        names: the parameters' names; they count.
        values: one value for each name.
        function: qualified name, for errors.

    Raises:
        UnhashableArgumentError: for a value that cannot be hashed soundly; its path begins with the name.
    """
    return ArgumentDigester(names, function)(tuple(values))[:DIGEST_SIZE]
