# ruff: noqa: PT031, E501 # one warning for several calls is what is being tested; programs are long
"""Nothing is unpickled that this user's key has not signed, whatever lies in the directory."""

from __future__ import annotations

import os
import pickle
import sqlite3
import stat
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_helpers import VERSION, big, key_of, put, reason_of, run_python, value_files, value_of

from memofp._errors import StoreWarning
from memofp._store import Hit, Miss, ResultStore, open_existing, open_store
from memofp._store._secret import signing_key

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX")


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return (open, (str(self.path), "w"))


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Path]:
    """Give the path that a bomb would make, and fail if one went off."""
    path = tmp_path / "boom"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StoreWarning)
        yield path
    assert not path.exists()


def edit(directory: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(directory / "cache.db")
    with connection:
        connection.execute(statement, values)
    connection.close()


INSERT = (
    "INSERT OR REPLACE INTO Cache (key, raw, store_time, access_time, tag, size, mode, filename, value) "
    "VALUES (?, ?, 0, 0, 1, 0, ?, ?, ?)"
)


@pytest.mark.parametrize("mode", [0, 1, 2, 3, 4, 99, None, "x"])
@pytest.mark.parametrize("raw", [0, 1])
def test_planted_row_is_not_unpickled(
    store: ResultStore, directory: Path, trap: Path, mode: object, raw: int
) -> None:
    put(store, key_of(1), 1)
    bomb = pickle.dumps(Bomb(trap))
    file = "ab/cd/" + "0" * 28 + ".val"
    (directory / "ab/cd").mkdir(parents=True)
    (directory / file).write_bytes(bomb)
    for number, (name, value) in enumerate(
        [(None, bomb), (file, None), (file, bomb), (None, "text"), (None, 5)]
    ):
        edit(directory, INSERT, key_of(10 + number), raw, mode, name, value)
        edit(directory, INSERT, bomb, raw, mode, name, value)
        assert isinstance(store.load(key_of(10 + number)), Miss)
        assert isinstance(store.load(key_of(10 + number), mmap=True), Miss)
        assert isinstance(store.load(bomb), Miss)
    list(store.entries())
    store.functions()
    store.verify()
    store.prune(young_s=0)
    store.repair()
    assert value_of(store, key_of(1)) == 1
    assert put(store, key_of(10), 10)
    assert value_of(store, key_of(10)) == 10


def test_planted_pickle_behind_a_real_head_is_not_unpickled(
    store: ResultStore, directory: Path, trap: Path
) -> None:
    bomb = pickle.dumps(Bomb(trap))
    put(store, key_of(1), bytearray(len(bomb)))
    put(store, key_of(2), big())
    connection = sqlite3.connect(directory / "cache.db")
    (row,) = connection.execute("SELECT value FROM Cache ORDER BY rowid").fetchone()
    connection.close()
    edit(directory, "UPDATE Cache SET value = ? WHERE key = ?", row[: -len(bomb)] + bomb, key_of(1))
    value_files(directory)[0].write_bytes(bomb)
    assert reason_of(store, key_of(1)) == "damaged"
    assert reason_of(store, key_of(2)) == "damaged"


@pytest.mark.parametrize(
    "name", ["../../victim", "/etc/hostname", "ab/cd/../../../victim", "ab/cd/x.val", "cache.db", "", "ab/cd/" + "g" * 28 + ".val"]
)  # fmt: skip
def test_foreign_file_name_is_neither_read_nor_removed(
    store: ResultStore, directory: Path, tmp_path: Path, trap: Path, name: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    put(store, key_of(1), big())
    edit(directory, "UPDATE Cache SET filename = ?", name)
    assert reason_of(store, key_of(1)) == "damaged"
    assert put(store, key_of(1), big())
    edit(directory, "UPDATE Cache SET filename = ?", name)
    edit(directory, "INSERT INTO memofp_trash VALUES (?)", name)
    assert store.forget(key_of(1))
    store.clear("pkg.f")
    store.prune(young_s=0)
    store.repair()
    assert victim.read_bytes() == b"mine"
    assert (directory / "cache.db").exists()


def test_symbolic_link_in_place_of_a_value_is_not_followed(
    store: ResultStore, directory: Path, tmp_path: Path, trap: Path
) -> None:
    put(store, key_of(1), big())
    (path,) = value_files(directory)
    os.rename(path, tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert reason_of(store, key_of(1)) == "damaged"
    path.unlink()
    os.mkfifo(path)
    alarm = threading.Timer(5, lambda: os.close(os.open(path, os.O_WRONLY)))
    alarm.start()
    assert reason_of(store, key_of(1)) == "damaged"
    alarm.cancel()


@pytest.mark.parametrize("closed", [True, False])
def test_planted_settings_change_nothing(store: ResultStore, directory: Path, closed: bool) -> None:
    put(store, key_of(1), big())
    if closed:
        store.close()
    for key, value in {
        "cull_limit": 1000,
        "size_limit": 0,
        "eviction_policy": "least-recently-used",
        "sqlite_journal_mode": "delete; DROP TABLE Cache",
        "disk_min_file_size": 0,
        "disk_pickle_protocol": "x",
        "count": -5,
    }.items():
        edit(directory, "INSERT OR REPLACE INTO Settings VALUES (?, ?)", key, value)
    for number in range(2, 30):
        assert put(store, key_of(number), number)
    assert value_of(store, key_of(1)) == big()
    assert store.functions()[0].entries == 29


@pytest.mark.parametrize(
    "body",
    [
        "CREATE TRIGGER evil AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END",
        "CREATE TRIGGER evil BEFORE INSERT ON Cache BEGIN SELECT RAISE(ABORT, 'no'); END",
        'CREATE TRIGGER "ev\'il""x" AFTER UPDATE ON Cache BEGIN DELETE FROM memofp_version; END',
        "CREATE VIEW evil AS SELECT * FROM Cache",
    ],
)
def test_planted_triggers_are_removed(store: ResultStore, directory: Path, body: str) -> None:
    put(store, key_of(1), 1)
    store.close()
    edit(directory, body)
    with pytest.warns(StoreWarning, match="removed foreign code"):
        assert value_of(store, key_of(1)) == 1
    assert put(store, key_of(2), 2)
    assert value_of(store, key_of(1)) == 1
    assert store.functions()[0].entries == 2


def test_trigger_of_ours_that_was_replaced_is_put_back(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), 1)
    store.close()
    edit(directory, "DROP TRIGGER memofp_insert")
    edit(directory, "CREATE TRIGGER memofp_insert AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END")
    with pytest.warns(StoreWarning, match="memofp_insert"):
        put(store, key_of(2), 2)
    assert store.functions()[0].entries == 2


def test_other_tables_of_a_stranger_make_no_store(directory: Path) -> None:
    """A view in place of the table: the database is set aside, not obeyed."""
    directory.mkdir(mode=0o700)
    edit(directory, "CREATE TABLE Settings (key, value)")
    edit(directory, "CREATE TABLE Cache (key BLOB, raw, value CHECK (0))")
    edit(directory, "CREATE TABLE memofp_version (id)")
    store = open_store(directory)
    with pytest.warns(StoreWarning, match="set aside"):
        assert put(store, key_of(1), 1)
    assert value_of(store, key_of(1)) == 1


def test_somebody_elses_diskcache_is_left_alone(directory: Path) -> None:
    import diskcache

    other = diskcache.Cache(str(directory))
    os.chmod(directory, 0o700)
    other["a"] = {"b": 1}
    other.close()
    store = open_store(directory)
    with pytest.warns(StoreWarning, match="directory of its own"):
        assert not put(store, key_of(1), 1)
        assert isinstance(store.load(key_of(1)), Miss)
    with pytest.raises(OSError, match="diskcache of something else"):
        open_existing(directory)
    other = diskcache.Cache(str(directory))
    assert other["a"] == {"b": 1}
    other.close()


def test_directory_stays_a_valid_diskcache(store: ResultStore, directory: Path) -> None:
    import diskcache

    from memofp._store._diskcache import BytesDisk

    for number in range(5):
        put(store, key_of(number), number)
        put(store, key_of(10 + number), big(number))
    store.close()
    cache = diskcache.Cache(str(directory), disk=BytesDisk)
    assert len(cache) == 10
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert {str(w.message).split(":")[0] for w in cache.check()} <= {"unknown file"}
    assert set(cache) == {key_of(n) for n in (0, 1, 2, 3, 4, 10, 11, 12, 13, 14)}
    assert cache[key_of(11)] == big(1)
    cache.close()
    assert value_of(store, key_of(11)) == big(1)


# -- the directory -------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722, 0o1777])
def test_directory_that_others_can_write_is_refused(directory: Path, mode: int) -> None:
    directory.mkdir()
    directory.chmod(mode)
    store = open_store(directory)
    with pytest.warns(StoreWarning, match="can be written by other users") as said:
        for number in range(3):
            assert not put(store, key_of(number), 1)
            assert isinstance(store.load(key_of(number)), Miss)
    assert len(said) == 1
    assert list(directory.iterdir()) == []
    with pytest.raises(OSError, match=r"not a memofp cache|empty"):
        open_existing(directory)
    trusting = open_store(directory, trusted_dirs=[directory])
    assert put(trusting, key_of(1), big())
    assert value_of(trusting, key_of(1)) == big()
    shared = 0o660 if mode & 0o020 else 0o600
    assert {stat.S_IMODE(p.stat().st_mode) for p in directory.rglob("*.val")} == {shared}


def test_directory_that_was_opened_to_others_is_refused_from_then_on(
    store: ResultStore, directory: Path
) -> None:
    put(store, key_of(1), 1)
    store.close()
    directory.chmod(0o777)
    with pytest.warns(StoreWarning, match="can be written by other users"):
        assert isinstance(store.load(key_of(1)), Miss)
    with pytest.raises(OSError, match="can be written by other users"):
        open_existing(directory)


def test_symbolic_link_is_refused_unless_trusted(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(real)
    store = open_store(tmp_path / "link")
    with pytest.warns(StoreWarning, match="is a symbolic link"):
        assert not put(store, key_of(1), 1)
    trusting = open_store(tmp_path / "link", trusted_dirs=[str(tmp_path / "link")])
    assert put(trusting, key_of(1), 1)
    assert value_of(trusting, key_of(1)) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a directory away")
def test_directory_of_another_user_is_refused(directory: Path) -> None:
    directory.mkdir(mode=0o700)
    os.chown(directory, 12345, 12345)
    store = open_store(directory)
    with pytest.warns(StoreWarning, match="belongs to another user"):
        assert not put(store, key_of(1), 1)


@pytest.mark.parametrize("umask", [0, 0o077, 0o777])
def test_rights_do_not_depend_on_the_umask(store: ResultStore, directory: Path, umask: int) -> None:
    old = os.umask(umask)
    try:
        for number in range(3):
            assert put(store, key_of(number), big(number))
        store.forget(key_of(1))
        store.load(key_of(0))
    finally:
        os.umask(old)
    for path in (directory, *directory.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_gitignore_is_not_put_into_a_directory_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("x = 1")
    store = open_store(tmp_path)
    assert put(store, key_of(1), 1)
    assert not (tmp_path / ".gitignore").exists()
    assert (tmp_path / "code.py").exists()


# -- the signing key -----------------------------------------------------------------------------


def test_entries_under_another_key_are_misses_and_said_once(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, key_of(1), 1)
    put(store, key_of(2), big())
    store.close()
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "ours")
    with pytest.warns(StoreWarning, match="signed") as said:
        assert reason_of(store, key_of(1)) == "foreign"
        assert reason_of(store, key_of(2)) == "foreign"
    assert len(said) == 1
    put(store, key_of(3), 3)
    assert [e.key for e in store.entries()]
    store.repair()
    store.close()
    monkeypatch.delenv("MEMOFP_SIGNING_KEY")
    assert value_of(store, key_of(1)) == 1  # repairing leaves the entries of others alone


def test_signing_key_is_made_once_and_private(signing_directory: Path, directory: Path) -> None:
    old = os.umask(0)
    try:
        first = signing_key()
    finally:
        os.umask(old)
    (path,) = signing_directory.rglob("signing.key")
    assert len(first) == 32
    assert path.read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.is_relative_to(directory)
    done = run_python("from memofp._store._secret import signing_key; print(signing_key().hex())")
    assert done.stdout.strip() == first.hex()


def test_many_processes_make_one_signing_key(tmp_path: Path) -> None:
    done = run_python(
        """
        import multiprocessing, os, sys
        from memofp._store._secret import _create, _read
        path = sys.argv[1]
        def make(n): return (_read(path) or _create(path)).hex()
        with multiprocessing.get_context("fork").Pool(8) as pool:
            print(len(set(pool.map(make, range(64), chunksize=1))))
        """,
        tmp_path / "a" / "b" / "signing.key",
    )
    assert done.stdout.strip() == "1"
    assert os.listdir(tmp_path / "a" / "b") == ["signing.key"]


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_broken_signing_key_is_set_aside(signing_directory: Path, content: bytes) -> None:
    path = signing_directory / "memofp" / "signing.key"
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.warns(StoreWarning, match="signing key"):
        assert len(signing_key()) == 32
    assert path.read_bytes() == signing_key()


def test_signing_key_that_others_can_write_is_replaced(signing_directory: Path) -> None:
    path = signing_directory / "memofp" / "signing.key"
    path.parent.mkdir()
    path.write_bytes(b"k" * 32)
    path.chmod(0o666)
    with pytest.warns(StoreWarning, match="other users"):
        assert signing_key() != b"k" * 32


def test_without_a_place_for_the_key_the_process_uses_its_own(
    signing_directory: Path, store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (signing_directory / "memofp").write_text("in the way")
    with pytest.warns(StoreWarning, match="MEMOFP_SIGNING_KEY"):
        assert put(store, key_of(1), 1)
    assert isinstance(store.load(key_of(1)), Hit)


def test_version_names_are_data(store: ResultStore) -> None:
    """Names go into statements as values, never as text."""
    name = "x'; DROP TABLE Cache; --"
    assert put(store, key_of(1), 1, function=name, version="'" + VERSION[1:])
    assert store.stats(name)[0] == 1
    assert store.clear(name) == 1
