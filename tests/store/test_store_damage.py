"""Whatever happens to the bytes on disk: a right value or a miss, never a wrong one."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_helpers import big, key_of, put, reason_of, value_files, value_of

from memofp._errors import StoreWarning
from memofp._store import Hit, Miss, ResultStore, open_store

np = pytest.importorskip("numpy")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StoreWarning)
        yield


def edit(directory: Path, statement: str, *values: object) -> None:
    """Change the database behind the store's back."""
    connection = sqlite3.connect(directory / "cache.db")
    with connection:
        connection.execute(statement, values)
    connection.close()


def values() -> dict[int, object]:
    return {
        1: {"small": [1, 2, 3]},
        2: np.arange(50_000.0),
        3: big(7),
        4: [list(range(20_000)), "x" * 40_000],
        5: "plain",
        6: np.arange(2000.0),
    }


def fill(store: ResultStore) -> dict[int, object]:
    found = values()
    for number, value in found.items():
        put(store, key_of(number), value)
    return found


def same(one: object, other: object) -> bool:
    return bool(np.array_equal(one, other)) if isinstance(other, np.ndarray) else one == other


def check_all(store: ResultStore, expected: dict[int, object]) -> int:
    """Return how many are served; fail if one is served wrong."""
    hits = 0
    for number, value in expected.items():
        found = store.load(key_of(number))
        if isinstance(found, Hit):
            assert same(found.value, value), number
            hits += 1
        mapped = store.load(key_of(number), mmap=True)
        assert isinstance(mapped, Miss) or same(mapped.value, value), number
    return hits


def test_flipped_bit_in_a_value_file_is_a_miss(store: ResultStore, directory: Path) -> None:
    expected = fill(store)
    rng = random.Random(1)
    for path in value_files(directory):
        data = bytearray(path.read_bytes())
        for _ in range(40):
            at = rng.randrange(len(data) * 8)
            data[at // 8] ^= 1 << at % 8
            path.write_bytes(data)
            assert check_all(store, expected) == len(expected) - 1
            data[at // 8] ^= 1 << at % 8
        path.write_bytes(data)
    assert check_all(store, expected) == len(expected)


def test_flipped_bit_in_a_row_is_a_miss(store: ResultStore, directory: Path) -> None:
    expected = fill(store)
    store.close()
    connection = sqlite3.connect(directory / "cache.db")
    rng = random.Random(2)
    for number in expected:
        (row,) = connection.execute("SELECT value FROM Cache WHERE key = ?", (key_of(number),)).fetchone()
        for _ in range(25):
            bad = bytearray(row)
            at = rng.randrange(len(bad) * 8)
            bad[at // 8] ^= 1 << at % 8
            with connection:
                connection.execute("UPDATE Cache SET value = ? WHERE key = ?", (bytes(bad), key_of(number)))
            assert isinstance(store.load(key_of(number)), Miss), at
            assert isinstance(store.load(key_of(number), mmap=True), Miss), at
        with connection:
            connection.execute("UPDATE Cache SET value = ? WHERE key = ?", (row, key_of(number)))
    connection.close()
    assert check_all(store, expected) == len(expected)


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data + b"x",
        lambda data: data[:4096] + bytes(4096) + data[8192:],
        lambda data: bytes(len(data)),
        lambda data: os.urandom(len(data)),
    ],
    ids=["cut", "empty", "longer", "zeroed page", "zeroed", "garbage"],
)
def test_changed_file_is_a_miss(store: ResultStore, directory: Path, harm: Callable[[bytes], bytes]) -> None:
    expected = fill(store)
    files = value_files(directory)
    for path in files:
        path.write_bytes(harm(path.read_bytes()))
    assert check_all(store, expected) == len(expected) - len(files)
    for number, value in expected.items():
        if isinstance(store.load(key_of(number)), Miss):
            assert put(store, key_of(number), value)
    assert check_all(store, expected) == len(expected)
    assert len(value_files(directory)) == len(files)


def test_removed_file_is_a_miss_and_is_stored_again(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), big())
    shutil.rmtree(value_files(directory)[0].parent.parent)
    assert reason_of(store, key_of(1)) == "damaged"
    put(store, key_of(1), big())
    assert value_of(store, key_of(1)) == big()


def test_swapped_files_are_misses(store: ResultStore, directory: Path) -> None:
    for number in (1, 2):
        put(store, key_of(number), np.full(20_000, number))
    one, two = value_files(directory)
    data = one.read_bytes(), two.read_bytes()
    one.write_bytes(data[1])
    two.write_bytes(data[0])
    assert [reason_of(store, key_of(number)) for number in (1, 2)] == ["damaged", "damaged"]
    os.rename(one, directory / "x")
    os.rename(two, one)
    os.rename(directory / "x", two)
    assert [value_of(store, key_of(number)).max() for number in (1, 2)] == [1, 2]


