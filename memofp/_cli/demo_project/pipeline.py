"""The memoized functions."""

from __future__ import annotations

from typing import Any

from memofp import memoize

from . import measuring
from .reading import Tree, comments_of, functions_of


@memoize
def parse(source: str) -> list[tuple[str, int, Tree]]:
    """Return name, line and tree of each function in a source text."""
    return functions_of(source)


@memoize
def vocabulary(source: str) -> int:
    """Return how many different words the comments of a source text use."""
    return len({word.lower() for comment in comments_of(source) for word in comment.split()})


@memoize
def measure(functions: list[tuple[str, int, Tree]]) -> list[tuple[str, int, int, int]]:
    """Return name, line, complexity and depth of each function."""
    return [(name, line, measuring.complexity(tree), measuring.depth(tree)) for name, line, tree in functions]


@memoize
def aggregate(measures: dict[str, list[tuple[str, int, int, int]]]) -> dict[str, Any]:
    """Return figures over the functions of all files, and the most winding ones."""
    rows = [(row[2], f"{file}:{row[1]}", row[0]) for file, found in measures.items() for row in found]
    return {
        "functions": len(rows),
        "median": measuring.median([row[0] for row in rows]),
        "most winding": sorted(rows, reverse=True)[:3],
    }
