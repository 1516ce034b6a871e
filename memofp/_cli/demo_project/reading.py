"""Helpers that read source text: its functions as trees of blocks, and its comments."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

Tree = tuple[str, list["Tree"]]
"""Kind of a syntax node, and the nodes below it; only those of `KINDS` are kept."""

KINDS = (
    ast.If | ast.For | ast.While | ast.Try | ast.With | ast.BoolOp | ast.IfExp | ast.comprehension
    | ast.ExceptHandler | ast.Lambda | ast.Match | ast.Return | ast.Raise | ast.AsyncFor | ast.AsyncWith
)  # fmt: skip


def functions_of(source: str) -> list[tuple[str, int, Tree]]:
    """Return name, line and tree of each function in a source text."""
    nodes = ast.walk(ast.parse(source))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, node.lineno, ("def", branches(node))) for node in functions]


def branches(node: ast.AST) -> list[Tree]:
    """Return the trees below a syntax node, leaving out what is not of `KINDS`."""
    trees: list[Tree] = []
    for child in ast.iter_child_nodes(node):
        below = branches(child)
        if isinstance(child, KINDS):
            trees.append((type(child).__name__, below))
        else:
            trees.extend(below)
    return trees


def comments_of(source: str) -> Iterator[str]:
    """Yield the text of each comment in a source text."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("# ")
