"""Name functions for people and for the store: stable, qualified, apart from their neighbours'."""

from __future__ import annotations

import functools
import sys
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from memofp._code import fact_of
from memofp._fingerprint._namespace import module_name
from memofp._fingerprint._raw import is_a, is_memoized, module_of, qualname_of

__all__ = ["function_name"]


def function_name(func: Any) -> str:
    """Return the qualified name under which a callable's entries are kept.

    It is `module.qualname`, with a script's module called after its file.  A lambda has no name of its own,
    so its text tells it from its neighbours; so do the arguments of a partial.
    """
    if is_memoized(func):
        return function_name(func.__wrapped__)
    if is_a(func, functools.partial):
        from memofp._fingerprint._isolated import isolated_digest

        bound = isolated_digest((func.args, sorted(func.keywords.items()))).hex()[:8]
        return f"{function_name(func.func)}.partial-{bound}"
    if is_a(func, MethodType):
        return function_name(func.__func__)
    if is_a(func, (staticmethod, classmethod)):
        return function_name(func.__func__)
    if is_a(func, FunctionType):
        name = f"{module_name(func.__globals__)}.{func.__qualname__}"
        if func.__name__ == "<lambda>":
            name += "-" + fact_of(func.__code__, func.__globals__).body.hex()[:8]
        return name
    return _other_name(func)


def _other_name(func: Any) -> str:
    """Name a class, a builtin, or an instance after its class, without asking a hook of the instance's."""
    if is_a(func, (BuiltinFunctionType, functools._lru_cache_wrapper)):
        place, name = func.__module__, func.__qualname__
    else:
        cls = func if is_a(func, type) else type(func)
        place, name = module_of(cls), qualname_of(cls)
    module = sys.modules.get(place) if isinstance(place, str) else None
    prefix = module_name(module.__dict__) if isinstance(module, ModuleType) else "?"
    return f"{prefix}.{name}"
