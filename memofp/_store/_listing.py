"""List, sum and count entries with SQL that never scans what it does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from memofp._store._protocol import Row, Use

if TYPE_CHECKING:
    from memofp._store._types import FunctionSummary, VersionSummary

__all__ = ["functions", "row", "scan", "stats", "totals", "uses_script", "versions"]

Ask = Callable[..., list[Any]]  # runs a statement with values, gives its rows

_SIZE = "size + COALESCE(length(value), 0)"
_PAGE = 500  # rows; the database is free between two pages
_HEAD_BYTES = 4096  # of each value; the head lies in front, a longer one is read again


def functions(ask: Ask) -> list[FunctionSummary]:
    """Return one summary a function that has entries, by name."""
    rows = ask(
        "SELECT function, COUNT(*), SUM(entries), SUM(bytes), SUM(seconds) / SUM(entries), SUM(uses), "
        "SUM(saved), MAX(MAX(last_use, created)) FROM memofp_version WHERE entries > 0 "
        "GROUP BY function ORDER BY function",
    )
    from memofp._store._types import FunctionSummary  # no hit lists anything

    return [FunctionSummary(*row) for row in rows]


def versions(ask: Ask, function: str) -> list[VersionSummary]:
    """Return one summary a version of a function that has entries, newest first."""
    rows = ask(
        "SELECT function, version, created, entries, bytes, seconds / entries, uses, saved, "
        "MAX(last_use, created) FROM memofp_version WHERE entries > 0 AND function = ? "
        "ORDER BY created DESC, id DESC",
        (function,),
    )
    from memofp._store._types import VersionSummary

    return [VersionSummary(*row) for row in rows]


def stats(ask: Ask, function: str) -> tuple[int, int]:
    """Return a function's number of entries and their size in bytes."""
    select = "SELECT SUM(entries), SUM(bytes) FROM memofp_version WHERE function = ?"
    rows = ask(select, (function,))
    return (rows[0][0] or 0, rows[0][1] or 0) if rows else (0, 0)


def totals(ask: Ask) -> tuple[int, int]:
    """Return the number of all entries and their size in bytes."""
    rows = ask("SELECT SUM(entries), SUM(bytes) FROM memofp_version")
    return (rows[0][0] or 0, rows[0][1] or 0) if rows else (0, 0)


def row(ask: Ask, key: bytes) -> Row | None:
    """Return one entry by its key, or None."""
    select = (
        f"SELECT key, substr(value, 1, {_HEAD_BYTES}), function, version, {_SIZE}, "
        "access_count, access_time FROM Cache JOIN memofp_version ON id = tag WHERE key = ? AND raw = 1"
    )
    rows = ask(select, (key,))
    return Row(*rows[0]) if rows else None


def scan(ask: Ask, function: str | None, version: str | None) -> Iterator[Row]:
    """Yield entries in pages, each version by itself."""
    where = "(? IS NULL OR function = ?) AND (? IS NULL OR version = ?)"
    select = f"SELECT id, function, version FROM memofp_version WHERE entries > 0 AND {where} ORDER BY id"
    for tag, name, digest in ask(select, (function, function, version, version)):
        yield from _scan_tag(ask, tag, name, digest)


def _scan_tag(ask: Ask, tag: int, name: str, digest: str) -> Iterator[Row]:
    select = (
        f"SELECT rowid, key, substr(value, 1, {_HEAD_BYTES}), {_SIZE}, access_count, "
        f"access_time FROM Cache WHERE tag = ? AND rowid > ? AND raw = 1 ORDER BY rowid LIMIT {_PAGE}"
    )
    last = -1
    while True:
        rows = ask(select, (tag, last))
        for rowid, key, head, size, uses, last_use in rows:
            last = rowid
            if type(key) is bytes and type(head) is bytes:
                yield Row(key, head, name, digest, size, uses, last_use)
        if len(rows) < _PAGE:
            return


def uses_script(uses: Mapping[tuple[int, ...], Use]) -> str:
    """Return the statements that add hits to rows and to their versions."""
    by_count: dict[int, list[int]] = {}
    by_tag: dict[int, list[float]] = {}
    last = max((use.last for use in uses.values()), default=0.0)
    for (rowid, tag), use in uses.items():
        by_count.setdefault(use.hits, []).append(rowid)
        sums = by_tag.setdefault(tag, [0, 0.0])
        sums[0] += use.hits
        sums[1] += use.saved_s
    script = [
        f"UPDATE Cache SET access_count = access_count + {count:d}, access_time = max(access_time, {last!r}) "
        f"WHERE rowid IN ({','.join(map(str, rowids))})"
        for count, rowids in by_count.items()
    ]
    script += [
        f"UPDATE memofp_version SET uses = uses + {int(count)}, saved = saved + {saved!r}, "
        f"last_use = max(last_use, {last!r}) WHERE id = {tag:d}"
        for tag, (count, saved) in by_tag.items()
    ]
    return ";".join(script)
