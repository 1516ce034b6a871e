"""Tables of records: many values of one shape, which are encoded together, column by column."""

from __future__ import annotations

import array
import dataclasses
import datetime as dt
import enum
import math
import sys
import uuid
from collections import deque
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_tools import Cell, of, quiet, slowly

from memofp._values import _arrays, _walk


class Text(str):
    """A string that is none."""

    __slots__ = ()


class Number(enum.IntEnum):
    ONE = 1


@dataclasses.dataclass(frozen=True)
class Fixed:
    a: object
    b: object


@dataclasses.dataclass(slots=True)
class Slotted:
    a: object
    b: object


class Row(NamedTuple):
    a: object
    b: object


COMMON: list[Any] = [[1, 2], {"a": 1}, [[3], "x"], ([4], 5)]
COMMON += [
    Cell(1, COMMON[0]),
    Fixed(COMMON[0], COMMON[1]),
    Row(1, COMMON[2]),
    [Cell(1, 2), dt.date(2000, 1, 1)],
]
SCALARS: list[Any] = [
    None,
    True,
    7,
    -(2**80),
    0.5,
    -0.0,
    math.nan,
    "text",
    "\ud800",
    "é" * 300,
    b"bytes",
    b"x" * 70_000,
    2j,
    ...,
]
# What marshal takes for something else, or does not take.
ALIENS: list[Any] = [
    Text("text"),
    Number.ONE,
    np.str_("text"),
    np.float64(0.5),
    np.bytes_(b"bytes"),
    bytearray(b"bytes"),
    memoryview(b"bytes"),
    array.array("b", b"bytes"),
    StopIteration,
    Decimal("0.5"),
    Cell(1, [2]),
]


def _fresh(kind: str, i: int) -> Any:
    """Return a new value of a kind, with a number in it."""
    match kind:
        case "list":
            return [i, i / 7, "x"]
        case "tuple":
            return (i, [i], None)
        case "dict":
            return {"a": i, "b": [i]}
        case "keys":
            return {i: b"%d" % i, (i, "k"): 1}
        case "set":
            return {i, "s"}
        case "frozenset":
            return frozenset({(i, 1), (2, i)})
        case "deep":
            return [[[{"a": ((i,), [i])}]], i]
        case "long":
            return list(range(i % 40))
        case "instance":
            return Cell(i, [i])
        case "frozen":
            return Fixed(str(i), (i, dt.date(2000, 1, 1 + i % 28)))
        case "slotted":
            return Slotted(i, [Cell(i, None)]) if i % 7 else Slotted(Number.ONE, i)
        case "row":
            return Row(i, [Decimal(i)])
        case "date":
            return dt.date(2000, 1, 1) + dt.timedelta(i)
        case "time":
            return dt.datetime(2000, 1, 1, i % 24, tzinfo=dt.UTC if i % 3 else None)
        case "aware":
            return dt.datetime(2000, 1, 1, i % 24, tzinfo=dt.UTC)
        case "leaf":
            return [dt.timedelta(i), Fraction(i, 7), uuid.UUID(int=i), PurePosixPath(str(i)), Decimal(i)][
                i % 5
            ]
        case "array":
            return np.arange(i % 5)
        case "held":
            return {
                "a": Fixed(i, {"b": Row(i, np.arange(2))}),
                "c": {i, "s"},
                "d": (Number.ONE, [Cell(1, 2)]),
            }
        case "odd keys":
            return {dt.date(2000, 1, 1): i, Number.ONE: [i]}
        case "odd set":
            return [{Number.ONE, i}, Cell(i, frozenset({dt.date(2000, 1, 1)}))]
        case _:
            return i


OF_BUILTINS = ("list", "tuple", "dict", "keys", "set", "frozenset", "deep", "long", "number")
OF_OTHERS = ("instance", "frozen", "slotted", "row", "date", "time", "aware", "leaf", "array", "held")
KINDS = (*OF_BUILTINS, *OF_OTHERS, "odd keys", "odd set")


