"""Write syntax trees as tokens, field by field; who knows more about some nodes says so.

The walk has a stack of its own, because a long chain of operators or of `elif` nests deeper than Python's.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from memofp._code._scopes import Scope
from memofp._code._tokens import Raw

__all__ = ["Token", "Work", "Writer"]

Token = str  # or several, a line each, as they stand in the end
Work = Token | tuple["ast.AST | list[ast.AST]", "Scope | None"]  # what waits to be written
_DROPPED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_params", "type_ignores"})
_BODIES = frozenset({"body", "orelse", "finalbody"})
_BINDERS = {ast.ExceptHandler: "name", ast.MatchAs: "name", ast.MatchStar: "name", ast.MatchMapping: "rest"}
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}  # those that are written


class Writer:
    """One walk over one tree.

    Attributes:
        out: the tokens.
        seen: names that a node gives as bare strings: attributes in a class pattern.
    """

    def __init__(
        self,
        special: Mapping[type[ast.AST], Callable[..., list[Work]]],
        leaves: Mapping[type[ast.AST], Callable[..., Token]],
    ) -> None:
        """Prepare a walk.

        Args:
            special: by kind of node, what returns its tokens and what below it is to be written.
            leaves: by kind of node that has nothing below it, what returns its token.
        """
        self.out: list[Token] = []
        self.seen: set[str] = set()
        self._special = special
        self._leaves = leaves

    def statements(self, body: list[ast.stmt], scope: Scope) -> list[ast.AST]:
        """Return the statements of a body that are to be written."""
        raise NotImplementedError

    def name_token(self, raw: str, scope: Scope, node: ast.AST) -> Token:
        """Return the token of a name that a node binds."""
        raise NotImplementedError

    def write(self, root: ast.AST) -> None:
        """Write a tree."""
        stack: list[Work] = [(root, None)]
        out = self.out
        while stack:
            work = stack.pop()
            if isinstance(work, str):
                out.append(work)
                continue
            item, scope = work
            if isinstance(item, list):
                out.append(f"[{len(item)}")
                stack.append("]")
                stack += [(n, scope) for n in reversed(item)]
                continue
            found = self._special.get(type(item), Writer.write_plain)(self, item, scope)
            found.reverse()
            stack += found

    def write_plain(self, node: ast.AST, scope: Scope) -> list[Work]:
        kind = type(node)
        names = _FIELDS.get(kind)
        if names is None:
            names = _FIELDS[kind] = tuple(name for name in kind._fields if name not in _DROPPED_FIELDS)
        fields: list[tuple[str, object]] = []
        for name in names:
            value = getattr(node, name, None)
            if value is None or value == []:
                continue
            if name in _BODIES and isinstance(value, list):
                value = self.statements(value, scope)
                if not value:
                    continue
            fields.append((name, value))
        if kind in _BINDERS:
            fields = [(name, self._own_name(node, name, value, scope)) for name, value in fields]
        elif isinstance(node, ast.MatchClass):
            self.seen.update(node.kwd_attrs)
        return self.write_fields(kind.__name__, fields, scope)

    def _own_name(self, node: ast.AST, name: str, value: object, scope: Scope) -> object:
        """Rename what a node binds by a bare string: `except E as x`, `case [*x]`."""
        if name == _BINDERS[type(node)] and isinstance(value, str):
            return Raw(self.name_token(value, scope, node))
        return value

    def write_fields(self, kind: str, fields: list[tuple[str, object]], scope: Scope) -> list[Work]:
        work: list[Work] = []
        tokens = [f"({kind}"]
        for name, value in fields:
            tokens.append(f".{name}")
            if isinstance(value, ast.AST):
                if value._fields:
                    tokens = self._below(value, scope, tokens, work)
                else:
                    tokens.append(type(value).__name__)  # an operator
            elif isinstance(value, list):
                tokens.append(f"[{len(value)}")
                for item in value:
                    if isinstance(item, ast.AST):
                        tokens = self._below(item, scope, tokens, work)
                    else:  # a name, or None for `**x` in a dict display
                        tokens.append(ascii(item))
                tokens.append("]")
            else:
                tokens.append(value.text if isinstance(value, Raw) else ascii(value))
        tokens.append(")")
        work.append("\n".join(tokens))
        return work

    def _below(self, node: ast.AST, scope: Scope, tokens: list[Token], work: list[Work]) -> list[Token]:
        """Write a leaf at once, if nothing before it waits to be written; let any other node wait.

        Returns:
            the tokens that come next.
        """
        if not work:
            write = self._leaves.get(type(node))
            if write is not None:
                tokens.append(write(self, node, scope))
                return tokens
        if tokens:
            work.append("\n".join(tokens))
        work.append((node, scope))
        return []
