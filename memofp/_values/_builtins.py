"""Reduce builtin atoms and containers, and instances of their subclasses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from gc import get_referents
from marshal import dumps
from types import MappingProxyType
from typing import Any

from memofp._digest import Hasher, digest
from memofp._values._headers import are_small
from memofp._values._markers import File
from memofp._values._objects import attribute_children
from memofp._values._origin import class_part, mro_of
from memofp._values._parts import Leaf, Node, Parts, Refusal, leaf, pack
from memofp._values._plain import ATOMS, LARGE_BYTES, SPILL_BYTES, encode_plain, sort_large_set
from memofp._values._state import state_of

__all__ = ["EXACT", "buffer_field", "content_of", "reduce_subclass"]


def buffer_field(buffer: Any) -> bytes:
    """Return short buffers as they are and the digest of long ones; beside their length, no two share one."""
    view = memoryview(buffer)
    return view.tobytes() if view.nbytes <= 1024 else digest(view)


def reduce_atom(value: Any) -> Node:
    """Reduce an exact builtin atom; very long strings by digest."""
    if type(value) in (bytes, str) and len(value) > LARGE_BYTES:
        data = value if type(value) is bytes else value.encode("utf-8", "surrogatepass")
        return leaf("long", type(value) is bytes, len(data), digest(data))
    return Leaf(dumps(value, 2))


def _reduce_container(value: Any, tag: bytes, children: Callable[[Any], list[tuple[str, object]]]) -> Node:
    mutable = tag in (b"list", b"dict", b"set")
    plain = encode_plain((value,), frozenset(), 2)
    if not isinstance(plain, int):
        data = plain[0]
        if len(data) > SPILL_BYTES:
            return leaf("long " + tag.decode(), len(data), digest(data), mutable=mutable)
        return Leaf(data, mutable)
    ordered = sort_large_set(value) if tag in (b"set", b"frozenset") else None
    if ordered is not None:
        return leaf("large " + tag.decode(), len(ordered), digest(dumps(ordered, 2)), mutable=mutable)
    return Parts(tag, children(value), ordered=tag not in (b"set", b"frozenset"), mutable=mutable)


def _reduce_tuple(value: Any) -> Node:
    """Reduce an exact tuple; most are few atoms, which are encoded at once."""
    if are_small(value):
        try:
            data = dumps(value, 2)
        except ValueError:  # a string of 2 GiB or more
            data = b""
        if 0 < len(data) <= SPILL_BYTES:
            return Leaf(data)
    return _reduce_container(value, b"tuple", indexed)


def indexed(values: Any) -> list[tuple[str, object]]:
    """Label values by position."""
    return [(f"[{i}]", item) for i, item in enumerate(values)]


def value_label(key: object, index: int) -> str:
    """Return the label of a mapping's value: by its key if that is short, else by position."""
    if type(key) is str and len(key) < 60:
        return f"[{key!r}]"
    if type(key) is int and -(10**18) < key < 10**18:
        return f"[{key}]"
    return f"{{value {index}}}"


def entries(pairs: Any) -> list[tuple[str, object]]:
    """Label the keys and values of a mapping, as alternating children."""
    children: list[tuple[str, object]] = []
    for i, (key, value) in enumerate(pairs):
        children.append((f"{{key {i}}}", key))
        children.append((value_label(key, i), value))
    return children


def _elements(values: Any) -> list[tuple[str, object]]:
    return [("{element}", item) for item in values]


def _slice(value: slice) -> Node:
    children = [("start", value.start), ("stop", value.stop), ("step", value.step)]
    return Parts(b"slice", children, mutable=False)


def _memoryview(value: memoryview) -> Node:
    try:
        shape, kind = value.shape, value.format
    except ValueError:
        return leaf("released memoryview")
    data = buffer_field(value if value.c_contiguous else value.tobytes())
    return leaf("memoryview", kind, shape, value.itemsize, value.readonly, data, mutable=not value.readonly)


def _view(tag: bytes, value: object) -> Node:
    """Reduce a view of a dictionary to that dictionary, which its `mapping` shows."""
    return Parts(tag, [(".mapping", get_referents(value)[0])], mutable=False)


def _mappingproxy(value: MappingProxyType[Any, Any]) -> Node:
    # The one way to the mapping that calls no method of it.
    return Parts(b"mappingproxy", [("", get_referents(value)[0])], mutable=False)


def _file(value: File) -> Node:
    """Reduce a file to its content, read in blocks."""
    hasher, size = Hasher(), 0
    try:
        with open(value.path, "rb") as stream:
            while block := stream.read(1 << 20):
                hasher.update(block)
                size += len(block)
    except FileNotFoundError:
        return leaf("memofp.File absent")  # what a function does without the file can be stored as well
    except OSError as error:
        reason = f"is a file that cannot be read ({error.strerror or error}: {value.path!r})"
        return Refusal(reason, "memofp.File", error)
    return leaf("memofp.File", size, hasher.digest())


EXACT: dict[type, Callable[[Any], Node]] = {
    **dict.fromkeys(ATOMS, reduce_atom),
    type(NotImplemented): lambda _: leaf("NotImplemented"),
    list: lambda value: _reduce_container(value, b"list", indexed),
    tuple: _reduce_tuple,
    dict: lambda value: _reduce_container(value, b"dict", lambda v: entries(v.items())),
    set: lambda value: _reduce_container(value, b"set", _elements),
    frozenset: lambda value: _reduce_container(value, b"frozenset", _elements),
    bytearray: lambda value: leaf("bytearray", len(value), buffer_field(value), mutable=True),
    range: lambda value: leaf("range", value.start, value.stop, value.step),
    slice: _slice,
    File: _file,
    memoryview: _memoryview,
    MappingProxyType: _mappingproxy,
    type({}.keys()): partial(_view, b"dict_keys"),
    type({}.values()): partial(_view, b"dict_values"),
    type({}.items()): partial(_view, b"dict_items"),
}

# How to read a builtin's content from an instance of a subclass without calling what the subclass overrides.
_CONTENT: dict[type, Callable[[Any], object]] = {
    int: int.__index__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    bytearray: lambda value: leaf("bytes", bytes(bytearray.__getitem__(value, slice(None)))),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    list: lambda value: Parts(b"list", indexed(list.__iter__(value)), mutable=False),
    dict: lambda value: Parts(b"dict", entries(dict.items(value)), mutable=False),
    set: lambda value: Parts(b"set", _elements(set.__iter__(value)), ordered=False, mutable=False),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}
_IMMUTABLE = frozenset({int, float, complex, str, bytes, tuple, frozenset})


def content_of(value: object) -> tuple[type, object] | None:
    """Return the builtin that a value's class derives from and the exact content; None if there is none."""
    for kind in mro_of(type(value)):
        if kind in _CONTENT:
            return kind, _CONTENT[kind](value)
    return None


def reduce_subclass(value: object) -> Node | None:
    """Reduce an instance of a subclass of a builtin: its class, its content, its attributes."""
    found = content_of(value)
    if found is None:
        return None
    kind, content = found
    names, attributes = attribute_children(*state_of(value))
    children = [(".__class__", class_part(type(value))), ("", content), *attributes]
    mutable = kind not in _IMMUTABLE or bool(attributes)
    tag = pack("subclass", kind.__name__, names)
    return Parts(tag, children, mutable=mutable, fresh=True)
