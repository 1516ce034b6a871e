"""Pairs of builtin values: those that a function can tell apart, and those that it cannot."""
# ruff: noqa: C409, PERF402 # values are made in odd ways on purpose

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Iterator

Pair = tuple[str, object, object]


def differ() -> Iterator[Pair]:
    yield "int and bool", 1, True
    yield "int and float", 1, 1.0
    yield "float and complex", 1.0, 1 + 0j
    yield "zero and minus zero", 0.0, -0.0
    yield "complex minus zero", complex(0.0, 0.0), complex(0.0, -0.0)
    yield "zero and False", 0, False
    yield "None and False", None, False
    yield "None and string", None, "None"
    yield "empty bytes and str", b"", ""
    yield "bytes and bytearray", b"a", bytearray(b"a")
    yield "bytearray and memoryview", bytearray(b"a"), memoryview(bytearray(b"a"))
    yield "readonly memoryview", memoryview(bytearray(b"a")), memoryview(bytearray(b"a")).toreadonly()
    yield "memoryview formats", memoryview(b"\0" * 4), memoryview(b"\0" * 4).cast("i")
    yield "memoryview shapes", memoryview(b"\0" * 4).cast("B", [2, 2]), memoryview(b"\0" * 4)
    yield "str and bytes", "a", b"a"
    yield "str and int", "1", 1
    yield "list and tuple", [1], (1,)
    yield "set and frozenset", {1}, frozenset({1})
    yield "set and dict", {1}, {1: None}
    yield "empty containers", [], ()
    yield "empty dict and set", {}, set()
    yield "empty list and None", [], None
    yield "nesting", [[1], [2]], [[1, 2]]
    yield "nesting of one", [1], [[1]]
    yield "split of strings", ["ab", "c"], ["a", "bc"]
    yield "string and its list", "ab", ["a", "b"]
    yield "strings with separators", ["a", "b"], ["a,b"]
    yield "trailing None", [1], [1, None]
    yield "dict order", {"a": 1, "b": 2}, {"b": 2, "a": 1}
    yield "key and value", {"a": "b"}, {"b": "a"}
    yield "dict keys 1 and True", {1: 0}, {True: 0}
    yield "dict keys 1 and 1.0", {1: 0}, {1.0: 0}
    yield "sets of 1 and True", {1}, {True}
    yield "elements 0.0 and -0.0", [0.0], [-0.0]
    yield "ints beyond 32 bits", 2**31, -(2**31)
    yield "ints beyond 64 bits", 2**64, 2**64 + 1
    yield "int and negative", 2**100, -(2**100)
    yield "NaN and None", math.nan, None
    yield "infinities", math.inf, -math.inf
    yield "composed and decomposed", "\u00e9", "e\u0301"
    yield "nul characters", "a\0", "a"
    yield "surrogate pair and character", "\ud83d\ude00", "\U0001f600"
    yield "long strings", "x" * 2_000_000, "x" * 2_000_001
    yield "long bytes", b"x" * 2_000_000, b"x" * 1_999_999 + b"y"
    yield "long bytes and string", b"x" * 2_000_000, "x" * 2_000_000
    yield "range and list", range(3), [0, 1, 2]
    yield "range bounds", range(0, 3, 2), range(0, 4, 2)
    yield "slice bounds", slice(1), slice(0, 1)
    yield "Ellipsis and NotImplemented", ..., NotImplemented
    yield "shared list", _shared([1]), [[1], [1]]
    yield "shared dict", _shared({}), [{}, {}]
    yield "shared bytearray", _shared(bytearray(b"a")), [bytearray(b"a"), bytearray(b"a")]
    yield "shared deep down", _shared_deep(True), _shared_deep(False)
    yield "which one is shared", _which_shared(0), _which_shared(1)
    yield "cycle lengths", _cycle(1), _cycle(2)
    yield "cycle and nesting", _cycle(1), [[]]
    yield "cycle to the root or below", _cycle_to(0), _cycle_to(1)
    yield "huge keys", {10**5000: 1}, {10**5000: 2}
    yield "huge key and object", {10**5000: object()}, {10**5000: None}
    yield "large sets", set(range(1000)), {*range(999), -1}
    yield "large set and frozenset", set(range(1000)), frozenset(range(1000))
    yield "large set of mixed", {*range(1000), "a"}, {*range(1000), "b"}
    yield "large sets of strings", {str(i) for i in range(100)}, {str(i).encode() for i in range(100)}
    yield "depth", _nest(5000), _nest(5001)
    yield "depth of tuples", _nest_tuple(5000, 1), _nest_tuple(5000, 2)
    yield "long tuples", tuple(range(300_000)), (*range(299_999), 0)
    yield "long tuple and list", tuple(range(300_000)), list(range(300_000))
    yield "long lists", list(range(300_000)), [*range(299_999), 0]
    yield "dict views", {"a": 1}.keys(), {"a": 1}.values()
    yield "generic alias", list[int], list[str]
    yield "union", int | str, int | bytes
    yield "builtins", len, sum
    yield "types", int, float


