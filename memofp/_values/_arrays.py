"""Reduce numpy's arrays, scalars, dtypes and masked arrays.

Contiguous data is hashed in place.  Strided data is hashed through a small buffer in the order of
its axes in memory, so that a view and its copy agree, and C and Fortran order do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from memofp._digest import Hasher, digest
from memofp._values._objects import attribute_children
from memofp._values._origin import class_part
from memofp._values._parts import Leaf, Node, Parts, leaf, pack
from memofp._values._state import state_of

__all__ = ["array_data", "digest_data", "dtype_fields", "is_raw", "memory_order", "rules", "update_with"]

_BUFFER_ITEMS = 1 << 16
_NUMBERS = frozenset("biufc")
_RAW_KINDS = frozenset("biufcmMSUV")
_MOST_DTYPES = 256
_simple_dtypes: dict[int, tuple[tuple[object, ...], Any]] = {}  # by identity: its fields, and the dtype


def _numpy() -> Any:
    return sys.modules["numpy"]


def dtype_fields(dtype: Any) -> tuple[object, ...]:
    """Return everything that tells one dtype from another, as nested tuples; metadata aside."""
    if dtype.kind in _NUMBERS:  # which C type has that width differs between systems
        return (dtype.str,)
    kind = type(dtype).__module__, type(dtype).__name__
    scalar = dtype.type.__module__, dtype.type.__name__
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return ("sub", dtype_fields(base), shape)
    if dtype.names is None:
        return (dtype.str, dtype.itemsize, kind, scalar)
    fields = []
    for name in dtype.names:
        inner, offset, *title = dtype.fields[name]
        fields.append((name, dtype_fields(inner), offset, tuple(map(str, title))))
    return ("struct", dtype.itemsize, dtype.isalignedstruct, scalar, tuple(fields))


def _dtype_parts(dtype: Any) -> list[tuple[str, object]]:
    """Return the parts of a dtype that are objects: metadata, a string dtype's missing value."""
    parts: list[tuple[str, object]] = []
    if dtype.kind in _NUMBERS and dtype.metadata is None:
        return parts
    if dtype.metadata:
        parts.append((".dtype.metadata", dict(dtype.metadata)))
    if hasattr(dtype, "na_object"):
        parts.append((".dtype.na_object", dtype.na_object))
    if hasattr(dtype, "coerce"):
        parts.append((".dtype.coerce", dtype.coerce))
    for name in dtype.names or ():
        parts += _dtype_parts(dtype.fields[name][0])
    return parts


def is_raw(dtype: Any) -> bool:
    """Tell whether equal items have equal bytes, all of them."""
    if dtype.subdtype is not None:
        return is_raw(dtype.subdtype[0])
    if dtype.names is not None:
        fields = [dtype.fields[name] for name in dtype.names]
        end = 0
        for inner, offset, *_ in sorted(fields, key=lambda field: field[1]):
            if offset != end or not is_raw(inner):
                return False  # a gap holds whatever was there before
            end = offset + inner.itemsize
        return bool(end == dtype.itemsize)
    return dtype.kind in _RAW_KINDS and not _padding(dtype)


def _padding(dtype: Any) -> int:
    """Return how many bytes at the end of each real number of an extended float are never written."""
    if dtype.char not in "gG":
        return 0
    size = dtype.itemsize // (2 if dtype.char == "G" else 1)
    return size - 10 if _numpy().finfo(dtype).nmant == 63 else 0


def memory_order(array: Any) -> tuple[int, ...]:
    """Return the axes from the slowest in memory to the fastest; ties and trivial axes in C order."""
    axes = [axis for axis in range(array.ndim) if array.shape[axis] != 1]
    moved = sorted(axes, key=lambda axis: -abs(array.strides[axis]))
    order = list(range(array.ndim))
    for place, axis in zip(axes, moved, strict=True):
        order[place] = axis
    return tuple(order)


