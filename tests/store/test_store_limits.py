"""A store stays within its limits, and evicts what saves least."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from store_helpers import big, key_of, put, value_files, value_of

from memofp._store import Hit, ResultStore, open_store


def numbers(store: ResultStore) -> set[int]:
    return {int.from_bytes(entry.key, "big") for entry in store.entries()}


def test_number_of_entries_is_kept(directory: Path) -> None:
    store = open_store(directory, max_entries=20)
    for number in range(200):
        put(store, key_of(number), number)
        assert store.stats("pkg.f")[0] <= 20
    assert len(numbers(store)) >= 18
    assert store.verify().is_sound


def test_size_is_kept_and_files_go_with_their_entries(directory: Path) -> None:
    store = open_store(directory, max_bytes=1_000_000)
    for number in range(60):
        put(store, key_of(number), big(number))
        assert store.stats("pkg.f")[1] <= 1_000_000 + 100_000
    assert sum(path.stat().st_size for path in value_files(directory)) <= 1_100_000
    assert len(value_files(directory)) == store.stats("pkg.f")[0] >= 8


def test_a_single_result_beyond_the_limit_is_not_kept_for_long(directory: Path) -> None:
    store = open_store(directory, max_bytes=50_000)
    put(store, key_of(1), big())
    assert store.stats("pkg.f") == (0, 0)


def test_what_saves_least_a_byte_goes_first(directory: Path) -> None:
    store = open_store(directory)
    put(store, key_of(1), big(), duration_s=0.01)  # big and quick: 1e-7 s a byte
    put(store, key_of(2), big(), duration_s=100.0)  # big and slow
    put(store, key_of(3), "x", duration_s=0.001)  # small and quick
    put(store, key_of(4), "x", duration_s=10.0)  # small and slow
    put(store, key_of(5), big(), duration_s=0.01)  # big and quick, but used often
    for _ in range(2000):
        value_of(store, key_of(5))
    limited = open_store(directory, max_entries=4)
    store.close()
    limited.prune()
    assert numbers(store) == {2, 4, 5} | ({3} if 3 in numbers(store) else set())
    assert 1 not in numbers(store)
    open_store(directory, max_bytes=150_000).prune()
    assert {2, 4} <= numbers(store)
    assert 5 not in numbers(store)


def test_old_and_expired_entries_go(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(directory, max_age_s=3600)
    put(store, key_of(1), 1, ttl_s=10)
    put(store, key_of(2), big())
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1800)
    put(store, key_of(3), 3)
    pruned = store.prune()
    assert (pruned.expired, pruned.evicted) == (1, 0)
    assert numbers(store) == {2, 3}
    monkeypatch.setattr(time, "time", lambda: now + 4000)
    pruned = store.prune()
    assert pruned.expired == 1
    assert pruned.freed_bytes > 100_000
    assert numbers(store) == {3}
    assert value_files(directory) == []


def test_without_limits_nothing_is_evicted(store: ResultStore) -> None:
    for number in range(300):
        put(store, key_of(number), "x" * 5000)
    pruned = store.prune()
    assert (pruned.expired, pruned.evicted, pruned.orphans) == (0, 0, 0)
    assert store.stats("pkg.f")[0] == 300


def test_eviction_changes_the_generation(directory: Path) -> None:
    store = open_store(directory, max_entries=5)
    put(store, key_of(1), 1)
    before = store.generation()
    for number in range(20):
        put(store, key_of(number), number)
    assert store.generation() != before


def test_database_gives_its_space_back(store: ResultStore, directory: Path) -> None:
    for number in range(300):
        put(store, key_of(number), os.urandom(10_000))
    store.prune()
    full = (directory / "cache.db").stat().st_size
    assert full > 3_000_000
    assert store.clear("pkg.f") == 300
    store.prune()
    assert (directory / "cache.db").stat().st_size < full / 10
    log = directory / "cache.db-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_log_does_not_grow_without_limit(store: ResultStore, directory: Path) -> None:
    for _ in range(40):
        for number in range(100):
            put(store, key_of(number), os.urandom(5000))
    assert (directory / "cache.db-wal").stat().st_size < 20 << 20


def test_clearing_one_function_among_many_reads_only_its_own(store: ResultStore, directory: Path) -> None:
    """The query plans say so: no scan of the entries."""
    import sqlite3

    put(store, key_of(1), 1)
    store.close()
    connection = sqlite3.connect(directory / "cache.db")
    for statement in (
        "DELETE FROM Cache WHERE rowid IN (SELECT rowid FROM Cache WHERE tag = 1 LIMIT 500)",
        "SELECT 1 FROM Cache WHERE key = x'00' AND raw = 1",
        "SELECT rowid FROM Cache WHERE expire_time IS NOT NULL AND expire_time <= 5",
        "SELECT filename FROM Cache WHERE filename IN ('a', 'b')",
        "SELECT SUM(entries) FROM memofp_version WHERE function = 'f'",
    ):
        plan = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + statement)]
        assert not any(step.startswith("SCAN Cache") for step in plan), (statement, plan)
    connection.close()


# -- verify and repair ---------------------------------------------------------------------------


def test_verify_finds_and_repair_removes(store: ResultStore, directory: Path) -> None:
    import sqlite3

    for number in range(6):
        put(store, key_of(number), big(number))
        put(store, key_of(10 + number), number)
    assert store.verify().is_sound
    assert store.verify().entries == 12
    files = {int(path.read_bytes()[0]): path for path in value_files(directory)}
    files[0].write_bytes(files[0].read_bytes()[:-1])
    files[1].unlink()
    files[2].write_bytes(b"y" + files[2].read_bytes()[1:])
    orphan = directory / "ab" / "cd" / ("0" * 28 + ".val")
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"x")
    os.utime(orphan, (1, 1))
    store.close()
    with sqlite3.connect(directory / "cache.db") as connection:
        connection.execute("UPDATE Cache SET value = x'00' WHERE key = ?", (key_of(10),))
        connection.execute("UPDATE memofp_version SET entries = 99")
    connection.close()
    verdict = store.verify()
    assert verdict.entries == 12
    assert sorted(finding.kind for finding in verdict.findings) == [
        "damaged", "damaged", "damaged", "missing-file", "orphan", "sums",
    ]  # fmt: skip
    assert {f.what for f in verdict.findings} >= {
        key_of(0).hex(),
        key_of(1).hex(),
        key_of(2).hex(),
        key_of(10).hex(),
    }
    assert store.repair() == verdict
    store.prune()
    assert store.verify().findings == ()
    assert numbers(store) == {3, 4, 5, 11, 12, 13, 14, 15}
    assert store.stats("pkg.f")[0] == 8
    assert isinstance(store.load(key_of(3)), Hit)


def test_repair_rebuilds_a_broken_database(store: ResultStore, directory: Path) -> None:
    for number in range(300):
        put(store, key_of(number), [number, "x" * 1500])
    store.close()
    path = directory / "cache.db"
    data = bytearray(path.read_bytes())
    for page in (len(data) // 4096 // 2, len(data) // 4096 - 3):
        data[page * 4096 : page * 4096 + 4096] = bytes(4096)
    path.write_bytes(data)
    assert any(finding.kind == "database" for finding in store.verify().findings)
    with pytest.warns(UserWarning, match="set aside"):
        store.repair()
    assert store.verify().is_sound
    assert store.stats("pkg.f")[0] > 280
    for number in range(300):
        found = store.load(key_of(number))
        assert not isinstance(found, Hit) or found.value == [number, "x" * 1500]


def test_upkeep_of_a_store_that_does_not_exist(store: ResultStore, directory: Path) -> None:
    assert store.verify().entries == 0
    assert store.repair().is_sound
    assert store.prune().freed_bytes == 0
    assert not directory.exists()
