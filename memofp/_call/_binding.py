"""Bind a call's arguments to parameters, defaults applied, at the speed of one Python call.

`inspect.Signature.bind` takes microseconds.  Here one small function is compiled per
signature: it has the parameters of the memoized function and returns their values as a
tuple, so the interpreter itself does the binding, and its errors for wrong arguments are
word for word those of the function.
"""

from __future__ import annotations

from functools import _lru_cache_wrapper, partial
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["Binder", "make_binder", "parameter_names", "peel", "python_function"]

CO_VARARGS = 0x04
CO_VARKEYWORDS = 0x08


class Binder:
    """The arguments of one callable as a tuple.

    Attributes:
        names: the parameters that take part in the key, in the order of the tuple.
        bind: called like the memoized callable, returns their values; raises the
            callable's own `TypeError` for arguments that do not fit.
        var_positional: name of the parameter that collects positional arguments, if there is one.
        var_keyword: name of the parameter that collects keyword arguments, if there is one.
    """

    __slots__ = ("bind", "names", "var_keyword", "var_positional")

    def __init__(
        self,
        names: tuple[str, ...],
        bind: Callable[..., tuple[object, ...]],
        var_positional: str | None,
        var_keyword: str | None,
    ) -> None:
        self.names = names
        self.bind = bind
        self.var_positional = var_positional
        self.var_keyword = var_keyword


class _Shape:
    """The parameters of a callable, without their defaults."""

    __slots__ = ("keyword_only", "positional", "positional_only", "var_keyword", "var_positional")

    def __init__(
        self,
        positional: tuple[str, ...],
        positional_only: int,
        var_positional: str | None,
        keyword_only: tuple[str, ...],
        var_keyword: str | None,
    ) -> None:
        self.positional = positional
        self.positional_only = positional_only  # how many of `positional` cannot be named in a call
        self.var_positional = var_positional
        self.keyword_only = keyword_only
        self.var_keyword = var_keyword

    def names(self, skip: int = 0) -> tuple[str, ...]:
        """Return every parameter's name but the first `skip` positional ones."""
        stars = tuple(name for name in (self.var_positional,) if name)
        double = tuple(name for name in (self.var_keyword,) if name)
        return self.positional[skip:] + stars + self.keyword_only + double


ANYTHING = _Shape((), 0, "args", (), "kwargs")
Defaults = tuple["tuple[Any, ...] | None", "dict[str, Any] | None"]


def make_binder(function: Callable[..., object], ignore: Collection[str] = ()) -> Binder:
    """Return the binder of a function, method, partial object or other callable.

    The defaults are the live objects that the function holds now.  A partial object or
    bound method binds as the function below it does; what it has fixed by position is
    part of the fingerprint and left out here.

    Args:
        function: the callable; a decorator's wrapper counts by its own parameters, not
            by those of what it wraps, because it could tell `f(1)` from `f(a=1)`.
        ignore: names of parameters to leave out.
    """
    inner, fixed, keywords = peel(function)
    shape, defaults = _shape(inner)
    skip = len(fixed)
    if any(_is_placeholder(value) for value in fixed):
        skip = 0
    names = tuple(name for name in shape.names(skip) if name not in ignore)
    bind = _compile(shape, names, defaults, getattr(inner, "__qualname__", type(inner).__qualname__))
    if fixed or keywords:
        bind = partial(bind, *fixed, **keywords)
    return Binder(names, bind, shape.var_positional, shape.var_keyword)


def parameter_names(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the names of all parameters that a call can still give a value."""
    inner, fixed, _ = peel(function)
    return _shape(inner)[0].names(len(fixed))


def peel(
    function: Callable[..., object],
) -> tuple[Callable[..., object], tuple[object, ...], dict[str, Any]]:
    """Take partial objects, bound methods and objects with a `__call__` in Python off.

    Returns:
        What is below, and what they fix of its arguments by position and by keyword.
    """
    fixed: tuple[object, ...] = ()
    keywords: dict[str, Any] = {}
    while True:
        if type(function) is partial:  # a subclass may call in a way of its own
            assert isinstance(function, partial)  # for pyright, which does not narrow by `type`
            fixed = function.args + fixed
            keywords = {**function.keywords, **keywords}
            function = function.func
        elif isinstance(function, MethodType):
            fixed = (function.__self__, *fixed)
            function = function.__func__
        elif getattr(type(function), "__memofp_memoized__", False):
            function = function.__wrapped__  # type: ignore[attr-defined] # the mark says so
        else:
            call = getattr(type(function), "__call__", None)  # noqa: B004 # which one it is
            if not isinstance(call, FunctionType):
                return function, fixed, keywords
            fixed = (function, *fixed)
            function = call


def _is_placeholder(value: object) -> bool:
    return type(value).__name__ == "_PlaceholderType"  # functools.Placeholder, Python 3.14


def python_function(callee: Callable[..., object]) -> FunctionType | None:
    """Return the function whose parameters a callable takes; None if that is not known.

    Looks through objects that hand their arguments on as they are.
    """
    inner: object = peel(callee)[0]
    if isinstance(inner, _lru_cache_wrapper):
        inner = inner.__wrapped__
    elif not isinstance(inner, FunctionType):
        inner = getattr(inner, "py_func", None)  # numba's compiled functions
    return inner if isinstance(inner, FunctionType) else None


def _shape(callee: Callable[..., object]) -> tuple[_Shape, Defaults]:
    function = python_function(callee)
    if function is None:
        return ANYTHING, (None, None)
    code: CodeType = function.__code__
    names, count, only = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
    end = count + only
    var_positional = var_keyword = None
    if code.co_flags & CO_VARARGS:
        var_positional = names[end]
        end += 1
    if code.co_flags & CO_VARKEYWORDS:
        var_keyword = names[end]
    shape = _Shape(
        names[:count], code.co_posonlyargcount, var_positional, names[count : count + only], var_keyword
    )
    return shape, (function.__defaults__, function.__kwdefaults__)


_compiled: dict[str, CodeType] = {}  # source text -> code; many functions share a signature


def _compile(
    shape: _Shape, names: tuple[str, ...], defaults: Defaults, qualname: str
) -> Callable[..., tuple[object, ...]]:
    source = f"def bind({_parameter_list(shape)}): return ({''.join(f'{name}, ' for name in names)})"
    code = _compiled.get(source)
    if code is None:
        # A function's code is a constant of its module's; taking it out runs nothing.
        module = compile(source, "<memofp binder>", "exec", dont_inherit=True)
        code = _compiled[source] = next(item for item in module.co_consts if isinstance(item, CodeType))
    bind = FunctionType(code, {}, "bind", defaults[0])
    bind.__kwdefaults__ = defaults[1] or {}
    bind.__qualname__ = qualname  # the interpreter's message for wrong arguments begins with it
    return bind


def _parameter_list(shape: _Shape) -> str:
    parts = list(shape.positional)
    if shape.positional_only:
        parts.insert(shape.positional_only, "/")
    if shape.var_positional:
        parts.append(f"*{shape.var_positional}")
    elif shape.keyword_only:
        parts.append("*")
    parts.extend(shape.keyword_only)
    if shape.var_keyword:
        parts.append(f"**{shape.var_keyword}")
    return ", ".join(parts)
