"""Make a damaged database anew from the rows that can still be read."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from memofp._store._database import BUSY_TIMEOUT_S, Database, apart_from_forks
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
_CLOSE = 128  # rows; about as many as a page holds
_FARTHEST = 1 << 32  # rows that a broken part may span


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
        with (
            apart_from_forks(),
            contextlib.closing(sqlite3.connect(place.path, timeout=BUSY_TIMEOUT_S)) as source,
        ):
            for table, columns in _TABLES.items():
                _copy(source, fresh, table, columns)
        correct_sums(fresh)
        fresh.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        fresh.close()
    place.set_aside("it is damaged")
    os.rename(path, place.path)
    place.bump_generation()


def _copy(source: sqlite3.Connection, target: Database, table: str, columns: str) -> None:
    marks = ",".join("?" * len(columns.split(",")))
    insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"
    connection = target.lend()
    try:
        connection.execute("BEGIN")
        for row in _readable(source, table, columns):
            with contextlib.suppress(sqlite3.IntegrityError):
                connection.execute(insert, row)
        connection.execute("COMMIT")
    finally:
        target.take_back(connection)


def _readable(source: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows that can be read, and jump over those that cannot."""
    select = f"SELECT rowid, {columns} FROM {table} WHERE rowid >= ? ORDER BY rowid"
    start = 1
    while True:
        try:
            for row in source.execute(select, (start,)):
                yield row[1:]
                start = row[0] + 1
            return
        except sqlite3.DatabaseError:
            # The cursor reads one row ahead, so the row at `start` itself may be sound.
            found = _next_row(source, select + " LIMIT 1", start)
            if found is None:
                return
            yield found[1:]
            start = found[0] + 1


def _next_row(source: sqlite3.Connection, probe: str, start: int) -> tuple[Any, ...] | None:
    """Return the next row that can be read: step as far as a page reaches, then leap and halve back."""

    def read(at: int) -> tuple[Any, ...] | None:
        try:
            rows = source.execute(probe, (at,)).fetchall()
        except sqlite3.DatabaseError:
            return None
        return rows[0] if rows else None

    for at in range(start, start + _CLOSE):
        if row := read(at):
            return row
    leap = _CLOSE
    while (row := read(start + leap)) is None:
        leap *= 2
        if leap > _FARTHEST:
            return None
    low, high = start + leap // 2, start + leap
    while low + 1 < high:
        middle = (low + high) // 2
        if found := read(middle):
            row, high = found, middle
        else:
            low = middle
    return row


def correct_sums(database: Database) -> None:
    """Count anew what triggers keep, for they saw nothing of a damage."""
    database.run_script(
        "DELETE FROM Cache WHERE tag IS NULL OR tag NOT IN (SELECT id FROM memofp_version);"
        "UPDATE memofp_version SET "
        "entries = (SELECT COUNT(*) FROM Cache WHERE tag = id),"
        "bytes = (SELECT COALESCE(SUM(size + COALESCE(length(value), 0)), 0) FROM Cache WHERE tag = id),"
        "seconds = (SELECT COALESCE(SUM(duration), 0) FROM Cache WHERE tag = id);"
        "UPDATE Settings SET value = (SELECT COUNT(*) FROM Cache) WHERE key = 'count';"
        "UPDATE Settings SET value = (SELECT COALESCE(SUM(size), 0) FROM Cache) WHERE key = 'size'"
    )
