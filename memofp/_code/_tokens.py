"""Write single tokens of the canonical form: constants, signatures, the parts of an f-string."""

from __future__ import annotations

import ast
from ast import AnnAssign, Attribute, Call, Constant, Name

from memofp._code._codes import constant_text
from memofp._code._scopes import Scope, mangle
from memofp._code._tables import identifiers

__all__ = ["constant_token", "declares_only", "merged_strings", "outside_chain", "signature", "texts"]


def texts(value: object) -> list[str]:
    """Return the identifiers in a text; none for anything else."""
    return identifiers(value) if isinstance(value, str) else []


def constant_token(node: Constant) -> str:
    """Return a token that keeps 1, True, 1.0 and -0.0 apart, and follows no version's Unicode tables."""
    return f"{type(node.value).__name__}={constant_text(node.value)}"


def declares_only(statement: ast.stmt) -> bool:
    """Tell whether a statement is `name: annotation` without a value."""
    return isinstance(statement, AnnAssign) and statement.value is None and isinstance(statement.target, Name)


def merged_strings(values: list[ast.expr]) -> list[ast.expr]:
    """Merge neighbouring constants of an f-string, which parsers split differently, and drop empty ones."""
    out: list[ast.expr] = []
    for value in values:
        if isinstance(value, Constant) and isinstance(value.value, str):
            if not value.value:
                continue
            last = out[-1] if out else None
            if isinstance(last, Constant):
                out[-1] = Constant(str(last.value) + value.value)
                continue
        out.append(value)
    return out


def signature(args: ast.arguments, scope: Scope) -> str:
    """Write parameter names, kinds, and which of them have a default (the values are live)."""

    def names(found: list[ast.arg]) -> str:
        return ",".join([mangle(a.arg, scope.class_name) for a in found])

    vararg = args.vararg.arg if args.vararg else "-"
    kwarg = args.kwarg.arg if args.kwarg else "-"
    keyword = "".join(["-" if d is None else "d" for d in args.kw_defaults])
    return (
        f"<{names(args.posonlyargs)}/{names(args.args)}*{vararg}/{names(args.kwonlyargs)}**{kwarg}"
        f";{len(args.defaults)};{keyword}>"
    )


def outside_chain(value: ast.expr, scope: Scope, freevars: frozenset[str]) -> tuple[str, ...] | None:
    """Return the dotted callee of a bare call if its root is a global name."""
    if not isinstance(value, Call):
        return None
    attrs: list[str] = []
    callee = value.func
    while isinstance(callee, Attribute):
        attrs.append(callee.attr)
        callee = callee.value
    if not isinstance(callee, Name):
        return None
    name = mangle(callee.id, scope.class_name)
    if scope.lookup(name) is not None or name in freevars:
        return None
    return (name, *reversed(attrs))
