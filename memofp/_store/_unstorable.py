"""Find out what in a result stands in the way of storing it, and say where it sits."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Callable, Iterator
from io import IOBase

__all__ = ["find_unstorable", "one_shot"]

_GENERATORS: dict[type, str] = {
    types.GeneratorType: "is a generator, which gives its items once",
    types.AsyncGeneratorType: "is an async generator, which gives its items once",
    types.CoroutineType: "is a coroutine, which can be awaited once",
}
_BUILTIN_ITERATORS = ("builtins", "itertools", "_csv", "_collections", "collections")
_MOST_PARTS = 10_000  # looked at before the search gives up


def one_shot(value: object) -> str:
    """Return why a value could be used only once, empty if it is not of that kind.

    Looks at the type alone, so nothing is consumed.
    """
    kind = type(value)
    reason = _GENERATORS.get(kind)
    if reason is not None:
        return reason
    if hasattr(kind, "__next__"):
        if isinstance(value, IOBase):
            return "is an open file"
        if kind.__module__ in _BUILTIN_ITERATORS:
            return f"is an iterator ({kind.__name__}), which gives its items once"
    return ""


def find_unstorable(
    value: object, error: BaseException, can_store: Callable[[object], bool]
) -> tuple[str, str]:
    """Return path and reason of the innermost part that cannot be stored by itself.

    Args:
        value: the whole.
        error: what storing the whole said.
        can_store: tells whether a part can be stored by itself.
    """
    path = "result"
    if isinstance(error, RecursionError):
        return path, "is nested too deeply to be pickled"
    if isinstance(error, MemoryError):
        return path, "does not fit into memory a second time"
    seen: set[int] = set()
    budget = _MOST_PARTS
    while id(value) not in seen:
        seen.add(id(value))
        for label, part in _parts(value):
            budget -= 1
            if budget < 0:
                return path, f"holds something that cannot be pickled ({_text(error)})"
            if not can_store(part):
                path, value = path + label, part
                break
        else:
            break
    reason = one_shot(value)
    if reason:
        return path, reason
    return (
        path,
        f"is a {type(value).__module__}.{type(value).__qualname__}, which cannot be pickled ({_text(error)})",
    )


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _parts(value: object) -> Iterator[tuple[str, object]]:
    """Yield the parts of containers and plain instances with their labels; run none of their code."""
    if isinstance(value, dict):
        for key, part in list(dict.items(value)):
            yield (
                f"[{key!r:.80}]" if type(key) in (str, int, float, bool, bytes, type(None)) else "[...]",
                part,
            )
            yield "{key}", key
    elif isinstance(value, (list, tuple, deque)):
        for index, part in enumerate(list(value)):
            yield f"[{index}]", part
    elif isinstance(value, (set, frozenset)):
        for part in list(value):
            yield "{item}", part
    elif isinstance(value, types.FunctionType):
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            try:
                yield f".<closure {name}>", cell.cell_contents
            except ValueError:  # the cell is empty
                continue
    if not isinstance(value, (type, types.ModuleType, types.FunctionType)):
        yield from _attributes(value)


def _attributes(value: object) -> Iterator[tuple[str, object]]:
    try:
        state = object.__getattribute__(value, "__dict__")
    except AttributeError:
        state = {}
    if isinstance(state, dict):
        for name, part in list(state.items()):
            yield f".{name}", part
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            slot = kind.__dict__.get(name)
            if isinstance(slot, types.MemberDescriptorType):
                try:
                    yield f".{name}", slot.__get__(value, type(value))
                except AttributeError:  # not set
                    continue
