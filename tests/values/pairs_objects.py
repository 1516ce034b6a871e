"""Pairs of instances: plain, slotted, dataclasses, attrs, pydantic, subclasses of builtins."""
# ruff: noqa: FURB157 # values are made in odd ways on purpose

from __future__ import annotations

import copy
import dataclasses
import functools
import pathlib
import pickle
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pydantic

Pair = tuple[str, object, object]


class Plain:
    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)


class Twin(Plain):
    pass


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a: object, b: object = None) -> None:
        self.a = a
        if b is not None:
            self.b = b


class SlottedChild(Slotted):
    __slots__ = ("__private", "__weakref__", "c")

    def __init__(self, a: object, c: object) -> None:
        super().__init__(a)
        self.c = c
        self.__private = c


class Mixed(Slotted):
    def __init__(self, a: object, d: object) -> None:
        super().__init__(a)
        self.d = d


class Equal:
    """Claims to be equal to everything."""

    def __init__(self, a: object) -> None:
        self.a = a

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "Equal"


@dataclasses.dataclass
class Data:
    a: object
    b: object = None


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: object


@dataclasses.dataclass(slots=True)
class SlotData:
    a: object


@attrs.define
class Attrs:
    a: object


@attrs.frozen(cache_hash=True)
class FrozenAttrs:
    a: object


class Model(pydantic.BaseModel):
    a: int
    b: int = 0


class Open(pydantic.BaseModel, extra="allow"):
    a: int
    _private: int = 0


class Cached:
    def __init__(self, a: int) -> None:
        self.a = a

    @functools.cached_property
    def double(self) -> int:
        return self.a * 2


@attrs.define
class CachedAttrs:
    a: int

    @functools.cached_property
    def double(self) -> int:
        return self.a * 2


class CachedModel(pydantic.BaseModel):
    a: int

    @functools.cached_property
    def double(self) -> int:
        return self.a * 2


class MyPath(pathlib.PurePosixPath):
    pass


class MyInt(int):
    pass


class MyFloat(float):
    pass


class MyStr(str):
    pass


class MyBytes(bytes):
    pass


class MyTuple(tuple):
    pass


class MyList(list):
    pass


class MyDict(dict):
    pass


class MySet(set):
    pass


class MyFrozen(frozenset):
    pass


class MyArray(bytearray):
    pass


class MyDecimal(Decimal):
    pass


class MyFraction(Fraction):
    pass


class MyError(Exception):
    pass


class Node:
    """A node of an undirected graph."""

    def __init__(self, value: object = 0) -> None:
        self.value = value
        self.near: set[Node] = set()


def differ() -> Iterator[Pair]:
    yield "attribute values", Plain(a=1), Plain(a=2)
    yield "attribute names", Plain(a=1), Plain(b=1)
    yield "attribute types", Plain(a=1), Plain(a=True)
    yield "attribute order", Plain(a=1, b=2), Plain(b=2, a=1)
    yield "attribute or none", Plain(a=None), Plain()
    yield "classes", Plain(a=1), Twin(a=1)
    yield "instance and dict", Plain(a=1), {"a": 1}
    yield "slots", Slotted(1), Slotted(2)
    yield "unset slot", Slotted(1), Slotted(1, 2)
    yield "inherited slots", SlottedChild(1, 2), SlottedChild(2, 2)
    yield "private slots", SlottedChild(1, 2), SlottedChild(1, 3)
    yield "slots and dictionary", Mixed(1, 2), Mixed(1, 3)
    yield "always equal", Equal(1), Equal(2)
    yield "dataclass", Data(1), Data(2)
    yield "dataclass and tuple", Data(1), (1, None)
    yield "frozen dataclass", Frozen(1), Frozen(2)
    yield "dataclass with slots", SlotData(1), SlotData(2)
    yield "attrs", Attrs(1), Attrs(2)
    yield "frozen attrs", FrozenAttrs(1), FrozenAttrs(2)
    yield "pydantic", Model(a=1), Model(a=2)
    yield "pydantic fields set", Model(a=1), Model(a=1, b=0)
    yield "pydantic extra", Open(a=1), Open(a=1, c=2)
    yield "pydantic private", Open(a=1), _private(1)
    yield "int subclass", MyInt(1), 1
    yield "int subclass value", MyInt(1), MyInt(2)
    yield "int subclass state", MyInt(1), _with(MyInt(1), x=1)
    yield "float subclass", MyFloat(0.0), 0.0
    yield "float subclass sign", MyFloat(0.0), MyFloat(-0.0)
    yield "str subclass", MyStr("a"), "a"
    yield "bytes subclass", MyBytes(b"a"), b"a"
    yield "tuple subclass", MyTuple((1,)), (1,)
    yield "list subclass", MyList([1]), [1]
    yield "list subclass items", MyList([1]), MyList([2])
    yield "list subclass state", MyList([1]), _with(MyList([1]), x=1)
    yield "dict subclass", MyDict(a=1), {"a": 1}
    yield "dict subclass order", MyDict(a=1, b=2), MyDict(b=2, a=1)
    yield "set subclass", MySet([1]), {1}
    yield "frozenset subclass", MyFrozen([1]), frozenset([1])
    yield "bytearray subclass", MyArray(b"a"), bytearray(b"a")
    yield "Decimal subclass", MyDecimal("1"), Decimal("1")
    yield "path subclass", MyPath("a"), pathlib.PurePosixPath("a")
    yield "path subclass value", MyPath("a"), MyPath("b")
    yield "cached property's base", CachedAttrs(1), CachedAttrs(2)
    yield "Decimal subclass state", MyDecimal("1"), _with(MyDecimal("1"), x=1)
    yield "Fraction subclass state", MyFraction(1), _with(MyFraction(1), x=1)
    yield "exception state", MyError(1), _with(MyError(1), x=1)
    yield "exception notes", MyError(1), _noted(MyError(1))
    yield "shared instance", _twice(Plain()), [Plain(), Plain()]
    yield "dict that shares", _twice({"a": Plain(a=1)}), copy.deepcopy([{"a": Plain(a=1)}, {"a": Plain(a=1)}])
    yield "object and its attribute", _own_attribute(True), _own_attribute(False)
    yield "cycle of instances", _ring(2), _ring(3)
    yield "one ring and two", _undirected([6]), _undirected([3, 3])
    yield "who of two alike", _of_two(0), _of_two(1)
    yield "odd attribute names", _with(Plain(), **{"a\0b": 1}), _with(Plain(), a=1)
    yield "attribute keys", _odd_keys(1), _odd_keys(True)


