"""Digest one value, or the values of one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from marshal import dumps
from typing import Any

from memofp._digest import DIGEST_SIZE, digest
from memofp._values._census import ATOMS, LARGE_BYTES
from memofp._values._plain import SPILL_BYTES

__all__ = ["ArgumentDigester", "digest_arguments", "digest_value"]

_SMALL = ATOMS - {bytes}  # bytes may be long, and are then hashed in place
_FLAT: frozenset[type] = frozenset({list, tuple, dict})
_MUTABLE: frozenset[type] = frozenset({list, dict})
_is_flat = (ATOMS | _FLAT).issuperset
_is_small = _SMALL.issuperset
CODE_MARK = b"+"  # behind a digest: there was code among the values
_MOST_SHAPES = 4096
_Nested = Callable[[tuple[object, ...], tuple[str, ...], bytes, str], tuple[bytes, bool]]
# Loaded for the first call that needs it: half of what is loaded to digest values.
_digest_nested: _Nested | None = None
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
    from memofp._values._walk import Walk

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
        digest_nested = _digest_nested or _load_nested()
        found, met_code = digest_nested(values, self.names, self.prefix, self.function)
        return found + CODE_MARK if met_code else found


def _load_nested() -> _Nested:
    global _digest_nested
    from memofp._values._nested import digest_nested

    _digest_nested = digest_nested
    return digest_nested


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
            if kinds[place] is bytes:
                if len(value) > LARGE_BYTES:
                    return False
                continue
            if not _is_small(map(type, value)):
                return False
            if kinds[place] is dict and not _is_small(map(type, value.values())):
                return False
    except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
        return False
    if len(places) == 1:
        return True
    identities = [id(values[place]) for place in places if kinds[place] in _MUTABLE]
    return len(set(identities)) == len(identities)  # no list or dict is there twice


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
