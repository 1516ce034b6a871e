"""Pairs of numpy's values."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

Pair = tuple[str, object, object]


class Tagged(np.ndarray):
    """An array with a name."""


def differ() -> Iterator[Pair]:
    a = np.arange(12).reshape(3, 4)
    yield "items", np.array([1, 2]), np.array([1, 3])
    yield "shape", a, a.reshape(4, 3)
    yield "empty shapes", np.zeros((0, 3)), np.zeros((3, 0))
    yield "dtype", np.zeros(2, "i4"), np.zeros(2, "f4")
    yield "signedness", np.zeros(2, "i4"), np.zeros(2, "u4")
    yield "width", np.zeros(4, "i4"), np.zeros(2, "i8")
    yield "byte order", np.zeros(2, "<i4"), np.zeros(2, ">i4")
    yield "byte order of equal values", np.array([1], "<i4"), np.array([1], ">i4")
    yield "order", a, np.asfortranarray(a)
    yield "transposed", a.T, np.ascontiguousarray(a.T)
    yield "axes", np.zeros((2, 3, 4)).transpose(1, 0, 2), np.zeros((3, 2, 4))
    yield "read-only", a, _frozen(a.copy())
    yield "array and list", np.array([1]), [1]
    yield "array and tuple", np.array([1]), (1,)
    yield "0-d and scalar", np.array(1), np.int64(1)
    yield "scalar and int", np.int64(1), 1
    yield "scalar types", np.int64(1), np.int32(1)
    yield "float scalar and float", np.float64(1.0), 1.0
    yield "str scalar and str", np.str_("a"), "a"
    yield "bytes scalar and bytes", np.bytes_(b"a"), b"a"
    yield "bool scalar and bool", np.True_, True
    yield "0-d and 1-d", np.array(1), np.array([1])
    yield "minus zero", np.array([0.0]), np.array([-0.0])
    yield "datetime units", np.datetime64("2020-01-01"), np.datetime64("2020-01-01", "s")
    yield "datetime and integer", np.array(["1970-01-02"], "M8[D]"), np.array([1])
    yield "NaT and number", np.datetime64("NaT", "D"), np.timedelta64("NaT", "D")
    yield "string widths", np.array(["a"], "U1"), np.array(["a"], "U2")
    yield "string and bytes", np.array(["a"]), np.array([b"a"])
    yield "object and number", np.array([1], object), np.array([1])
    yield "object items", np.array([1, "a"], object), np.array([True, "a"], object)
    yield "object identities", _object([x := [1], x]), _object([[1], [1]])
    yield "object shapes", np.array([[1, 2]], object), np.array([[1], [2]], object)
    yield (
        "object order",
        np.array([[1, 2], [3, 4]], object),
        np.asfortranarray(np.array([[1, 2], [3, 4]], object)),
    )
    yield "field names", np.zeros(2, [("a", "i4")]), np.zeros(2, [("b", "i4")])
    yield (
        "field offsets",
        np.zeros(2, [("a", "i1"), ("b", "i4")]),
        np.zeros(2, np.dtype([("a", "i1"), ("b", "i4")], align=True)),
    )
    yield "field titles", np.zeros(1, [(("t", "a"), "i4")]), np.zeros(1, [("a", "i4")])
    yield "structured and plain", np.zeros(2, [("a", "i4")]), np.zeros(2, "i4")
    yield "subarrays", np.zeros(2, [("a", "i4", (2,))]), np.zeros(2, [("a", "i4", (2, 1))])
    yield "field of objects", _records([1]), _records([True])
    yield "dtype metadata", np.zeros(1, np.dtype("i4", metadata={"a": 1})), np.zeros(1, "i4")
    yield "masks", np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0])
    yield "masked and plain", np.ma.array([1, 2]), np.array([1, 2])
    yield "no mask and empty mask", np.ma.array([1, 2]), np.ma.array([1, 2], mask=[0, 0])
    yield "fill value", np.ma.array([1], fill_value=1), np.ma.array([1], fill_value=2)
    yield "under the mask", np.ma.array([1], mask=[1]), np.ma.array([2], mask=[1])
    yield "hard mask", np.ma.array([1], hard_mask=True), np.ma.array([1])
    yield "matrix", np.array([[1]]), _matrix()
    yield "recarray", np.zeros(1, [("a", "i4")]), np.zeros(1, [("a", "i4")]).view(np.recarray)
    yield "subclass", np.zeros(1), np.zeros(1).view(Tagged)
    yield "subclass state", _tagged("a"), _tagged("b")
    yield "dtypes", np.dtype("i4"), np.dtype("i8")
    yield "dtype and class", np.dtype("i4"), np.int32
    yield "generators", np.random.default_rng(0), np.random.default_rng(1)
    yield "random states", np.random.RandomState(0), np.random.RandomState(1)
    yield "ufuncs", np.sin, np.cos
    yield "shared array", [a, a], [a.copy(), a.copy()]
    yield "polynomials", np.polynomial.Polynomial([1]), np.polynomial.Polynomial([2])
    yield "strings of numpy 2", _strings(["a", "b"]), _strings(["ab", ""])
    yield "extended floats", np.longdouble(1), np.longdouble(2)
    yield "large tail", np.zeros(1_000_000), _last(np.zeros(1_000_000))
    yield "zero strides", np.zeros(3), np.lib.stride_tricks.as_strided(np.zeros(1), (3,), (0,))


def share() -> Iterator[Pair]:
    a = np.arange(24.0).reshape(4, 6)
    yield "copy", a, a.copy()
    yield "slice", a[:, ::2], a[:, ::2].copy()
    yield "slice of rows", a[1:3], a[1:3].copy()
    yield "reversed", a[::-1], a[::-1].copy()
    yield "transposed twice", a, a.T.T
    yield "transposed", a.T, np.asfortranarray(a.T)
    yield "transposed slice", a.T[::2], np.asfortranarray(a.T[::2])
    yield "three axes", _cube()[:, ::2, ::-1], _cube()[:, ::2, ::-1].copy()
    yield "row as vector", a[1], np.array(a[1])
    yield "column as vector", a[:, 1], a[:, 1].copy()
    yield "one column is both orders", a[:, :1].copy(), np.asfortranarray(a[:, :1])
    yield "strided and large", np.arange(500_000)[::3], np.arange(500_000)[::3].copy()
    yield "from a buffer", np.frombuffer(b"\1\0\0\0", "<i4"), _frozen(np.array([1], "<i4"))
    yield (
        "C types of one width",
        np.zeros(2, "q"),
        np.zeros(2, "l") if np.dtype("l").itemsize == 8 else np.zeros(2, "q"),
    )
    yield "native order", np.zeros(2, "=i4"), np.zeros(2, np.dtype("i4").newbyteorder("="))
    yield "gaps", _gaps(0), _gaps(255)
    yield "gaps in a strided array", _gaps(0)[::2], _gaps(255)[::2]
    yield "extended float padding", _extended(0), _extended(255)
    yield "objects", np.array([1, "a", None], object), np.array([1, "a", None], object)
    yield "strided objects", np.array([1, "a", None], object)[::2], np.array([1, None], object)
    yield "fill value asked for", np.ma.array([1.0]), _asked(np.ma.array([1.0]))
    yield "field view", _records([1, 2])["b"], np.zeros(2)
    yield "shared read-only", [r := _frozen(np.zeros(2)), r], [_frozen(np.zeros(2)), _frozen(np.zeros(2))]
    yield "NaN", np.array([np.nan]), np.array([float("nan")])
    yield "generator state", np.random.default_rng(0), np.random.default_rng(0)
    yield "strings", _strings(["a", "bc" * 50])[::2], _strings(["a"])
    yield "empty", np.zeros((0, 3)), np.asfortranarray(np.zeros((0, 3)))


def _matrix() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.matrix([[1]])


def _frozen(array: Any) -> Any:
    array.flags.writeable = False
    return array


def _object(items: list[object]) -> Any:
    array = np.empty(len(items), object)
    array[:] = items
    return array


def _records(items: list[object]) -> Any:
    array = np.zeros(len(items), [("a", object), ("b", "f8")])
    array["a"] = items
    return array


def _tagged(name: str) -> Any:
    array = np.zeros(1).view(Tagged)
    array.name = name
    return array


def _strings(items: list[str]) -> Any:
    if not hasattr(np.dtypes, "StringDType"):
        return items
    return np.array(items, dtype=np.dtypes.StringDType())


def _last(array: Any) -> Any:
    array[-1] = 1
    return array


def _cube() -> Any:
    return np.arange(60).reshape(3, 4, 5)


def _gaps(fill: int) -> Any:
    dtype = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8]})
    raw = np.full(4 * dtype.itemsize, fill, np.uint8)
    array = raw.view(dtype)
    array["a"] = [1, 2, 3, 4]
    array["b"] = [1, 2, 3, 4]
    return array


def _extended(fill: int) -> Any:
    array = np.full(3 * np.dtype(np.longdouble).itemsize, fill, np.uint8).view(np.longdouble)
    for i in range(3):
        array[i] = i
    if fill and np.finfo(np.longdouble).nmant == 63:
        array.view(np.uint8).reshape(3, -1)[:, 10:] = fill
    return array


def _asked(array: Any) -> Any:
    _ = array.fill_value
    return array
