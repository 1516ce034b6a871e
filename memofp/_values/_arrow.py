"""Reduce pyarrow's arrays, tables, scalars, types and schemas.

A column's content is hashed as its values with zeros under the missing ones, and which are
missing.  How it is cut into chunks or sliced out of a larger one, and the bits behind its end,
do not count.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from memofp._digest import Hasher
from memofp._values._parts import Node, Parts, leaf, pack

__all__ = ["column_parts", "rules"]

_STRINGS = frozenset({"string", "binary", "large_string", "large_binary", "string_view", "binary_view"})
_SLICE = 1 << 16  # rows that are copied at a time, where a copy is needed


def _arrow() -> Any:
    return sys.modules["pyarrow"]


def _compute() -> Any:
    import pyarrow.compute as compute  # part of the library whose values we were given

    return compute


def type_part(kind: Any) -> Node:
    """Return what stands for a data type: its name, parameters, and fields with their metadata."""
    arrow = _arrow()
    children: list[tuple[str, object]] = []
    extra: tuple[object, ...] = ()
    if isinstance(kind, arrow.BaseExtensionType):
        extra = (kind.extension_name, type(kind).__name__)
        children.append((".storage_type", type_part(kind.storage_type)))
        serialize = getattr(kind, "__arrow_ext_serialize__", None)
        children.append((".parameters", serialize() if serialize is not None else str(kind)))
    elif arrow.types.is_dictionary(kind):
        extra = (bool(kind.ordered),)
        children += [(".index_type", type_part(kind.index_type)), (".value_type", type_part(kind.value_type))]
    elif arrow.types.is_nested(kind):
        extra = (str(getattr(kind, "keys_sorted", "")), str(getattr(kind, "list_size", "")))
        children += [("", field_part(kind.field(i))) for i in range(kind.num_fields)]
    return Parts(pack("pyarrow.DataType", str(kind), *extra), children, mutable=False)


def field_part(field: Any) -> Node:
    """Return what stands for a field: name, type, whether it may be missing, metadata."""
    metadata = tuple((field.metadata or {}).items())
    tag = pack("pyarrow.Field", field.name, bool(field.nullable), metadata)
    return Parts(tag, [(".type", type_part(field.type))], mutable=False)


def _schema(value: Any) -> Node:
    metadata = tuple((value.metadata or {}).items())
    fields = [(f".field({i})", field_part(value.field(i))) for i in range(len(value))]
    return Parts(pack("pyarrow.Schema", metadata), fields, mutable=False)


def column_parts(value: Any) -> list[tuple[str, object]]:
    """Return what stands for an array's or chunked array's type and content."""
    arrow = _arrow()
    kind = value.type
    children: list[tuple[str, object]] = [(".type", type_part(kind))]
    if isinstance(kind, arrow.BaseExtensionType):
        chunks = [chunk.storage for chunk in _chunks(value)]
        value = arrow.chunked_array(chunks, kind.storage_type)
        kind = kind.storage_type
    if arrow.types.is_dictionary(kind):
        value = arrow.chunked_array(_chunks(value), kind).unify_dictionaries()
        chunks = value.chunks
        words = chunks[0].dictionary if chunks else arrow.array([], kind.value_type)
        children.append((".dictionary", Parts(b"", column_parts(words), mutable=False)))
        value = arrow.chunked_array([chunk.indices for chunk in chunks], kind.index_type)
        kind = kind.index_type
    content = _Content.of(kind)
    for chunk in _chunks(value):
        content.update(chunk)
    return [*children, ("", content.result())]


def _chunks(value: Any) -> list[Any]:
    return value.chunks if isinstance(value, _arrow().ChunkedArray) else [value]


def _slices(array: Any) -> Iterator[Any]:
    for start in range(0, len(array), _SLICE):
        yield array.slice(start, _SLICE)


class _Content:
    """A running digest of a column's values; chunks come in one after the other."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.length = 0
        self.missing = 0
        self.valid = Hasher()
        self.values = Hasher()
        self.children: list[_Content] = []

    @staticmethod
    def of(kind: Any) -> _Content:
        """Return the digest that fits a type."""
        types = _arrow().types
        if types.is_null(kind):
            return _Content(kind)
        if types.is_boolean(kind):
            return _Booleans(kind)
        if types.is_struct(kind):
            return _Structs(kind)
        if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
            return _Lists(kind)
        if str(kind) in _STRINGS:
            return _Strings(kind)
        return _Numbers(kind) if _width(kind) else _Objects(kind)

    def update(self, array: Any) -> None:
        """Take in one array."""
        self.length += len(array)
        before = self.missing
        self.missing += array.null_count
        # Where nothing is missing so far, nothing is written: `result` knows the length.
        if self.missing:
            compute = _compute()
            if not before:
                self._pad(self.length - len(array))
            for part in _slices(array):
                valid = compute.cast(compute.is_valid(part), _arrow().uint8())
                self.valid.update(_data(valid, 1))
        self.add(array)

    def _pad(self, count: int) -> None:
        for start in range(0, count, _SLICE):
            self.valid.update(b"\x01" * min(_SLICE, count - start))

    def add(self, array: Any) -> None:
        """Take in an array's values."""

    def result(self) -> Node:
        """Return what stands for all values."""
        valid = self.valid.digest() if self.missing else b""
        own = leaf("column", self.length, valid, self.values.digest())
        if not self.children:
            return own
        return Parts(b"columns", [("", own), *(("", c.result()) for c in self.children)], mutable=False)


