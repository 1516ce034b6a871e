"""Walk syntax trees fast: `ast.walk` asks every node for every field, most of which hold no node.

A walk keeps what is still to come on a stack, the next at the end: nodes, lists of nodes, None where an
optional one is missing, and a few plain values, which have no parts.

What walks imports the kinds of nodes by name: `ast` has a `__getattr__` on CPython 3.12 and 3.13, and in a
module that has one the interpreter looks `ast.Name` up anew each time.
"""

from __future__ import annotations

import ast
from ast import AST, Attribute, Constant, Global, Name, Nonlocal
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

__all__ = ["PARTS", "STATEMENTS", "Parts", "last_name", "walk"]

# Fields that hold no node, or one that says nothing of its own.
_WITHOUT_NODES = frozenset(
    {
        "ctx", "op", "ops", "kind", "type_comment", "id", "attr", "module", "level", "arg", "asname", "rest",
        "kwd_attrs", "is_async", "conversion", "simple", "lineno", "tag", "type_ignores",
    }
)  # fmt: skip
_HOLDING_STATEMENTS = frozenset({"body", "handlers", "orelse", "finalbody", "cases"})
_LEAVES = frozenset({Name, Constant, ast.alias, Global, Nonlocal})
_Getter = Callable[[Any], tuple[Any, ...]]


class Parts(dict[type, _Getter]):
    """By kind of node, what returns its parts, the last one first, as a stack takes them."""

    def __init__(self, is_part: Callable[[str], bool]) -> None:
        self._is_part = is_part

    def __missing__(self, kind: type) -> _Getter:
        fields: tuple[str, ...] = () if kind in _LEAVES else getattr(kind, "_fields", ())
        getter = self[kind] = _getter([name for name in reversed(fields) if self._is_part(name)])
        return getter


def _getter(names: list[str]) -> _Getter:
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda node: (get(node),)


PARTS = Parts(lambda name: name not in _WITHOUT_NODES)
STATEMENTS = Parts(_HOLDING_STATEMENTS.__contains__)  # statements alone, and what holds them: handlers, cases


def walk(root: AST) -> Iterator[AST]:
    """Yield a node and all below it, parents first, without operators and contexts."""
    stack: list[Any] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += item[::-1]
        elif isinstance(item, AST):
            yield item
            stack += PARTS[type(item)](item)


def last_name(node: ast.expr) -> str:
    """Return the last name of a dotted one, "" for any other expression."""
    return node.id if isinstance(node, Name) else node.attr if isinstance(node, Attribute) else ""
