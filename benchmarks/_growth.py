"""Rows about stores of many entries, and about the memory that results take."""

from __future__ import annotations

import functools
import gc
import itertools
import os
import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import work
from benchmarks._peers import with_memofp
from benchmarks._processes import run
from benchmarks._rounds import Bench, child_seconds
from benchmarks._rows import Samples, at_most, row

KNOWN = 1000  # entries of the small store, which the big one has, too
CLEARED = 100  # one entry in so many is of the function that is cleared
FRONT_BYTES = 64 << 20  # the default
SMALL_FRONT_BYTES = 4 << 20
ENTRY_BYTES = 400  # what an entry takes beside its result, about


@row(
    "growth",
    "at 1e6 entries: first hit, against a store of 1e3; clearing 1 % of them; `inspect`, whole process",
    at_most(1.5, "hit at 1e3", of="hit at 1e6"),
    at_most(0.5, of="clear 1 %"),
    at_most(2, of="inspect"),
    at_most(2, of="inspect a function"),
)
def measure_growth(bench: Bench) -> Samples:
    total = bench.scale.of(1_000_000, 2000)
    small, large = bench.folder("small"), bench.folder("large")
    _fill_small(small)
    _fill_large(small, large, total)
    number = max(1, KNOWN // bench.scale.rounds)
    calls = {}
    for name, directory in (("hit at 1e3", small), ("hit at 1e6", large)):
        memoized: Any = with_memofp(work.number, directory)
        keys = itertools.count()
        calls[name] = functools.partial(_hit, memoized, keys)
    samples = bench.in_turns(calls, number=number)
    samples["clear 1 %"] = _clear_times(bench, large, total)
    inspect = functools.partial(run, "-m", "memofp", "inspect", str(large))
    for name, call in (("inspect", inspect), ("inspect a function", functools.partial(inspect, "number"))):
        samples[name] = [child_seconds(call) for _ in range(min(3, bench.scale.rounds))]
    return samples


def _hit(memoized: Any, keys: Iterator[int]) -> None:
    memoized((next(keys) * 7919) % KNOWN)  # in no order that the files have


def _fill_small(directory: Path) -> None:
    """Store `KNOWN` results of one function, and one of another."""
    number, other = with_memofp(work.number, directory), with_memofp(work.other, directory)
    for i in range(KNOWN):
        number(i)
    other(0)


def _fill_large(small: Path, large: Path, total: int) -> None:
    """Copy the small store, and put rows between its rows that differ from them in their keys alone.

    The entries that hits ask for are thus spread over the whole of a big database.  Nobody asks for
    the others.
    """
    import memofp

    with_memofp(work.number, large)(0)
    with_memofp(work.other, large)(0)
    memofp.clear(with_memofp(work.number, large))
    memofp.clear(with_memofp(work.other, large))
    columns, known, other = _rows_of(small)
    connection = _open(large)
    tags = dict(connection.execute("SELECT function, id FROM memofp_version"))
    ours, theirs = (
        next(tag for name, tag in tags.items() if name.endswith(end)) for end in ("number", "other")
    )
    mixed = _mixed(known, other, total, ours, theirs)
    _insert(connection, columns, mixed)
    connection.close()


def _rows_of(directory: Path) -> tuple[list[str], list[list[Any]], list[Any]]:
    """Return the columns that a store's rows have, the rows of `number`, and the row of `other`."""
    connection = _open(directory)
    cursor = connection.execute(
        "SELECT Cache.*, function FROM Cache JOIN memofp_version AS v ON v.id = tag ORDER BY Cache.rowid"
    )
    names = [column[0] for column in cursor.description]
    rows = [list(found) for found in cursor]
    connection.close()
    assert names[0] == "rowid"
    ours = [found[1:-1] for found in rows if found[-1].endswith("number")]
    theirs = next(found[1:-1] for found in rows if found[-1].endswith("other"))
    return names[1:-1], ours, theirs


def _mixed(
    known: list[list[Any]], other: list[Any], total: int, ours: int, theirs: int
) -> Iterator[list[Any]]:
    """Yield rows: each known one after many that stand for others."""
    width = len(known[0])
    tag = next(i for i in range(width) if known[0][i] == ours and other[i] == theirs)
    every = total // len(known)
    for i in range(total):
        if i % every == 0 and i // every < len(known):
            yield known[i // every]
        else:
            model = other if i % CLEARED == CLEARED - 1 else known[i % len(known)]
            yield _renamed(model, tag, theirs if model is other else ours)


def _renamed(model: list[Any], tag: int, number: int) -> list[Any]:
    key = os.urandom(16)
    made = [value.replace(model[0], key) if type(value) is bytes else value for value in model]
    made[tag] = number
    return made


def _open(directory: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(directory / "cache.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    return connection


def _insert(connection: sqlite3.Connection, columns: list[str], rows: Iterator[list[Any]]) -> None:
    marks = ", ".join("?" * len(columns))
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO Cache ({', '.join(columns)}) VALUES ({marks})", rows)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _clear_times(bench: Bench, directory: Path, total: int) -> list[float]:
    """Clear the other function's entries, and put as many back, off the clock."""
    memoized: Any = with_memofp(work.other, directory)
    seconds = []
    for _ in range(min(3, bench.scale.rounds)):
        connection = _open(directory)
        select = (
            "SELECT Cache.* FROM Cache JOIN memofp_version AS v ON v.id = tag WHERE function LIKE '%other'"
        )
        cursor = connection.execute(select)
        columns = [column[0] for column in cursor.description][1:]
        rows = [list(found)[1:] for found in cursor]
        connection.close()
        start = time.process_time()
        count = memoized.clear()
        seconds.append(time.process_time() - start)
        assert count == len(rows) >= total // CLEARED // 2, (count, len(rows))
        connection = _open(directory)
        _insert(connection, columns, iter(rows))
        connection.close()
    return seconds


@row(
    "front-memory",
    "memory in use after hits on twice as much as the front tier holds, over a front of 0 bytes",
    at_most(FRONT_BYTES, of="64 MiB of 20 kB results", floor="front of 0"),
    at_most(SMALL_FRONT_BYTES, of="4 MiB of 100 B results", floor="front of 0"),
    at_most(2 << 20, of="front of 0"),
    unit="bytes",
    clock="wall",
)
def measure_front(bench: Bench) -> Samples:
    import memofp

    samples: Samples = {}
    try:
        for name, front_bytes, size in (
            ("64 MiB of 20 kB results", FRONT_BYTES, 20_000),
            ("4 MiB of 100 B results", SMALL_FRONT_BYTES, 100),
            ("front of 0", 0, 20_000),
        ):
            memofp.configure(front_bytes=front_bytes)
            count = bench.scale.of(2 * (front_bytes or FRONT_BYTES)) // (size + ENTRY_BYTES)
            samples[name] = [_traced(with_memofp(work.texts, bench.folder("store")), size, count)]
    finally:
        memofp.configure(front_bytes=FRONT_BYTES)
    return samples


def _traced(memoized: Any, size: int, count: int) -> float:
    """Return how many more bytes are in use after a hit on each result."""
    for i in range(count):
        memoized(size, i)  # the first time, it is stored; all are loaded below
    memoized._core.store.close()  # empties the front
    gc.collect()
    tracemalloc.start()
    try:
        for i in range(count):
            memoized(size, i)
        gc.collect()
        return float(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
