"""Ask objects and classes what they are without running code of theirs.

`isinstance` asks an object for its `__class__`, which may lie or raise; `cls.__name__` and the like go
through the metaclass.  What `type` itself answers does neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MethodType
from typing import Any, Generic, TypeGuard, TypeVar, cast, overload

from memofp._values._state import class_dict, layout_of

__all__ = [
    "ByType",
    "bases_of",
    "class_dict",
    "exactly",
    "flags_of",
    "inner_function",
    "instance_dict",
    "is_a",
    "is_memoized",
    "module_of",
    "mro_of",
    "name_of",
    "qualname_of",
    "type_name",
]

_T = TypeVar("_T")
_MOST_KNOWN = 4096  # classes
_module = type.__dict__["__module__"].__get__
_name = type.__dict__["__name__"].__get__
_qualname = type.__dict__["__qualname__"].__get__
_bases = type.__dict__["__bases__"].__get__
_mro = type.__dict__["__mro__"].__get__
_is_subclass: Any = type.__subclasscheck__  # `issubclass` asks an abstract class, and that the other one
_flags = type.__dict__["__flags__"].__get__


@overload
def is_a(obj: object, kind: type[_T]) -> TypeGuard[_T]: ...
@overload
def is_a(obj: object, kind: tuple[type, ...]) -> bool: ...
def is_a(obj: object, kind: type | tuple[type, ...]) -> bool:
    """Tell whether an object's true class is one of these or derives from one."""
    cls = type(obj)
    if cls is kind:
        return True
    if type(kind) is not tuple:
        return bool(_is_subclass(kind, cls))
    for one in kind:  # noqa: SIM110 # a generator costs more than the question, which is asked often
        if cls is one or _is_subclass(one, cls):
            return True
    return False


def exactly(*kinds: type) -> frozenset[int]:
    """Return what `id(type(x))` is looked up in: to compare or hash a class may run its metaclass."""
    return frozenset(map(id, kinds))


class ByType(Generic[_T]):
    """A table from classes to what holds for their objects; the first class that fits wins."""

    def __init__(self, table: Sequence[tuple[type | tuple[type, ...], _T]]) -> None:
        self._table = table
        self._known: dict[int, tuple[type, _T | None]] = {}

    def find(self, obj: object) -> _T | None:
        """Return what the table has for an object, None for nothing."""
        kind = type(obj)
        known = self._known.get(id(kind))
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            fitting = (value for kinds, value in self._table if is_a(obj, cast("Any", kinds)))
            found = next(fitting, None)
            known = self._known[id(kind)] = (kind, found)  # held, so that its id stays its own
        return known[1]


def module_of(cls: type) -> Any:
    """Return a class's `__module__`, which may be anything; None if it was deleted."""
    try:
        return _module(cls)
    except AttributeError:
        return None


def name_of(cls: type) -> str:
    """Return a class's `__name__`."""
    return str(_name(cls))


def qualname_of(cls: type) -> str:
    """Return a class's `__qualname__`."""
    return str(_qualname(cls))


def bases_of(cls: type) -> tuple[type, ...]:
    """Return a class's bases."""
    found: tuple[type, ...] = _bases(cls)
    return found


def mro_of(cls: type) -> tuple[type, ...]:
    """Return a class's method resolution order."""
    found: tuple[type, ...] = _mro(cls)
    return found


def flags_of(cls: type) -> int:
    """Return the flags of a class (CPython Include/object.h)."""
    return int(_flags(cls))


def type_name(obj: object) -> str:
    """Return `module.qualname` of an object's class."""
    return f"{module_of(type(obj))}.{qualname_of(type(obj))}"


def instance_dict(obj: object) -> dict[str, Any] | None:
    """Return an instance's own dictionary, None if it has none."""
    get = layout_of(type(obj)).get_dict
    if get is None:
        return None
    try:
        space = get(obj, type(obj))
    except AttributeError:
        return None
    return space if type(space) is dict else None


def is_memoized(obj: object) -> bool:
    """Tell whether an object is what `memoize` returns."""
    return any("__memofp_memoized__" in class_dict(base) for base in mro_of(type(obj)))


def inner_function(value: Any) -> Any:
    """Return the function inside a static, class or bound method; any other value as it is."""
    if is_a(value, (staticmethod, classmethod, MethodType)):
        return value.__func__
    return value
