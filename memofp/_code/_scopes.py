"""Resolve names: which scope binds each name inside one function.

`symtable` does not serve: from Python 3.12 on it has no table for inlined comprehensions, and
its tables cannot be tied to AST nodes.
"""

from __future__ import annotations

from ast import (
    AST,
    AnnAssign,
    AsyncFunctionDef,
    Attribute,
    ClassDef,
    Constant,
    DictComp,
    ExceptHandler,
    FunctionDef,
    GeneratorExp,
    Global,
    Import,
    ImportFrom,
    Lambda,
    ListComp,
    Load,
    MatchAs,
    MatchMapping,
    MatchStar,
    Name,
    NamedExpr,
    Nonlocal,
    SetComp,
)
from dataclasses import dataclass, field
from typing import Any

from memofp._code._facts import ImportSpec
from memofp._code._trees import PARTS

__all__ = [
    "COMPREHENSIONS",
    "FUNCTIONS",
    "Scope",
    "ScopeNode",
    "ScopeTree",
    "build_scopes",
    "import_specs",
    "mangle",
]

COMPREHENSIONS = (ListComp, SetComp, DictComp, GeneratorExp)
FUNCTIONS = (FunctionDef, AsyncFunctionDef, Lambda)
ScopeNode = FunctionDef | AsyncFunctionDef | Lambda | ClassDef | ListComp | SetComp | DictComp | GeneratorExp


