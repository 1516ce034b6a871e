"""Gather what a store knows into plain data for the page."""

from __future__ import annotations

import heapq
import platform
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from memofp._explain._causes import find_causes
from memofp._explain._layout import lay_out
from memofp._explain._text import cause_line
from memofp._report._times import Bars, choose_bars

if TYPE_CHECKING:
    from memofp._explain import Cause
    from memofp._manifest import Manifest
    from memofp._store import EntryInfo, FunctionSummary, ResultStore, VersionSummary

__all__ = ["gather"]

ENTRIES_SHOWN = 200  # of a function, those used last
VERSIONS_DRAWN = 6  # of a function, the newest
DEPENDENCIES_DRAWN = 150  # of a version
State = Callable[[str, str], str]  # function and version to "current", "stale" or "unknown"


def gather(store: ResultStore, state: State | None = None) -> dict[str, Any]:
    """Return everything that the page shows.

    Args:
        store: the cache.
        state: what is known of a function's version: `current`, `stale` or `unknown`.
    """
    summaries = store.functions()
    found = {summary.function: _Entries(store, summary.function) for summary in summaries}
    moments = [moment for entries in found.values() for moment in entries.moments()]
    now = time.time()
    bars = choose_bars(min(moments, default=now), max(moments, default=now))
    return {
        "directory": store.where,
        "made": now,
        "python": platform.python_version(),
        "checked": state is not None,
        "bars": {"start": bars.start, "width": bars.width_s, "count": bars.count},
        "functions": [_function(store, s, found[s.function], bars, state) for s in summaries],
    }


class _Entries:
    """The entries of one function: those to show, and of all of them when and how often."""

    def __init__(self, store: ResultStore, function: str) -> None:
        self.times: list[tuple[float, float, int, float]] = []  # created, last use, uses, duration
        self.shown = heapq.nlargest(ENTRIES_SHOWN, self._read(store, function), key=lambda e: e.last_use)

    def _read(self, store: ResultStore, function: str) -> Any:
        for entry in store.entries(function):
            self.times.append((entry.created, entry.last_use, entry.uses, entry.duration_s))
            yield entry

    def moments(self) -> Any:
        """Yield every moment that a chart must cover."""
        for created, last_use, uses, _ in self.times:
            yield created
            if uses:
                yield last_use

    def chart(self, bars: Bars) -> dict[str, dict[int, float]]:
        """Return what was computed and what was hit, by bar: numbers and seconds."""
        sums: dict[str, Counter[int]] = {name: Counter() for name in ("computed", "spent", "hits", "saved")}
        for created, last_use, uses, duration_s in self.times:
            bar = bars.bar_of(created)
            sums["computed"][bar] += 1
            sums["spent"][bar] += duration_s  # type: ignore[assignment] # a Counter of seconds is one of floats
            if uses:
                bar = bars.bar_of(last_use)
                sums["hits"][bar] += uses
                sums["saved"][bar] += uses * duration_s  # type: ignore[assignment] # as above
        return {name: dict(counter) for name, counter in sums.items()}


def _function(
    store: ResultStore, summary: FunctionSummary, entries: _Entries, bars: Bars, state: State | None
) -> dict[str, Any]:
    versions = store.versions(summary.function)
    return {
        "name": summary.function,
        "entries": summary.entries,
        "size": summary.size_bytes,
        "duration": summary.duration_s,
        "uses": summary.uses,
        "saved": summary.saved_s,
        "last": summary.last_use,
        "chart": entries.chart(bars),
        "versions": _versions(store, summary.function, versions, state),
        "shown": [_entry(entry) for entry in entries.shown],
    }


def _versions(
    store: ResultStore, function: str, versions: list[VersionSummary], state: State | None
) -> list[dict[str, Any]]:
    """Return a function's versions, newest first, each with what changed since the one before it."""
    drawn = versions[: VERSIONS_DRAWN + 1]
    manifests = {v.version: store.load_manifest(function, v.version) for v in drawn}
    acceptances = store.records.acceptances(function)
    listed = []
    for number, version in enumerate(versions):
        manifest = manifests.get(version.version) if number < VERSIONS_DRAWN else None
        before = versions[number + 1].version if number + 1 < len(versions) else ""
        older = manifests.get(before)
        causes = find_causes(older, manifest) if older is not None and manifest is not None else ()
        acceptance = acceptances.get(version.version)
        listed.append(
            {
                "id": version.version,
                "before": before,
                "created": version.created,
                "entries": version.entries,
                "size": version.size_bytes,
                "duration": version.duration_s,
                "uses": version.uses,
                "saved": version.saved_s,
                "last": version.last_use,
                "serves": acceptance.serves if acceptance else None,
                "state": state(function, version.version) if state else None,
                "causes": [_cause(cause) for cause in causes],
                "graph": None if manifest is None else _graph(manifest, causes),
            }
        )
    return listed


def _graph(manifest: Manifest, causes: tuple[Cause, ...]) -> dict[str, Any]:
    """Return a manifest with the places of its boxes."""
    changed = {cause.label for cause in causes}
    layout = lay_out(manifest, DEPENDENCIES_DRAWN, changed)
    numbers = {label: number for number, label in enumerate(layout.boxes)}
    return {
        "width": layout.width,
        "height": layout.height,
        "left_out": layout.left_out - sum(d.kind == "python" for d in manifest.dependencies),
        "lines": [[numbers[user], numbers[used]] for user, used in layout.lines],
        "nodes": [
            {
                "kind": box.dependency.kind,
                "name": box.dependency.name,
                "text": box.text,
                "file": box.dependency.file,
                "line": box.dependency.line,
                "value": box.dependency.value,
                "source": box.dependency.source,
                "changed": label in changed,
                "x": round(box.x, 1),
                "y": round(box.y, 1),
                "w": round(box.width, 1),
            }
            for label, box in layout.boxes.items()
        ],
        "spots": [
            {"what": s.what, "where": s.where, "file": s.file, "line": s.line} for s in manifest.blind_spots
        ],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "label": cause.label,
        "line": cause_line(cause),
        "path": list(cause.path),
        "diff": list(cause.diff),
    }


def _entry(entry: EntryInfo) -> dict[str, Any]:
    return {
        "key": entry.key.hex(),
        "version": entry.version,
        "arguments": entry.arguments,
        "created": entry.created,
        "expires": entry.expires,
        "duration": entry.duration_s,
        "size": entry.size_bytes,
        "uses": entry.uses,
        "last": entry.last_use,
        "codec": entry.codec,
        "python": entry.python,
    }
