"""Guard a fingerprint: notice between two calls that code or captured state has changed.

Every check compares identities of what the fingerprint read with what is there now, in C loops;
no code of the user's runs.  A guard that fails means "compute again", never "changed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter, is_, itemgetter
from types import CellType, FunctionType
from typing import Any

__all__ = ["ABSENT", "Guards"]


class _Absent:
    """Stands for a name that is not bound."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = _Absent()
_FUNCTION_PARTS = attrgetter("__code__", "__defaults__", "__kwdefaults__")


class Guards:
    """What a fingerprint read, and whether it is still the same."""

    def __init__(self, wanted: bool = True) -> None:
        self.wanted: bool = wanted  # False where the digest is wanted once and nobody asks again
        self._names: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._functions: list[tuple[FunctionType, tuple[Any, ...]]] = []
        self._empty: list[dict[str, Any]] = []  # attributes of functions that have none
        self._cells: list[tuple[CellType, Any]] = []
        self._dicts: dict[int, tuple[Any, list[Any], list[Any]]] = {}
        self._sequences: dict[int, tuple[Any, list[Any]]] = {}
        self._attributes: list[tuple[Any, str, Any]] = []
        self._probes: list[tuple[Callable[[], object], object]] = []
        self._checks: list[Callable[[], bool]] | None = None

    # ---- collecting --------------------------------------------------------------------------

    def name(self, space: dict[str, Any], name: str, value: Any) -> None:
        """Guard one name of a namespace; `ABSENT` for a name that must stay unbound."""
        known = self._names.get(id(space))
        if known is None:
            known = self._names[id(space)] = (space, {})
        known[1][name] = value

    def function(self, function: FunctionType) -> None:
        """Guard a function's code, defaults, attributes and cells."""
        self._functions.append((function, _FUNCTION_PARTS(function)))
        if function.__kwdefaults__ is not None:
            self.mapping(function.__kwdefaults__)
        if function.__dict__:
            self.mapping(function.__dict__)
        else:
            self._empty.append(function.__dict__)
        for cell in function.__closure__ or ():
            try:
                self._cells.append((cell, cell.cell_contents))
            except ValueError:
                self._cells.append((cell, ABSENT))

    def mapping(self, mapping: Any) -> None:
        """Guard keys, values and order of a dict or of a class's namespace."""
        if id(mapping) not in self._dicts:
            self._dicts[id(mapping)] = (mapping, list(mapping), list(mapping.values()))

    def sequence(self, items: Iterable[Any]) -> None:
        """Guard the items of a list, set or deque, in their order of iteration."""
        if id(items) not in self._sequences:
            self._sequences[id(items)] = (items, list(items))

    def attribute(self, obj: Any, name: str, value: Any) -> None:
        """Guard that `getattr(obj, name)` is this very value; for attributes that C code answers."""
        self._attributes.append((obj, name, value))

    def probe(self, read: Callable[[], object], value: object) -> None:
        """Guard that a function without arguments returns an equal value."""
        self._probes.append((read, value))

    # ---- checking ----------------------------------------------------------------------------

    def hold(self) -> bool:
        """Tell whether everything is what it was."""
        checks = self._checks
        if checks is None:
            checks = self._checks = self._compile()
        try:
            for check in checks:
                if not check():
                    return False
        except (RuntimeError, KeyError, ValueError, AttributeError):
            return False  # changed while we looked
        return True

    def _compile(self) -> list[Callable[[], bool]]:
        checks: list[Callable[[], bool]] = []
        for space, bound in self._names.values():
            checks.append(_names_check(space, bound))
        if self._functions:
            checks.append(_functions_check(self._functions))
        if self._empty:
            checks.append(lambda: not any(self._empty))
        if self._cells:
            checks.append(_cells_check(self._cells))
        checks.extend(_dict_check(*entry) for entry in self._dicts.values())
        checks.extend(_sequence_check(*entry) for entry in self._sequences.values())
        checks.extend(_attribute_check(*entry) for entry in self._attributes)
        checks.extend(_probe_check(*entry) for entry in self._probes)
        return checks


def _names_check(space: dict[str, Any], bound: dict[str, Any]) -> Callable[[], bool]:
    present = [n for n, v in bound.items() if v is not ABSENT]
    absent = frozenset(n for n, v in bound.items() if v is ABSENT)
    values = [bound[n] for n in present]
    if len(present) > 1:
        get = itemgetter(*present)

        def many() -> bool:
            return all(map(is_, get(space), values)) and (not absent or absent.isdisjoint(space))

        return many
    if len(present) == 1:
        name, value = present[0], values[0]

        def one() -> bool:
            return space.get(name, ABSENT) is value and (not absent or absent.isdisjoint(space))

        return one

    def none() -> bool:
        return absent.isdisjoint(space)

    return none


def _functions_check(guarded: list[tuple[FunctionType, tuple[Any, ...]]]) -> Callable[[], bool]:
    functions = [f for f, _ in guarded]
    parts = [part for _, all_three in guarded for part in all_three]

    def check() -> bool:
        return all(
            map(is_, [p for f in functions for p in (f.__code__, f.__defaults__, f.__kwdefaults__)], parts)
        )

    return check


def _cells_check(cells: list[tuple[CellType, Any]]) -> Callable[[], bool]:
    full = [c for c, v in cells if v is not ABSENT]
    values = [v for _, v in cells if v is not ABSENT]
    empty = [c for c, v in cells if v is ABSENT]

    def check() -> bool:
        return all(map(is_, [c.cell_contents for c in full], values)) and not any(map(_is_full, empty))

    return check


def _is_full(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 -- reading it is the question
    except ValueError:
        return False
    return True


def _dict_check(mapping: Any, keys: list[Any], values: list[Any]) -> Callable[[], bool]:
    size = len(keys)

    def check() -> bool:
        return (
            len(mapping) == size
            and all(map(is_, mapping.values(), values))
            and all(map(is_, mapping, keys))
        )  # fmt: skip

    return check


def _sequence_check(items: Any, snapshot: list[Any]) -> Callable[[], bool]:
    size = len(snapshot)

    def check() -> bool:
        return len(items) == size and all(map(is_, items, snapshot))

    return check


def _attribute_check(obj: Any, name: str, value: Any) -> Callable[[], bool]:
    def check() -> bool:
        return getattr(obj, name, ABSENT) is value

    return check


def _probe_check(read: Callable[[], object], value: object) -> Callable[[], bool]:
    def check() -> bool:
        return bool(read() == value)

    return check
