"""Notice functions of Python's that take names or texts for code, under whatever name they go.

A function's own text tells `getattr(x, name)` and `eval(text)`; it does not tell an alias of them, nor
one that a table or a partial holds.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from memofp._code import DYNAMIC_NAMES, IMPORTERS, MODE_NAMES, TEMPLATE_METHODS

if TYPE_CHECKING:
    from memofp._fingerprint._graph import Graph

__all__ = ["is_module_table", "note_power", "sees_globals"]

_EVAL, _EXEC, _GLOBALS = eval, exec, globals
_SEES_LOCALS = frozenset({"eval", "exec", "locals", "vars", "dir"})
_READS_ANNOTATIONS = frozenset({"dataclasses.fields", "inspect.Signature"})


def note_power(graph: Graph, full: str, spelled: str) -> None:
    """Note what a foreign function can see.

    Args:
        graph: the graph.
        full: the function's dotted name.
        spelled: the name under which code mentions it; "" if it is reached in another way.
    """
    last = full.rpartition(".")[2]
    if full in _READS_ANNOTATIONS:
        graph.mention({"__annotations__"})
    if last == spelled:
        return  # the code's own facts say how it is used
    if last in MODE_NAMES:
        graph.mention({last})
    if last in DYNAMIC_NAMES or last in TEMPLATE_METHODS:
        graph.open_world()
    if full.startswith("builtins.") and last in _SEES_LOCALS:
        graph.mention({"__code__"})
    if full in ("builtins.eval", "builtins.exec", "builtins.globals") or last in IMPORTERS:
        graph.spot(f"{last} under another name", full)
        if last in IMPORTERS:
            graph.computes_imports()


def sees_globals(value: object) -> bool:
    """Tell whether a value is a builtin that reads the globals of whoever calls it."""
    return value is _EVAL or value is _EXEC or value is _GLOBALS


def is_module_table(value: Any) -> bool:
    """Tell whether a value is `sys.modules`, which depends on what happens to be loaded."""
    return value is sys.modules
