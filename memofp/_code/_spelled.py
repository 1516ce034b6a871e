"""Tell which names an expression can spell, where its parts stand in the code.

A name is a text in which `*` stands for any part.  Behind a `|` stand the names of what would have to be
missing for that to be true: `"on_" + x` begins with `on_` unless a class of the user's has a `__radd__`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from memofp._code._scopes import Scope, mangle
from memofp._code._trees import PARTS

__all__ = ["PARSER_BUILDERS", "REFLECTED", "Spelling"]

# A class that has one of these decides what `+` or `%` gives.
REFLECTED = frozenset({"__add__", "__radd__", "__rmod__"})
# Without one of these a command line's parser has no attribute to set.
PARSER_BUILDERS = ("add_argument", "add_option", "set_defaults")
_DEEPEST = 8  # levels of an expression; one that nests deeper counts as unknown
_MOST_NAMES = 64
_MOST_STEPS = 512
_Found = frozenset[tuple[str, frozenset[str]]]
_ANYTHING: _Found = frozenset({("*", frozenset[str]())})


class Spelling:
    """The texts that expressions of one function can be, as far as its own code shows them."""

    def __init__(self, root: ast.AST) -> None:
        self._root = root
        self._bound: dict[str, list[ast.expr | None]] | None = None
        self._steps = 0

    def names(self, node: ast.expr, scope: Scope) -> frozenset[str] | None:
        """Return the names that an expression can be, None if it can be any."""
        self._steps = _MOST_STEPS
        found = self._spell(node, scope, _DEEPEST)
        if len(found) > _MOST_NAMES or any(text == "*" for text, _ in found):
            return None
        return frozenset("|".join((text, *sorted(unless))) for text, unless in found)

    def _spell(self, node: ast.expr, scope: Scope, depth: int) -> _Found:
        self._steps -= 1
        if not depth or self._steps < 0:
            return _ANYTHING
        if isinstance(node, ast.Constant):
            return _literal(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = (_literal(v.value) if isinstance(v, ast.Constant) else _ANYTHING for v in node.values)
            return _joined(parts)
        if isinstance(node, ast.IfExp):
            return self._spell(node.body, scope, depth - 1) | self._spell(node.orelse, scope, depth - 1)
        if isinstance(node, ast.BoolOp):
            return frozenset().union(*(self._spell(v, scope, depth - 1) for v in node.values))
        if isinstance(node, ast.BinOp):
            return self._spell_operation(node, scope, depth - 1)
        if isinstance(node, ast.Call):
            return _formatted(node)
        return self._spell_local(node, scope, depth - 1) if isinstance(node, ast.Name) else _ANYTHING

    def _spell_operation(self, node: ast.BinOp, scope: Scope, depth: int) -> _Found:
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            # A text as the right operand could be of a class that has a `__rmod__`; a tuple's cannot.
            unless = frozenset[str]() if isinstance(node.right, ast.Tuple) else frozenset({"__rmod__"})
            return _cut(node.left.value, "%", unless)
        if not isinstance(node.op, ast.Add):
            return _ANYTHING
        left, right = self._spell(node.left, scope, depth), self._spell(node.right, scope, depth)
        unless = frozenset[str]()
        if not _is_text(right):
            unless |= {"__radd__"}
        if not _is_text(left):
            unless |= {"__add__", "__radd__"}
        return frozenset((text, own | unless) for text, own in _joined((left, right)))

    def _spell_local(self, node: ast.Name, scope: Scope, depth: int) -> _Found:
        """Return what a local can be, if all that binds it are assignments and loops over displays."""
        name = mangle(node.id, scope.class_name)
        owner = scope.lookup(name)
        if owner is None or owner.kind == "class" or node.id != name:
            return _ANYTHING
        if self._bound is None:
            self._bound = _bindings(self._root)
        values = self._bound.get(name, [None])
        found: set[tuple[str, frozenset[str]]] = set()
        for value in values:
            if value is None or len(found) > _MOST_NAMES:
                return _ANYTHING
            found |= self._spell(value, scope, depth)
        return frozenset((text, unless | {"f_locals"}) for text, unless in found)  # which 3.13 writes through


def _literal(value: object) -> _Found:
    if type(value) is not str or "*" in value or "|" in value:
        return _ANYTHING
    return frozenset({(value, frozenset[str]())})


def _is_text(found: _Found) -> bool:
    """Tell whether an operand is certain to be a text of the class `str`."""
    return all("*" not in text and not unless for text, unless in found)


def _joined(parts: Iterable[_Found]) -> _Found:
    """Return the texts that begin with one of the first and go on with one of the next, and so on."""
    whole: _Found = frozenset({("", frozenset[str]())})
    for part in parts:
        if len(whole) * len(part) > _MOST_NAMES:
            return _ANYTHING
        whole = frozenset((_one_star(a + b), u | v) for a, u in whole for b, v in part)
    return whole


def _one_star(text: str) -> str:
    first, star, rest = text.partition("*")
    return first + star + rest.rpartition("*")[2]


def _cut(template: object, mark: str, unless: frozenset[str]) -> _Found:
    """Return what is known of a template's result: what stands before its first replacement field."""
    if type(template) is not str or "*" in template or "|" in template:
        return _ANYTHING
    first, found, _ = template.partition(mark)
    return frozenset({(first + "*" if found else first, unless)})


def _formatted(node: ast.Call) -> _Found:
    """Return what `"on_{}".format(x)` can be; the template is a constant, so its class is `str`."""
    function = node.func
    if not (
        isinstance(function, ast.Attribute)
        and function.attr == "format"
        and isinstance(function.value, ast.Constant)
        and type(function.value.value) is str
        and "}" not in function.value.value.partition("{")[0]
    ):
        return _ANYTHING
    return _cut(function.value.value, "{", frozenset())


# ---- locals -------------------------------------------------------------------------------------


def _bindings(root: ast.AST) -> dict[str, list[ast.expr | None]]:
    """Return for each name that a function binds what it is bound to, None for what cannot be told.

    Names of nested functions count with those of the function around them, under which they are looked up.
    """
    found: dict[str, list[ast.expr | None]] = {}
    known: set[int] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack += node
            continue
        for name, target, values in _told(node):
            found.setdefault(name, []).extend(values)
            known.add(id(target))
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and id(node) not in known:
            found.setdefault(node.id, []).append(None)
        for name in _otherwise_bound(node):
            found.setdefault(name, []).append(None)
        stack += reversed(PARTS[type(node)](node))
    return found


def _told(node: ast.AST) -> Iterator[tuple[str, ast.AST, list[ast.expr | None]]]:
    """Yield what a node binds to an expression, or in turn to the items of a display."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, target, [node.value]
    elif isinstance(node, ast.NamedExpr) or (isinstance(node, ast.AnnAssign) and node.value is not None):
        if isinstance(node.target, ast.Name):
            yield node.target.id, node.target, [node.value]
    elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
        yield node.target.id, node.target, _items(node.iter)


def _items(node: ast.expr) -> list[ast.expr | None]:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [*node.elts]
    return [*node.keys] if isinstance(node, ast.Dict) else [None]


def _otherwise_bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
