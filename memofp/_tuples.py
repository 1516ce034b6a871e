"""Named tuples that cost a tenth to define: most of what `typing.NamedTuple` does is of no use at run time.

It compiles each annotation to check it, and the constructor's source.  A script's first hit defines fifteen
of them, which took 3 ms.  Checkers see the original, so a module imports this one by

    if TYPE_CHECKING:
        from typing import NamedTuple
    else:
        from memofp._tuples import NamedTuple
"""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

try:
    from _collections import _tuplegetter as getter  # type: ignore[import-not-found] # C only
except ImportError:  # pragma: no cover # other interpreters
    from operator import itemgetter

    def getter(index: int, doc: str | None) -> Any:
        return property(itemgetter(index), doc=doc)


__all__ = ["NamedTuple"]

_new: Any = tuple.__new__
# Constructors by the number of fields; compiled with the module, which takes 40 us off each at run time.
_WRITTEN = (
    lambda _cls, _0: _new(_cls, (_0,)),
    lambda _cls, _0, _1: _new(_cls, (_0, _1)),
    lambda _cls, _0, _1, _2: _new(_cls, (_0, _1, _2)),
    lambda _cls, _0, _1, _2, _3: _new(_cls, (_0, _1, _2, _3)),
    lambda _cls, _0, _1, _2, _3, _4: _new(_cls, (_0, _1, _2, _3, _4)),
    lambda _cls, _0, _1, _2, _3, _4, _5: _new(_cls, (_0, _1, _2, _3, _4, _5)),
    lambda _cls, _0, _1, _2, _3, _4, _5, _6: _new(_cls, (_0, _1, _2, _3, _4, _5, _6)),
    lambda _cls, _0, _1, _2, _3, _4, _5, _6, _7: _new(_cls, (_0, _1, _2, _3, _4, _5, _6, _7)),
)
_constructors: dict[int, CodeType] = {made.__code__.co_argcount - 1: made.__code__ for made in _WRITTEN}


class Named(tuple[Any, ...]):
    """What named tuples have in common."""

    __slots__ = ()
    _fields = tuple[str, ...]()  # each class has its own; an annotation would be one of every class

    @classmethod
    def _make(cls, values: Any) -> Any:
        made = tuple.__new__(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self, /, **changes: Any) -> Any:
        made = self._make([changes.pop(name, value) for name, value in zip(self._fields, self, strict=True)])
        if changes:
            raise TypeError(f"Got unexpected field names: {list(changes)!r}")
        return made

    __replace__ = _replace

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        fields = ", ".join([f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)])
        return f"{type(self).__name__}({fields})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)


class _Maker(type):
    """Makes the class that a statement with `NamedTuple` among its bases describes."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> Any:  # noqa: ARG004
        fields = tuple(space.get("__annotations__", ()))
        defaults = {field: space[field] for field in fields if field in space}
        getters = {
            field: getter(index, f"Alias for field number {index}") for index, field in enumerate(fields)
        }
        own: dict[str, Any] = {
            "__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults,
            "__new__": _constructor(fields, tuple(defaults.values()), f"{name}.__new__"),
        }  # fmt: skip
        return type(name, (Named,), {**space, **own, **getters})


def _constructor(fields: tuple[str, ...], defaults: tuple[Any, ...], qualname: str) -> FunctionType:
    count = len(fields)
    code = _constructors.get(count)
    if code is None:
        names = ", ".join([f"_{number}" for number in range(count)])
        made = eval(f"lambda _cls, {names}: _new(_cls, ({names},))")
        code = _constructors[count] = made.__code__
    code = code.replace(co_varnames=("_cls", *fields), co_name="__new__", co_qualname=qualname)
    return FunctionType(code, {"_new": _new, "__name__": __name__}, "__new__", defaults)


class _Base:
    """Stands in a class statement, and makes `_Maker` the class's maker."""

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (_MARK,)


_MARK: type = type.__new__(_Maker, "NamedTuple", (), {})
NamedTuple: Any = _Base()
