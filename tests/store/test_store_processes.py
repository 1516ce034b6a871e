# ruff: noqa: E501 # programs are long; a context inside another is what is being tested
"""Threads, forks, spawns, kills and interrupts."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from store_helpers import big, key_of, put, run_file, run_python, start_python, value_files, value_of

from memofp._store import Hit, Miss, ResultStore, open_store
from memofp._store._place import Place


def test_threads_share_a_store(store: ResultStore) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(30):
                key = key_of(step)
                found = store.load(key)
                if isinstance(found, Hit):
                    assert found.value in (step, big(step))
                put(store, key, big(step) if (number + step) % 7 == 0 else step)
                if step % 11 == number % 11:
                    store.forget(key)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert store.verify().is_sound


def test_threads_that_come_at_once_judge_the_directory_once(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    inspect = Place._inspect
    monkeypatch.setattr(Place, "_inspect", lambda place: looked.append(1) or inspect(place))
    go = threading.Barrier(32)

    def work(number: int) -> None:
        go.wait()
        put(store, key_of(number), number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(looked) == 1
    assert store.stats("pkg.f")[0] == 32


@pytest.mark.parametrize("count", [24])
def test_many_processes_open_at_once(directory: Path, count: int) -> None:
    done = run_python(
        """
        import os, sys, time, warnings
        warnings.simplefilter("error")
        go = time.time() + 0.5
        pids = []
        for n in range(int(sys.argv[2])):
            pid = os.fork()
            if pid == 0:
                from memofp._store import Hit, open_store
                time.sleep(max(0, go - time.time()))
                store = open_store(sys.argv[1])
                ok = store.save(n.to_bytes(16, "big"), n, function="f", version="0"*32, duration_s=1.0)
                ok &= isinstance(store.load(n.to_bytes(16, "big")), Hit)
                os._exit(0 if ok else 1)
            pids.append(pid)
        print(sum(os.waitpid(pid, 0)[1] == 0 for pid in pids))
        from memofp._store import open_store
        print(open_store(sys.argv[1]).stats("f")[0])
        """,
        directory,
        count,
    )
    assert done.stdout.split() == [str(count)] * 2
    assert not list(directory.glob(".new-*"))


def test_fork_while_threads_write(directory: Path) -> None:
    done = run_python(
        """
        import os, sys, threading, time
        from memofp._store import Hit, open_store
        store = open_store(sys.argv[1])
        def save(n): return store.save(n.to_bytes(16, "big"), "x" * (n % 5000), function="f", version="0"*32, duration_s=1.0)
        running = True
        def work(k):
            n = k * 1000000
            while running:
                save(n); store.load(n.to_bytes(16, "big")); n += 1
        threads = [threading.Thread(target=work, args=(k,), daemon=True) for k in range(1, 5)]
        [t.start() for t in threads]
        bad = 0
        for n in range(40):
            pid = os.fork()
            if pid == 0:
                ok = save(n) and isinstance(store.load(n.to_bytes(16, "big")), Hit)
                with store.compute_once(b"k" * 16): pass
                os._exit(0 if ok else 1)
            limit = time.monotonic() + 20
            while True:
                done, status = os.waitpid(pid, os.WNOHANG)
                if done: break
                if time.monotonic() > limit:
                    os.kill(pid, 9); os.waitpid(pid, 0); status = 99; break
                time.sleep(0.002)
            bad += status != 0
        running = False
        [t.join(10) for t in threads]
        assert all(isinstance(store.load(n.to_bytes(16, "big")), Hit) for n in range(40))
        assert store.verify().is_sound
        print("bad", bad)
        """,
        directory,
    )
    assert done.stdout.split() == ["bad", "0"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools_share_a_store(directory: Path, tmp_path: Path, method: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        """
import multiprocessing, sys
from memofp._store import Hit, open_store
store = open_store(sys.argv[1])
def work(n):
    key = (n % 10).to_bytes(16, "big")
    found = store.load(key)
    if not isinstance(found, Hit):
        store.save(key, "v" * (n % 10), function="f", version="0" * 32, duration_s=1.0)
    return isinstance(found, Hit) and len(found.value) != n % 10
if __name__ == "__main__":
    store.save(b"x" * 16, 1, function="f", version="0" * 32, duration_s=1.0)
    with multiprocessing.get_context(sys.argv[2]).Pool(3) as pool:
        assert not any(pool.map(work, range(200), chunksize=5))
    assert store.stats("f")[0] == 11
"""
    )
    run_file(program, directory, method)


WRITER = """
import sys
from memofp._store import open_store
store = open_store(sys.argv[1])
n = 0
while True:
    n += 1
    store.save((n % 50).to_bytes(16, "big"), bytes([n % 50]) * (200_000 if n % 3 else 100), function="f", version="0" * 32, duration_s=1.0)
    if n == 20:
        print("going", flush=True)
