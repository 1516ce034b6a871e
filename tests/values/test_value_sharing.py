"""Which objects are one and the same counts where they can change, and nowhere else."""

from __future__ import annotations

import copy
import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_tools import Cell, of, quiet, slowly

from memofp._values import _walk


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
