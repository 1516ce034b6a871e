"""The walk: any depth, any shape, bounded memory, and one digest on the fast path and the slow one."""

from __future__ import annotations

import copy
import dataclasses
import sys
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from value_tools import of

from memofp._values import Leaf, _walk, digest_value, reduce_value

DEPTH = 100_000


class Cell:
    def __init__(self, value: object, rest: object) -> None:
        self.value = value
        self.rest = rest


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


def slowly(value: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """Digest with the fast path switched off."""
    with monkeypatch.context() as patch:
        patch.setattr(_walk, "encode_plain", lambda *_: 0)
        return of(value)


quiet = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


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


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Return a random graph of lists, dicts and instances, and a copy built in another order."""
    size = draw(st.integers(1, 7))
    kinds = draw(st.lists(st.sampled_from(["list", "dict", "cell", "set"]), min_size=size, max_size=size))
    edges = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=14))
    return _build(kinds, edges, range(size)), _build(kinds, edges, reversed(range(size)))


class Bag:
    def __init__(self) -> None:
        self.near: set[object] = set()


def _build(kinds: list[str], edges: list[tuple[int, int]], order: Any) -> list[Any]:
    make = {"list": list, "dict": dict, "cell": lambda: Cell(None, []), "set": Bag}
    nodes: list[Any] = [None] * len(kinds)
    for i in order:
        nodes[i] = make[kinds[i]]()
    for source, target in edges:
        node, other = nodes[source], nodes[target]
        if kinds[source] == "list":
            node.append(other)
        elif kinds[source] == "dict":
            node[len(node)] = other
        elif kinds[source] == "cell":
            node.rest.append(other)
        elif kinds[target] in ("cell", "set"):
            node.near.add(other)
    return nodes


@quiet
@given(graphs())
def test_graphs_with_cycles_and_sets(
    monkeypatch: pytest.MonkeyPatch, pair: tuple[list[Any], list[Any]]
) -> None:
    a, b = pair
    for i in range(len(a)):
        assert of(a[i]) == of(b[i])
    assert of(a) == of(b) == slowly(a, monkeypatch)


@quiet
@given(graphs(), graphs())
def test_graphs_differ_where_their_shapes_do(a: tuple[list[Any], Any], b: tuple[list[Any], Any]) -> None:
    assert (of(a[0]) == of(b[0])) == (_shape(a[0]) == _shape(b[0]))


def _shape(nodes: list[Any]) -> object:
    numbers = {id(node): i for i, node in enumerate(nodes)}
    shape = []
    for node in nodes:
        if isinstance(node, Bag):
            shape.append(("bag", sorted(numbers[id(other)] for other in node.near)))
        elif isinstance(node, Cell):
            shape.append(("cell", [numbers[id(other)] for other in node.rest]))
        elif isinstance(node, dict):
            shape.append(("dict", [numbers[id(other)] for other in node.values()]))
        else:
            shape.append(("list", [numbers[id(other)] for other in node]))
    return shape


# ---- sharing ---------------------------------------------------------------------------------------


@st.composite
def shared_trees(draw: st.DrawFn) -> object:
    """Return a value built bottom-up, in which any part may be used more than once."""
    parts: list[Any] = [1, "a"]
    for _ in range(draw(st.integers(1, 9))):
        chosen = draw(st.lists(st.sampled_from(range(len(parts))), min_size=1, max_size=4))
        items = [parts[i] for i in chosen]
        kind = draw(st.sampled_from(["list", "tuple", "dict", "alien", "cell", "frozen"]))
        if kind == "list":
            parts.append(items)
        elif kind == "tuple":
            parts.append(tuple(items))
        elif kind == "dict":
            parts.append(dict(enumerate(items)))
        elif kind == "alien":
            parts.append([*items, Decimal(1)])
        elif kind == "cell":
            parts.append(Cell(items[0], items[-1]))
        else:
            parts.append(Immutable(items[0]))
    return parts[-1]


@dataclasses.dataclass(frozen=True)
class Immutable:
    item: object


def unfolded(value: Any, numbers: dict[int, int]) -> object:
    """Return the value with its mutable objects numbered by first appearance and immutable ones unfolded."""
    kind = type(value)
    if kind is tuple:
        return "tuple", [unfolded(item, numbers) for item in value]
    if kind is Immutable:
        return "immutable", unfolded(value.item, numbers)
    if kind not in (list, dict, Cell):
        return kind, value
    if id(value) in numbers:
        return "seen", numbers[id(value)]
    numbers[id(value)] = len(numbers)
    if kind is Cell:
        return "cell", unfolded(value.value, numbers), unfolded(value.rest, numbers)
    items = list(value.items()) if kind is dict else value
    return kind, [unfolded(item, numbers) for item in items]


@quiet
@given(shared_trees(), shared_trees(), st.sampled_from([1, 2, 3, 4096]))
def test_sharing_counts_where_it_is_of_mutable_objects(
    monkeypatch: pytest.MonkeyPatch, a: object, b: object, size: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(_walk, "CHUNK", size)
        assert (of(a) == of(b)) == (unfolded(a, {}) == unfolded(b, {}))
        copied = copy.deepcopy(a)
        assert of(copied) == of(a)
        assert of([a, a]) != of([a, copied]) or unfolded([a, a], {}) == unfolded([a, copied], {})
        assert of([a, copied]) == slowly([a, copied], monkeypatch)


def test_sharing_below_shared_tuples() -> None:
    """A list that one tuple alone holds is met as often as that tuple is."""
    for n in (1, 30, 5000):
        t = ([1],)
        many: list[object] = [t, *range(n), t]
        apart: list[object] = [([1],), *range(n), ([1],)]
        assert of(many) != of(apart)
        assert of([many]) != of([apart])
        assert of({"a": t, "b": [[t]]}) != of({"a": ([1],), "b": [[([1],)]]})
        assert of([t, Decimal(1), [t]]) != of([t, Decimal(1), [([1],)]])
        assert of((t, [t])) != of((t, [([1],)]))
        assert of([Immutable(t), [t]]) != of([Immutable(t), [([1],)]])
