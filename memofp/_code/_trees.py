"""Walk syntax trees fast: `ast.walk` asks every node for every field, most of which hold no node."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["children", "statements", "walk"]

# Fields that hold no node, or one that says nothing of its own.
_WITHOUT_NODES = frozenset(
    {
        "ctx", "op", "ops", "kind", "type_comment", "id", "attr", "module", "level", "arg", "asname", "rest",
        "kwd_attrs", "is_async", "conversion", "simple", "lineno", "tag", "type_ignores",
    }
)  # fmt: skip
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = dict.fromkeys(
    (ast.Name, ast.Constant, ast.alias, ast.Global, ast.Nonlocal, ast.Pass, ast.Break, ast.Continue), ()
)
# Lists that hold None for `**x` in a dictionary, and for a parameter without a default.
_HOLDING_STATEMENTS = ("body", "handlers", "orelse", "finalbody", "cases")
_WITH_GAPS = frozenset({"keys", "kw_defaults"})


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
            found += value if name not in _WITH_GAPS else [v for v in value if v is not None]
        elif value is not None and isinstance(value, ast.AST):
            found.append(value)
    return found


def statements(node: ast.AST) -> list[ast.AST]:
    """Return the statements right below a node, or what holds them: handlers, cases."""
    found: list[ast.AST] = []
    for name in _HOLDING_STATEMENTS:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += value
    return found


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, parents first, without operators and contexts."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        found = children(node)
        found.reverse()
        stack += found
