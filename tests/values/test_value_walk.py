"""The walk: any depth, any shape, bounded memory, and one digest on the fast path and the slow one."""

from __future__ import annotations

import array
import copy
import sys
import tracemalloc
import types
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_tools import Cell, of, quiet, slowly

from memofp._values import Leaf, _walk, digest_arguments, digest_value, reduce_value

DEPTH = 100_000


def _chains() -> Iterator[tuple[str, object, object]]:
    """Return chains of several kinds that differ at the very bottom."""
    for name, wrap in {
        "lists": lambda x: [x],
        "tuples": lambda x: (x,),
        "pairs": lambda x: (x, 1.5),
        "dicts": lambda x: {"a": x},
        "frozensets": lambda x: frozenset([x]),
        "mixed": lambda x: [(x, Decimal(1))],
        "instances": lambda x: Cell(1, x),
    }.items():
        ends = []
        for end in (1, 2):
            value: object = end
            for _ in range(DEPTH if name in ("lists", "instances") else 10_000):
                value = wrap(value)
            ends.append(value)
        yield name, ends[0], ends[1]


def test_any_depth() -> None:
    for name, a, b in _chains():
        assert of(a) != of(b), name
        _drop(a)
        _drop(b)


def _drop(value: Any) -> None:
    """Take a deep chain apart from the outside, so that its destruction does not recurse."""
    while True:
        if isinstance(value, list):
            value = value.pop()
        elif isinstance(value, dict):
            value = value.popitem()[1]
        elif isinstance(value, Cell):
            cell, value = value, value.rest
            cell.rest = None
        elif isinstance(value, tuple | frozenset) and value:
            value = next(iter(value))
        else:
            return


