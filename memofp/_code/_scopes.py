"""Resolve names: which scope binds each name inside one function.

`symtable` does not serve: from Python 3.12 on it has no table for inlined comprehensions, and
its tables cannot be tied to AST nodes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from memofp._code._facts import ImportSpec

__all__ = ["COMPREHENSIONS", "Scope", "ScopeNode", "build_scopes", "mangle"]

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


def build_scopes(root: ScopeNode, class_name: str | None) -> dict[ast.AST, Scope]:
    """Return the scope of `root` and of every scope node below it.  Iterative: ASTs can be deep."""
    scopes: dict[ast.AST, Scope] = {}
    stack: list[tuple[ast.AST, Scope | None]] = [(root, None)]
    while stack:
        node, scope = stack.pop()
        children = list(_visit(node, scope, scopes, class_name))
        stack.extend(reversed(children))
    return scopes


_Step = tuple[ast.AST, "Scope | None"]


def _visit(
    node: ast.AST, scope: Scope | None, scopes: dict[ast.AST, Scope], class_name: str | None
) -> Iterator[_Step]:
    """Note what `node` binds and yield the nodes below it, each with the scope that it lives in."""
    if isinstance(node, FUNCTIONS):
        yield from _visit_function(node, scope, scopes, class_name)
        return
    if isinstance(node, ast.ClassDef):
        own = Scope("class", scope, node.name)
        scopes[node] = own
        if scope is not None:
            scope.bind(mangle(node.name, scope.class_name))
            yield from ((n, scope) for n in (*node.decorator_list, *node.bases, *node.keywords))
        yield from ((n, own) for n in node.body)
        return
    if isinstance(node, COMPREHENSIONS):
        yield from _visit_comprehension(node, scope, scopes)
        return
    assert scope is not None  # only a function, class or comprehension is a root
    _bind_names(node, scope)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_params", "type_comment") and scope.kind != "class":
            continue
        if isinstance(value, ast.AST):
            yield value, scope
        elif isinstance(value, list):
            yield from ((v, scope) for v in value if isinstance(v, ast.AST))


def _visit_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    scope: Scope | None,
    scopes: dict[ast.AST, Scope],
    class_name: str | None,
) -> Iterator[_Step]:
    own = Scope("function", scope, scope.class_name if scope else class_name)
    scopes[node] = own
    args = node.args
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if arg is not None:
            name = mangle(arg.arg, own.class_name)
            own.bind(name)
            own.params.add(name)
    for param in getattr(node, "type_params", ()):
        own.bind(mangle(param.name, own.class_name))
    if scope is not None:
        yield from ((n, scope) for n in (*args.defaults, *(d for d in args.kw_defaults if d is not None)))
        if not isinstance(node, ast.Lambda):
            scope.bind(mangle(node.name, scope.class_name))
            yield from ((n, scope) for n in node.decorator_list)
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
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            scope.bind(mangle(node.id, name))
    elif isinstance(node, ast.NamedExpr):
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
