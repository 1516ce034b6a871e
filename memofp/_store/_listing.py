"""List, sum and count entries with SQL that never scans what it does not show."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from memofp._store._database import Database, translate
from memofp._store._protocol import Row, Use
from memofp._store._types import FunctionSummary, VersionSummary

__all__ = ["add_uses", "functions", "row", "scan", "stats", "totals", "versions"]

_PAGE = 500  # rows; the database is free between two pages
_HEAD_BYTES = 4096  # of each value; the head lies in front, a longer one is read again


def functions(database: Database | None) -> list[FunctionSummary]:
    """Return one summary a function that has entries, by name."""
    rows = _rows(
        database,
        "SELECT function, COUNT(*), SUM(entries), SUM(bytes), SUM(seconds) / SUM(entries), SUM(uses), "
        "SUM(saved), MAX(MAX(last_use, created)) FROM memofp_version WHERE entries > 0 "
        "GROUP BY function ORDER BY function",
    )
    return [FunctionSummary(*row) for row in rows]


def versions(database: Database | None, function: str) -> list[VersionSummary]:
    """Return one summary a version of a function that has entries, newest first."""
    rows = _rows(
        database,
        "SELECT function, version, created, entries, bytes, seconds / entries, uses, saved, "
        "MAX(last_use, created) FROM memofp_version WHERE entries > 0 AND function = ? "
        "ORDER BY created DESC, id DESC",
        (function,),
    )
    return [VersionSummary(*row) for row in rows]


def stats(database: Database | None, function: str) -> tuple[int, int]:
    """Return a function's number of entries and their size in bytes."""
    select = "SELECT SUM(entries), SUM(bytes) FROM memofp_version WHERE function = ?"
    rows = _rows(database, select, (function,))
    return (rows[0][0] or 0, rows[0][1] or 0) if rows else (0, 0)


def totals(database: Database | None) -> tuple[int, int]:
    """Return the number of all entries and their size in bytes."""
    rows = _rows(database, "SELECT SUM(entries), SUM(bytes) FROM memofp_version")
    return (rows[0][0] or 0, rows[0][1] or 0) if rows else (0, 0)


def row(database: Database | None, key: bytes) -> Row | None:
    """Return one entry by its key, or None."""
    select = (
        f"SELECT key, substr(value, 1, {_HEAD_BYTES}), function, version, size + length(value), "
        "access_count, access_time FROM Cache JOIN memofp_version ON id = tag WHERE key = ? AND raw = 1"
    )
    rows = _rows(database, select, (key,))
    return Row(*rows[0]) if rows else None


def scan(database: Database | None, function: str | None, version: str | None) -> Iterator[Row]:
    """Yield entries in pages, each version by itself."""
    where = "(? IS NULL OR function = ?) AND (? IS NULL OR version = ?)"
    select = f"SELECT id, function, version FROM memofp_version WHERE entries > 0 AND {where} ORDER BY id"
    for tag, name, digest in _rows(database, select, (function, function, version, version)):
        yield from _scan_tag(database, tag, name, digest)


def _scan_tag(database: Database | None, tag: int, name: str, digest: str) -> Iterator[Row]:
    select = (
        f"SELECT rowid, key, substr(value, 1, {_HEAD_BYTES}), size + length(value), access_count, "
        f"access_time FROM Cache WHERE tag = ? AND rowid > ? AND raw = 1 ORDER BY rowid LIMIT {_PAGE}"
    )
    last = -1
    while True:
        rows = _rows(database, select, (tag, last))
        for rowid, key, head, size, uses, last_use in rows:
            last = rowid
            if type(key) is bytes and type(head) is bytes:
                yield Row(key, head, name, digest, size, uses, last_use)
        if len(rows) < _PAGE:
            return


def add_uses(database: Database, uses: Mapping[tuple[int, ...], Use]) -> None:
    """Add hits to rows and to their versions, in one transaction."""
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
    database.run_script(";".join(script))


def _rows(database: Database | None, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
    if database is None:
        return []
    try:
        return database.run(statement, values)
    except sqlite3.Error as error:
        raise translate(error, database.path) from error