@st.composite
def tables(draw: st.DrawFn) -> Any:
    """Return records with the same fields, but for what is odd in a few of them."""
    count = draw(st.sampled_from([1, 2, 15, 40, 90]))
    fields: list[Any] = draw(
        st.lists(st.sampled_from(KINDS) | st.sampled_from(SCALARS), min_size=1, max_size=5)
    )
    rows = [[_fresh(field, i) if field in KINDS else field for field in fields] for i in range(count)]
    # Shared parts and strange values, anywhere.
    for odd in draw(st.lists(st.sampled_from([*COMMON, *SCALARS, *ALIENS]), max_size=3)):
        for at in draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=3)):
            rows[at][draw(st.integers(0, len(fields) - 1))] = odd
    if draw(st.booleans()):
        rows[-1].append(rows[0][0])
    if draw(st.integers(0, 5)) == 0:
        rows[count // 2].append(rows)
    held.append(rows if draw(st.booleans()) else [value for row in rows for value in row])
    match draw(st.sampled_from(["list", "tuple", "dict", "records", "columns", "by key"])):
        case "list":
            return rows
        case "tuple":
            return tuple(tuple(row) for row in rows)
        case "dict":
            return {f"row {i}": row for i, row in enumerate(rows)}
        case "records":
            return [{f"f{j}": value for j, value in enumerate(row)} for row in rows]
        case "columns":
            return {f"f{j}": [row[j] for row in rows] for j in range(len(fields))}
        case _:
            return {i: dict(enumerate(row)) for i, row in enumerate(rows)}


held: list[Any] = []  # a second holder of what is in the table


@quiet
@given(tables(), st.sampled_from([3, 50, 1 << 14]))
def test_tables_are_hashed_as_their_parts_are(monkeypatch: pytest.MonkeyPatch, table: Any, size: int) -> None:
    expected = slowly(table, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(_walk, "CHUNK", size)
        patch.setattr(_walk, "_FIRST_CHUNK", size)
        assert of(table) == expected
        assert of([table, 1]) == slowly([table, 1], monkeypatch)
        assert of((table,)) == slowly((table,), monkeypatch)
    held.clear()
    assert of(table) == expected


def test_a_strange_value_in_a_column_counts() -> None:
    """Each of those would be written as the plain one, if the types were not looked at."""
    for alien, plain in [
        (np.str_("a"), b"a\0\0\0"),
        (np.bytes_(b"a"), b"a"),
        (bytearray(b"a"), b"a"),
        (memoryview(b"a"), b"a"),
        (np.float64(1.0), np.float64(1.0).tobytes()),
    ]:
        for at in (0, 1, 50, 99):
            tables: list[list[Any]] = [[{"id": i, "v": plain, "w": [i]} for i in range(100)] for _ in "ab"]
            tables[1][at]["v"] = alien
            assert of(tables[0]) != of(tables[1])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no __buffer__ in Python")
def test_a_string_with_a_buffer_is_no_bytes() -> None:
    class Odd(str):
        __slots__ = ()

        def __buffer__(self, flags: int) -> memoryview:
            return memoryview(b"buffer")

    assert of([Odd("a")] * 50) != of([b"buffer"] * 50)


@pytest.mark.parametrize("at", [0, 1, 500, 1023, 1024, 2999])
def test_one_shared_list_in_a_table(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In which of the chunks the two meet does not matter."""

    def make() -> list[Any]:
        return [{"id": i, "tags": [i], "pair": (i, [i])} for i in range(3000)]

    digests = {of(make())}
    for field in ("tags", "pair"):
        for other in (0, 1, 1024, 2998):
            table = make()
            table[at][field] = table[other][field]
            digests.add(of(table))
            assert of(table) == slowly(table, monkeypatch)
            if field == "pair":
                table = make()
                table[at][field] = (table[other][field][0], table[other][field][1])
                assert of(table) in digests


def test_shared_objects_in_tables_that_hold_shared_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbered in the order in which the walk meets them, whatever the order in which they are found."""
    inner: dict[str, Any] = {"deep": [1]}
    outer = [inner, [2]]
    loop: list[Any] = [inner]
    loop.append(loop)
    for strange in ((outer, inner), (((((((outer,),),),),),), outer), (loop, outer, loop), (inner, inner)):
        for kind in (list, tuple, lambda values: dict(zip("abcd", values, strict=False))):
            rows: list[Any] = [kind([i, inner, [i], *strange]) for i in range(40)]
            rows[7] = dict(reversed(rows[7].items())) if type(rows[7]) is dict else rows[8]
            for value in (
                rows,
                tuple(rows),
                [rows, outer[1]],
                {"a": outer[1], "b": rows},
                [Decimal(1), rows],
            ):
                assert of(value) == slowly(value, monkeypatch)


@quiet
@given(
    st.integers(60, 150),
    st.lists(
        st.sampled_from(["int", "tuple", "deep", "text", "frozenset", "nan", "alien"]), min_size=1, max_size=3
    ),
)
def test_large_sets_are_hashed_as_their_elements_are(
    monkeypatch: pytest.MonkeyPatch, count: int, kinds: list[str]
) -> None:
    made = {
        "int": lambda i: i << (i % 70),
        "tuple": lambda i: (i, str(i)),
        "deep": lambda i: (((i,), None), (((((i,),),),),) * (i % 2)),
        "text": str,
        "frozenset": lambda i: frozenset({i, str(i)}),
        "nan": lambda i: (math.nan, float("nan"), i),
        "alien": lambda i: Decimal(i) + Decimal("0.5"),
    }
    value = {made[kinds[i % len(kinds)]](i) for i in range(count)}
    for wrapped in (value, [value, {"a": value}], (frozenset(value), 1), {frozenset(value)}):
        assert of(wrapped) == slowly(wrapped, monkeypatch)
    again = {made[kinds[i % len(kinds)]](i) for i in reversed(range(count))}
    assert of(value) == of(again)


def test_instances_are_encoded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of each kind needs no look at the single instance."""
    for kind in OF_OTHERS:
        if kind == "time":  # with a zone and without
            continue
        table = [[_fresh(kind, i) for i in range(300)], {"a": _fresh(kind, 1)}]
        expected = slowly(table, monkeypatch)
        with monkeypatch.context() as patch:
            patch.setattr(_walk.Walk, "_visit_other", _fail)
            assert of(table) == expected


def _fail(*_: object) -> None:
    raise AssertionError("an instance was visited by itself")


@pytest.mark.parametrize("kind", [Cell, Fixed, Slotted, Row])
def test_instances_of_different_kinds_and_shapes_differ(kind: Any) -> None:
    def make(at: int, strange: Any) -> list[Any]:
        table: list[Any] = [kind(i, [i]) for i in range(50)]
        if at >= 0:
            table[at] = strange
        return table

    shared = make(-1, None)
    shared[3] = kind(3, shared[4][1] if kind is Row else getattr(shared[4], "rest" if kind is Cell else "b"))
    strange = [
        kind(3, (3,)),
        kind(3.0, [3]),
        kind(True, [3]),
        (3, [3]),
        [3, [3]],
        kind(3, [True]),
        kind([3], 3),
    ]
    strange += [other(3, [3]) for other in (Cell, Fixed, Slotted, Row) if other is not kind]
    digests = [of(make(-1, None)), of(shared), *(of(make(3, value)) for value in strange)]
    assert len(set(digests)) == len(digests)


def test_an_instance_that_is_there_twice_is_told_from_its_copy() -> None:
    table = [Cell(i, [i]) for i in range(50)]
    same, alike = [*table, table[7]], [*table, Cell(7, [7])]
    assert of(same) != of(alike)
    frozen = [Fixed(i, i) for i in range(50)]
    assert of([*frozen, frozen[7]]) == of([*frozen, Fixed(7, 7)])


def test_attributes_in_another_order_or_with_odd_names() -> None:
    made = [Cell(i, i) for i in range(50)]
    digests = {of(made)}
    for names in (("rest", "value"), ("value",), ("value", "rest", "more"), (Text("value"), "rest")):
        odd = Cell.__new__(Cell)
        for name in names:
            vars(odd)[name] = 7
        digests.add(of([*made[:7], odd, *made[8:]]))
    assert len(digests) == 5


def test_a_large_array_beside_what_is_taken_apart_otherwise_is_hashed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []
    real = _arrays.digest
    monkeypatch.setattr(_arrays, "digest", lambda data: calls.append(data) or real(data))
    odd = [bytearray(b"x"), range(3), deque([1]), np.ma.array([1]), slice(1, 2), Cell]
    for value in (odd, tuple(odd), {"a": odd}, [Cell(odd, odd[2])]):
        calls.clear()
        array = np.arange(10.0)
        of([array, value, array[:0], 1])
        assert sum(data is array for data in calls) == 1
