"""Guard a fingerprint: notice between two calls that code or captured state has changed.

Every check compares identities of what the fingerprint read with what is there now, in C loops;
no code of the user's runs.  A guard that fails means "compute again", never "changed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from operator import attrgetter, call, is_, itemgetter
from types import CellType, FunctionType
from typing import Any

__all__ = ["ABSENT", "Guards"]


class _Absent:
    """Stands for a name that is not bound."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = _Absent()
_CONTENTS = attrgetter("cell_contents")
_CODE = attrgetter("__code__")
_DEFAULTS = attrgetter("__defaults__")
_KEYWORD_DEFAULTS = attrgetter("__kwdefaults__")
_BOTH_DEFAULTS = attrgetter("__defaults__", "__kwdefaults__")
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
        """Return one check for each kind of guard, over all guarded things of that kind at once."""
        made = (
            _names_check(list(self._names.values())),
            _absence_check(list(self._names.values())),
            _functions_check(self._functions),
            _empty_check(self._empty),
            _cells_check(self._cells),
            _mappings_check(list(self._dicts.values())),
            _sequences_check(list(self._sequences.values())),
            _attributes_check(self._attributes),
            *(_probe_check(*entry) for entry in self._probes),
        )
        return [check for check in made if check is not None]


_Check = Callable[[], bool]
_Space = dict[str, Any]


def _names_check(guarded: list[tuple[_Space, dict[str, Any]]]) -> _Check | None:
    getters, spaces, values = [], [], []
    for space, bound in guarded:
        names = [n for n, v in bound.items() if v is not ABSENT]
        if not names:
            continue
        if len(names) == 1:
            names *= 2  # itemgetter returns a tuple for two names and more
        getters.append(itemgetter(*names))
        spaces.append(space)
        values += [bound[n] for n in names]
    if not getters:
        return None

    def check() -> bool:
        return all(map(is_, chain.from_iterable(map(call, getters, spaces)), values))

    return check


def _absence_check(guarded: list[tuple[_Space, dict[str, Any]]]) -> _Check | None:
    unbound = [(s.keys(), frozenset(n for n, v in bound.items() if v is ABSENT)) for s, bound in guarded]
    are_disjoint = [keys.isdisjoint for keys, absent in unbound if absent]
    absents = [absent for _, absent in unbound if absent]
    if not absents:
        return None

    def check() -> bool:
        return all(map(call, are_disjoint, absents))

    return check


def _functions_check(guarded: list[tuple[FunctionType, tuple[Any, ...]]]) -> _Check | None:
    functions = [f for f, _ in guarded]
    codes = [parts[0] for _, parts in guarded]
    with_defaults = [(f, parts) for f, parts in guarded if parts[1] or parts[2]]
    with_functions = [f for f, _ in with_defaults]
    values = [value for _, parts in with_defaults for value in parts[1:]]
    # Most functions have no defaults: that none came is one look at truth, not at identity.
    without = [f for f, parts in guarded if not (parts[1] or parts[2])]
    if not functions:
        return None

    def check() -> bool:
        return (
            all(map(is_, map(_CODE, functions), codes))
            and not any(map(_DEFAULTS, without))
            and not any(map(_KEYWORD_DEFAULTS, without))
            and all(map(is_, chain.from_iterable(map(_BOTH_DEFAULTS, with_functions)), values))
        )

    return check


def _empty_check(dicts: list[dict[str, Any]]) -> _Check | None:
    return (lambda: not any(dicts)) if dicts else None


def _cells_check(cells: list[tuple[CellType, Any]]) -> _Check | None:
    full = [c for c, v in cells if v is not ABSENT]
    values = [v for _, v in cells if v is not ABSENT]
    empty = [c for c, v in cells if v is ABSENT]
    if not cells:
        return None

    def check() -> bool:
        return all(map(is_, map(_CONTENTS, full), values)) and not any(map(_is_full, empty))

    return check


def _is_full(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 -- reading it is the question
    except ValueError:
        return False
    return True


def _mappings_check(guarded: list[tuple[Any, list[Any], list[Any]]]) -> _Check | None:
    mappings = [m for m, _, _ in guarded]
    views = [m.values() for m in mappings]
    sizes = [len(keys) for _, keys, _ in guarded]
    keys = [k for _, own, _ in guarded for k in own]
    values = [v for _, _, own in guarded for v in own]
    if not mappings:
        return None

    def check() -> bool:
        return (
            list(map(len, mappings)) == sizes
            and all(map(is_, chain.from_iterable(views), values))
            and all(map(is_, chain.from_iterable(mappings), keys))
        )

    return check


def _sequences_check(guarded: list[tuple[Any, list[Any]]]) -> _Check | None:
    sequences = [s for s, _ in guarded]
    sizes = [len(snapshot) for _, snapshot in guarded]
    items = [item for _, snapshot in guarded for item in snapshot]
    if not sequences:
        return None

    def check() -> bool:
        return list(map(len, sequences)) == sizes and all(map(is_, chain.from_iterable(sequences), items))

    return check


def _attributes_check(guarded: list[tuple[Any, str, Any]]) -> _Check | None:
    objects = [o for o, _, _ in guarded]
    names = [n for _, n, _ in guarded]
    values = [v for _, _, v in guarded]
    if not guarded:
        return None

    def check() -> bool:
        return all(map(is_, map(getattr, objects, names), values))

    return check


def _probe_check(read: Callable[[], object], value: object) -> _Check:
    def check() -> bool:
        return bool(read() == value)

    return check
