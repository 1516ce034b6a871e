# ruff: noqa: PT031, E501 # one warning for several calls is what is being tested; programs are long
"""Whatever the operating system refuses: the caller goes on, is told once, and hits go on."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from store_helpers import big, key_of, open_files, put, reason_of, run_python, value_files, value_of

from memofp._errors import StoreWarning
from memofp._store import Hit, ResultStore, _files, open_store

FAULTS = [errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EROFS, errno.EACCES, errno.EDQUOT]


def test_healthy_store_warns_of_nothing(store: ResultStore) -> None:
    put(store, key_of(1), big())
    value_of(store, key_of(1))


@pytest.fixture
def said() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


@pytest.mark.parametrize("code", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["open", "write", "mkdir", "fstat"])
def test_failing_system_call_costs_no_result(
    store: ResultStore,
    directory: Path,
    said: list[warnings.WarningMessage],
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    call: str,
) -> None:
    put(store, key_of(1), big(1))
    real: Callable[..., Any] = getattr(os, call)

    def failing(*args: Any, **options: Any) -> Any:
        writes = call != "open" or args[1] & (os.O_WRONLY | os.O_RDWR)
        if writes and threading.current_thread() is threading.main_thread():
            raise OSError(code, os.strerror(code))
        return real(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        results = [put(store, key_of(number), big(number)) for number in range(2, 6)]
    assert not any(results) or call == "fstat" or call == "mkdir"
    assert len([w for w in said if issubclass(w.category, StoreWarning)]) <= 1
    assert value_of(store, key_of(1)) == big(1)
    assert len(value_files(directory)) == 1 + sum(results)
    assert put(store, key_of(9), big(9))
    assert value_of(store, key_of(9)) == big(9)


def test_full_disk_costs_no_result_and_leaves_nothing(directory: Path) -> None:
    """A limit on the size of files stands for a full disk: every write beyond it fails, SQLite's too."""
    done = run_python(
        """
        import resource, signal, sys, warnings
        from memofp._store import Hit, open_store
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = open_store(sys.argv[1])
        def put(n, value): return store.save(n.to_bytes(16, "big"), value, function="f", version="0"*32, duration_s=1.0)
        assert put(1, b"x" * 100_000)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
            big = [put(n, b"x" * 1_000_000) for n in range(10, 14)]
            small = [put(n, "x" * 1000) for n in range(100, 900)]
            hits = [isinstance(store.load(n.to_bytes(16, "big")), Hit) for n in range(100, 900)]
            assert hits == small, (sum(hits), sum(small))
            assert isinstance(store.load((1).to_bytes(16, "big")), Hit)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert put(2, b"y" * 1_000_000)
        print(any(big), any(small), all(small), len(said))
        """,
        directory,
    )
    assert done.stdout.split()[:3] == ["False", "True", "False"], done.stdout
    assert int(done.stdout.split()[3]) <= 3
    assert len(value_files(directory)) == 2


def test_no_descriptor_left(store: ResultStore) -> None:
    """EMFILE for real: everything fails, nothing is lost, all recovers."""
    put(store, key_of(1), big(1))
    store.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files() + 1, hard))
    held = []
    try:
        with pytest.warns(StoreWarning):
            try:
                while True:
                    held.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                pass
            assert reason_of(store, key_of(1)) == "unreadable"
            assert not put(store, key_of(2), big(2))
            with store.compute_once(key_of(3)):
                pass
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert value_of(store, key_of(1)) == big(1)
    assert put(store, key_of(2), big(2))


def test_nothing_leaks_descriptors(store: ResultStore) -> None:
    put(store, key_of(1), big(1))
    before = open_files()
    for number in range(50):
        put(store, key_of(number), big(number))
        value_of(store, key_of(number))
        store.load(key_of(number), mmap=True)
        reason_of(store, key_of(1000))
    assert open_files() <= before + 1


