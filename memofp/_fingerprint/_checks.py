"""Build the checks behind guards: comparisons by identity in C loops."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from operator import attrgetter, call, is_, itemgetter
from types import CellType, FunctionType
from typing import Any

__all__ = [
    "ABSENT",
    "CHANGED",
    "Check",
    "Items",
    "attributes_check",
    "is_full",
    "items_check",
    "names_in_order_check",
    "plain_checks",
    "probe_check",
]

Check = Callable[[], bool]
_Space = dict[str, Any]
_Names = list[tuple[_Space, dict[str, Any]]]
_Functions = list[tuple[FunctionType, tuple[Any, ...]]]
_Cells = list[tuple[CellType, Any]]
Items = list[tuple[Any, list[Any]]]  # what is iterated, and what it is to yield
_CALL: Callable[..., Any] = call  # as `map` calls it: with a callable and its argument
CHANGED = (
    RuntimeError,
    KeyError,
    ValueError,
    AttributeError,
)  # raised when something changed while we looked
_CONTENTS = attrgetter("cell_contents")
_CODE = attrgetter("__code__")
_DEFAULTS = attrgetter("__defaults__")
_KEYWORD_DEFAULTS = attrgetter("__kwdefaults__")
_BOTH_DEFAULTS = attrgetter("__defaults__", "__kwdefaults__")


class _Absent:
    """Stands for a name that is not bound."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = _Absent()


def plain_checks(
    names: _Names, functions: _Functions, empty: list[dict[str, Any]], cells: _Cells
) -> tuple[Check | None, ...]:
    """Return the checks of names, functions and cells, each over all of them in C loops."""
    return (
        names_check(names),
        absence_check(names),
        functions_check(functions),
        empty_check(empty),
        cells_check(cells),
    )


def names_check(guarded: list[tuple[_Space, dict[str, Any]]]) -> Check | None:
    """Return the check of names that are bound."""
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
        return all(map(is_, chain.from_iterable(map(_CALL, getters, spaces)), values))

    return check


def absence_check(guarded: list[tuple[_Space, dict[str, Any]]]) -> Check | None:
    """Return the check of names that are not bound."""
    unbound = [(s.keys(), frozenset(n for n, v in bound.items() if v is ABSENT)) for s, bound in guarded]
    are_disjoint = [keys.isdisjoint for keys, absent in unbound if absent]
    absents = [absent for _, absent in unbound if absent]
    if not absents:
        return None

    def check() -> bool:
        return all(map(_CALL, are_disjoint, absents))

    return check


def functions_check(guarded: list[tuple[FunctionType, tuple[Any, ...]]]) -> Check | None:
    """Return the check of functions' code and defaults."""
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


def empty_check(dicts: list[dict[str, Any]]) -> Check | None:
    """Return the check of functions without attributes."""
    return (lambda: not any(dicts)) if dicts else None


def cells_check(cells: list[tuple[CellType, Any]]) -> Check | None:
    """Return the check of closure cells."""
    full = [c for c, v in cells if v is not ABSENT]
    values = [v for _, v in cells if v is not ABSENT]
    empty = [c for c, v in cells if v is ABSENT]
    if not cells:
        return None

    def check() -> bool:
        return all(map(is_, map(_CONTENTS, full), values)) and not any(map(is_full, empty))

    return check


def is_full(cell: CellType) -> bool:
    """Tell whether a cell has a content."""
    try:
        cell.cell_contents  # noqa: B018 -- reading it is the question
    except ValueError:
        return False
    return True


def items_check(guarded: Items) -> Check | None:
    """Return the check of what lists, sets, dictionaries and their values yield."""
    sources = [source for source, _ in guarded]
    sizes = [len(snapshot) for _, snapshot in guarded]
    items = [item for _, snapshot in guarded for item in snapshot]
    if not sources:
        return None

    def check() -> bool:
        return list(map(len, sources)) == sizes and all(map(is_, chain.from_iterable(sources), items))

    return check


def names_in_order_check(guarded: list[tuple[Any, list[str]]]) -> Check | None:
    """Return the check of the names in classes.

    Names are compared by value, which is faster than by identity in a loop and runs nobody's code: what
    `type.__setattr__` puts into a class is of exact type `str`, and so are the names of the snapshot.
    """
    entries = tuple([(space.keys(), names) for space, names in guarded])
    if not entries:
        return None

    def check() -> bool:
        for now, names in entries:  # noqa: SIM110 -- a generator for `all` takes longer
            if [*now] != names:
                return False
        return True

    return check


def attributes_check(guarded: list[tuple[Any, str, Any]]) -> Check | None:
    """Return the check of attributes that C code answers."""
    objects = [o for o, _, _ in guarded]
    names = [n for _, n, _ in guarded]
    values = [v for _, _, v in guarded]
    if not guarded:
        return None

    def check() -> bool:
        return all(map(is_, map(getattr, objects, names), values))

    return check


def probe_check(read: Callable[[], object], value: object) -> Check:
    """Return the check of a value that is read anew."""

    def check() -> bool:
        return bool(read() == value)

    return check
