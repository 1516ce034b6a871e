"""Import the functions that a cache has entries of, and tell which versions are stale."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memofp._cli._screen import Column, Table
from memofp._config import looking

if TYPE_CHECKING:
    from memofp._store import FunctionSummary, ResultStore, VersionSummary

__all__ = ["Check", "check_function", "check_functions", "check_table"]


@dataclass(frozen=True, slots=True)
class Check:
    """What became of a stored function.

    Attributes:
        function: its qualified name.
        version: today's fingerprint; None if the function was not found.
        problem: why it was not found, empty if it was.
        current: versions with entries that today's code is served.
        stale: versions with entries that it is not.
    """

    function: str
    version: str | None
    problem: str
    current: tuple[str, ...]
    stale: tuple[str, ...]

    def state_of(self, version: str) -> str:
        """Return one word about a version."""
        if self.version is None:
            return "unknown"
        return "current" if version in self.current else "stale"


def check_functions(store: ResultStore, summaries: Iterable[FunctionSummary]) -> list[Check]:
    """Check all functions of a cache."""
    return [check_function(store, s.function, store.versions(s.function)) for s in summaries]


def check_function(store: ResultStore, function: str, versions: Sequence[VersionSummary]) -> Check:
    """Import one function and compare its stored versions with its code as it is now."""
    try:
        today: str = _find(function).fingerprint().digest
    except LookupError as error:
        return Check(function, None, str(error.args[0]), (), ())
    except (Exception, SystemExit) as error:  # noqa: BLE001 # whatever the user's module does at import
        return Check(function, None, f"{type(error).__name__}: {error}", (), ())
    acceptance = store.records.acceptances(function).get(today)
    served = {today, acceptance.serves} if acceptance else {today}
    names = [version.version for version in versions]
    current = tuple(name for name in names if name in served)
    return Check(function, today, "", current, tuple(name for name in names if name not in served))


def check_table(checks: Sequence[Check]) -> Table:
    """Return a table with one row a function."""
    columns = [Column("function"), Column("state"), Column("stale versions", True), Column("note")]
    rows = [
        [
            check.function,
            "not found" if check.version is None else "current" if check.current else "stale",
            str(len(check.stale)) if check.version is not None else "-",
            check.problem or _note(check),
        ]
        for check in checks
    ]
    return Table("Compared with the code as it is now", columns, list(rows))


def _note(check: Check) -> str:
    return f"stale: {', '.join(version[:8] for version in check.stale)}" if check.stale else ""


def _find(function: str) -> Any:
    """Return the memoized function of a qualified name.

    Raises:
        LookupError: nothing memoized has this name.
    """
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())
    parts = function.split(".")
    for length in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:length])
        try:
            with looking(), redirect_stdout(sys.stderr):  # as in `_target`
                found: Any = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
                continue
            raise
        for part in parts[length:]:
            found = getattr(found, part, None)
        if hasattr(found, "fingerprint"):
            return found
        raise LookupError(f"{name} has no memoized {'.'.join(parts[length:])}")
    raise LookupError(f"no module {parts[0]} can be imported from here")
