"""Make a damaged database anew from the rows that can still be read."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from memofp._store._database import Database
from memofp._store._schema import create_database

if TYPE_CHECKING:
    from memofp._store._place import Place

__all__ = ["correct_sums", "rebuild"]

_TABLES = {
    "memofp_version": "id, function, version, created, uses, saved, last_use",
    "memofp_note": "id, data",
    "Cache": "key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, "
    "filename, value, duration",
}
_HIGHEST_GUESS = 1 << 22  # rows, where not even the highest row number can be read
_STEP = 256  # rows read at a time


def rebuild(place: Place) -> None:
    """Copy what can be read into a new database, set the old one aside and take its name.

    The caller holds the collector's lock.  Rows are only copied: each is judged by its own
    signature when it is loaded.

    Raises:
        sqlite3.Error, OSError: if the disk does not allow it.
    """
    path = f"{place.path}.new-{os.urandom(4).hex()}"
    create_database(place.directory, path, place.mode)
    fresh = Database(path)
    try:
        for table, columns in _TABLES.items():
            _copy(place.database, fresh, table, columns)
        correct_sums(fresh)
        fresh.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        fresh.close()
    place.set_aside("it is damaged")
    os.rename(path, place.path)
    place.bump_generation()


def _copy(source: Database, target: Database, table: str, columns: str) -> None:
    marks = ",".join("?" * len(columns.split(",")))
    insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"
    connection = target.lend()
    try:
        for rows in _readable(source, table, columns):
            connection.execute("BEGIN")
            for row in rows:
                with contextlib.suppress(sqlite3.IntegrityError):
                    connection.execute(insert, row)
            connection.execute("COMMIT")
    finally:
        target.take_back(connection)


def _readable(database: Database, table: str, columns: str) -> Iterator[list[tuple[object, ...]]]:
    """Yield the rows that can be read, jumping over broken pages by halving."""
    select = f"SELECT {columns} FROM {table} WHERE rowid BETWEEN ? AND ?"
    low, high = _bounds(database, table)
    ranges = [(low, high)] if low <= high else []
    while ranges:
        start, end = ranges.pop()
        if end - start >= _STEP:
            middle = (start + end) // 2
            ranges += [(middle + 1, end), (start, middle)]
            continue
        try:
            rows = database.run(select, (start, end))
        except sqlite3.DatabaseError:
            yield from _one_by_one(database, select, start, end)
            continue
        if rows:
            yield rows


def _one_by_one(database: Database, select: str, start: int, end: int) -> Iterator[list[tuple[object, ...]]]:
    for rowid in range(start, end + 1):
        with contextlib.suppress(sqlite3.DatabaseError):
            rows = database.run(select, (rowid, rowid))
            if rows:
                yield rows


def _bounds(database: Database, table: str) -> tuple[int, int]:
    try:
        low, high = database.run(f"SELECT MIN(rowid), MAX(rowid) FROM {table}")[0]
    except sqlite3.DatabaseError:
        return 1, _HIGHEST_GUESS
    return (1, 0) if low is None else (low, high)


def correct_sums(database: Database) -> None:
    """Count anew what triggers keep, for they saw nothing of a damage."""
    database.run_script(
        "DELETE FROM Cache WHERE tag IS NULL OR tag NOT IN (SELECT id FROM memofp_version);"
        "UPDATE memofp_version SET "
        "entries = (SELECT COUNT(*) FROM Cache WHERE tag = id),"
        "bytes = (SELECT COALESCE(SUM(size + length(value)), 0) FROM Cache WHERE tag = id),"
        "seconds = (SELECT COALESCE(SUM(duration), 0) FROM Cache WHERE tag = id);"
        "UPDATE Settings SET value = (SELECT COUNT(*) FROM Cache) WHERE key = 'count';"
        "UPDATE Settings SET value = (SELECT COALESCE(SUM(size), 0) FROM Cache) WHERE key = 'size'"
    )
