"""Keep a cache within its limits, and its directory free of what nothing refers to.

What goes first: what has expired, what is older than `max_age_s`, then what saves least a
byte: seconds of computing, times uses, over size.  Files without a row are removed when they
are old enough that no writer can be about to name them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING, Any

from memofp._store import _files
from memofp._store._accepted import NOTE_VERSION
from memofp._store._database import translate
from memofp._store._gone import note_rows
from memofp._store._types import Pruned

if TYPE_CHECKING:
    from memofp._store._disk import DiskStore
    from memofp._store._gone import Why
    from memofp._store._limits import Limits

__all__ = ["YOUNG_S", "prune", "sweep_daily", "trim"]

YOUNG_S = 3600.0  # a file without a row may belong to a writer that is still busy with it
_DAY_S = 86400.0
_STAMP = "swept"
_SLACK = 0.9  # of a limit is kept when it is exceeded, so that not every store has to evict
_BATCH = 1000  # rows a statement
_ROW_BYTES = 200  # of overhead that an entry has beside its bytes
_SIZE = "size + COALESCE(length(value), 0)"
_EXPIRED = f"SELECT rowid, {_SIZE} FROM Cache WHERE expire_time IS NOT NULL AND expire_time <= ?"
_OLD = f"SELECT rowid, {_SIZE} FROM Cache WHERE store_time < ?"
_WORST = f"""
SELECT rowid, {_SIZE} FROM Cache
ORDER BY duration * (access_count + 1) / ({_SIZE} + {_ROW_BYTES}), access_time
"""


def trim(store: DiskStore, limits: Limits) -> None:
    """Bring a store back within its limits if it exceeds them; skip it if another process is at it."""
    entries, size = store.totals()
    too_many = limits.max_entries is not None and entries > limits.max_entries
    too_big = limits.max_bytes is not None and size > limits.max_bytes
    if too_many or too_big or limits.max_age_s is not None:
        with store.place.exclusively("collect") as is_alone:
            if is_alone:
                _remove_expired(store, limits, time.time())
                _evict(store, limits)
                store.after_removal(1)


def sweep_daily(store: DiskStore) -> None:
    """Remove old files that no row names, if nobody has in the last day.

    They are what kill -9 leaves: a writer that died between its file and its row.
    """
    stamp = os.path.join(store.place.directory, _STAMP)
    with contextlib.suppress(OSError, sqlite3.Error):
        if os.path.exists(stamp) and 0 <= time.time() - os.stat(stamp).st_mtime < _DAY_S:
            return
        with store.place.exclusively("collect") as is_alone:
            if is_alone:
                os.close(_files.open_private(stamp, os.O_WRONLY | os.O_CREAT, store.place.mode))
                os.utime(stamp)
                _sweep(store, YOUNG_S)


def prune(store: DiskStore, limits: Limits, *, young_s: float = YOUNG_S) -> Pruned:
    """Remove what has expired, what exceeds the limits and what is left over, and give disk space back.

    Args:
        store: the backend.
        limits: what it may hold.
        young_s: age in seconds below which a file without an entry is left alone.

    Raises:
        BackendError: if the disk does not allow it.
    """
    try:
        if not store.place.is_ready():
            return Pruned()
        with store.place.exclusively("collect", patience_s=10.0):
            expired, freed = _remove_expired(store, limits, time.time())
            evicted, more = _evict(store, limits)
            store.after_removal(expired + evicted)
            orphans, rest = _sweep(store, young_s)
            _forget_empty_versions(store)
            _give_back(store)
        return Pruned(expired, evicted, orphans, freed + more + rest)
    except (sqlite3.Error, OSError) as error:
        raise translate(error, store.place.directory) from error


def _remove_expired(store: DiskStore, limits: Limits, now: float) -> tuple[int, int]:
    rows = dict(store.database.run(_EXPIRED, (now,)))
    removed = _delete(store, rows, "expired")
    if limits.max_age_s is not None:
        old = dict(store.database.run(_OLD, (now - limits.max_age_s,)))
        removed = _add(removed, _delete(store, old, "evicted"))
    return removed


def _evict(store: DiskStore, limits: Limits) -> tuple[int, int]:
    """Remove what saves least until both limits hold with some slack."""
    entries, size = store.totals()
    surplus_entries = _surplus(entries, limits.max_entries)
    surplus_bytes = _surplus(size, limits.max_bytes)
    if surplus_entries <= 0 and surplus_bytes <= 0:
        return 0, 0
    chosen: dict[int, int] = {}
    freed = 0
    connection = store.database.lend()
    try:
        for rowid, row_size in connection.execute(_WORST):
            if len(chosen) >= surplus_entries and freed >= surplus_bytes:
                break
            chosen[rowid] = row_size
            freed += row_size
    finally:
        store.database.take_back(connection)
    return _delete(store, chosen, "evicted")


def _surplus(value: int, limit: int | None) -> float:
    return 0 if limit is None or value <= limit else value - limit * _SLACK


def _delete(store: DiskStore, rows: dict[int, int], why: Why) -> tuple[int, int]:
    rowids = list(rows)
    note_rows(store, rowids, why)
    for start in range(0, len(rowids), _BATCH):
        numbers = ",".join(map(str, rowids[start : start + _BATCH]))
        store.database.run(f"DELETE FROM Cache WHERE rowid IN ({numbers})")
    return len(rows), sum(rows.values())


def _sweep(store: DiskStore, young_s: float) -> tuple[int, int]:
    """Remove old files that no row names, and what an interrupted maker of the database left."""
    before = time.time() - young_s
    count = freed = 0
    batch: list[tuple[str, int]] = []
    for name, status in _files.walk(store.place.directory):
        if status.st_mtime < before:
            batch.append((name, status.st_size))
        if len(batch) >= _BATCH:
            count, freed = _add((count, freed), _remove_unnamed(store, batch))
            batch = []
    count, freed = _add((count, freed), _remove_unnamed(store, batch))
    for name in _files.leftovers(store.place.directory, before):
        _files.remove_leftover(os.path.join(store.place.directory, name))
    return count, freed


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _remove_unnamed(store: DiskStore, files: list[tuple[str, int]]) -> tuple[int, int]:
    if not files:
        return 0, 0
    marks = ",".join("?" * len(files))
    select = f"SELECT filename FROM Cache WHERE filename IN ({marks})"
    named = {row[0] for row in store.database.run(select, tuple(name for name, _ in files))}
    unnamed = [(name, size) for name, size in files if name not in named]
    for name, _ in unnamed:
        _files.remove(store.place.directory, name)
    return len(unnamed), sum(size for _, size in unnamed)


def _forget_empty_versions(store: DiskStore) -> None:
    """Drop versions and manifests that have had no entry for a long time."""
    long_ago = time.time() - 30 * 86400
    where = "entries = 0 AND created < ? AND last_use < ? AND version <> ?"
    values: tuple[Any, ...] = (long_ago, long_ago, NOTE_VERSION)
    store.database.run(
        f"DELETE FROM memofp_note WHERE id IN (SELECT id FROM memofp_version WHERE {where})", values
    )
    store.database.run(f"DELETE FROM memofp_version WHERE {where}", values)


def _give_back(store: DiskStore) -> None:
    """Return free pages and the log's space to the file system."""
    with contextlib.suppress(sqlite3.OperationalError):  # a reader pins the log: next time
        store.database.run_script("PRAGMA incremental_vacuum")  # `execute` steps once on 3.11: one page
        store.database.run("PRAGMA wal_checkpoint(TRUNCATE)")