def test_swapped_rows_are_misses(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), "one")
    put(store, key_of(2), "two")
    edit(directory, "UPDATE Cache SET key = ? WHERE key = ?", key_of(3), key_of(1))
    edit(directory, "UPDATE Cache SET key = ? WHERE key = ?", key_of(1), key_of(2))
    assert reason_of(store, key_of(1)) == "damaged"
    assert reason_of(store, key_of(3)) == "damaged"


def test_old_row_put_back_does_not_outlive_its_time(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), "short", ttl_s=0.05)
    time.sleep(0.06)
    edit(directory, "UPDATE Cache SET expire_time = NULL, store_time = store_time + 1000")
    assert reason_of(store, key_of(1)) == "expired"


def test_row_without_its_file_is_a_miss(store: ResultStore, directory: Path) -> None:
    """Power loss: the row was committed, the file's blocks were not."""
    put(store, key_of(1), big())
    value_files(directory)[0].write_bytes(b"")
    assert reason_of(store, key_of(1)) == "damaged"


@pytest.mark.parametrize("garbage", [b"garbage" * 10_000, b"", b"\0" * 8192], ids=["text", "empty", "zeros"])
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
def test_garbage_database_is_set_aside(
    store: ResultStore, directory: Path, garbage: bytes, closed: bool, replaced: bool
) -> None:
    expected = fill(store)
    if closed:
        store.close()
    path = directory / "cache.db"
    if replaced:
        (directory / "new").write_bytes(garbage)
        os.replace(directory / "new", path)
    else:
        path.write_bytes(garbage)
    check_all(store, expected)
    for number, value in expected.items():
        put(store, key_of(number), value)
    assert check_all(store, expected) == len(expected)
    store.close()
    assert check_all(store, expected) == len(expected)


def test_broken_pages_cost_their_own_entries_only(store: ResultStore, directory: Path) -> None:
    count = 400
    for number in range(count):
        put(store, key_of(number), [number, "x" * 2000])
    store.close()
    path = directory / "cache.db"
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    for page in random.Random(3).sample(range(pages // 2, pages), 6):
        data[page * 4096 : page * 4096 + 4096] = os.urandom(4096)
    path.write_bytes(data)

    def served() -> int:
        found = [store.load(key_of(number)) for number in range(count)]
        assert all(isinstance(f, Miss) or f.value == [n, "x" * 2000] for n, f in enumerate(found))
        return sum(isinstance(f, Hit) for f in found)

    assert served() > count / 2
    for number in range(count):
        if isinstance(store.load(key_of(number)), Miss):
            assert put(store, key_of(number), [number, "x" * 2000])
    assert served() == count
    store.close()
    assert served() == count


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
@pytest.mark.parametrize("harm", ["garbage", "cut", "gone", "flipped"])
def test_damaged_log_is_survived(
    store: ResultStore, directory: Path, tmp_path: Path, suffix: str, harm: str
) -> None:
    expected = fill(store)
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)  # with the log that a killed process would leave
    path = copy / f"cache.db{suffix}"
    data = bytearray(path.read_bytes())
    if harm == "garbage":
        path.write_bytes(os.urandom(len(data)))
    elif harm == "cut":
        path.write_bytes(data[: len(data) * 2 // 3])
    elif harm == "gone":
        path.unlink()
    else:
        for at in range(100, len(data), 5000):
            data[at] ^= 0x10
        path.write_bytes(data)
    other = open_store(copy)
    check_all(other, expected)
    for number, value in expected.items():
        put(other, key_of(number), value)
    assert check_all(other, expected) == len(expected)


def test_log_of_a_removed_database_is_not_replayed(
    store: ResultStore, directory: Path, tmp_path: Path
) -> None:
    fill(store)
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    (copy / "cache.db").unlink()
    other = open_store(copy)
    assert put(other, key_of(99), 99)
    assert value_of(other, key_of(99)) == 99
    assert other.verify().entries == 1


def test_file_cut_after_mapping_is_checked_before(store: ResultStore, directory: Path) -> None:
    """A mapped hit looks at size and times of the file, so a changed one is never mapped unseen."""
    put(store, key_of(1), np.arange(100_000))
    (path,) = value_files(directory)
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert isinstance(store.load(key_of(1), mmap=True), Miss)
    data[1000] ^= 1
    path.write_bytes(data)
    assert np.array_equal(value_of(store, key_of(1), mmap=True), np.arange(100_000))


@pytest.mark.parametrize("shift", [86_400, -86_400])
def test_clock_that_jumps_a_day(store: ResultStore, monkeypatch: pytest.MonkeyPatch, shift: int) -> None:
    now = time.time()
    put(store, key_of(1), 1)
    monkeypatch.setattr(time, "time", lambda: now + shift)
    if shift < 0:
        assert reason_of(store, key_of(1)) == "expired"  # stored in the future
    else:
        assert value_of(store, key_of(1)) == 1
    put(store, key_of(2), 2, ttl_s=10)
    assert value_of(store, key_of(2)) == 2
    monkeypatch.setattr(time, "time", lambda: now)
    assert reason_of(store, key_of(2)) == "expired"
    put(store, key_of(2), 3)
    assert value_of(store, key_of(2)) == 3