def digest_data(array: Any) -> bytes:
    """Return the digest of an array's items in C order, without a copy of the whole."""
    np = _numpy()
    if array.flags.c_contiguous and array.size and not _padding(array.dtype):
        return digest(array.reshape(-1).view(np.uint8))
    hasher = Hasher()
    update_with(hasher, array)
    return hasher.digest()


def update_with(hasher: Hasher, array: Any) -> None:
    """Update a digest with an array's items in C order, without a copy of the whole."""
    np = _numpy()
    if array.size == 0:
        return
    padding = _padding(array.dtype)
    if padding:
        size = 10 + padding
        rest = np.ascontiguousarray(array).reshape(-1).view(np.uint8).reshape(-1, size)
        update_with(hasher, rest[:, :10])
        return
    if array.flags.c_contiguous:
        hasher.update(array.reshape(-1).view(np.uint8))
        return
    chunks = np.nditer(array, ["external_loop", "buffered"], order="C", buffersize=_BUFFER_ITEMS)
    for chunk in chunks:
        hasher.update(np.ascontiguousarray(chunk).view(np.uint8))


def _simple_fields(array: Any) -> tuple[object, ...] | None:
    """Return what tells the dtype of a contiguous array of plain numbers; None for another array."""
    dtype = array.dtype
    known = _simple_dtypes.get(id(dtype))
    if known is None:
        if dtype.kind not in _NUMBERS or dtype.char in "gG":
            return None
        if len(_simple_dtypes) >= _MOST_DTYPES:
            _simple_dtypes.clear()
        known = _simple_dtypes[id(dtype)] = (dtype_fields(dtype), dtype)
    if type(array) is not _numpy().ndarray or not array.size or not array.flags.c_contiguous:
        return None
    return known[0]


def _layout(array: Any) -> tuple[Any, tuple[object, ...]]:
    """Return the array with its axes in the order of memory, and what the layout adds to the digest."""
    if array.flags.c_contiguous or array.size == 0:
        return array, ()
    order = memory_order(array)
    trivial = order == tuple(range(array.ndim))
    zero = tuple(i for i in range(array.ndim) if array.strides[i] == 0 and array.shape[i] > 1)
    layout = (() if trivial else order, zero if array.flags.writeable else ())
    return array.transpose(order), layout if any(layout) else ()


def _content(array: Any, writeable: bool) -> Leaf | list[tuple[str, object]]:
    """Return a leaf of the data, or children if it is held by objects or has gaps."""
    simple = _simple_fields(array)
    if simple is not None:
        return leaf("numpy", simple, array.shape, writeable, (), digest(array))
    ordered, layout = _layout(array)
    dtype = array.dtype
    head = (dtype_fields(dtype), array.shape, writeable, layout)
    if is_raw(dtype):
        return leaf("numpy", *head, digest_data(ordered))
    if dtype.names is not None:
        fields = [(f"[{name!r}]", Parts(b"", array_data(ordered[name], writeable))) for name in dtype.names]
        return [("", leaf("numpy", *head)), *fields]
    if dtype.kind in _RAW_KINDS:
        return leaf("numpy", *head, digest_data(ordered))
    return [("", leaf("numpy", *head)), ("", tuple(ordered.reshape(-1).tolist()))]


def array_data(array: Any, writeable: bool) -> list[tuple[str, object]]:
    """Return what stands for an array's dtype, shape, layout and items."""
    content = _content(array, writeable)
    return [("", content)] if isinstance(content, Leaf) else content


def _array(value: Any) -> Node:
    np = _numpy()
    plain = value if type(value) is np.ndarray else np.ndarray.view(value, np.ndarray)
    mutable = bool(plain.flags.writeable)
    content = _content(plain, mutable)
    metadata = _dtype_parts(plain.dtype)
    if plain is value and isinstance(content, Leaf) and not metadata:
        return Leaf(content.data, mutable)
    children = ([("", content)] if isinstance(content, Leaf) else content) + metadata
    names: object = ()
    if plain is not value:
        names, attributes = attribute_children(*_subclass_state(value))
        children += [(".__class__", class_part(type(value))), *attributes]
    return Parts(pack("numpy.ndarray", names), children, mutable=mutable, fresh=True)


