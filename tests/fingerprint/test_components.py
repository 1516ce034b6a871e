"""Digests of graphs: independent of order, entry and copies; every change is seen."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from memofp._digest import DIGEST_SIZE
from memofp._fingerprint._components import Target, component_digests, strong_components

Edge = tuple[bytes, Target]
Drawn = tuple[list[bytes], list[list[Edge]]]


@st.composite
def graphs(draw: st.DrawFn) -> Drawn:
    """Draw a graph of up to ten nodes with few kinds of nodes and labels, so that some are alike."""
    count = draw(st.integers(1, 10))
    local = draw(st.lists(st.sampled_from([b"a", b"b", b"c"]), min_size=count, max_size=count))
    edge = st.tuples(st.sampled_from([b"", b"x", b"y"]), st.integers(0, count - 1))
    edges: list[list[Edge]] = [list(draw(st.lists(edge, max_size=3))) for _ in range(count)]
    return local, edges


def digests(local: list[bytes], edges: list[list[Edge]], root: int | None = None) -> list[bytes]:
    labels = [[label for label, _ in own] for own in edges]
    targets = [[target for _, target in own] for own in edges]
    return component_digests(local, labels, targets, strong_components(targets, root))


@given(graphs(), st.randoms(use_true_random=False))
def test_order_of_nodes_and_edges_does_not_count(graph: Drawn, source: random.Random) -> None:
    local, edges = graph
    order = list(range(len(local)))
    source.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    moved: list[list[Edge]] = []
    for old in order:
        own: list[Edge] = [(label, place[t] if isinstance(t, int) else t) for label, t in edges[old]]
        source.shuffle(own)
        moved.append(own)
    before, after = digests(local, edges), digests([local[i] for i in order], moved)
    assert [after[place[i]] for i in range(len(local))] == before


@given(graphs())
def test_entry_point_does_not_count(graph: Drawn) -> None:
    local, edges = graph
    whole = digests(local, edges)
    for root in range(len(local)):
        assert digests(local, edges, root)[root] == whole[root]


@st.composite
def placed_graphs(draw: st.DrawFn) -> tuple[list[bytes], list[list[bytes]], list[list[Target]]]:
    """Draw a graph whose nodes have some edges that go by their place."""
    local, edges = draw(graphs())
    leaves = st.sampled_from([b"1" * DIGEST_SIZE, b"2" * DIGEST_SIZE])
    one = leaves | st.integers(0, len(local) - 1)
    placed: list[list[Target]] = [draw(st.lists(one, max_size=3)) for _ in local]
    labels = [[label for label, _ in own] for own in edges]
    return local, labels, [[*first, *(t for _, t in own)] for first, own in zip(placed, edges, strict=True)]


@given(placed_graphs(), st.data())
def test_places_count_and_order_of_nodes_does_not(
    graph: tuple[list[bytes], list[list[bytes]], list[list[Target]]], data: st.DataObject
) -> None:
    local, labels, targets = graph
    before = component_digests(local, labels, targets, strong_components(targets))
    order = data.draw(st.permutations(range(len(local))))
    place = {old: new for new, old in enumerate(order)}
    moved = [[place[t] if isinstance(t, int) else t for t in targets[old]] for old in order]
    names = [labels[old] for old in order]
    after = component_digests([local[old] for old in order], names, moved, strong_components(moved))
    assert [after[place[i]] for i in range(len(local))] == before
    for root in range(len(local)):
        alone = component_digests(local, labels, targets, strong_components(targets, root))
        assert alone[root] == before[root]

    node = data.draw(st.integers(0, len(local) - 1))
    count = len(targets[node]) - len(labels[node])
    at = data.draw(st.integers(0, count))
    longer = [list(own) for own in targets]
    longer[node].insert(at, b"3" * DIGEST_SIZE)
    changed = component_digests(local, labels, longer, strong_components(longer))
    assert changed[node] != before[node]


def test_places_are_no_labels() -> None:
    one, other = b"1" * DIGEST_SIZE, b"2" * DIGEST_SIZE

    def of(labels: list[bytes], *targets: Target) -> bytes:
        return component_digests([b"f"], [labels], [list(targets)], [[0]])[0]

    forms = [
        of([]),
        of([], one),
        of([], one, other),
        of([], other, one),
        of([b"r0"], one),
        of([b"r1"], one, other),
    ]
    assert len(set(forms)) == len(forms)


def reaching(edges: list[list[Edge]], target: int) -> set[int]:
    found = {target}
    while True:
        more = {i for i, own in enumerate(edges) if any(t in found for _, t in own)} - found
        if not more:
            return found
        found |= more


@given(graphs(), st.data())
def test_a_changed_node_is_seen_by_all_that_reach_it_and_by_no_other(
    graph: Drawn, data: st.DataObject
) -> None:
    local, edges = graph
    changed = data.draw(st.integers(0, len(local) - 1))
    other = [b"changed" if i == changed else one for i, one in enumerate(local)]
    before, after = digests(local, edges), digests(other, edges)
    seen = reaching(edges, changed)
    assert all((before[i] != after[i]) == (i in seen) for i in range(len(local)))


@given(graphs(), st.data())
def test_a_new_edge_is_seen(graph: Drawn, data: st.DataObject) -> None:
    local, edges = graph
    source = data.draw(st.integers(0, len(local) - 1))
    target = data.draw(st.integers(0, len(local) - 1))
    more = [[*own, (b"new", target)] if i == source else own for i, own in enumerate(edges)]
    before, after = digests(local, edges), digests(local, more)
    assert all(before[i] != after[i] for i in reaching(edges, source))


@given(graphs())
def test_copies_are_equal(graph: Drawn) -> None:
    """A second copy of everything, one that refers back to the first copy, is equal node by node."""
    local, edges = graph
    count = len(local)
    copy: list[list[Edge]] = [
        [(label, t + count if isinstance(t, int) and i % 2 else t) for label, t in own]
        for i, own in enumerate(edges)
    ]
    found = digests(local * 2, [*edges, *copy])
    assert found[:count] == digests(local, edges)
    alone = digests(local * 2, [*edges, *[[(b, t + count) for b, t in own] for own in edges]])  # type: ignore[operator] # targets are nodes
    assert alone[:count] == alone[count:]


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40))
def test_cycles_of_equal_nodes_are_one(one: int, other: int) -> None:
    def ring(size: int) -> bytes:
        return digests([b"n"] * size, [[(b"next", (i + 1) % size)] for i in range(size)])[0]

    assert ring(one) == ring(other)


def test_a_change_far_away_in_a_cycle_is_seen_everywhere() -> None:
    def ring(marked: int) -> list[bytes]:
        return digests(
            [b"m" if i == marked else b"n" for i in range(300)],
            [[(b"next", (i + 1) % 300)] for i in range(300)],
        )

    assert len(set(ring(7))) == 300
    assert set(ring(7)) == set(ring(8))
    assert set(ring(7)).isdisjoint(ring(-1))


def test_a_long_chain_does_not_overflow() -> None:
    count = 200_000
    edges: list[list[Edge]] = [[(b"", i + 1)] if i + 1 < count else [] for i in range(count)]
    assert len(set(digests([b""] * count, edges, 0))) == count
