"""Load, save, forget, clear and list."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from store_helpers import VERSION, big, key_of, put, reason_of, value_files, value_of

from memofp._errors import ConfigurationError, StoreError, UnstorableResultWarning
from memofp._manifest import Dependency, Manifest
from memofp._store import Hit, ResultStore, open_existing, open_store


def test_saved_value_is_loaded_with_what_was_said_about_it(store: ResultStore) -> None:
    before = time.time()
    assert put(store, key_of(1), {"a": [1, 2]}, duration_s=2.5, arguments="x=1", ttl_s=60)
    hit = store.load(key_of(1))
    assert isinstance(hit, Hit)
    assert hit.value == {"a": [1, 2]}
    assert hit.duration_s == 2.5
    info = hit.info
    assert (info.key, info.function, info.version, info.arguments) == (key_of(1), "pkg.f", VERSION, "x=1")
    assert before <= info.created <= time.time()
    assert info.expires == pytest.approx(info.created + 60)
    assert info.uses == 1
    assert info.codec == "plain"


def test_absent_key_is_a_miss_and_touches_no_disk(store: ResultStore, directory: Path) -> None:
    assert reason_of(store, key_of(1)) == "absent"
    assert not store.contains(key_of(1))
    assert not store.forget(key_of(1))
    assert store.clear("pkg.f") == 0
    assert store.functions() == []
    assert not directory.exists()


def test_none_is_a_result_like_any_other(store: ResultStore) -> None:
    put(store, key_of(1), None)
    assert isinstance(store.load(key_of(1)), Hit)
    assert value_of(store, key_of(1)) is None


@pytest.mark.parametrize("value", [[1, [2]], {"a": {"b": 1}}, bytearray(big())])
def test_every_hit_is_a_fresh_object(store: ResultStore, value: object) -> None:
    put(store, key_of(1), value)
    first, second = value_of(store, key_of(1)), value_of(store, key_of(1))
    assert first == second == value
    assert first is not second
    first.clear()  # type: ignore[attr-defined]
    assert value_of(store, key_of(1)) == value


def test_second_save_replaces_the_first_and_its_file(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), big(1))
    put(store, key_of(1), big(2))
    assert value_of(store, key_of(1)) == big(2)
    assert len(value_files(directory)) == 1
    put(store, key_of(1), 3)
    assert store.forget(key_of(1))
    assert value_files(directory) == []
    assert store.stats("pkg.f") == (0, 0)


def test_entry_expires_when_its_time_is_over(store: ResultStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, key_of(1), 1, ttl_s=100)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 99)
    assert value_of(store, key_of(1)) == 1
    monkeypatch.setattr(time, "time", lambda: now + 101)
    assert reason_of(store, key_of(1)) == "expired"
    assert not store.contains(key_of(1))


def test_contains_and_forget(store: ResultStore) -> None:
    put(store, key_of(1), 1)
    assert store.contains(key_of(1))
    assert store.forget(key_of(1))
    assert not store.contains(key_of(1))
    assert not store.forget(key_of(1))


def test_clear_removes_one_function_or_version_and_nothing_else(store: ResultStore, directory: Path) -> None:
    other = "f" * 32
    for number in range(4):
        put(store, key_of(number), big(number))
        put(store, key_of(10 + number), number, version=other)
        put(store, key_of(20 + number), number, function="pkg.g")
    assert store.clear("pkg.f", other) == 4
    assert value_of(store, key_of(1)) == big(1)
    assert store.clear("pkg.f") == 4
    assert value_files(directory) == []
    assert value_of(store, key_of(21)) == 1
    assert [f.function for f in store.functions()] == ["pkg.g"]


def test_summaries_add_up(store: ResultStore) -> None:
    for number in range(3):
        put(store, key_of(number), "x" * number, duration_s=number)
    put(store, key_of(9), big(), version="f" * 32, duration_s=5.0)
    for _ in range(4):
        value_of(store, key_of(2))
    (summary,) = store.functions()
    assert (summary.function, summary.versions, summary.entries, summary.uses) == ("pkg.f", 2, 4, 4)
    assert summary.duration_s == pytest.approx(2.0)
    assert summary.saved_s == pytest.approx(8.0)
    assert (summary.entries, summary.size_bytes) == store.stats("pkg.f")
    assert summary.size_bytes == sum(e.size_bytes for e in store.entries("pkg.f"))
    versions = store.versions("pkg.f")
    assert {v.version: v.entries for v in versions} == {VERSION: 3, "f" * 32: 1}
    assert {e.key for e in store.entries("pkg.f", VERSION)} == {key_of(n) for n in range(3)}
    assert {e.key: e.uses for e in store.entries()}[key_of(2)] == 4


def test_manifest_is_kept_once_a_version(store: ResultStore) -> None:
    manifest = Manifest((Dependency("self", "pkg.f", "a" * 32, source="def f(): ..."),))
    put(store, key_of(1), 1)
    store.save_manifest("pkg.f", VERSION, manifest)
    assert store.load_manifest("pkg.f", VERSION) == manifest
    assert store.load_manifest("pkg.f", "f" * 32) is None


def test_one_store_for_each_directory(directory: Path) -> None:
    assert open_store(directory) is open_store(str(directory) + "/")
    assert open_store(directory) is not open_store(directory, max_entries=3)


@pytest.mark.parametrize("limits", [{"max_bytes": -1}, {"max_age_s": "1"}, {"trusted_dirs": "x"}])
def test_limits_are_checked(directory: Path, limits: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        open_store(directory, **limits)


def test_store_lives_on_after_close(store: ResultStore) -> None:
    put(store, key_of(1), 1)
    store.close()
    assert value_of(store, key_of(1)) == 1


def test_open_existing_says_what_is_wrong(tmp_path: Path, store: ResultStore, directory: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_existing(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="is empty"):
        open_existing(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is not a directory"):
        open_existing(tmp_path / "file")
    (tmp_path / "empty" / "x").write_text("x")
    with pytest.raises(StoreError, match="not a memofp cache"):
        open_existing(tmp_path / "empty")
    put(store, key_of(1), 1)
    assert open_existing(directory) is store


def test_directory_is_private_and_marked(store: ResultStore, directory: Path) -> None:
    old = os.umask(0)
    try:
        put(store, key_of(1), big())
        put(store, key_of(2), 2)
    finally:
        os.umask(old)
    assert (
        (directory / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
    )
    assert "*" in (directory / ".gitignore").read_text().splitlines()
    for path in (directory, *directory.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_generation_changes_when_something_is_removed(store: ResultStore) -> None:
    put(store, key_of(1), 1)
    first = store.generation()
    put(store, key_of(2), 2)
    assert store.generation() == first
    store.forget(key_of(1))
    assert store.generation() != first


def test_generator_is_not_consumed(store: ResultStore) -> None:
    numbers = (n for n in range(3))
    with pytest.warns(UnstorableResultWarning, match="result is a generator"):
        assert not put(store, key_of(1), numbers)
    assert list(numbers) == [0, 1, 2]
