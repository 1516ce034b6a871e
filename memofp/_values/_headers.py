"""Write what instances of a class begin with; ask the layer above for the digests of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from marshal import dumps

from memofp._values._census import ATOMS
from memofp._values._origin import class_part
from memofp._values._parts import Leaf, pack
from memofp._values._state import layout_of

__all__ = [
    "CODE",
    "DEFINE",
    "PARTS",
    "REFER",
    "Header",
    "are_small",
    "hash_code",
    "instance_header",
    "set_code_hasher",
]

PARTS, CODE, DEFINE, REFER = b"\x02", b"\x03", b"\x04", b"\x05"
_MOST_HEADERS = 4096

_is_small = (ATOMS - {bytes}).issuperset

_code_hasher: Callable[[object], bytes] | None = None


def set_code_hasher(function: Callable[[object], bytes]) -> None:
    """Say how functions, classes and modules among values are hashed (the fingerprint layer does)."""
    global _code_hasher
    _code_hasher = function


def hash_code(code: object) -> bytes | None:
    """Return the digest of a function, class or module; None if nothing hashes code here."""
    return None if _code_hasher is None else _code_hasher(code)


def are_small(values: Iterable[object]) -> bool:
    """Tell whether values are all atoms, and none is of bytes, which may be long and are hashed in place."""
    try:
        return _is_small(map(type, values))
    except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
        return False


class Header:
    """What the encodings of instances with the same class and names of attributes share.

    Attributes:
        data: what they begin with.
        is_code: whether the digest of the class comes next; else its name is in `data`.
        frozen: whether they refuse assignment, so that it does not count who shares them.
        names: of the attributes.
    """

    __slots__ = ("data", "frozen", "is_code", "kind", "names")

    def __init__(self, kind: type, names: tuple[str, ...]) -> None:
        part = class_part(kind)
        self.data = PARTS + dumps((pack("object", names), len(names) + 1), 2)
        self.data += part.data if isinstance(part, Leaf) else CODE
        self.is_code = not isinstance(part, Leaf)
        self.frozen = layout_of(kind).frozen
        self.names = names
        self.kind = kind  # kept alive, so that its identity stays its own


_headers: dict[tuple[int, tuple[str, ...]], Header] = {}


def instance_header(kind: type, names: tuple[str, ...]) -> Header:
    """Return the header of a plain class's instances that have these attributes; remembered."""
    found = _headers.get((id(kind), names))
    if found is None:
        if len(_headers) >= _MOST_HEADERS:
            _headers.clear()
        found = _headers[id(kind), names] = Header(kind, names)
    return found
