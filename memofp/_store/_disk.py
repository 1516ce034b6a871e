"""Keep entries in a directory: small ones in the database, big bodies in files beside it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from memofp._store import _files, _listing
from memofp._store._database import Connection, Database, translate
from memofp._store._directory import check_directory, make_directory, mark_directory
from memofp._store._flight import Flights
from memofp._store._locks import RESERVED
from memofp._store._protocol import BackendError, Draft, Meta, Record, Row, Use
from memofp._store._schema import DATABASE_NAME, create_database, drop_planted, inspect_schema
from memofp._store._types import FunctionSummary, VersionSummary
from memofp._store._warn import warn_once

__all__ = ["DiskStore"]

_MODE_RAW, _MODE_BINARY = 1, 2  # diskcache's names for "in the row" and "in a file"
_GENERATION = "generation"
_LONGEST_GENERATION = 1 << 20  # bytes; then the file is made anew
_GET = "SELECT rowid, tag, mode, filename, value FROM Cache WHERE key = ? AND raw = 1"
_HAS = "SELECT 1 FROM Cache WHERE key = ? AND raw = 1 AND (expire_time IS NULL OR expire_time > ?)"
_PUT = """
INSERT INTO Cache (key, raw, store_time, expire_time, access_time, access_count, tag, size, mode,
  filename, value, duration) VALUES (?, 1, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key, raw) DO UPDATE SET store_time = excluded.store_time, expire_time = excluded.expire_time,
  access_time = excluded.access_time, access_count = 0, tag = excluded.tag, size = excluded.size,
  mode = excluded.mode, filename = excluded.filename, value = excluded.value, duration = excluded.duration
