"""Write syntax trees as tokens, field by field; who knows more about some nodes says so.

The walk has a stack of its own, because a long chain of operators or of `elif` nests deeper than Python's.
"""

from __future__ import annotations

import ast
from ast import AST, ExceptHandler, MatchAs, MatchMapping, MatchStar
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from memofp._code._scopes import Scope

__all__ = ["Work", "Writer"]

# What waits to be written: tokens, nodes, lists of nodes, None for `**x` in a dict display.  A scope is not
# written: what comes after it lives in it.
Work = str | AST | list[Any] | Scope | None
_DROPPED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_params", "type_ignores"})
_BODIES = frozenset({"body", "orelse", "finalbody"})
_BINDERS = {ExceptHandler: "name", MatchAs: "name", MatchStar: "name", MatchMapping: "rest"}
_Shape = tuple[str, tuple[tuple[str, str], ...]]


class _Shapes(dict[type[AST], _Shape]):
    """By kind of node, its opening and the label and name of each field that is written, the last first."""

    def __missing__(self, kind: type[AST]) -> _Shape:
        fields = [(f".{name}", name) for name in kind._fields if name not in _DROPPED_FIELDS]
        shape = self[kind] = (f"({kind.__name__}", tuple(reversed(fields)))
        return shape


_SHAPES = _Shapes()


class Writer:
    """One walk over one tree.

    Attributes:
        out: the tokens.
        seen: names that a node gives as bare strings: attributes in a class pattern.
    """

    def __init__(self, special: Mapping[type[AST], Callable[..., None]]) -> None:
        """Prepare a walk.

        Args:
            special: by kind of node, what writes it: tokens that come now, and work that waits.
        """
        self.out: list[str] = []
        self.seen: set[str] = set()
        self._special = special
        self._waiting: list[Work] = []  # the next at the end

    def statements(self, body: list[ast.stmt], scope: Scope) -> list[ast.stmt]:
        """Return the statements of a body that are to be written."""
        raise NotImplementedError

    def name_token(self, raw: str, scope: Scope, node: AST) -> str:
        """Return the token of a name that a node binds."""
        raise NotImplementedError

    def write(self, root: AST) -> None:
        """Write a tree."""
        waiting, out, special, plain = self._waiting, self.out, self._special, Writer.write_plain
        waiting.append(root)
        scope: Scope | None = None
        while waiting:
            item: Any = waiting.pop()
            kind = type(item)
            if kind is str:
                out.append(item)
            elif kind is list:
                out.append(f"[{len(item)}")
                waiting.append("]")
                waiting += item[::-1]
            elif kind is Scope:
                scope = item
            elif item is None:
                out.append("None")
            else:
                special.get(kind, plain)(self, item, scope)

    def wait(self, work: Iterable[Work]) -> None:
        """Let work wait that is to be written before all that waits already."""
        self._waiting += reversed([*work])

    def write_plain(self, node: AST, scope: Scope) -> None:
        """Write each field that is not empty behind its name."""
        opening, fields = _SHAPES[type(node)]
        self.out.append(opening)
        waiting = self._waiting
        waiting.append(")")
        for label, name in fields:
            value = getattr(node, name)
            kind = type(value)
            if value is None:
                continue
            if kind is list:
                if name in _BODIES:
                    value = self.statements(value, scope)
                elif name == "kwd_attrs":
                    self.seen.update(value)
                    value = [*map(ascii, value)]
                if not value:
                    continue
            elif name == "op":
                value = kind.__name__
            elif not isinstance(value, AST):
                # What a node binds by a bare string is renamed: `except E as x`, `case [*x]`.
                is_bound = _BINDERS.get(type(node)) == name
                value = self.name_token(value, scope, node) if is_bound else ascii(value)
            waiting.append(value)
            waiting.append(label)
