"""Pairs of pyarrow's values."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

Pair = tuple[str, object, object]


def differ() -> Iterator[Pair]:
    yield "items", pa.array([1]), pa.array([2])
    yield "types", pa.array([1], pa.int8()), pa.array([1], pa.int16())
    yield "signedness", pa.array([1], pa.int8()), pa.array([1], pa.uint8())
    yield "missing and zero", pa.array([None], pa.int8()), pa.array([0], pa.int8())
    yield "which is missing", pa.array([0, None]), pa.array([None, 0])
    yield "missing at the end", pa.array([0]), pa.array([0, None])
    yield "strings", pa.array(["ab", "c"]), pa.array(["a", "bc"])
    yield "string and large string", pa.array(["a"]), pa.array(["a"], pa.large_string())
    yield "string and binary", pa.array(["a"]), pa.array([b"a"])
    yield "empty and missing", pa.array([""]), pa.array([None], pa.string())
    yield "lists", pa.array([[1], [2, 3]]), pa.array([[1, 2], [3]])
    yield "empty and missing list", pa.array([[]], pa.list_(pa.int8())), pa.array([None], pa.list_(pa.int8()))
    yield "list and fixed", pa.array([[1]], pa.list_(pa.int8())), pa.array([[1]], pa.list_(pa.int8(), 1))
    yield "structs", pa.array([{"a": 1}]), pa.array([{"b": 1}])
    yield "missing struct and field", pa.array([{"a": None}], S), pa.array([None], S)
    yield "dictionary and values", pa.array(["a"]).dictionary_encode(), pa.array(["a"])
    yield (
        "dictionary words",
        pa.DictionaryArray.from_arrays([0], ["a", "b"]),
        pa.DictionaryArray.from_arrays([0], ["a"]),
    )
    yield "units", pa.array([1], pa.timestamp("s")), pa.array([1], pa.timestamp("ms"))
    yield "zones", pa.array([1], pa.timestamp("s")), pa.array([1], pa.timestamp("s", "UTC"))
    yield "decimals", pa.array([Decimal("1.0")]), pa.array([Decimal("1.00")])
    yield "array and chunked", pa.array([1]), pa.chunked_array([[1]])
    yield "table and batch", pa.table({"a": [1]}), pa.RecordBatch.from_pydict({"a": [1]})
    yield "names", pa.table({"a": [1]}), pa.table({"b": [1]})
    yield "columns", pa.table({"a": [1], "b": [2]}), pa.table({"a": [2], "b": [1]})
    yield "schema metadata", pa.table({"a": [1]}), pa.table({"a": [1]}).replace_schema_metadata({"k": "v"})
    yield "field metadata", pa.field("a", pa.int8()), pa.field("a", pa.int8(), metadata={"k": "v"})
    yield (
        "nested field metadata",
        pa.list_(pa.field("a", pa.int8())),
        pa.list_(pa.field("a", pa.int8(), metadata={"k": "v"})),
    )
    yield "nullability", pa.field("a", pa.int8()), pa.field("a", pa.int8(), nullable=False)
    yield "schemas", pa.schema([("a", pa.int8())]), pa.schema([("a", pa.int16())])
    yield "scalars", pa.scalar(1), pa.scalar(2)
    yield "scalar types", pa.scalar(1, pa.int8()), pa.scalar(1, pa.int16())
    yield "scalar and int", pa.scalar(1), 1
    yield "missing scalar", pa.scalar(None, pa.int64()), pa.scalar(0)
    yield "buffers", pa.py_buffer(b"a"), pa.py_buffer(b"b")
    yield "maps", pa.array([[("a", 1)]], M), pa.array([[("a", 2)]], M)
    yield "booleans", pa.array([True, None]), pa.array([True, False])
    yield "nulls", pa.nulls(1), pa.nulls(2)


S = pa.struct([("a", pa.int8())])
M = pa.map_(pa.string(), pa.int8())

_SAMPLES: list[tuple[Any, list[object]]] = [
    (pa.int32(), [1, None, 3, 4, None]),
    (pa.float64(), [1.5, 2.5, 3.5, 4.5]),
    (pa.float16(), [np.float16(1.5), None, np.float16(2.5)]),
    (pa.bool_(), [True, None, False, True, True, False, True, True, True, None]),
    (pa.string(), ["a", "", None, "bcd" * 10, "e"]),
    (pa.large_binary(), [b"a", None, b"", b"cc"]),
    (pa.list_(pa.int8()), [[1], None, [], [2, None, 3]]),
    (pa.list_(pa.string(), 2), [["a", "b"], None, ["c", None]]),
    (pa.list_(pa.list_(pa.string())), [[["a"], []], None, [None, ["b", "c"]]]),
    (pa.struct([("a", pa.int8()), ("b", pa.string())]), [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}]),
    (pa.decimal128(5, 2), [Decimal("1.25"), None, Decimal("-3.00")]),
    (pa.timestamp("us", "UTC"), [1, None, 3]),
    (pa.binary(3), [b"abc", None, b"def"]),
    (M, [[("a", 1)], None, [("b", 2), ("c", None)]]),
    (pa.null(), [None, None, None]),
]
if hasattr(pa, "string_view"):
    _SAMPLES.append((pa.string_view(), ["a", None, "a long string, longer than twelve"]))


def share() -> Iterator[Pair]:
    for kind, items in _SAMPLES:
        array = pa.array(items, kind)
        end = len(array)
        three = pa.concat_arrays([array, array, array])
        yield f"slice of {kind}", three[end : 2 * end], array
        yield f"tail of {kind}", three[1:end], pa.array(items[1:], kind)
        yield (
            f"chunks of {kind}",
            pa.chunked_array([array[:1], array[1:2], array[2:]]),
            pa.chunked_array([array]),
        )
        yield f"empty chunks of {kind}", pa.chunked_array([array[:0], array]), pa.chunked_array([array])
    yield "under missing", _hidden(1), _hidden(2)
    yield "hidden strings", _hidden_string(b"abcXXd"), _hidden_string(b"abcYYd")
    yield "validity padding", _padded(0b00000101), _padded(0b11111101)
    yield "all valid or no bitmap", _padded(0b11111111), pa.array([7, 8, 9], pa.int8())
    yield "dictionary chunks", _dictionary(True), _dictionary(False)
    yield (
        "several maps",
        [pa.array([[("a", i)]], M) for i in range(9)],
        [pa.array([[("a", i)]], M) for i in range(9)],
    )
    yield "tables", pa.table({"a": pa.chunked_array([[1], [2]])}), pa.table({"a": [1, 2]})
    yield (
        "metadata",
        pa.schema([("a", pa.int8())], {"k": "v"}),
        pa.schema([("a", pa.int8())]).with_metadata({"k": "v"}),
    )


def _hidden(value: int) -> Any:
    data = pa.array([1, value], pa.int8()).buffers()[1]
    return pa.Array.from_buffers(pa.int8(), 2, [pa.py_buffer(b"\x01"), data])


def _hidden_string(text: bytes) -> Any:
    offsets = pa.array([0, 3, 5, 6], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(b"\x05"), offsets, pa.py_buffer(text)])


def _padded(bits: int) -> Any:
    data = pa.array([7, 8, 9], pa.int8()).buffers()[1]
    return pa.Array.from_buffers(pa.int8(), 3, [pa.py_buffer(bytes([bits])), data])


def _dictionary(chunked: bool) -> Any:
    if not chunked:
        return pa.chunked_array(
            [pa.DictionaryArray.from_arrays(pa.array([0, 1, 1, 2], pa.int32()), ["a", "b", "c"])]
        )
    first = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), ["a", "b"])
    second = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), ["b", "c"])
    return pa.chunked_array([first, second])
