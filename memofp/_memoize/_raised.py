"""Keep an exception as a result, so that it comes back as it was."""

from __future__ import annotations

from typing import Any

__all__ = ["Raised"]


class Raised:
    """An exception that a memoized function raised, in the place of a result.

    Pickled by type, arguments and attributes, and not as exceptions pickle themselves: they call their
    class with `args`, which is wrong for every class whose `__init__` takes anything else.
    The traceback, the cause and the context are left out.
    """

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        kind = type(self.error)
        base = _builtin_base(kind)
        if kind.__reduce__ is not base.__reduce__ or kind.__reduce_ex__ is not base.__reduce_ex__:
            return _wrap, (self.error,)  # it knows how to pickle itself
        reduced: Any = self.error.__reduce__()
        state = {**(reduced[2] or {} if len(reduced) > 2 else {}), **_slots(self.error)}
        return _rebuild, (kind, reduced[1], state)


def _builtin_base(kind: type[BaseException]) -> type[BaseException]:
    """Return the nearest base that is not written in Python."""
    return next(base for base in kind.__mro__ if not base.__flags__ & 0x200)  # Py_TPFLAGS_HEAPTYPE


def _slots(error: BaseException) -> dict[str, Any]:
    """Return the values in `__slots__`, which are no part of an exception's own state."""
    values = {}
    for kind in type(error).__mro__:
        names = kind.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name not in ("__dict__", "__weakref__"):
                plain = f"_{kind.__name__.lstrip('_')}{name}" if _is_private(name) else name
                if hasattr(error, plain):
                    values[plain] = getattr(error, plain)
    return values


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _wrap(error: BaseException) -> Raised:
    return Raised(error)


def _rebuild(kind: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]) -> Raised:
    base = _builtin_base(kind)
    error = base.__new__(kind, *args)
    base.__init__(error, *args)
    error.__setstate__(state)
    return Raised(error)
