"""Find the fact of a running code object: from memory, from source, or from bytecode."""

from __future__ import annotations

import weakref
from types import CodeType
from typing import Any

from memofp._code._bytecode import fact_from_bytecode
from memofp._code._facts import Fact
from memofp._code._source import SourceTable, read_source
from memofp._digest import digest

__all__ = ["fact_of"]

_Neutral = frozenset[tuple[str, ...]]
_NONE: _Neutral = frozenset()
# Facts of code objects that live; the fact stays what it was when the code was first seen, so an
# edit of the file under a living process changes nothing.
_facts: dict[tuple[int, _Neutral], tuple[weakref.ref[CodeType], Fact]] = {}
_tables: dict[tuple[str, bytes], SourceTable | None] = {}


def fact_of(code: CodeType, module_globals: dict[str, Any] | None, neutral: _Neutral = _NONE) -> Fact:
    """Return what is known of a function's code.  Never raises for bad, stale or missing source.

    Args:
        code: the running code object.
        module_globals: the globals of its function, for source behind a loader.
        neutral: dotted callees whose bare expression statements are left out.
    """
    key = (id(code), neutral)
    known = _facts.get(key)
    if known is not None and known[0]() is code:
        return known[1]
    fact = _from_source(code, module_globals, neutral) or fact_from_bytecode(code)
    _facts[key] = (weakref.ref(code, lambda _: _facts.pop(key, None)), fact)
    return fact


def _from_source(code: CodeType, module_globals: dict[str, Any] | None, neutral: _Neutral) -> Fact | None:
    source = read_source(code.co_filename, module_globals)
    if source is None:
        return None
    key = (code.co_filename, digest(source))
    if key not in _tables:
        try:
            _tables[key] = SourceTable(source, code.co_filename)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            _tables[key] = None  # no text of ours: the bytecode says what runs
    table = _tables[key]
    return None if table is None else table.find(code, neutral)