def share() -> Iterator[Pair]:
    yield "instances", Plain(a=1), Plain(a=1)
    yield "deep copy", Data([1, {"a": Plain(a=1)}]), copy.deepcopy(Data([1, {"a": Plain(a=1)}]))
    yield "pickled", Data([1, Frozen(2)]), pickle.loads(pickle.dumps(Data([1, Frozen(2)])))
    yield "cached property", Cached(1), _used(Cached(1))
    yield "cached property of attrs", CachedAttrs(1), _used(CachedAttrs(1))
    yield "cached property of pydantic", CachedModel(a=1), _used(CachedModel(a=1))
    yield "path subclass that was used", MyPath("a/b"), _used_path(MyPath("a/b"))
    yield "attrs with cached hash", FrozenAttrs(1), _hashed(FrozenAttrs(1))
    yield "shared frozen instance", _twice(Frozen(1)), [Frozen(1), Frozen(1)]
    yield "shared frozen attrs", _twice(FrozenAttrs(1)), [FrozenAttrs(1), FrozenAttrs(1)]
    yield "shared int subclass", _twice(MyTuple((1,))), [MyTuple((1,)), MyTuple((1,))]
    yield "set of instances", _instances(1), _instances(2)
    yield "ring", _undirected([6]), _undirected([6])
    yield "rings", _undirected([3, 3]), _undirected([3, 3])
    yield "alike in sets", _of_two(0), _of_two(0)
    yield "pydantic", Model(a=1), Model.model_validate({"a": 1})


def _with(value: Any, **fields: object) -> Any:
    value.__dict__.update(fields)
    return value


def _noted(value: Exception) -> Exception:
    value.add_note("x")
    return value


def _private(value: int) -> Open:
    model = Open(a=1)
    model._private = value
    return model


def _twice(value: object) -> list[object]:
    return [value, value]


def _own_attribute(own: bool) -> object:
    x = [1]
    value = Plain(a=x)
    return [value, x if own else [1]]


def _ring(length: int) -> Plain:
    first = Plain()
    last = first
    for _ in range(length - 1):
        last.next = last = Plain()  # type: ignore[attr-defined] # plain instances take any attribute
    last.next = first  # type: ignore[attr-defined] # as above
    return first


def _undirected(rings: list[int]) -> set[Node]:
    nodes: set[Node] = set()
    for length in rings:
        ring = [Node() for _ in range(length)]
        for i, node in enumerate(ring):
            other = ring[(i + 1) % length]
            node.near.add(other)
            other.near.add(node)
        nodes.update(ring)
    return nodes


def _of_two(index: int) -> object:
    a, b = Node(), Node()
    return ({a, b}, a, [a, b][index])


def _instances(_: int) -> object:
    shared = Node("shared")
    return {Node(1), Node(2), shared}, {shared, Node(3)}


def _used_path(value: pathlib.PurePath) -> object:
    _ = str(value), hash(value), value.parts, value.name, value < value
    return value


def _used(value: Any) -> Any:
    _ = value.double
    return value


def _hashed(value: object) -> object:
    hash(value)
    return value


def _odd_keys(key: Any) -> Plain:
    value = Plain()
    value.__dict__[key] = 1
    return value