"""


def test_killed_writers_leave_a_sound_store(directory: Path) -> None:
    for round_ in range(6):
        writer = start_python(WRITER, directory)
        writer.await_line("going")
        time.sleep(0.01 + 0.013 * round_)
        writer.kill()
        writer.wait(5)
        store = open_store(directory)
        for number in range(50):
            found = store.load(key_of(number))
            if isinstance(found, Hit):
                assert found.value in (bytes([number]) * 200_000, bytes([number]) * 100)
        assert put(store, key_of(99), round_)
        store.close()
    pruned = store.prune(young_s=0)
    assert pruned.expired == pruned.evicted == 0
    named = {e.key for e in store.entries()}
    rows = sqlite3.connect(directory / "cache.db")
    (files,) = rows.execute("SELECT COUNT(*) FROM Cache WHERE filename IS NOT NULL").fetchone()
    rows.close()
    assert len(value_files(directory)) == files
    assert len(named) == store.stats("f")[0] + 1
    assert store.verify().is_sound


def test_young_orphans_are_left_alone(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), big())
    orphan = directory / "ab" / "cd" / ("0" * 28 + ".val")
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"x" * 1000)
    stranger = directory / "notes.txt"
    stranger.write_text("mine")
    assert store.prune().orphans == 0
    assert orphan.exists()
    pruned = store.prune(young_s=-1)
    assert pruned.orphans == 1
    assert pruned.freed_bytes == 1000
    assert not orphan.exists()
    assert stranger.exists()
    assert value_of(store, key_of(1)) == big()


def test_orphans_are_swept_once_a_day(store: ResultStore, directory: Path) -> None:
    import os

    put(store, key_of(1), 1)
    orphan = directory / "ab" / "cd" / ("0" * 28 + ".val")
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"x")
    old = time.time() - 2 * 86400
    os.utime(orphan, (old, old))
    os.utime(directory / "swept", (old, old))
    other = open_store(directory, max_entries=1000)
    put(other, key_of(2), 2)
    assert not orphan.exists()


def test_interrupts_leave_no_transaction_and_no_lock(directory: Path) -> None:
    """A small storm; the long one is among the slow tests."""
    done = run_python(
        """
        import os, signal, sys, threading, time
        from memofp._store import Hit, open_store
        store = open_store(sys.argv[1])
        store.save(b"0" * 16, 0, function="f", version="0"*32, duration_s=1.0)
        running = True
        ready = threading.Event()  # an interrupt inside Thread.start() would be nobody's fault here
        def shoot():
            ready.wait()
            while running:
                time.sleep(0.0007)
                if running: os.kill(os.getpid(), signal.SIGINT)
        shooter = threading.Thread(target=shoot); shooter.start()
        hits = seen = 0
        n = 0
        while seen < 400:
            try:
                ready.set()
                while True:
                    n += 1
                    key = (n % 60).to_bytes(16, "big")
                    with store.compute_once(key):
                        store.save(key, "x" * (n % 60) if n % 60 % 2 else b"y" * 100_000, function="f", version="0"*32, duration_s=1.0)
                    found = store.load(key)
                    hits += isinstance(found, Hit)
            except KeyboardInterrupt:
                seen += 1
        while running:
            try:
                running = False
            except KeyboardInterrupt:
                pass
        try:
            shooter.join()
        except KeyboardInterrupt:
            shooter.join()
        start = time.monotonic()
        for n in range(60):
            key = n.to_bytes(16, "big")
            with store.compute_once(key):
                assert store.save(key, n, function="f", version="0"*32, duration_s=1.0)
            assert store.load(key).value == n
        assert time.monotonic() - start < 5
        verdict = store.verify()
        assert verdict.is_sound, verdict
        print("fine", hits > 0)
        """,
        directory,
    )
    assert done.stdout.split() == ["fine", "True"]
    store = open_store(directory)
    assert value_of(store, key_of(7)) == 7


def test_stopped_writer_stops_nobody(directory: Path) -> None:
    writer = start_python(WRITER, directory)
    writer.await_line("going")
    try:
        store = open_store(directory)
        for _ in range(5):
            writer.send_signal(signal.SIGSTOP)
            start = time.monotonic()
            for number in range(5):
                found = store.load(key_of(number))
                assert isinstance(found, (Hit, Miss))
            assert time.monotonic() - start < 2
            writer.send_signal(signal.SIGCONT)
            time.sleep(0.02)
    finally:
        writer.kill()
        writer.wait(5)
