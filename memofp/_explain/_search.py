"""Find the stored entry that is nearest to a call."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from memofp._call import split_arguments
from memofp._explain._types import ArgumentChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memofp._store import EntryInfo, ResultStore, VersionSummary

__all__ = ["Nearest", "find_nearest", "latest_version"]

VERSIONS_SEARCHED = 8
ENTRIES_SEARCHED = 2000  # of a version


class Nearest(NamedTuple):
    """The stored entry whose arguments differ least from a call's.

    Attributes:
        entry: the entry.
        changes: the arguments that differ; none if their texts are the same.
    """

    entry: EntryInfo
    changes: tuple[ArgumentChange, ...]


def find_nearest(
    store: ResultStore, function: str, arguments: str, versions: list[VersionSummary]
) -> Nearest | None:
    """Return the nearest entry among versions, the earlier in the list the better; None if there is none.

    Only the first versions and so many entries of each are looked at.
    """
    wanted = split_arguments(arguments)
    best: Nearest | None = None
    for version in versions[:VERSIONS_SEARCHED]:
        found = min(_compared(store, function, version.version, wanted), key=_distance, default=None)
        if found is not None and (best is None or len(found.changes) < len(best.changes)):
            best = found
        if best is not None and not best.changes:
            break
    return best


def latest_version(versions: list[VersionSummary]) -> VersionSummary | None:
    """Return the version that was used last; of two at once, the one that was made last."""
    return max(versions, key=lambda version: (version.last_use, version.created), default=None)


def _compared(store: ResultStore, function: str, version: str, wanted: dict[str, str]) -> Iterator[Nearest]:
    for entry in islice(store.entries(function, version), ENTRIES_SEARCHED):
        yield Nearest(entry, _differences(split_arguments(entry.arguments), wanted))


def _differences(stored: dict[str, str], wanted: dict[str, str]) -> tuple[ArgumentChange, ...]:
    """Return the arguments that differ; those that one of the texts has cut off are not known to."""
    return tuple(
        ArgumentChange(name, stored[name], text)
        for name, text in wanted.items()
        if name in stored and stored[name] != text
    )


def _distance(nearest: Nearest) -> tuple[int, float]:
    return len(nearest.changes), -nearest.entry.last_use
