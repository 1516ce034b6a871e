"""Digest annotations, which count only where reachable code reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from memofp._code._trees import walk
from memofp._digest import digest

__all__ = ["annotation_leaves", "annotations_digest"]

_DROPPED_FIELDS = frozenset({"ctx", "kind", "type_comment"})


def annotations_digest(annotated: Sequence[ast.AST]) -> bytes:
    """Digest annotations of parameters, results and assignments, as text of their AST; b"" for none."""
    found: list[str] = []
    for node in annotated:
        if isinstance(node, ast.arg) and node.annotation is not None:
            found.append(f"{node.arg}:{_plain_dump(node.annotation)}")
        elif isinstance(node, ast.AnnAssign):
            found.append(f"{_plain_dump(node.target)}:{_plain_dump(node.annotation)}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            found.append(f"->{_plain_dump(node.returns)}")
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


def annotation_leaves(node: ast.AST) -> Iterator[ast.Name | ast.Constant]:
    """Yield the names and constants in the annotations of a function's own parameters and result."""
    args = node.args if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
    if args is None:
        return  # a lambda has none
    given = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    annotations = [a.annotation for a in given if a is not None]
    for annotation in [*annotations, getattr(node, "returns", None)]:
        if annotation is not None:
            yield from (n for n in walk(annotation) if isinstance(n, ast.Name | ast.Constant))
