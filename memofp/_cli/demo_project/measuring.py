"""Helpers that measure: how winding a function is, and figures over many."""

from __future__ import annotations

from collections.abc import Sequence

from .reading import Tree

LOOPS = frozenset({"For", "While", "AsyncFor", "comprehension"})
FORKS = frozenset({"If", "IfExp", "BoolOp", "ExceptHandler", "Match"})


def weight(kind: str) -> int:
    """Return what one block adds to how winding a function is."""
    return 1 if kind in LOOPS or kind in FORKS else 0


def complexity(tree: Tree) -> int:
    """Return how winding a function is: one more than the weights of its blocks."""
    kind, below = tree
    return weight(kind) + sum(map(complexity, below)) + (kind == "def")


def depth(tree: Tree) -> int:
    """Return how deep the blocks of a function are nested."""
    return 1 + max(map(depth, tree[1]), default=0)


def median(numbers: Sequence[float]) -> float:
    """Return the middle one of some numbers, 0 if there is none."""
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2] if ordered else 0
