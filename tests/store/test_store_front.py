"""The front tier in memory: bounded, fresh, and empty as soon as the store has changed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from marshal import loads
from pathlib import Path

import pytest

from memofp._errors import ConfigurationError, StoreWarning
from memofp._store import Hit, Miss, ResultStore, close_all, open_store
from memofp._store._front import Front, Opened, is_immutable
from memofp._store._generation import Generation


def kept(size: int = 100, value: object = 1) -> Opened:
    return Opened(value, loads, bytes(size), 0.0, float("inf"), 1.0, ())


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_kept_result_is_found_under_the_same_generation_only() -> None:
    front = Front()
    front.put(key(1), kept(), (1,))
    assert front.get(key(1), (1,)) is not None
    assert front.get(key(2), (1,)) is None
    assert front.get(key(1), (2,)) is None
    assert front.get(key(1), (1,)) is None, "a generation that comes back must not bring back its results"
    assert front.size_bytes == 0


def test_result_read_under_an_old_generation_is_not_served_under_the_new_one() -> None:
    front = Front()
    front.get(key(1), (2,))
    front.put(key(1), kept(), (1,))
    assert front.get(key(1), (2,)) is None


def test_size_stays_within_its_bound() -> None:
    front = Front(max_bytes=100_000)
    for number in range(1000):
        front.put(key(number), kept(1000), (1,))
        assert front.size_bytes <= 100_000
    assert 30 < len(front) < 100
    assert front.size_bytes == len(front) * kept(1000).size_bytes


def test_result_that_is_hit_outlives_those_that_are_not() -> None:
    front = Front(max_bytes=20_000)
    front.put(key(0), kept(1000), (1,))
    for number in range(1, 200):
        assert front.get(key(0), (1,)) is not None
        front.put(key(number), kept(1000), (1,))
    assert front.get(key(1), (1,)) is None


def test_large_result_is_not_kept() -> None:
    front = Front(max_bytes=8000)
    front.put(key(1), kept(5000), (1,))
    assert front.get(key(1), (1,)) is None
    assert front.size_bytes == 0


def test_replaced_result_counts_once() -> None:
    front = Front()
    front.put(key(1), kept(100), (1,))
    front.put(key(1), kept(200, 2), (1,))
    found = front.get(key(1), (1,))
    assert found is not None
    assert found.value == 2
    assert front.size_bytes == kept(200).size_bytes
    front.drop(key(1))
    assert front.size_bytes == 0


def test_immutable_is_immutable_through_and_through() -> None:
    class Text(str):
        __slots__ = ("note",)

    for value in (1, "a", b"b", None, True, 1.5, (), (1, ("a", frozenset({2})))):
        assert is_immutable(value)
        assert pickle.loads(pickle.dumps(value)) == value
    for other in ([], {}, set(), (1, []), Text("a"), bytearray(), (1, (Text("a"),)), object()):
        assert not is_immutable(other)


# -- in a store ------------------------------------------------------------------------------------


@pytest.fixture
def fronted(directory: Path) -> ResultStore:
    return open_store(directory, front_bytes=1 << 20)


def save(store: ResultStore, value: object, ttl_s: float | None = None) -> None:
    assert store.save(key(1), value, function="f", version="v", duration_s=1.0, ttl_s=ttl_s)


def value_of(store: ResultStore) -> object:
    found = store.load(key(1))
    return found.value if isinstance(found, Hit) else found.reason


def blind(store: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at the disk fail, so that only memory can answer."""

    def refuse(_: bytes, __: object) -> None:
        raise AssertionError("the disk was asked")

    monkeypatch.setattr(store._backend, "get", refuse)