@pytest.mark.parametrize("closed", [True, False])
def test_removed_directory_is_made_again(store: ResultStore, directory: Path, closed: bool) -> None:
    put(store, key_of(1), big(1))
    before = store.generation()
    if closed:
        store.close()
    shutil.rmtree(directory)
    assert store.generation() != before
    assert reason_of(store, key_of(1)) == "absent"
    assert put(store, key_of(1), big(2))
    assert value_of(store, key_of(1)) == big(2)
    with store.compute_once(key_of(5)) as again:
        assert not again


def test_value_directory_that_is_removed_under_the_writer_is_made_again(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever removes the last file of a directory removes the directory too, at any moment."""
    put(store, key_of(1), 1)
    make, removed = _files.make_directories, []

    def make_and_lose(path: str, mode: int) -> None:
        make(path, mode)
        if len(removed) < 3:
            removed.append(path)
            os.removedirs(path)

    monkeypatch.setattr(_files, "make_directories", make_and_lose)
    assert put(store, key_of(2), big())
    assert value_of(store, key_of(2)) == big()
    assert len(removed) == 3


def test_file_in_place_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("mine")
    store = open_store(tmp_path / "cache")
    with pytest.warns(StoreWarning) as said:
        for number in range(3):
            assert reason_of(store, key_of(number)) == "unreadable"
            assert not put(store, key_of(number), 1)
            with store.compute_once(key_of(number)):
                pass
    assert len(said) <= 2
    assert (tmp_path / "cache").read_text() == "mine"
    store = open_store(tmp_path / "cache" / "below")
    with pytest.warns(StoreWarning):
        assert not put(store, key_of(1), 1)


def test_directory_that_appears_in_place_of_the_database(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), 1)
    store.close()
    (directory / "cache.db").unlink()
    (directory / "cache.db").mkdir()
    with pytest.warns(StoreWarning):
        reason_of(store, key_of(1))
        put(store, key_of(1), 1)
    value = store.load(key_of(1))
    assert not isinstance(value, Hit) or value.value == 1


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts and changes the user")


@needs_root
@pytest.mark.parametrize("closed", [True, False])
def test_unreadable_directory(closed: bool) -> None:
    """As another user, because root reads everything."""
    home = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's directories are closed to other users
    os.chown(home, 12345, 12345)
    done = run_python(
        """
        import os, shutil, sys, warnings
        from memofp._store import Hit, open_store
        warm = open_store(sys.argv[1] + "-warm")  # imports what the other user cannot
        warm.save(b"0" * 16, "x" * 50_000, function="f", version="0"*32, duration_s=1.0)
        warm.load(b"0" * 16)
        warm.close()
        os.setuid(12345)
        path, closed = sys.argv[1], sys.argv[2] == "True"
        store = open_store(path)
        def put(n): return store.save(n.to_bytes(16, "big"), "x" * n, function="f", version="0"*32, duration_s=1.0)
        def hit(n): return isinstance(store.load(n.to_bytes(16, "big")), Hit)
        assert put(1) and put(50_000) and hit(1) and hit(50_000)
        if closed: store.close()
        folder_names = [name for name in os.listdir(path) if len(name) == 2]
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            os.chmod(path, 0)
            print([put(2), put(60_000), hit(1), hit(50_000)], len(said) <= 3)
            # Folders of value files too: one time in 256 the next file goes into one that is there.
            folders = [path, *(os.path.join(path, name) for name in folder_names)]
            for folder in folders: os.chmod(folder, 0o500)
            print([put(60_000), hit(1), hit(50_000)])
            for folder in folders: os.chmod(folder, 0o700)
            print([put(2), put(60_000), hit(1), hit(50_000)])
        """,
        home / "cache",
        closed,
        environment={"XDG_STATE_HOME": str(home), "MEMOFP_SIGNING_KEY": "test"},
    )
    shutil.rmtree(home)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("[False, False, False, False] True"), lines
    assert lines[1] == "[False, True, True]", lines
    assert lines[2] == "[True, True, True, True]", lines


@needs_root
@pytest.mark.parametrize("killed", [True, False], ids=["with its log", "closed"])
def test_read_only_mount_serves_hits(
    store: ResultStore, directory: Path, tmp_path: Path, killed: bool
) -> None:
    for number in range(20):
        put(store, key_of(number), big(number))
        put(store, key_of(100 + number), number)
    if not killed:
        store.close()
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    mounted = (
        subprocess.run(["mount", "--bind", copy, copy], capture_output=True, check=False).returncode == 0
    )
    if not mounted:
        pytest.skip("cannot mount here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", copy, copy], check=True)
        reader = open_store(copy)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            for number in range(20):
                assert value_of(reader, key_of(number)) == big(number)
                assert value_of(reader, key_of(100 + number)) == number
                assert not put(reader, key_of(200 + number), number)
                assert not put(reader, key_of(200 + number), big(number))
                with reader.compute_once(key_of(number)) as again:
                    assert again
            assert reader.functions()[0].entries == 40
            reader.forget(key_of(1))
            reader.clear("pkg.f")
            reader.close()
        assert 1 <= len(said) <= 3, [str(w.message) for w in said]
    finally:
        subprocess.run(["umount", "-l", copy], check=True)


@needs_root
def test_full_file_system(tmp_path: Path) -> None:
    """ENOSPC for real, on a small memory file system."""
    point = tmp_path / "small"
    point.mkdir(mode=0o700)
    size = ["-o", "size=2m,mode=700"]
    if subprocess.run(
        ["mount", "-t", "tmpfs", *size, "tmpfs", point], capture_output=True, check=False
    ).returncode:
        pytest.skip("cannot mount here")
    try:
        store = open_store(point / "cache")
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            kept = [put(store, key_of(number), big(number)) for number in range(40)]
            kept += [put(store, key_of(100 + number), "x" * 1000) for number in range(1000)]
            for number in range(40):
                found = store.load(key_of(number))
                assert isinstance(found, Hit) == kept[number]
                assert not isinstance(found, Hit) or found.value == big(number)
            assert 5 < sum(kept[:40]) < 30
            assert store.clear("pkg.f") == sum(kept)
        assert len(said) <= 4, [str(w.message) for w in said]
        assert put(store, key_of(1), big(1))
        assert value_of(store, key_of(1)) == big(1)
        store.close()
    finally:
        subprocess.run(["umount", "-l", point], check=True)


def test_locked_database_does_not_hold_the_caller_up_for_long(
    store: ResultStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process stopped in the middle of a write: reading goes on, writing gives up, once slowly."""
    put(store, key_of(1), 1)
    other = sqlite3.connect(directory / "cache.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    import time

    with pytest.warns(StoreWarning, match="locked"):
        start = time.monotonic()
        assert [put(store, key_of(number), number) for number in range(10, 40)] == [False] * 30
        assert time.monotonic() - start < 5
    assert value_of(store, key_of(1)) == 1
    other.execute("COMMIT")
    other.close()
    assert put(store, key_of(2), 2)


def test_pinned_reader_stops_nobody(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), 1)
    other = sqlite3.connect(directory / "cache.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM Cache").fetchall()
    for number in range(300):
        assert put(store, key_of(number), "x" * 3000)
    assert value_of(store, key_of(299)) == "x" * 3000
    other.close()
    store.prune()
    assert (directory / "cache.db-wal").stat().st_size < 1 << 20


def test_warning_points_to_the_caller(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("mine")
    store = open_store(tmp_path / "cache")
    with pytest.warns(StoreWarning) as said:
        store.load(key_of(1))
    assert said[0].filename == __file__
    assert "cache" in str(said[0].message)


def test_interpreter_exits_quietly(directory: Path) -> None:
    done = run_python(
        """
        import sys, threading
        from memofp._store import open_store
        store = open_store(sys.argv[1])
        def work(n):
            store.save(n.to_bytes(16, "big"), n, function="f", version="0"*32, duration_s=1.0)
            store.load(n.to_bytes(16, "big"))
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
        """,
        directory,
        flags=["-X", "dev", "-W", "error"],
    )
    assert done.stderr == ""
    assert not (directory / "cache.db-wal").exists()
