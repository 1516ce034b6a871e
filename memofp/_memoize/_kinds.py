"""Tell the kinds of callables apart: what each becomes when memoized, and which are refused."""

from __future__ import annotations

from functools import _lru_cache_wrapper, partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from memofp._call import peel
from memofp._errors import DecorationError
from memofp._memoize._memoized import Memoized
from memofp._memoize._methods import BoundMemoized, MemoizedClassMethod, MemoizedFunction
from memofp._memoize._options import Options, check_ignored_names

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["decorate"]

CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ITERABLE_COROUTINE = 0x100
CO_ASYNC_GENERATOR = 0x200


def decorate(target: Any, options: Options) -> Memoized[..., Any]:
    """Return the memoized form of whatever `memoize` was put above.

    Raises:
        DecorationError: it cannot be memoized, or `ignore` names what it does not take.
    """
    kind: type[Memoized[..., Any]] = MemoizedFunction
    function = target
    if isinstance(target, staticmethod):
        function, kind = target.__func__, Memoized
    elif isinstance(target, classmethod):
        function, kind = target.__func__, MemoizedClassMethod
    elif not hasattr(type(target), "__get__") or isinstance(target, (partial, MethodType)):
        kind = Memoized  # does not bind, so neither does its memoized form
    function = _check_callable(function)
    where = _describe(function)
    flags = _check_flags(function, where)
    if options.ignore:
        check_ignored_names(function, options.ignore, where)
    if flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE):
        from memofp._memoize._memoized_async import async_form

        kind = async_form(kind)
    return kind(function, options)


def _check_callable(function: Any) -> Callable[..., Any]:
    """Return what is to be called, or refuse it."""
    if isinstance(function, (Memoized, BoundMemoized)):
        raise _refusal(function, "is memoized already", "give memoize the function itself, its __wrapped__")
    if isinstance(function, type):
        raise _refusal(
            function,
            "is a class, and would be none any more",
            "memoize a function that makes the object, or its methods",
        )
    if isinstance(function, (FunctionType, MethodType, partial, _lru_cache_wrapper)):
        return function
    if not callable(function):
        raise _refusal_of_value(function)
    # An object with a `__call__` in Python, or numba's.
    if isinstance(peel(function)[0], FunctionType) or hasattr(function, "py_func"):
        return function  # type: ignore[no-any-return] # it is callable, see above
    raise _refusal(function, "is not written in Python: there is no code to follow", "put a def around it")


def _refusal_of_value(value: Any) -> DecorationError:
    if hasattr(type(value), "__get__"):  # property, cached_property and the like
        name = type(value).__qualname__
        return _refusal(value, f"is a {name}, not a function", f"put @memoize below @{name}")
    return DecorationError(
        f"memoize takes a function, not {value!r}; give options by name, such as memoize(cache_dir=...)"
    )


def _check_flags(function: Callable[..., Any], where: str) -> int:
    """Return the code flags of the function below partial objects and methods; refuse generators."""
    inner = peel(function)[0]
    flags = inner.__code__.co_flags if isinstance(inner, FunctionType) else 0
    if getattr(function, "_is_coroutine_marker", None) is not None:  # inspect.markcoroutinefunction
        flags |= CO_COROUTINE
    if flags & CO_ITERABLE_COROUTINE:  # types.coroutine: a generator that is awaited
        return flags
    if flags & (CO_GENERATOR | CO_ASYNC_GENERATOR):
        kind = "a generator" if flags & CO_GENERATOR else "an async generator"
        raise DecorationError(
            f"memoize: {where} is {kind} function; what it returns can be consumed but once, so it cannot be "
            "stored; memoize a function that returns a list of the items"
        )
    return flags


def _refusal(function: Any, why: str, way_out: str) -> DecorationError:
    return DecorationError(f"memoize: {_describe(function)} {why}; {way_out}")


def _describe(function: Any) -> str:
    """Return name, file and line of what is decorated, as far as it has them."""
    inner = getattr(function, "fget", function)  # of a property
    while isinstance(inner, (partial, MethodType)):
        inner = inner.func if isinstance(inner, partial) else inner.__func__
    name = getattr(inner, "__qualname__", type(inner).__qualname__)
    module = getattr(inner, "__module__", None)
    text = f"{module}.{name}" if module else name
    code = getattr(inner, "__code__", None)
    return text if code is None else f"{text} ({code.co_filename}:{code.co_firstlineno})"