@pytest.mark.parametrize("depth", range(1, 40))
def test_the_limits_of_the_fast_path_leave_no_trace(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Around the depths at which long or deep immutable values are replaced by their digests."""
    for wrap in (
        lambda x: (x,),
        lambda x: [x, (1,)],
        lambda x: (x, [depth]),
        lambda x: frozenset([x, 1]),
        lambda x: frozenset([(x, 1)]),
        lambda x: [(x, {2}), {3: x}],
        lambda x: {"a": (x, frozenset([(1,)]))},
    ):
        value: Any = 0
        for _ in range(depth if depth < 12 else depth // 4):
            value = wrap(value)
        assert of(value) == slowly(value, monkeypatch)
        assert of([value, 1]) == slowly([value, 1], monkeypatch)


@pytest.mark.parametrize("size", [1, 5000, 120_000, 240_000, 300_000])
def test_large_values_leave_no_trace_of_the_fast_path(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = list(range(size))
    texts = ["x" * size, ("y" * (4 * size), "z"), frozenset(["x" * (4 * size), b"y" * (5 * size)])]
    for value in (
        numbers,
        tuple(numbers),
        [tuple(numbers), 1],
        ([numbers], 2),
        {"a": numbers},
        texts,
        set(numbers),
    ):
        assert of(value) == slowly(value, monkeypatch)


def test_sharing_that_unfolds_to_billions_is_fast() -> None:
    lists: Any = []
    tuples: Any = (1,)
    mixed: Any = ([],)
    objects: Any = (Fraction(1, 2),)
    for _ in range(100):
        lists, tuples, mixed, objects = [lists, lists], (tuples, tuples), (mixed, mixed), (objects, objects)
    wide: Any = tuple(range(100))
    for _ in range(4):
        wide = (wide,) * 100
    for value in (lists, tuples, mixed, objects, wide):
        assert of(value) == of(value)


def test_shared_and_copied_tuples_agree_beyond_the_spill_limits() -> None:
    def make(copied: bool) -> object:
        value: Any = tuple(range(50))
        for _ in range(12):
            value = (value, (*value,) if copied else value)
        return value

    assert of(make(True)) == of(make(False))


def test_memory_for_a_large_array_is_bounded() -> None:
    array = np.zeros(8_000_000)
    table = array.reshape(-1, 100)
    for value in (
        array,
        table,
        table[::2],
        table.T[::3],
        table[:, 1:],
        bytes(64_000_000),
        bytearray(64_000_000),
    ):
        tracemalloc.start()
        digest_value(value)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 6_000_000


def test_memory_for_large_lists_is_bounded() -> None:
    """They are encoded in chunks, so the whole of their bytes never exists at once."""
    for value in (
        [f"{i}" * 200 for i in range(20_000)],
        [{"id": i, "text": f"{i}" * 100, "pair": (i, [i])} for i in range(20_000)],
        [i / 7 for i in range(1_000_000)],
    ):
        tracemalloc.start()
        digest_value(value)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3_000_000


def test_an_unloaded_library_stays_unloaded() -> None:
    import subprocess

    code = (
        "import sys; from memofp._values import digest_value; import decimal\n"
        "digest_value([1, 'a', {2: [decimal.Decimal(1)]}, object()])\n"
        "bad = {'numpy', 'pandas', 'polars', 'pyarrow', 'torch', 'scipy', 'datetime', 'pathlib'}\n"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.strip() == "[]", done.stderr


# ---- properties ------------------------------------------------------------------------------------

atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.just(...)
)
keys = st.recursive(atoms, lambda x: st.tuples(x, x) | st.frozensets(x, max_size=3), max_leaves=4)
trees = st.recursive(
    keys,
    lambda x: (
        st.lists(x, max_size=4)
        | st.tuples(x, x)
        | st.dictionaries(keys, x, max_size=4)
        | st.sets(keys, max_size=4)
    ),
    max_leaves=20,
)
rich_trees = st.recursive(
    keys | st.decimals(allow_nan=False) | st.fractions() | st.dates() | st.builds(range, st.integers(-5, 5)),
    lambda x: st.lists(x, max_size=4) | st.tuples(x, x) | st.dictionaries(keys, x, max_size=4),
    max_leaves=20,
)


def exact(value: object) -> object:
    """Return a form in which equality is what the digest must see: types, signs and order."""
    kind = type(value)
    if kind in (list, tuple):
        return kind, [exact(item) for item in value]  # type: ignore[attr-defined] # a sequence
    if kind is dict:
        return kind, [(exact(k), exact(v)) for k, v in value.items()]  # type: ignore[attr-defined] # a dict
    if kind in (set, frozenset):
        return kind, sorted(repr(exact(item)) for item in value)  # type: ignore[attr-defined] # a set
    return kind, repr(value)


def rebuilt(value: Any) -> Any:
    """Return a copy that shares nothing, not even immutable parts, with sets filled in another order."""
    kind = type(value)
    if kind in (list, tuple):
        return kind([rebuilt(item) for item in value])
    if kind is dict:
        return {rebuilt(k): rebuilt(v) for k, v in value.items()}
    if kind in (set, frozenset):
        return kind(rebuilt(item) for item in sorted(value, key=repr, reverse=True))
    if kind is str:
        return "".join(list(value))
    if kind is bytes:
        return bytes(bytearray(value))
    return value


@quiet
@given(trees)
def test_fast_path_and_slow_path_agree(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    assert of(value) == slowly(value, monkeypatch)


@quiet
@given(rich_trees)
def test_paths_agree_around_other_types(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    assert of(value) == slowly(value, monkeypatch)
    assert of([value, value]) == slowly([value, value], monkeypatch)


@quiet
@given(trees, trees)
def test_digests_are_equal_exactly_where_values_are(a: object, b: object) -> None:
    assert (of(a) == of(b)) == (exact(a) == exact(b))


@quiet
@given(trees)
def test_interning_sharing_and_set_order_do_not_count(value: object) -> None:
    assert of(value) == of(rebuilt(value))


@quiet
@given(st.lists(trees, max_size=5), st.integers(1, 7))
def test_chunks_do_not_count(monkeypatch: pytest.MonkeyPatch, items: list[object], size: int) -> None:
    whole = of(items)
    with monkeypatch.context() as patch:
        patch.setattr(_walk, "CHUNK", size)
        assert of(items) == whole


@quiet
@given(trees)
def test_one_level_says_as_much(value: object) -> None:
    """A leaf's bytes are a function of the value, as its digest is."""
    found, again = reduce_value(value), reduce_value(rebuilt(value))
    assert type(found) is type(again)
    if isinstance(found, Leaf) and isinstance(again, Leaf):
        assert found.data == again.data


@pytest.mark.parametrize("width", [1, 5, 30, 31, 70])
def test_dictionaries_of_living_instances_are_hashed_as_their_copies(width: int) -> None:
    """Since Python 3.13 they show the garbage collector nothing: their values are the instance's."""
    for value in ("x", b"x", bytearray(b"x"), memoryview(b"x"), array.array("b", b"x"), [b"x"], {1: [b"x"]}):
        holder = types.SimpleNamespace()
        named = Cell(value, value)
        for i in range(width):
            setattr(holder, f"f{i}", value)
            setattr(named, f"f{i}", value)
        for space in (vars(holder), vars(named)):
            copied, apart = (
                dict(space),
                {name: copy.deepcopy(item) for name, item in space.items() if type(item) is not memoryview},
            )
            for wrap in (
                lambda d: d,
                lambda d: [d],
                lambda d: ({1: 2, (3,): d},),
                lambda d: [[d, {1: d["f0"], 2: 3}]],
            ):
                assert of(wrap(space)) == of(wrap(copied))
                assert digest_arguments(("a",), (wrap(space),), "f") == digest_arguments(
                    ("a",), (wrap(copied),), "f"
                )
            if type(value) in (list, dict, bytearray) and width > 1:
                assert of(space) != of(apart)