"""
_BATCH = 500  # rows a statement when deleting; short statements let other writers in between


class DiskStore:
    """The backend over diskcache's layout; implements `Store`.

    Touches no disk before the first use.  Looks at the database file's identity at every use,
    so a directory that was removed or replaced is noticed at once.
    """

    def __init__(self, directory: str, trusted: tuple[str, ...] = ()) -> None:
        self.directory = directory
        self.flights: Flights | None = Flights(directory)
        self._trusted = trusted
        self._path = os.path.join(directory, DATABASE_NAME)
        self._database = Database(self._path)
        self._generation_path = os.path.join(directory, _GENERATION)
        self._lock = threading.RLock()
        self._identity: tuple[int, int] | None = None
        self._mode = 0o600
        self._tags: dict[tuple[str, str], int] = {}

    # -- reading -----------------------------------------------------------------------------

    def get(self, key: bytes) -> Record | None:
        """Return what is kept under a key, or None."""
        try:
            for _ in range(3):
                if not self._ready():
                    return None
                rows = self._database.run(_GET, (key,))
                if not rows:
                    return None
                rowid, tag, mode, filename, value = rows[0]
                if type(value) is not bytes:
                    raise BackendError("foreign-row", "a row holds no bytes", damaged=True)
                if mode == _MODE_RAW and filename is None:
                    return Record(value, None, (rowid, tag))
                if mode != _MODE_BINARY or type(filename) is not str:
                    raise BackendError("foreign-row", f"a row has storage mode {mode!r}", damaged=True)
                try:
                    return Record(value, _files.open_payload(self.directory, filename), (rowid, tag))
                except FileNotFoundError:
                    continue  # replaced or removed between the two looks
            raise BackendError("missing-file", "the file of an entry is missing", damaged=True)
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    def contains(self, key: bytes) -> bool:
        """Return whether there is an entry under a key that has not expired."""
        try:
            return self._ready() and bool(self._database.run(_HAS, (key, time.time())))
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    # -- writing -----------------------------------------------------------------------------

    def put(self, key: bytes, draft: Draft, meta: Meta) -> None:
        """Keep an entry: first the file, whole, then the row that names it."""
        name: str | None = None
        try:
            self._ready(create=True)
            size = 0
            identity: tuple[int, ...] = ()
            if not draft.inline:
                name = _files.new_name()
                path = os.path.join(self.directory, name)
                size, identity = _files.write_file(path, draft.chunks(), self._mode)
            head = draft.head(identity)
            tag = self._tag(meta.function, meta.version, meta.created)
            mode = _MODE_RAW if name is None else _MODE_BINARY
            self._database.run(
                _PUT,
                (key, meta.created, meta.expires, meta.created, tag, size, mode, name, head, meta.duration_s),
            )
        except (sqlite3.Error, OSError) as error:
            self._drop_file(name)
            raise translate(error, self.directory) from error
        except BaseException:
            self._drop_file(name)
            raise
        if name is not None:
            self._empty_trash()

    def _drop_file(self, name: str | None) -> None:
        """Remove the file of an entry that got no row; one with a row is left alone."""
        if name is None:
            return
        with contextlib.suppress(sqlite3.Error, OSError):
            if self._database.run("SELECT 1 FROM Cache WHERE filename = ?", (name,)):
                return
        _files.remove(self.directory, name)

    def _tag(self, function: str, version: str, now: float) -> int:
        """Return the number of a version, made on first use."""
        tag = self._tags.get((function, version))
        if tag is None:
            select = "SELECT id FROM memofp_version WHERE function = ? AND version = ?"
            rows = self._database.run(select, (function, version))
            if not rows:
                self._database.run(
                    "INSERT OR IGNORE INTO memofp_version (function, version, created) VALUES (?, ?, ?)",
                    (function, version, now),
                )
                rows = self._database.run(select, (function, version))
            tag = self._tags[function, version] = int(rows[0][0])
        return tag

    # -- removing ----------------------------------------------------------------------------

    def delete(self, key: bytes) -> bool:
        """Remove what is kept under a key; return whether there was something."""
        return self.discard([key]) > 0

    def discard(self, keys: Iterable[bytes]) -> int:
        """Remove the entries under these keys; return how many there were."""
        try:
            if not self._ready():
                return 0
            count = sum(self._delete("key = ? AND raw = 1", (key,)) for key in keys)
            self._after_removal(count)
            return count
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    def clear(self, function: str, version: str | None = None) -> int:
        """Remove a function's entries, or one version's; return how many.

        Goes through the index of tags, a batch at a time, so other entries are never read.
        """
        try:
            if not self._ready():
                return 0
            count = sum(self._clear_tag(tag) for tag in self._tags_of(function, version))
            self._after_removal(count)
            return count
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    def _tags_of(self, function: str, version: str | None) -> list[int]:
        select = "SELECT id FROM memofp_version WHERE function = ? AND (? IS NULL OR version = ?)"
        return [row[0] for row in self._database.run(select, (function, version, version))]

    def _clear_tag(self, tag: int) -> int:
        select = f"rowid IN (SELECT rowid FROM Cache WHERE tag = ? LIMIT {_BATCH})"
        total = 0
        while True:
            count = self._delete(select, (tag,))
            total += count
            if count < _BATCH:
                return total

    def _delete(self, where: str, values: tuple[Any, ...]) -> int:
        connection = self._database.lend()
        try:
            return connection.execute(f"DELETE FROM Cache WHERE {where}", values).rowcount
        finally:
            self._database.take_back(connection)

    def _after_removal(self, count: int) -> None:
        if count:
            self.bump_generation()
            self._empty_trash()

    def _empty_trash(self) -> None:
        """Remove files that lost their row.  A fault here costs disk space only, until `prune`."""
        with contextlib.suppress(sqlite3.Error, OSError):
            rows = self._database.run("SELECT rowid, filename FROM memofp_trash LIMIT 10000")
            if not rows:
                return
            for _, name in rows:
                if _files.NAME_PATTERN.fullmatch(name):
                    _files.remove(self.directory, name)
            numbers = ",".join(str(rowid) for rowid, _ in rows)
            self._database.run(f"DELETE FROM memofp_trash WHERE rowid IN ({numbers})")

    # -- listing -----------------------------------------------------------------------------

    def scan(self, function: str | None = None, version: str | None = None) -> Iterator[Row]:
        """Yield entries page by page."""
        return _listing.scan(self._listing_database(), function, version)

    def row(self, key: bytes) -> Row | None:
        """Return what is listed for the entry under a key, or None."""
        return _listing.row(self._listing_database(), key)

    def functions(self) -> list[FunctionSummary]:
        """Return one summary a function that has entries."""
        return _listing.functions(self._listing_database())

    def versions(self, function: str) -> list[VersionSummary]:
        """Return one summary a version of a function that has entries."""
        return _listing.versions(self._listing_database(), function)

    def stats(self, function: str) -> tuple[int, int]:
        """Return a function's number of entries and their size in bytes."""
        return _listing.stats(self._listing_database(), function)

    def totals(self) -> tuple[int, int]:
        """Return the number of all entries and their size in bytes."""
        return _listing.totals(self._listing_database())

    def _listing_database(self) -> Database | None:
        try:
            return self._database if self._ready() else None
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    def use(self, uses: Mapping[tuple[int, ...], Use]) -> None:
        """Add hits, many rows a statement."""
        try:
            if self._ready():
                _listing.add_uses(self._database, uses)
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    def put_note(self, function: str, version: str, note: bytes) -> None:
        """Keep some bytes beside a version."""
        try:
            self._ready(create=True)
            tag = self._tag(function, version, time.time())
            self._database.run("INSERT OR REPLACE INTO memofp_note (id, data) VALUES (?, ?)", (tag, note))
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error

    def get_note(self, function: str, version: str) -> bytes | None:
        """Return what `put_note` kept, or None."""
        select = (
            "SELECT data FROM memofp_note JOIN memofp_version USING (id) WHERE function = ? AND version = ?"
        )
        try:
            rows = self._database.run(select, (function, version)) if self._ready() else []
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self._path) from error
        return rows[0][0] if rows and type(rows[0][0]) is bytes else None

    # -- the directory -----------------------------------------------------------------------

    def generation(self) -> tuple[int, ...]:
        """Return numbers that differ after a clear, a delete, an eviction or a new directory: one stat."""
        try:
            status = os.stat(self._generation_path)
        except OSError:
            return ()
        return (status.st_ino, status.st_size)

    def bump_generation(self) -> None:
        """Make `generation` differ, in all processes."""
        with contextlib.suppress(OSError):
            fd = os.open(self._generation_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, self._mode)
            try:
                os.write(fd, b".")
                if os.fstat(fd).st_size > _LONGEST_GENERATION:
                    os.unlink(self._generation_path)
            finally:
                os.close(fd)

    def _ready(self, *, create: bool = False) -> bool:
        """Return whether there is a database to use; make it if `create`."""
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            self._database.close()
            self._identity = None
            if not create:
                self._check_missing()
                return False
        else:
            if self._identity == (status.st_dev, status.st_ino):
                return True
        return self._prepare(create)

    def _check_missing(self) -> None:
        """Say so if the directory is there and cannot be used; a directory that is not there is fine."""
        with contextlib.suppress(FileNotFoundError):
            check_directory(self.directory, self._trusted)

    def _prepare(self, create: bool) -> bool:
        with self._lock:
            self._database.close()
            self._tags.clear()
            if create:
                self._create_directory()
            self._mode = check_directory(self.directory, self._trusted)
            for _ in range(3):
                if not os.path.exists(self._path) and not self._create(create):
                    return False
                if self._inspect():
                    status = os.stat(self._path)
                    self._identity = (status.st_dev, status.st_ino)
                    return True
            raise BackendError("no-database", f"{self._path} cannot be made")

    def _create_directory(self) -> None:
        if make_directory(self.directory) or not os.listdir(self.directory):
            mode = check_directory(self.directory, self._trusted)
            mark_directory(self.directory, mode)

    def _create(self, create: bool) -> bool:
        if not create:
            return False
        file = self.flights.lock_file() if self.flights is not None else None
        with self._exclusively(file, RESERVED["create"]):
            if not os.path.exists(self._path):
                create_database(self.directory, self._mode)
                self.bump_generation()
        return True

    @contextlib.contextmanager
    def _exclusively(self, file: Any, offset: int) -> Iterator[None]:
        limit = time.monotonic() + 10
        while file is not None and not file.try_lock(offset):
            if time.monotonic() > limit:
                raise BackendError("locked", f"another process has been making {self._path} for 10 s")
            time.sleep(0.002)
        try:
            yield
        finally:
            if file is not None:
                file.unlock(offset)

    def _inspect(self) -> bool:
        """Judge the database; set a broken one aside and return False, refuse a stranger's."""
        try:
            connection: Connection = self._database.lend()
        except sqlite3.DatabaseError as error:
            if not translate(error, self._path).damaged:
                raise
            self._set_aside(str(error))
            return False
        try:
            found = inspect_schema(connection)
            if found.verdict == "ours" and found.planted and connection.writable:
                names = ", ".join(name for _, name in found.planted)
                warn_once(
                    f"planted:{self.directory}", f"removed foreign database code from {self._path}: {names}"
                )
                drop_planted(connection, found.planted)
        finally:
            self._database.take_back(connection)
        if found.verdict == "diskcache":
            raise BackendError(
                f"foreign:{self.directory}",
                f"{self.directory} holds a diskcache of something else; give memofp a directory of its own",
            )
        if found.verdict == "unknown":
            self._set_aside("it is not a memofp database")
        return found.verdict == "ours"

    def _set_aside(self, why: str) -> None:
        """Rename a database that cannot be used, with its log, so that a new one can be made."""
        self._database.close()
        stamp = f".damaged-{int(time.time())}-{os.urandom(3).hex()}"
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(self._path + suffix, self._path + stamp + suffix)
        warn_once(
            f"damaged:{self.directory}",
            f"the database {self._path} cannot be read ({why}); it was set aside as {DATABASE_NAME}{stamp}",
        )

    def check(self) -> None:
        """Raise `BackendError` if there is no database of ours that can be used."""
        if self._listing_database() is None:
            raise BackendError("no-database", f"{self.directory} is not a memofp cache")

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        self._database.close()
        self._identity = None
