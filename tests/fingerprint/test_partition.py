"""Partition refinement agrees with plain rounds, and its numbers are canonical."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from memofp._fingerprint._partition import refine

Graph = tuple[list[int], list[list[tuple[int, int]]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, 12))
    colours = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    ranks = {colour: i for i, colour in enumerate(sorted(set(colours)))}
    edge = st.tuples(st.integers(0, 2), st.integers(0, size - 1))
    edges = draw(st.lists(st.lists(edge, max_size=4), min_size=size, max_size=size))
    return [ranks[colour] for colour in colours], edges


def by_rounds(colours: list[int], edges: list[list[tuple[int, int]]]) -> list[int]:
    """Refine by looking at every node in every round: slow, and plainly right."""
    classes = list(colours)
    for _ in classes:
        signatures = [
            (classes[node], tuple(sorted((label, classes[target]) for label, target in edges[node])))
            for node in range(len(classes))
        ]
        names = {signature: i for i, signature in enumerate(sorted(set(signatures)))}
        classes = [names[signature] for signature in signatures]
    return classes


def partition(classes: list[int]) -> set[frozenset[int]]:
    return {frozenset(i for i, c in enumerate(classes) if c == number) for number in classes}


@given(graphs())
def test_same_partition_as_plain_rounds(graph: Graph) -> None:
    found = refine(*graph)
    assert partition(found) == partition(by_rounds(*graph))
    assert set(found) == set(range(len(set(found))))


@given(graphs(), st.randoms(use_true_random=False))
def test_numbers_do_not_depend_on_the_order_of_nodes(graph: Graph, rng: random.Random) -> None:
    colours, edges = graph
    merged = refine(colours, edges)
    chosen = {number: i for i, number in reversed(list(enumerate(merged)))}
    nodes = sorted(chosen.values())

    def numbers(order: list[int]) -> dict[int, int]:
        places = {merged[node]: i for i, node in enumerate(order)}
        ranks = {colour: i for i, colour in enumerate(sorted({colours[n] for n in order}))}
        found = refine(
            [ranks[colours[node]] for node in order],
            [[(label, places[merged[target]]) for label, target in edges[node]] for node in order],
        )
        return dict(zip(order, found, strict=True))

    shuffled = list(nodes)
    rng.shuffle(shuffled)
    assert numbers(nodes) == numbers(shuffled)
