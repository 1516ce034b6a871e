"""Every backend passes one suite, and a state machine."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from store_helpers import big, key_of, put, value_of

from memofp._store._disk import DiskStore
from memofp._store._limits import Limits
from memofp._store._memory import MemoryStore
from memofp._store._protocol import Store
from memofp._store._results import ResultStore
from memofp.testing import StoreConformance, store_machine


class TestDiskStore(StoreConformance):
    def make_store(self, directory: Path) -> Store:
        return DiskStore(str(directory))


class TestMemoryStore(StoreConformance):
    def make_store(self, directory: Path) -> Store:
        return MemoryStore()


def test_results_live_in_any_backend() -> None:
    store = ResultStore(MemoryStore(), Limits(), "memory")
    assert put(store, key_of(1), {"a": big()})
    assert value_of(store, key_of(1)) == {"a": big()}
    assert value_of(store, key_of(1), mmap=True) == {"a": big()}
    with store.compute_once(key_of(2)) as again:
        assert not again
    assert store.functions()[0].uses == 2
    store.close()


@pytest.fixture(scope="module")
def place() -> Path:
    return Path(tempfile.mkdtemp())


def test_memory_store_against_a_dict() -> None:
    machine = store_machine(MemoryStore)
    machine.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
    machine.TestCase().runTest()


def test_disk_store_against_a_dict(place: Path) -> None:
    count = 0

    def make() -> Store:
        nonlocal count
        count += 1
        return DiskStore(str(place / str(count)))

    def reopen(old: Store) -> Store:
        """Copy the directory with its log, as a killed process leaves it."""
        nonlocal count
        count += 1
        assert isinstance(old, DiskStore)
        if Path(old.place.directory).exists():
            shutil.copytree(old.place.directory, place / str(count))
        old.close()
        return DiskStore(str(place / str(count)))

    machine = store_machine(make, reopen)
    machine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
    machine.TestCase().runTest()
    shutil.rmtree(place)
