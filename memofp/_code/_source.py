"""Pair running code with source: parse and compile a file once, and find each function's AST node.

The table is addressed by code digest, so a text that is not what runs can never match: an edited
file under a living process, a stale `.pyc`, code that an import hook rewrote.
"""

from __future__ import annotations
import __future__

import ast
import warnings
from collections.abc import Iterator
from types import CodeType
from typing import Any

from memofp._code._codes import code_digest, digests_in, nested_codes
from memofp._code._emit import build_fact
from memofp._code._reading import Candidate, Neutral, spot_of
from memofp._code._trees import PARTS, STATEMENTS, Parts, walk

__all__ = ["SourceTable"]

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
_FUTURES = __future__.annotations.compiler_flag | __future__.barry_as_FLUFL.compiler_flag
_FIRST_NUMBER = 1_000_000  # beyond any line
_Span = tuple[int, int, int, int]


class SourceTable:
    """The functions of one source text, found by the digest of their compiled code."""

    def __init__(self, source: bytes, filename: str, running_flags: int = 0) -> None:
        """Parse and compile a source text.

        Args:
            source: the text.
            filename: what it is called.
            running_flags: `co_flags` of code that was made from it: a cell of a notebook is compiled with
                the `from __future__` imports of the cells before it.

        Raises:
            SyntaxError, ValueError: if that cannot be done.
        """
        self._flags = running_flags & _FUTURES
        if filename.startswith("<"):
            self._flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as notebooks do
        tree, module = _compile(source, filename, self._flags)
        self._source = source
        self._filename = filename
        self._lines = source.splitlines(keepends=True)
        self._numbers: dict[ast.AST, int] = {}
        self._by_number: dict[bytes, set[int]] | None = None
        self._nodes: dict[tuple[str, int], list[tuple[_FunctionNode, str | None]]] = {}
        self._codes: dict[bytes, list[CodeType]] = {}
        self._has_lambdas = False
        for key, code in digests_in(nested_codes(module)):
            self._codes.setdefault(key, []).append(code)
            self._has_lambdas = self._has_lambdas or code.co_name == "<lambda>"
        for number, (node, class_name) in enumerate(self._functions_in(tree), _FIRST_NUMBER):
            self._numbers[node] = number
            self._nodes.setdefault(_identity(node), []).append((node, class_name))

    def candidates(
        self, running: CodeType, running_digest: bytes, neutral: Neutral = frozenset()
    ) -> list[Candidate]:
        """Return the functions whose compiled code equals a running code object's, by its digest.

        None: this text is not what it was made from.  Several: functions that differ in name, place or
        form, and not in bytecode.
        """
        found: list[Candidate] = []
        codes = self._codes.get(running_digest, ())
        for compiled in codes:
            pair = self._pair(compiled)
            if pair is not None:
                fact = build_fact(pair[0], running.co_freevars, pair[1], self._text(pair[0]), neutral)
                spot = spot_of(compiled) if len(codes) > 1 else -1  # one alone need not be told apart
                found.append((compiled.co_name, compiled.co_firstlineno, spot, fact))
        return found

    def functions(self) -> Iterator[tuple[bytes, CodeType]]:
        """Yield digest and compiled code object of every function that has an AST node."""
        for key, codes in self._codes.items():
            yield from ((key, code) for code in codes if self._pair(code) is not None)

    def _pair(self, code: CodeType) -> tuple[_FunctionNode, str | None] | None:
        nodes = self._nodes.get((code.co_name, code.co_firstlineno))
        if not nodes:
            return None
        if len(nodes) > 1:
            apart = self._numbered().get(code_digest(code), ())
            nodes = [pair for pair in nodes if self._numbers[pair[0]] in apart] or nodes
        if len(nodes) == 1:
            return nodes[0]
        # Several on one line: the body that holds the code's positions, and the smallest such body.
        spots = ((line, column) for line, _, column, _ in code.co_positions())
        positions = [(line, column) for line, column in spots if line is not None and column is not None]

        def fit(pair: tuple[_FunctionNode, str | None]) -> tuple[int, tuple[int, int]]:
            start_line, start, end_line, end = _body_span(pair[0])
            inside = sum((start_line, start) <= p < (end_line, end) for p in positions)
            return (-inside, (end_line - start_line, end - start))

        return min(nodes, key=fit)

    def _numbered(self) -> dict[bytes, set[int]]:
        """Return for each code digest the numbers of the functions that compile to it, one line a function.

        Positions alone do not tell neighbours apart: on 3.12, code that only returns a constant has none.
        """
        if self._by_number is None:
            self._by_number = {}
            tree, _ = _compile(self._source, self._filename, self._flags)
            for number, (node, _) in enumerate(self._functions_in(tree), _FIRST_NUMBER):
                for inner in walk(node):  # functions nested in it come later, and get lines of their own
                    if isinstance(inner, ast.expr | ast.stmt | ast.arg | ast.keyword | ast.excepthandler):
                        inner.lineno = inner.end_lineno = number
                        inner.col_offset = inner.end_col_offset = 0  # a range that no line contradicts
            try:
                numbered = _compile_tree(tree, self._filename, self._flags)
            except RecursionError:  # see `_compile`; the positions have to do
                return self._by_number
            for key, code in digests_in(nested_codes(numbered)):
                if code.co_firstlineno >= _FIRST_NUMBER:
                    self._by_number.setdefault(key, set()).add(code.co_firstlineno)
        return self._by_number

    def _functions_in(self, tree: ast.Module) -> Iterator[tuple[_FunctionNode, str | None]]:
        return _function_nodes(tree, PARTS if self._has_lambdas else STATEMENTS)

    def _text(self, node: _FunctionNode) -> str:
        """Return the function's own text: whole lines for a definition, the exact span for a lambda."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or first
        lines = self._lines[first - 1 : last]
        if isinstance(node, ast.Lambda) and lines:
            lines = list(lines)
            lines[-1] = lines[-1][: node.end_col_offset]
            lines[0] = lines[0][node.col_offset :]
        return b"".join(lines).decode("utf-8", "replace")


def _compile(source: bytes, filename: str, flags: int) -> tuple[ast.Module, CodeType]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the import has said what there is to say about this text
        tree: ast.Module = compile(source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        try:
            code: CodeType = compile(tree, filename, "exec", flags, dont_inherit=True)
        except RecursionError:  # on its way in, a tree may nest less deeply than a text (CPython < 3.13)
            code = compile(source, filename, "exec", flags, dont_inherit=True)
    return tree, code


def _compile_tree(tree: ast.Module, filename: str, flags: int) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(tree, filename, "exec", flags, dont_inherit=True)
    return code


def _function_nodes(tree: ast.Module, parts: Parts) -> Iterator[tuple[_FunctionNode, str | None]]:
    """Yield every function and lambda with the name of the innermost class around it.

    Args:
        tree: of the module.
        parts: what of a node may be a function or hold one.
    """
    class_name: str | None = None
    # What is still to be visited, the next at the end; a tuple holds the class around what comes after it.
    stack: list[Any] = [tree]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is list:
            stack += item
        elif kind is tuple:
            (class_name,) = item
        elif item is not None:
            if kind in _FUNCTIONS:
                yield item, class_name
            elif kind is ast.ClassDef:
                stack.append((class_name,))
                class_name = item.name
            stack += reversed(parts[kind](item))


def _identity(node: _FunctionNode) -> tuple[str, int]:
    """Return the code name and first line that the compiler gives to a function (its first decorator's)."""
    if isinstance(node, ast.Lambda):
        return "<lambda>", node.lineno
    return node.name, min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _body_span(node: _FunctionNode) -> _Span:
    if isinstance(node, ast.Lambda):
        first: ast.expr | ast.stmt = node.body
        last: ast.expr | ast.stmt = node.body
    else:
        first, last = node.body[0], node.body[-1]
    return (first.lineno, first.col_offset, last.end_lineno or 0, last.end_col_offset or 0)