class _Numbers(_Content):
    def add(self, array: Any) -> None:
        width = _width(self.kind)
        if not array.null_count:
            self.values.update(_data(array, width))
            return
        arrow = _arrow()
        for part in _slices(array):
            same = part.view(_integer_like(width)) if width in (1, 2, 4, 8) else part
            if width in (1, 2, 4, 8):
                filled = _compute().fill_null(same, arrow.scalar(0, _integer_like(width)))
                self.values.update(_data(filled, width))
            else:
                self.values.update(_data(part.drop_null(), width))


class _Booleans(_Content):
    def add(self, array: Any) -> None:
        compute, arrow = _compute(), _arrow()
        for part in _slices(array):
            filled = compute.fill_null(part, False) if part.null_count else part
            self.values.update(_data(compute.cast(filled, arrow.uint8()), 1))


class _Strings(_Content):
    def __init__(self, kind: Any) -> None:
        super().__init__(kind)
        self.lengths = Hasher()

    def add(self, array: Any) -> None:
        arrow, compute = _arrow(), _compute()
        if str(self.kind).endswith("_view"):
            wide = arrow.large_binary()
            array = compute.cast(array, arrow.large_string() if "string" in str(self.kind) else wide)
        large = array.type in (arrow.large_string(), arrow.large_binary())
        for part in _slices(array):
            lengths = compute.cast(compute.fill_null(compute.binary_length(part), 0), arrow.int64())
            self.lengths.update(_data(lengths, 8))
            kept = part.drop_null() if part.null_count else part
            _, offsets, data = kept.buffers()
            if data is None or not len(kept):
                continue
            view = memoryview(offsets).cast("q" if large else "i")
            self.values.update(memoryview(data)[view[kept.offset] : view[kept.offset + len(kept)]])

    def result(self) -> Node:
        return Parts(b"strings", [("", leaf("lengths", self.lengths.digest())), ("", super().result())])


class _Lists(_Content):
    def __init__(self, kind: Any) -> None:
        super().__init__(kind)
        self.children = [_Content.of(kind.value_type)]

    def add(self, array: Any) -> None:
        arrow, compute = _arrow(), _compute()
        for part in _slices(array):
            lengths = compute.fill_null(compute.list_value_length(part), 0)
            self.values.update(_data(compute.cast(lengths, arrow.int64()), 8))
        self.children[0].update(array.flatten())


class _Structs(_Content):
    def __init__(self, kind: Any) -> None:
        super().__init__(kind)
        self.children = [_Content.of(kind.field(i).type) for i in range(kind.num_fields)]

    def add(self, array: Any) -> None:
        for child, field in zip(self.children, array.flatten(), strict=True):
            child.update(field)


class _Objects(_Content):
    """Types without a rule: by the Python objects that they give."""

    def __init__(self, kind: Any) -> None:
        super().__init__(kind)
        self.objects: list[object] = []

    def add(self, array: Any) -> None:
        self.objects += array.to_pylist()

    def result(self) -> Node:
        return Parts(b"objects", [("", super().result()), ("", self.objects)], mutable=False, fresh=True)


def _integer_like(width: int) -> Any:
    arrow = _arrow()
    return {1: arrow.uint8(), 2: arrow.uint16(), 4: arrow.uint32(), 8: arrow.uint64()}[width]


def _width(kind: Any) -> int:
    """Return the bytes of one value of a fixed-width type, or 0."""
    types = _arrow().types
    if types.is_nested(kind) or types.is_dictionary(kind):
        return 0
    try:
        bits = kind.bit_width
    except ValueError:
        return 0
    return int(bits // 8) if bits % 8 == 0 else 0


def _data(array: Any, width: int) -> memoryview:
    """Return the bytes of a fixed-width array's values, in place."""
    buffer = array.buffers()[1]
    if buffer is None:
        return memoryview(b"")
    return memoryview(buffer)[array.offset * width : (array.offset + len(array)) * width]


def _array(value: Any) -> Node:
    kind = "ChunkedArray" if isinstance(value, _arrow().ChunkedArray) else "Array"
    return Parts(pack("pyarrow", kind), column_parts(value), mutable=False, fresh=True)


def _table(value: Any) -> Node:
    kind = "Table" if isinstance(value, _arrow().Table) else "RecordBatch"
    children: list[tuple[str, object]] = [(".schema", _schema(value.schema))]
    children += [
        (f".column({i})", Parts(b"", column_parts(value.column(i)), mutable=False))
        for i in range(value.num_columns)
    ]
    return Parts(pack("pyarrow", kind, value.num_rows), children, mutable=False, fresh=True)


def _scalar(value: Any) -> Node:
    array = (
        _arrow().array([value.as_py()], type=value.type) if not value.is_valid else _arrow().repeat(value, 1)
    )
    return Parts(b"pyarrow.Scalar", column_parts(array), mutable=False, fresh=True)


def _buffer(value: Any) -> Node:
    from memofp._values._builtins import buffer_field

    return leaf("pyarrow.Buffer", value.size, buffer_field(value), mutable=bool(value.is_mutable))


def rules() -> dict[type, Callable[[Any], Node]]:
    """Return pyarrow's classes with their rules; subclasses included."""
    arrow = _arrow()
    return {
        arrow.Table: _table,
        arrow.RecordBatch: _table,
        arrow.ChunkedArray: _array,
        arrow.Array: _array,
        arrow.Scalar: _scalar,
        arrow.DataType: type_part,
        arrow.Field: field_part,
        arrow.Schema: _schema,
        arrow.Buffer: _buffer,
    }
