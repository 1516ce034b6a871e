"""Digest annotations, which count only where reachable code reads them."""

from __future__ import annotations

import ast

from memofp._digest import digest

__all__ = ["annotations_digest"]

_DROPPED_FIELDS = frozenset({"ctx", "kind", "type_comment"})


def annotations_digest(node: ast.AST) -> bytes:
    """Digest the annotations of the function's parameters, result and assignments, as text of their AST."""
    found: list[str] = []
    for child in ast.walk(node):
        if isinstance(child, ast.arg) and child.annotation is not None:
            found.append(f"{child.arg}:{_plain_dump(child.annotation)}")
        elif isinstance(child, ast.AnnAssign):
            found.append(f"{_plain_dump(child.target)}:{_plain_dump(child.annotation)}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.returns is not None:
            found.append(f"->{_plain_dump(child.returns)}")
    return digest("\n".join(found).encode()) if found else b""


def _plain_dump(node: ast.AST) -> str:
    """Write an expression's AST in a way that does not differ between versions of Python."""
    out: list[str] = []
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.AST):
            out.append(type(item).__name__)
            stack.extend(
                reversed([(f, getattr(item, f, None)) for f in item._fields if f not in _DROPPED_FIELDS])
            )
        elif isinstance(item, tuple):
            name, value = item
            if value is None or value == []:
                continue
            out.append(f".{name}")
            stack.extend(reversed(value) if isinstance(value, list) else [value])
        else:
            out.append(ascii(item))
    return "(" + " ".join(out) + ")"
