# ruff: noqa: E501, PT031 # programs are long; one warning for several calls is what is being tested
"""The long versions of what tests/store injects once."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from store_helpers import key_of, put, run_python, start_python, value_files

from memofp._store import Hit, Miss, close_all, open_store

pytestmark = pytest.mark.slow

SAVE = """
import os, signal, sys, threading, time
from memofp._store import Hit, open_store
store = open_store(sys.argv[1])
def value(n): return "x" * n if n % 3 else bytes([n]) * 120_000
def save(n): return store.save(n.to_bytes(16, "big"), value(n), function="f", version="0" * 32, duration_s=1.0)
def check(n):
    found = store.load(n.to_bytes(16, "big"))
    assert not isinstance(found, Hit) or found.value == value(n), n
    return isinstance(found, Hit)
"""


def test_storm_of_interrupts(tmp_path: Path) -> None:
    """5,000 times Ctrl-C; another process goes on all the while."""
    program = (
        SAVE
        + """
running, seen, n = True, 0, 0
ready = threading.Event()  # an interrupt inside Thread.start() would be nobody's fault here
def shoot():
    ready.wait()
    while running:
        time.sleep(0.0005)
        if running: os.kill(os.getpid(), signal.SIGINT)
save(1)
shooter = threading.Thread(target=shoot); shooter.start()
while seen < 5000:
    try:
        ready.set()
        while True:
            n += 1
            with store.compute_once((n % 50).to_bytes(16, "big")):
                save(n % 50)
            check(n % 50)
    except KeyboardInterrupt:
        seen += 1
while running:
    try: running = False
    except KeyboardInterrupt: pass
while shooter.is_alive():
    try: shooter.join()
    except KeyboardInterrupt: pass
start = time.monotonic()
for n in range(50):
    with store.compute_once(n.to_bytes(16, "big")): assert save(n)
    assert check(n)
assert time.monotonic() - start < 10
assert store.verify().is_sound
print("fine", seen)
"""
    )
    other = start_python(
        SAVE
        + """
import warnings
warnings.simplefilter("error")
n = 0
while True:
    n += 1
    assert save(100 + n % 50)
    assert check(100 + n % 50)
    if n == 1: print("going", flush=True)
""",
        tmp_path / "cache",
    )
    try:
        other.await_line("going")
        done = run_python(program, tmp_path / "cache", timeout_s=300)
        assert done.stdout.split() == ["fine", "5000"]
        assert other.poll() is None, "the other process failed"
    finally:
        other.kill()
        other.wait(5)


def test_many_killed_writers(tmp_path: Path) -> None:
    rng = random.Random(1)
    store = open_store(tmp_path / "cache")
    program = (
        SAVE + "n = 0\nwhile True:\n    n += 1\n    save(n % 60)\n    n == 5 and print('going', flush=True)\n"
    )
    for _ in range(60):
        writers = [start_python(program, tmp_path / "cache") for _ in range(2)]
        for writer in writers:
            writer.await_line("going")
        time.sleep(rng.random() * 0.1)
        for writer in writers:
            writer.kill()
            writer.wait(5)
        for number in range(60):
            found = store.load(key_of(number))
            expected = "x" * number if number % 3 else bytes([number]) * 120_000
            assert isinstance(found, Miss) or found.value == expected
        assert put(store, key_of(999), 1)
    store.prune(young_s=0)
    assert store.verify().is_sound
    assert len(value_files(tmp_path / "cache")) <= 20
    close_all()


def test_many_forks_while_threads_write(tmp_path: Path) -> None:
    done = run_python(
        SAVE
        + """
running = True
def work(k):
    n = k
    while running:
        save(1000 * k + n % 200); n += 1
threads = [threading.Thread(target=work, args=(k,), daemon=True) for k in range(1, 5)]
[t.start() for t in threads]
bad = 0
for n in range(250):
    pid = os.fork()
    if pid == 0:
        os._exit(0 if save(n % 100) and check(n % 100) else 1)
    limit = time.monotonic() + 30
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done: break
        if time.monotonic() > limit:
            os.kill(pid, 9); os.waitpid(pid, 0); status = 99; break
        time.sleep(0.001)
    bad += status != 0
running = False
[t.join(20) for t in threads]
print("bad", bad, store.verify().is_sound)
""".replace("bytes([n])", "bytes([n % 256])"),
        tmp_path / "cache",
        timeout_s=400,
    )
    assert done.stdout.split() == ["bad", "0", "True"]


def test_every_one_of_many_flipped_bits_is_seen(tmp_path: Path) -> None:
    """240 one-bit flips in value files, as they were counted for diskcache alone."""
    store = open_store(tmp_path / "cache")
    values = {number: bytes([number]) * (50_000 + number) for number in range(24)}
    for number, value in values.items():
        put(store, key_of(number), value)
    rng = random.Random(4)
    with pytest.warns(UserWarning, match="damaged"):
        for path in value_files(tmp_path / "cache"):
            data = bytearray(path.read_bytes())
            for _ in range(10):
                at = rng.randrange(len(data) * 8)
                data[at // 8] ^= 1 << at % 8
                path.write_bytes(data)
                found = {number: store.load(key_of(number)) for number in values}
                assert sum(isinstance(f, Miss) for f in found.values()) == 1
                assert all(isinstance(f, Miss) or f.value == values[n] for n, f in found.items())
                data[at // 8] ^= 1 << at % 8
            path.write_bytes(data)
    close_all()


def test_result_of_more_than_two_gibibytes(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    if shutil.disk_usage(tmp_path).free < 8 << 30:
        pytest.skip("needs 8 GiB of disk")
    store = open_store(tmp_path / "cache")
    array = np.arange(((2 << 30) + 4096) // 8, dtype="i8")
    assert put(store, key_of(1), array)
    found = store.load(key_of(1))
    assert isinstance(found, Hit)
    assert np.array_equal(found.value, array)
    del found
    mapped = store.load(key_of(1), mmap=True)
    assert isinstance(mapped, Hit)
    assert mapped.value[-1] == array[-1]
    data = array.tobytes()
    del array, mapped
    assert put(store, key_of(2), data)
    found = store.load(key_of(2))
    assert isinstance(found, Hit)
    assert found.value == data
    store.clear("pkg.f")
    close_all()


def test_storing_and_reading_an_array_needs_no_second_copy(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    done = run_python(
        """
        import resource, sys
        import numpy as np
        from memofp._store import open_store
        store = open_store(sys.argv[1])
        store.save(b"0" * 16, np.zeros(100_000), function="f", version="0" * 32, duration_s=1.0)
        array = np.ones(1 << 27)
        def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        before = peak()
        assert store.save(b"1" * 16, array, function="f", version="0" * 32, duration_s=1.0)
        print((peak() - before) >> 20)
        del array
        value = store.load(b"1" * 16).value
        print((peak() - before) >> 20)
        """,
        tmp_path / "cache",
        timeout_s=120,
    )
    saving, loading = map(int, done.stdout.split())
    assert saving < 100, "MiB beyond the array itself"
    assert loading < 100, "MiB beyond one array"