@dataclass(slots=True, eq=False)
class Scope:
    """The names that one function, lambda, class body or comprehension binds."""

    kind: str  # "function", "class" or "comprehension"
    parent: Scope | None
    class_name: str | None  # innermost class around it, for private names
    params: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)  # declared `global`
    nonlocals: set[str] = field(default_factory=set)
    imports: dict[str, list[ImportSpec]] = field(default_factory=dict)
    otherwise_bound: set[str] = field(default_factory=set)  # bound by something that is no import
    number: int = -1  # order of first visit by the emitter
    indices: dict[str, int] = field(default_factory=dict)  # local name -> index of first use
    # Name -> what the emitter writes for it: the token, and the name again if it is a local one.
    loaded: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    stored: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def bind(self, name: str) -> None:
        self.bound.add(name)
        self.otherwise_bound.add(name)

    def lookup(self, name: str) -> Scope | None:
        """Return the scope that binds `name` as seen from here, None if it lies outside the root."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if name in scope.outer:
                return None
            # A class body's names are seen by the body itself alone, not by what is nested in it.
            if name in scope.bound and name not in scope.nonlocals and (first or scope.kind != "class"):
                return scope
            first = False
            scope = scope.parent
        return None

    def is_import_alias(self, name: str) -> bool:
        """Tell whether import statements alone bind `name` in this scope."""
        return name in self.imports and name not in self.otherwise_bound and self.kind == "function"


def mangle(name: str, class_name: str | None) -> str:
    """Return the name as the compiler sees it: `__x` inside class `C` is `_C__x`."""
    if class_name is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = class_name.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


@dataclass(slots=True, eq=False)
class ScopeTree:
    """The scopes of one function and what its names show at a glance.

    Attributes:
        scopes: scope of the root and of every scope node below it.
        names: every name that is read or bound.
        stored: every name that is bound as a plain name.
        attributes: every attribute name.
        annotated: parameters, results and assignments with an annotation, in order.
    """

    scopes: dict[AST, Scope] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    annotated: list[AST] = field(default_factory=list)


def build_scopes(root: ScopeNode, class_name: str | None) -> ScopeTree:
    """Resolve the scopes of a function.  Iterative: syntax trees can be deep."""
    tree = ScopeTree()
    names, attributes = tree.names, tree.attributes
    # What is still to be visited, the next at the end; a scope among it holds what comes after it.
    stack: list[Any] = _scope_parts(root, None, tree, class_name)
    scope: Scope = tree.scopes[root]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is Name:
            names.add(item.id)
            if type(item.ctx) is not Load:
                tree.stored.add(item.id)
                scope.bind(mangle(item.id, scope.class_name))
        elif kind is list:
            stack += item[::-1]
        elif kind is Scope:
            scope = item
        elif kind in _SCOPE_KINDS:
            stack += _scope_parts(item, scope, tree, class_name)
        elif kind is AnnAssign:
            tree.annotated.append(item)
            stack += (item.value, item.annotation if scope.kind == "class" else None, item.target)
        elif item is not None and kind is not Constant:
            if kind is Attribute:
                attributes.add(item.attr)
            elif kind in _BINDING_KINDS:
                _bind_names(item, scope)
            stack += PARTS[kind](item)
    return tree


_SCOPE_KINDS = frozenset({*FUNCTIONS, ClassDef, *COMPREHENSIONS})
_BINDING_KINDS = frozenset(
    {
        NamedExpr, Import, ImportFrom, ExceptHandler, MatchAs, MatchStar,
        MatchMapping, Global, Nonlocal,
    }
)  # fmt: skip


def _scope_parts(node: ScopeNode, scope: Scope | None, tree: ScopeTree, class_name: str | None) -> list[Any]:
    """Make a scope; return what is below it, the last first, with the scopes that it lives in.

    Args:
        node: what makes the scope.
        scope: the one around it; None for the root, what is around which counts for nothing.
        tree: to add to.
        class_name: name of the class around the root.
    """
    if isinstance(node, ClassDef):
        own = Scope("class", scope, node.name)
        around: tuple[list[Any], ...] = (node.keywords, node.bases, node.decorator_list)
    elif isinstance(node, FUNCTIONS):
        own = Scope("function", scope, scope.class_name if scope else class_name)
        _bind_parameters(node, own, tree)
        decorators = [] if isinstance(node, Lambda) else node.decorator_list
        around = (decorators, node.args.kw_defaults, node.args.defaults)
    else:
        own = tree.scopes[node] = Scope("comprehension", scope, scope.class_name if scope else None)
        return _comprehension_parts(node, scope, own)
    tree.scopes[node] = own
    if scope is None:
        return [node.body, own]
    if not isinstance(node, Lambda):
        scope.bind(mangle(node.name, scope.class_name))
    return [scope, node.body, own, *around]


def _comprehension_parts(
    node: ListComp | SetComp | DictComp | GeneratorExp, scope: Scope | None, own: Scope
) -> list[Any]:
    first, *others = node.generators
    parts: list[Any] = [first.iter, own, first.target, first.ifs]  # the first iterable is made outside
    for generator in others:
        parts += (generator.iter, generator.target, generator.ifs)
    parts += (node.key, node.value) if isinstance(node, DictComp) else (node.elt,)
    parts.append(scope)
    parts.reverse()
    return parts


def _bind_parameters(node: FunctionDef | AsyncFunctionDef | Lambda, own: Scope, tree: ScopeTree) -> None:
    args = node.args
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if arg is not None:
            name = mangle(arg.arg, own.class_name)
            own.bind(name)
            own.params.add(name)
            if arg.annotation is not None:
                tree.annotated.append(arg)
    for param in getattr(node, "type_params", ()):
        own.bind(mangle(param.name, own.class_name))
    if not isinstance(node, Lambda) and node.returns is not None:
        tree.annotated.append(node)


def _bind_names(node: AST, scope: Scope) -> None:
    name = scope.class_name
    if isinstance(node, NamedExpr):
        _bind_walrus(mangle(node.target.id, name), scope)
    elif isinstance(node, Import | ImportFrom):
        for alias, spec in import_specs(node):
            bound = mangle(alias, name)
            scope.bound.add(bound)
            scope.imports.setdefault(bound, []).append(spec)
    elif isinstance(node, ExceptHandler | MatchAs | MatchStar | MatchMapping):
        bare = node.rest if isinstance(node, MatchMapping) else node.name
        if bare:
            scope.bind(mangle(bare, name))
    elif isinstance(node, Global):
        scope.outer.update(mangle(n, name) for n in node.names)
    elif isinstance(node, Nonlocal):
        scope.nonlocals.update(mangle(n, name) for n in node.names)


def _bind_walrus(name: str, scope: Scope) -> None:
    """Bind the target of `:=` in the function around any comprehensions (PEP 572)."""
    target = scope
    while target.kind == "comprehension" and target.parent is not None:
        target = target.parent
    target.bind(name)
    if target is not scope:
        scope.nonlocals.add(name)  # the Name below it is stored to, and must not bind here


def import_specs(node: Import | ImportFrom) -> list[tuple[str, ImportSpec]]:
    """Return the names that an import statement binds, each with what it binds them to."""
    if isinstance(node, ImportFrom):
        module = node.module or ""
        return [(a.asname or a.name, ImportSpec(node.level, module, a.name, False)) for a in node.names]
    out = []
    for alias in node.names:
        bound = alias.asname or alias.name.split(".")[0]
        out.append((bound, ImportSpec(0, alias.name, None, alias.asname is None and "." in alias.name)))
    return out
