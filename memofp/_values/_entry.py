"""Digest one value, or the values of one call."""

from __future__ import annotations

from collections.abc import Sequence
from marshal import dumps

from memofp._digest import digest
from memofp._values._plain import ATOMS
from memofp._values._walk import Walk

__all__ = ["ArgumentDigester", "digest_arguments", "digest_value"]

_SMALL = ATOMS - {bytes}  # bytes may be long, and are then hashed in place
_is_small = _SMALL.issuperset


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

    __slots__ = ("function", "names", "prefix")

    def __init__(self, names: tuple[str, ...], function: str) -> None:
        self.names = names
        self.function = function
        self.prefix = dumps(names, 2)

    def __call__(self, values: tuple[object, ...]) -> bytes:
        """Return the 16-byte digest of one value for each name.

        Raises:
            UnhashableArgumentError: for a value that cannot be hashed soundly; it has the path.
        """
        if _is_small(map(type, values)):
            data = dumps(values, 2)  # type: ignore[arg-type] # a tuple of atoms
            return digest(self.prefix + data[5:])
        return Walk(self.function).digest(values, self.names, self.prefix)


def digest_arguments(names: tuple[str, ...], values: Sequence[object], function: str) -> bytes:
    """Return the 16-byte digest of a whole bound call.

    Args:
        names: the parameters' names; they count.
        values: one value for each name.
        function: qualified name, for errors.

    Raises:
        UnhashableArgumentError: for a value that cannot be hashed soundly; its path begins with the name.
    """
    return ArgumentDigester(names, function)(tuple(values))