def share() -> Iterator[Pair]:
    yield "equal lists", [1, 2, "a"], [1, 2, "a"]
    yield "NaN", [math.nan], [float("nan")]
    yield "set order", {*range(100)}, {*reversed(range(100))}
    yield "set of strings", {"a", "b", "c"}, {"c", "b", "a"}
    yield "frozenset of tuples", frozenset({(1, "a"), (2, "b")}), frozenset({(2, "b"), (1, "a")})
    yield "large set order", {str(i) for i in range(999)}, {str(i) for i in reversed(range(999))}
    yield "large mixed set", {*range(99), *map(str, range(99))}, {*map(str, range(99)), *range(99)}
    yield "interned strings", [sys.intern("abcdef" * 3)] * 2, ["abcdef" * 3, "".join(["abcdef"] * 3)]
    yield "shared tuples", _shared((1, "a", (2,))), [(1, "a", (2,)), (1, "a", tuple([2]))]
    yield "shared strings", _shared("x" * 50), ["x" * 50, "".join(["x"] * 50)]
    yield "shared big ints", _shared(10**40), [10**40, int("1" + "0" * 40)]
    yield "shared frozenset", _shared(frozenset({1})), [frozenset({1}), frozenset({1})]
    yield "cycle", _cycle(3), _cycle(3)
    yield "shared", _shared([1]), _shared([1])
    yield "resized dict", {"a": 1, "b": 2}, _resized_dict()
    yield "grown list", [1, 2, 3], _grown_list()
    yield "sliced memoryview", memoryview(b"xabc")[1:], memoryview(b"abc")
    yield "strided memoryview", memoryview(b"axbxc")[::2], memoryview(b"abc")
    yield "bytes with a copy", struct.pack("<q", 1), b"\1\0\0\0\0\0\0\0"
    yield "shared tuple of a list", *_tuples_of_one_list()
    yield "set of one shared tuple", {(1, 2), (3,)}, {(3,), (1, 2)}


def _shared(value: object) -> list[object]:
    return [value, value]


def _shared_deep(shared: bool) -> object:
    x = [1]
    return {"a": [(x,)], "b": {"c": x if shared else [1]}}


def _which_shared(index: int) -> object:
    a, b = [1], [1]
    return [a, b, [a, b][index]]


def _cycle(length: int) -> object:
    first: list[object] = []
    last = first
    for _ in range(length - 1):
        last = [last]
    first.append(last)
    return first


def _cycle_to(depth: int) -> object:
    root: list[object] = []
    inner: list[object] = []
    root.append(inner)
    inner.append([root, inner][depth])
    return root


def _nest(depth: int) -> object:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def _nest_tuple(depth: int, leaf: object) -> object:
    value: tuple[object, ...] = (leaf,)
    for _ in range(depth):
        value = (value,)
    return value


def _resized_dict() -> dict[str, int]:
    value = {"a": 1, "x": 0, "b": 2}
    value.update((str(i), i) for i in range(100))
    for key in [k for k in value if k not in "ab"]:
        del value[key]
    return value


def _grown_list() -> list[int]:
    value: list[int] = []
    for i in range(1, 4):
        value.append(i)
    return value


def _tuples_of_one_list() -> tuple[object, object]:
    x, y = [1], [1]
    t = (x,)
    return [t, t], [(y,), (y,)]
