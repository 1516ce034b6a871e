"""Resolve names: which scope binds each name inside one function.

`symtable` does not serve: from Python 3.12 on it has no table for inlined comprehensions, and
its tables cannot be tied to AST nodes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from memofp._code._facts import ImportSpec
from memofp._code._trees import children

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

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
ScopeNode = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ClassDef
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)


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

    scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    annotated: list[ast.AST] = field(default_factory=list)


def build_scopes(root: ScopeNode, class_name: str | None) -> ScopeTree:
    """Resolve the scopes of a function.  Iterative: syntax trees can be deep."""
    tree = ScopeTree()
    stack: list[tuple[ast.AST, Scope | None]] = [(root, None)]
    while stack:
        node, scope = stack.pop()
        kind = type(node)
        if kind is ast.Name and scope is not None:
            _note_name(node, scope, tree)  # type: ignore[arg-type] # mypy does not narrow by `kind`
        elif kind in _SCOPE_KINDS:
            stack += reversed(list(_visit_scope(node, scope, tree, class_name)))
        elif kind is not ast.Constant:
            assert scope is not None  # only a function, class or comprehension is a root
            if kind is ast.Attribute:
                tree.attributes.add(node.attr)  # type: ignore[attr-defined] # as above
            elif kind in _BINDING_KINDS:
                _bind_names(node, scope)
            if kind is ast.AnnAssign:
                tree.annotated.append(node)
                stack += [(n, scope) for n in reversed(_without_annotation(node, scope))]
            else:
                below = children(node)
                below.reverse()
                stack += [(n, scope) for n in below]
    return tree


_Step = tuple[ast.AST, "Scope | None"]
_SCOPE_KINDS = frozenset({*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS})
_BINDING_KINDS = frozenset(
    {
        ast.NamedExpr, ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
        ast.MatchMapping, ast.Global, ast.Nonlocal,
    }
)  # fmt: skip


def _note_name(node: ast.Name, scope: Scope, tree: ScopeTree) -> None:
    tree.names.add(node.id)
    if not isinstance(node.ctx, ast.Load):
        tree.stored.add(node.id)
        scope.bind(mangle(node.id, scope.class_name))


def _without_annotation(node: ast.AST, scope: Scope) -> list[ast.AST]:
    assert isinstance(node, ast.AnnAssign)
    found: list[ast.AST] = [node.target]
    if scope.kind == "class":
        found.append(node.annotation)
    if node.value is not None:
        found.append(node.value)
    return found


def _visit_scope(
    node: ast.AST, scope: Scope | None, tree: ScopeTree, class_name: str | None
) -> Iterator[_Step]:
    """Make a scope and yield the nodes below it, each with the scope that it lives in."""
    if isinstance(node, FUNCTIONS):
        yield from _visit_function(node, scope, tree, class_name)
    elif isinstance(node, ast.ClassDef):
        own = Scope("class", scope, node.name)
        tree.scopes[node] = own
        if scope is not None:
            scope.bind(mangle(node.name, scope.class_name))
            yield from ((n, scope) for n in (*node.decorator_list, *node.bases, *node.keywords))
        yield from ((n, own) for n in node.body)
    elif isinstance(node, COMPREHENSIONS):
        yield from _visit_comprehension(node, scope, tree.scopes)


def _visit_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    scope: Scope | None,
    tree: ScopeTree,
    class_name: str | None,
) -> Iterator[_Step]:
    own = Scope("function", scope, scope.class_name if scope else class_name)
    tree.scopes[node] = own
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
    if scope is not None:
        yield from ((n, scope) for n in (*args.defaults, *(d for d in args.kw_defaults if d is not None)))
        if not isinstance(node, ast.Lambda):
            scope.bind(mangle(node.name, scope.class_name))
            yield from ((n, scope) for n in node.decorator_list)
    if not isinstance(node, ast.Lambda) and node.returns is not None:
        tree.annotated.append(node)
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    yield from ((n, own) for n in body)


def _visit_comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
    scope: Scope | None,
    scopes: dict[ast.AST, Scope],
) -> Iterator[_Step]:
    own = Scope("comprehension", scope, scope.class_name if scope else None)
    scopes[node] = own
    for i, generator in enumerate(node.generators):
        yield generator.iter, (scope if i == 0 and scope is not None else own)
        yield generator.target, own
        yield from ((n, own) for n in generator.ifs)
    if isinstance(node, ast.DictComp):
        yield node.key, own
        yield node.value, own
    else:
        yield node.elt, own


def _bind_names(node: ast.AST, scope: Scope) -> None:
    name = scope.class_name
    if isinstance(node, ast.NamedExpr):
        _bind_walrus(mangle(node.target.id, name), scope)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias, spec in import_specs(node):
            bound = mangle(alias, name)
            scope.bound.add(bound)
            scope.imports.setdefault(bound, []).append(spec)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar | ast.MatchMapping):
        bare = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if bare:
            scope.bind(mangle(bare, name))
    elif isinstance(node, ast.Global):
        scope.outer.update(mangle(n, name) for n in node.names)
    elif isinstance(node, ast.Nonlocal):
        scope.nonlocals.update(mangle(n, name) for n in node.names)


def _bind_walrus(name: str, scope: Scope) -> None:
    """Bind the target of `:=` in the function around any comprehensions (PEP 572)."""
    target = scope
    while target.kind == "comprehension" and target.parent is not None:
        target = target.parent
    target.bind(name)
    if target is not scope:
        scope.nonlocals.add(name)  # the Name below it is stored to, and must not bind here


def import_specs(node: ast.Import | ast.ImportFrom) -> list[tuple[str, ImportSpec]]:
    """Return the names that an import statement binds, each with what it binds them to."""
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [(a.asname or a.name, ImportSpec(node.level, module, a.name, False)) for a in node.names]
    out = []
    for alias in node.names:
        bound = alias.asname or alias.name.split(".")[0]
        out.append((bound, ImportSpec(0, alias.name, None, alias.asname is None and "." in alias.name)))
    return out
