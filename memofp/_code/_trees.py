"""Walk syntax trees fast: `ast.walk` asks every node for every field, most of which hold no node."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["children", "walk"]

# Fields that hold no node, or one that says nothing of its own.
_WITHOUT_NODES = frozenset({"ctx", "op", "ops", "kind", "type_comment", "id", "attr", "module", "level"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {ast.Name: (), ast.Constant: (), ast.alias: ()}


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below a node, in order, without operators and contexts."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(f for f in kind._fields if f not in _WITHOUT_NODES)
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [v for v in value if isinstance(v, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, parents first, without operators and contexts."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(children(node))