def test_second_hit_needs_no_disk_and_is_a_fresh_object(
    fronted: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(fronted, {"a": [1, 2]})
    first = value_of(fronted)
    blind(fronted, monkeypatch)
    second = value_of(fronted)
    assert second == first == {"a": [1, 2]}
    assert second is not first
    second["a"].append(3)  # type: ignore[index] # a dict
    assert value_of(fronted) == first


@pytest.mark.parametrize("kind", ["f8", ">f8", "i1", "?", "c16", "M8[s]", "U3", "O", "i4,f8", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_hits_on_a_small_array_are_copies_like_the_first(fronted: ResultStore, kind: str, order: str) -> None:
    numpy = pytest.importorskip("numpy")
    made = numpy.zeros((3, 4), kind, order=order)
    for array in (made, made[:, ::2], made[0, 0:0], made[0, 0:1].reshape(())):
        for is_writeable in (True, False):
            given = array.copy(order)
            given.flags.writeable = is_writeable
            save(fronted, given)
            first, *others = [value_of(fronted) for _ in range(4)]
            for other in others:
                assert not numpy.shares_memory(first, other) or not first.flags.writeable
                assert (other.dtype, other.shape, other.strides) == (first.dtype, first.shape, first.strides)
                assert other.flags.writeable == first.flags.writeable
                assert other.tobytes() == given.tobytes()
                if other.flags.writeable:
                    other[...] = 1


def test_new_result_in_its_place_is_the_one_that_is_served(fronted: ResultStore) -> None:
    save(fronted, 1)
    assert value_of(fronted) == 1
    save(fronted, 2)
    assert value_of(fronted) == 2


def test_expired_result_is_not_served_from_memory(fronted: ResultStore) -> None:
    save(fronted, 1, ttl_s=0.2)
    assert value_of(fronted) == 1
    time.sleep(0.25)
    assert value_of(fronted) == "expired"


@pytest.mark.parametrize("remove", ["clear", "forget"])
def test_removal_here_is_noticed(fronted: ResultStore, remove: str) -> None:
    save(fronted, 1)
    assert value_of(fronted) == 1
    assert fronted.clear("f") if remove == "clear" else fronted.forget(key(1))
    assert value_of(fronted) == "absent"


@pytest.mark.parametrize("remove", ["store.clear('f')", "store.forget((1).to_bytes(16, 'big'))"])
def test_removal_by_another_process_is_noticed(fronted: ResultStore, directory: Path, remove: str) -> None:
    save(fronted, 1)
    assert value_of(fronted) == value_of(fronted) == 1
    program = f"import sys; from memofp._store import open_store; store = open_store(sys.argv[1]); {remove}"
    subprocess.run([sys.executable, "-c", program, str(directory)], check=True)
    assert value_of(fronted) == "absent"


def test_removed_directory_is_noticed(fronted: ResultStore, directory: Path) -> None:
    import shutil

    save(fronted, 1)
    assert value_of(fronted) == 1
    shutil.rmtree(directory)
    assert value_of(fronted) == "absent"


def test_database_in_the_place_of_another_is_read_although_nobody_said_so(
    fronted: ResultStore, directory: Path, tmp_path: Path
) -> None:
    """A restored backup: the directory and its generation are the same, the file is another."""
    other = open_store(tmp_path / "other")
    assert other.save(key(2), "restored", function="f", version="v", duration_s=1.0)
    other.close()
    save(fronted, 1)
    assert value_of(fronted) == 1
    assert isinstance(fronted.load(key(2)), Miss)
    for suffix in ("-wal", "-shm"):
        (directory / f"cache.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "other" / "cache.db").replace(directory / "cache.db")
    found = fronted.load(key(2))
    assert isinstance(found, Hit)
    assert found.value == "restored"


def test_first_hits_look_at_the_database_once(fronted: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    save(fronted, 1)
    for number in (2, 3):
        assert fronted.save(key(number), number, function="f", version="v", duration_s=1.0)
    assert value_of(fronted) == 1
    place = fronted._backend.place  # type: ignore[attr-defined] # it is a DiskStore
    monkeypatch.setattr(place, "is_ready", lambda: pytest.fail("looked again"))
    for number in (2, 3):
        found = fronted.load(key(number))
        assert isinstance(found, Hit)
        assert found.value == number
    monkeypatch.undo()
    place.bump_generation()
    assert not place.is_settled(fronted.generation())


def test_hits_in_memory_are_counted(fronted: ResultStore) -> None:
    save(fronted, 1)
    for _ in range(5):
        value_of(fronted)
    assert fronted.functions()[0].uses == 5


def test_nothing_is_kept_when_it_is_switched_off(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(directory)  # the tests' environment says 0
    save(store, 1)
    assert value_of(store) == 1
    blind(store, monkeypatch)
    with pytest.warns(StoreWarning, match="the disk was asked"):
        assert value_of(store) == "unreadable"
    close_all()


def test_environment_that_is_no_number_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOFP_FRONT_BYTES", "64 MB")
    with pytest.raises(ConfigurationError, match="MEMOFP_FRONT_BYTES"):
        open_store(directory)


def test_generation_is_one_object_until_something_is_removed(tmp_path: Path) -> None:
    generation = Generation(str(tmp_path / "generation"))
    assert generation.current() == ()
    generation.bump(0o600)
    first = generation.current()
    assert first
    assert generation.current() is first
    generation.bump(0o600)
    second = generation.current()
    assert second != first
    assert generation.current() is second
    (tmp_path / "generation").rename(tmp_path / "other")
    time.sleep(0.001)
    assert generation.current() == ()
    generation.bump(0o600)
    assert generation.current() not in ((), first, second)


def test_file_of_the_generation_is_open_as_long_as_somebody_asks_it(tmp_path: Path) -> None:
    generation = Generation(str(tmp_path / "generation"))
    generation.bump(0o600)
    assert generation.current()
    asked = generation._open
    assert asked is not None
    number = asked.fd
    generation.close()
    assert os.fstat(number).st_size == 1
    del asked
    with pytest.raises(OSError, match="file descriptor"):
        os.fstat(number)