def _subclass_state(value: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    names, values = state_of(value)
    if isinstance(value, _numpy().memmap):  # where the bytes come from is no part of what they are
        left_out = ("_mmap", "filename", "offset", "mode")
        kept = [(n, v) for n, v in zip(names, values, strict=True) if n not in left_out]
        return tuple(n for n, _ in kept), tuple(v for _, v in kept)
    return names, values


def _masked(value: Any) -> Node:
    np = _numpy()
    data = np.ndarray.view(value, np.ndarray)
    mask = None if value._mask is np.ma.nomask else _held(np.ndarray.view(value._mask, np.ndarray))
    fill = value._fill_value  # made when someone asks for it
    if fill is None:
        fill = np.ma.default_fill_value(data.dtype)
    names, values = state_of(value)
    own = [(n, v) for n, v in zip(names, values, strict=True) if n not in _MASKED_STATE]
    own_names, attributes = attribute_children(tuple(n for n, _ in own), tuple(v for _, v in own))
    more = value._optinfo or {}
    children = [
        *array_data(data, bool(data.flags.writeable)),
        *_dtype_parts(data.dtype),
        (".__class__", class_part(type(value))),
        (".mask", mask),
        (".fill_value", _held(np.asarray(fill, dtype=data.dtype))),
        *attributes,
        ("._optinfo", dict(more)),
    ]
    tag = pack("numpy.ma", bool(value.hardmask), own_names)
    return Parts(tag, children, fresh=True)


def _held(array: Any) -> Parts:
    """Return an array that is part of another value, whoever else refers to it."""
    return Parts(b"array", array_data(array, True), mutable=False)


_MASKED_STATE = frozenset(
    {"_mask", "_fill_value", "_hardmask", "_sharedmask", "_isfield", "_baseclass", "_optinfo", "_basedict"}
)


_numbers: dict[type, tuple[object, ...]] = {}  # numpy's own types of numbers -> what tells their dtype


def _scalar(value: Any) -> Node:
    kind = type(value)
    if type(kind) is type and kind in _numbers:
        return leaf("numpy scalar", kind.__name__, _numbers[kind], digest(value))
    np = _numpy()
    array = np.asarray(value)
    if kind.__module__ in ("numpy", "numpy._core.records", "numpy.rec") and is_raw(array.dtype):
        if array.dtype.kind in _NUMBERS and getattr(np, kind.__name__, None) is kind:
            _numbers[kind] = dtype_fields(array.dtype)
        return leaf("numpy scalar", kind.__name__, dtype_fields(array.dtype), digest_data(array))
    names, attributes = attribute_children(*state_of(value))
    children = [
        (".__class__", class_part(kind)),
        *array_data(array, True),
        *_dtype_parts(array.dtype),
        *attributes,
    ]
    return Parts(pack("numpy scalar", names), children, mutable=False, fresh=True)


def _dtype(value: Any) -> Node:
    metadata = _dtype_parts(value)
    fields = leaf("numpy.dtype", dtype_fields(value))
    if not metadata:
        return fields
    return Parts(b"numpy.dtype", [("", fields), *metadata], mutable=False, fresh=True)


def rules() -> dict[type, Callable[[Any], Node]]:
    """Return numpy's classes with their rules; subclasses included."""
    np = _numpy()
    found: dict[type, Callable[[Any], Node]] = {np.ndarray: _array, np.generic: _scalar, np.dtype: _dtype}
    if "numpy.ma" in sys.modules:  # a subclass of ndarray; numpy loads it at first use
        found[np.ma.MaskedArray] = _masked
    return found
