"""What a store knows for people: why an entry is not served, what was removed, what was accepted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from memofp._errors import StoreError
from memofp._store import ResultStore, open_store
from memofp._store import _gone as gone
from memofp._store._accepted import Acceptance

NAME, OLD, NEW = "m.f", "0" * 32, "1" * 32
KEYS = [bytes([number]) * 16 for number in range(8)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResultStore:
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    return open_store(tmp_path / "cache")


def save(store: ResultStore, key: bytes, **options: object) -> None:
    assert store.save(key, "value", function=NAME, version=OLD, duration_s=1.0, **options)  # type: ignore[arg-type]


def test_an_entry_is_examined_without_a_hit(store: ResultStore) -> None:
    save(store, KEYS[0])
    assert store.records.examine(KEYS[0]) is None
    absent = store.records.examine(KEYS[1])
    assert absent is not None
    assert absent.reason == "absent"
    (entry,) = store.entries(NAME)
    assert entry.uses == 0


def test_an_expired_entry_is_told_from_one_that_never_was(store: ResultStore) -> None:
    save(store, KEYS[0], ttl_s=0.01)
    time.sleep(0.05)
    found = store.records.examine(KEYS[0])
    assert found is not None
    assert found.reason == "expired"
    store.prune()
    departure = store.records.departure(KEYS[0])
    assert departure is not None
    assert departure.why == "expired"
    assert abs(departure.when - time.time()) < 60
    assert store.records.departure(KEYS[1]) is None


def test_an_entry_under_another_signing_key_is_foreign(
    store: ResultStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, KEYS[0])
    store.close()
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "another key")
    found = store.records.examine(KEYS[0])
    assert found is not None
    assert found.reason == "foreign"


def test_eviction_forgetting_and_clearing_are_remembered(tmp_path: Path, store: ResultStore) -> None:
    for key in KEYS:
        save(store, key)
    store.forget(KEYS[0])
    assert store.records.departure(KEYS[0]) == ("forgotten", pytest.approx(time.time(), abs=60))
    open_store(tmp_path / "cache", max_entries=4).prune()
    whys = [departure.why for key in KEYS if (departure := store.records.departure(key)) is not None]
    assert whys.count("evicted") >= 3
    assert store.records.clearing(NAME, OLD) is None
    store.clear(NAME)
    clearing = store.records.clearing(NAME, OLD)
    assert clearing is not None
    assert clearing.why == "cleared"


def test_the_memory_of_removals_is_bounded(store: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gone, "_MOST", 10)
    for number in range(40):
        key = number.to_bytes(8, "big") * 2
        save(store, key)
        store.forget(key)
    assert store.records.departure(key) is not None
    assert store.records.departure((0).to_bytes(8, "big") * 2) is None
    assert (Path(store.where) / gone.GONE_NAME).stat().st_size <= 11 * 17


def test_nonsense_in_the_memory_of_removals_is_ignored(store: ResultStore) -> None:
    save(store, KEYS[0])
    (Path(store.where) / gone.GONE_NAME).write_bytes(b"nonsense" * 99)
    assert store.records.departure(KEYS[0]) is None


def test_acceptances_are_kept_listed_and_withdrawn(store: ResultStore) -> None:
    acceptance = Acceptance(NAME, NEW, OLD, time.time(), ("func:m.g at m.py:3",))
    assert store.records.acceptances(NAME) == {}
    store.records.accept(acceptance)
    assert store.records.acceptances(NAME) == {NEW: acceptance}
    assert store.records.acceptances("m.other") == {}
    assert store.records.withdraw(NAME, OLD) is None
    assert store.records.withdraw(NAME, NEW) == acceptance
    assert store.records.acceptances(NAME) == {}


def test_an_acceptance_by_a_stranger_does_not_count(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.records.accept(Acceptance(NAME, NEW, OLD, time.time()))
    store.close()
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "another key")
    assert store.records.acceptances(NAME) == {}


def test_an_acceptance_of_another_function_does_not_count(store: ResultStore) -> None:
    store.records.accept(Acceptance(NAME, NEW, OLD, time.time()))
    note = store._backend.get_note(NAME, "accepted")
    assert note is not None
    store._backend.put_note("m.other", "accepted", note)
    assert store.records.acceptances("m.other") == {}


def test_an_acceptance_that_cannot_be_kept_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="file"):
        open_store(tmp_path / "file" / "cache").records.accept(Acceptance(NAME, NEW, OLD, 0.0))
