"""Name functions for people and for the store: stable, qualified, apart from their neighbours'."""

from __future__ import annotations

import functools
import sys
from types import FunctionType, MethodType, ModuleType
from typing import Any

from memofp._code import fact_of
from memofp._fingerprint._resolve import module_name

__all__ = ["function_name"]


def function_name(func: Any) -> str:
    """Return the qualified name under which a callable's entries are kept.

    It is `module.qualname`, with a script's module called after its file.  A lambda has no name of its own,
    so its text tells it from its neighbours; so do the arguments of a partial.
    """
    if getattr(type(func), "__memofp_memoized__", False):
        return function_name(func.__wrapped__)
    if isinstance(func, functools.partial):
        from memofp._fingerprint._isolated import isolated_digest

        bound = isolated_digest((func.args, sorted(func.keywords.items()))).hex()[:8]
        return f"{function_name(func.func)}.partial-{bound}"
    if isinstance(func, MethodType):
        return function_name(func.__func__)
    if isinstance(func, staticmethod | classmethod):
        return function_name(func.__func__)
    if isinstance(func, FunctionType):
        name = f"{module_name(func.__globals__)}.{func.__qualname__}"
        if func.__name__ == "<lambda>":
            name += "-" + fact_of(func.__code__, func.__globals__).body.hex()[:8]
        return name
    module = sys.modules.get(getattr(func, "__module__", None) or type(func).__module__)
    prefix = module_name(module.__dict__) if isinstance(module, ModuleType) else "?"
    return f"{prefix}.{getattr(func, '__qualname__', type(func).__qualname__)}"
