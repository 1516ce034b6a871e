"""Guard a fingerprint: notice between two calls that code or captured state has changed.

Every check compares identities of what the fingerprint read with what is there now, in C loops;
no code of the user's runs.  A guard that fails means "compute again", never "changed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from types import CellType, FunctionType
from typing import Any

from memofp._fingerprint._checks import (
    ABSENT,
    CHANGED,
    Check,
    Items,
    attributes_check,
    items_check,
    names_in_order_check,
    plain_checks,
    probe_check,
)

__all__ = ["ABSENT", "Guards"]


# After so many checks of one fingerprint it pays to write code for so many comparisons.
_WRITTEN_AFTER = {16: 256, 512: 20_000}
_Names = list[tuple[dict[str, Any], dict[str, Any]]]
_Mapping = tuple[Any, list[Any], list[Any]]
_FUNCTION_PARTS = attrgetter("__code__", "__defaults__", "__kwdefaults__")


class Guards:
    """What a fingerprint read, and whether it is still the same."""

    def __init__(self, wanted: bool = True, base: Guards | None = None) -> None:
        self.wanted: bool = wanted  # False where the digest is wanted once and nobody asks again
        self._base = base  # those of another graph, whose nodes this one took over
        self._names: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._kept: set[tuple[int, str]] = set()  # names that not only code with these globals asks for
        self._globals: set[int] = set()  # namespaces that are globals of code
        self._functions: list[tuple[FunctionType, tuple[Any, ...]]] = []
        self._empty: list[dict[str, Any]] = []  # attributes of functions that have none
        self._cells: list[tuple[CellType, Any]] = []
        self._dicts: dict[int, _Mapping] = {}
        self._namespaces: list[tuple[Any, list[str], list[Any]]] = []
        self._sequences: dict[int, tuple[Any, list[Any]]] = {}
        self._attributes: list[tuple[Any, str, Any]] = []
        self._probes: list[tuple[Callable[[], object], object]] = []
        self._checks: list[Check] | None = None
        self._holds = 0
        self._is_written = False
        self._only: Check | None = None  # the one check, if code was written for all there is

    # ---- collecting --------------------------------------------------------------------------

    def name(self, space: dict[str, Any], name: str, value: Any) -> None:
        """Guard one name of a namespace; `ABSENT` for a name that must stay unbound."""
        self._names_in(space)[name] = value
        self._kept.add((id(space), name))

    def global_names(self, space: dict[str, Any]) -> dict[str, Any]:
        """Return the guarded names of a namespace, for the caller to add those that code reads as globals.

        `ABSENT` is for a name that the builtins are asked for; `builtin_name` guards what they say.
        """
        self._globals.add(id(space))
        return self._names_in(space)

    def builtin_name(self, space: dict[str, Any], name: str, value: Any) -> None:
        """Guard what the builtins say to code whose globals lack a name, and to nobody else."""
        self._names_in(space)[name] = value

    def _names_in(self, space: dict[str, Any]) -> dict[str, Any]:
        known = self._names.get(id(space))
        if known is None:
            known = self._names[id(space)] = (space, {})
        return known[1]

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
        """Guard keys, values and order of a dict."""
        if id(mapping) not in self._dicts:
            self._dicts[id(mapping)] = (mapping, list(mapping), list(mapping.values()))

    def namespace(self, space: Any) -> None:
        """Guard names, values and order of a class's namespace."""
        names = list(space)
        if all(type(name) is str for name in names):
            self._namespaces.append((space, names, list(space.values())))
        else:  # `type(name, bases, space)` takes any keys
            self.mapping(space)

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
        if self._only is not None:
            try:
                return self._only()
            except CHANGED:
                return False
        if self._base is not None and not self._base.hold():
            return False
        checks = self._checks
        if checks is None:
            checks = self._checks = self._compile()
        self._holds += 1
        if self._holds in _WRITTEN_AFTER and not self._is_written:
            checks = self._checks = self._compile(_WRITTEN_AFTER[self._holds])
        try:
            for check in checks:
                if not check():
                    return False
        except CHANGED:
            return False
        return True

    def prepare(self) -> None:
        """Make the first `hold` as fast as the second."""
        if self._checks is None:
            self._checks = self._compile()

    def _compile(self, most_terms: int = 0) -> list[Check]:
        """Return the checks, with code written for the comparisons if they are not more than this."""
        mappings = list(self._dicts.values())
        written = None
        least = 3 * len(self._functions) + len(self._cells)  # there will be more for sure
        if most_terms and least <= most_terms:
            written, mappings = self._write(mappings, most_terms)
        self._is_written = written is not None
        plain: Sequence[Check | None]
        if written is None:
            names = list(self._names.values())
            plain = plain_checks(names, self._functions, self._empty, self._cells)
        else:
            plain = written
        made = (
            *plain,
            names_in_order_check([(space, names) for space, names, _ in self._namespaces]),
            *self._items_checks(mappings, bool(most_terms)),
            attributes_check(self._attributes),
            *(probe_check(*entry) for entry in self._probes),
        )
        checks = [check for check in made if check is not None]
        if written is not None and len(checks) == 1 and self._base is None:
            self._only = checks[0]
        return checks

    def _write(self, mappings: list[_Mapping], most_terms: int) -> tuple[list[Check] | None, list[_Mapping]]:
        """Return checks with code written for them, None if they are too many, and the mappings left."""
        # Here, as only what is called often needs it.
        from memofp._fingerprint._written import is_writable, written_checks

        small: list[_Mapping] = []
        large: list[_Mapping] = []
        for entry in mappings:
            (small if is_writable(entry[0], entry[1]) else large).append(entry)
        guarded = (self._functions, self._empty, self._cells)
        written = written_checks(*self._names_by_use(), *guarded, most_terms, small)
        return written, mappings if written is None else large

    def _items_checks(self, mappings: list[_Mapping], is_often: bool) -> Sequence[Check | None]:
        """Return the checks of items: of classes, mappings and sequences."""
        items: Items = [(space.values(), values) for space, _, values in self._namespaces]
        for mapping, keys, values in mappings:
            items += [(mapping, keys), (mapping.values(), values)]
        items += self._sequences.values()
        if not is_often:
            return [items_check(items)]
        from memofp._fingerprint._unpacked import unpacked_checks  # here, as in `_write`

        return unpacked_checks(items)

    def _names_by_use(self) -> tuple[_Names, _Names, _Names]:
        """Return the names that `name` guards, those of globals, and those of builtins."""
        kept: _Names = []
        global_names: _Names = []
        builtin_names: _Names = []
        for key, (space, bound) in self._names.items():
            kept.append((space, {n: value for n, value in bound.items() if (key, n) in self._kept}))
            others = {n: value for n, value in bound.items() if (key, n) not in self._kept}
            (global_names if key in self._globals else builtin_names).append((space, others))
        return kept, global_names, builtin_names
