"""Build facts from texts."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from types import FunctionType
from typing import Any

from memofp._code import Fact
from memofp._code._emit import build_fact

__all__ = ["fact_of_text", "function_from_file"]


def fact_of_text(text: str, freevars: tuple[str, ...] = (), class_name: str | None = None) -> Fact:
    """Return the fact of the first function or lambda in a text."""
    tree = ast.parse(textwrap.dedent(text))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    node = next(n for n in ast.walk(tree) if isinstance(n, kinds))
    return build_fact(node, freevars, class_name)


def function_from_file(path: Path, text: str | bytes, name: str = "f", **space: Any) -> FunctionType:
    """Write a text to a file, run it as a module would and return one of its functions."""
    data = textwrap.dedent(text).encode() if isinstance(text, str) else text
    path.write_bytes(data)
    namespace: dict[str, Any] = {"__name__": path.stem, "__file__": str(path), **space}
    exec(compile(data, str(path), "exec", dont_inherit=True), namespace)
    found = namespace[name]
    assert isinstance(found, FunctionType)
    return found
