"""Keep entries in a directory: small ones in the database, big bodies in files beside it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from memofp._store import _files, _listing
from memofp._store._database import translate
from memofp._store._place import Place
from memofp._store._protocol import BackendError, Draft, Meta, Record, Row, Use

if TYPE_CHECKING:
    from memofp._store._envelope import Signer
    from memofp._store._flight import Flights
    from memofp._store._limits import Limits
    from memofp._store._types import FunctionSummary, Pruned, Verdict, VersionSummary

__all__ = ["DiskStore"]

T = TypeVar("T")

_MODE_RAW, _MODE_BINARY = 1, 2  # diskcache's names for "in the row" and "in a file"
_GET = "SELECT rowid, tag, mode, filename, value FROM Cache WHERE key = ? AND raw = 1"
_HAS = "SELECT 1 FROM Cache WHERE key = ? AND raw = 1 AND (expire_time IS NULL OR expire_time > ?)"
_PUT = """
INSERT INTO Cache (key, raw, store_time, expire_time, access_time, access_count, tag, size, mode,
  filename, value, duration) VALUES (?, 1, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key, raw) DO UPDATE SET store_time = excluded.store_time, expire_time = excluded.expire_time,
  access_time = excluded.access_time, access_count = 0, tag = excluded.tag, size = excluded.size,
  mode = excluded.mode, filename = excluded.filename, value = excluded.value, duration = excluded.duration
"""
_FIND_VERSION = "SELECT id FROM memofp_version WHERE function = ? AND version = ?"
_ADD_VERSION = "INSERT OR IGNORE INTO memofp_version (function, version, created) VALUES (?, ?, ?)"
_BATCH = 500  # rows a statement when deleting; short statements let other writers in between


class DiskStore:
    """The backend over diskcache's layout; implements `Store`.

    Touches no disk before the first use.
    """

    def __init__(self, directory: str, trusted: tuple[str, ...] = ()) -> None:
        self.place = Place(directory, trusted)
        self.database = self.place.database
        self.generation = self.place.generation.current

    @property
    def flights(self) -> Flights:
        """Return what agrees who computes a key."""
        return self.place.flights

    # -- reading -----------------------------------------------------------------------------

    def get(self, key: bytes, generation: tuple[int, ...] = ()) -> Record | None:
        """Return what is kept under a key, or None."""
        place = self.place
        try:
            for _ in range(3):
                looks = not place.is_settled(generation)
                if looks and not place.settle(generation):
                    return None
                rows = self.database.find(_GET, (key,))
                if not rows:
                    if looks or place.is_known():
                        return None
                    generation = ()
                    continue
                rowid, tag, mode, filename, value = rows[0]
                token = (rowid, tag if type(tag) is int else 0)
                if type(value) is bytes and mode == _MODE_RAW and filename is None:
                    return Record(value, None, token)
                if type(value) is not bytes or mode != _MODE_BINARY or type(filename) is not str:
                    raise BackendError("foreign-row", f"a row has storage mode {mode!r}", damaged=True)
                with contextlib.suppress(FileNotFoundError):  # replaced or removed between the two looks
                    return Record(value, _files.open_payload(place.directory, filename), token)
            raise BackendError("missing-file", "the file of an entry is missing", damaged=True)
        except (sqlite3.Error, OSError) as error:
            raise translate(error, place.path) from error

    def contains(self, key: bytes) -> bool:
        """Return whether there is an entry under a key that has not expired."""
        return self._asked(False, lambda: bool(self.database.run(_HAS, (key, time.time()))))

    # -- writing -----------------------------------------------------------------------------

    def put(self, key: bytes, draft: Draft, meta: Meta) -> None:
        """Keep an entry: first the file, whole, then the row that names it."""
        try:
            try:
                self._put(key, draft, meta)
            except sqlite3.DatabaseError as error:
                if translate(error, "").damaged:
                    self._recover()
                elif getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_READONLY:
                    raise
                self._put(key, draft, meta)  # on a fresh connection, which may write by now
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self.place.directory) from error

    def _put(self, key: bytes, draft: Draft, meta: Meta) -> None:
        place = self.place
        place.is_ready(create=True)
        name: str | None = None
        size = 0
        identity: tuple[int, ...] = ()
        try:
            if not draft.inline:
                name = _files.new_name()
                path = os.path.join(place.directory, name)
                size, identity = _files.write_file(path, draft.chunks(), place.mode)
            head = draft.head(identity)
            tag = place.tags.get((meta.function, meta.version)) or self._tag(meta)
            mode = _MODE_RAW if name is None else _MODE_BINARY
            columns = (meta.created, meta.expires, meta.created, tag, size, mode, name, head, meta.duration_s)
            self.database.run(_PUT, (key, *columns))
        except BaseException:  # Ctrl-C included: a file without a row is never left behind knowingly
            self._drop_file(name)
            raise
        if name is not None:
            self._empty_trash()

    def _drop_file(self, name: str | None) -> None:
        """Remove the file of an entry that got no row; one with a row is left alone."""
        if name is None:
            return
        with contextlib.suppress(sqlite3.Error, OSError):
            if self.database.run("SELECT 1 FROM Cache WHERE filename = ?", (name,)):
                return
        _files.remove(self.place.directory, name)

    def _tag(self, meta: Meta) -> int:
        """Return the number of a version, made on first use."""
        name = (meta.function, meta.version)
        rows = self.database.run(_FIND_VERSION, name)
        if not rows:
            self.database.run(_ADD_VERSION, (*name, meta.created))
            rows = self.database.run(_FIND_VERSION, name)
        tag = self.place.tags[name] = int(rows[0][0])
        return tag

    def _recover(self) -> None:
        """Make a damaged database anew from what can be read of it, unless another process does."""
        from memofp._store._rebuild import rebuild

        self.place.forget_identity()
        with self.place.exclusively("collect") as is_alone:
            if is_alone and self.place.is_ready(create=True):
                rebuild(self.place)

    # -- removing ----------------------------------------------------------------------------

    def delete(self, key: bytes) -> bool:
        """Remove what is kept under a key; return whether there was something."""
        return self.discard([key]) > 0

    def discard(self, keys: Iterable[bytes]) -> int:
        """Remove the entries under these keys; return how many there were."""

        def remove() -> int:
            gone = [key for key in keys if self._delete("key = ? AND raw = 1", (key,))]
            if gone:
                from memofp._store import _gone

                _gone.note(self, gone, "forgotten")
            return len(gone)

        return self._removed(remove)

    def clear(self, function: str, version: str | None = None) -> int:
        """Remove a function's entries, or one version's; return how many.

        Goes through the index of tags, a batch at a time, so other entries are never read.
        """

        def remove() -> int:
            tags = self._tags_of(function, version)
            try:
                return sum(self._clear_tag(tag) for tag in tags)
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_FULL:
                    raise
                self._make_room(tags)
                return sum(self._clear_tag(tag) for tag in tags)

        count = self._removed(remove)
        if count:
            from memofp._store import _gone

            _gone.note_clearing(self, function, version)
        return count

    def _make_room(self, tags: list[int]) -> None:
        """Remove the files of rows that are about to go: on a full disk, even removing takes room."""
        for tag in tags:
            select = "SELECT filename FROM Cache WHERE tag = ? AND filename IS NOT NULL"
            for (name,) in self.database.run(select, (tag,)):
                if _files.is_value_name(name):
                    _files.remove(self.place.directory, name)
        self.database.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _tags_of(self, function: str, version: str | None) -> list[int]:
        select = "SELECT id FROM memofp_version WHERE function = ? AND (? IS NULL OR version = ?)"
        return [row[0] for row in self.database.run(select, (function, version, version))]

    def _clear_tag(self, tag: int) -> int:
        total = 0
        while True:
            count = self._delete(f"rowid IN (SELECT rowid FROM Cache WHERE tag = ? LIMIT {_BATCH})", (tag,))
            total += count
            if count < _BATCH:
                return total

    def _delete(self, where: str, values: tuple[Any, ...]) -> int:
        connection = self.database.lend()
        try:
            return connection.execute(f"DELETE FROM Cache WHERE {where}", values).rowcount
        finally:
            self.database.take_back(connection)

    def _removed(self, remove: Callable[[], int]) -> int:
        count = self._asked(0, remove)
        self.after_removal(count)
        return count

    def after_removal(self, count: int) -> None:
        """Tell other processes that something is gone, and remove the files that lost their row."""
        if count:
            self.place.bump_generation()
            self._empty_trash()

    def _empty_trash(self) -> None:
        """Remove files that lost their row.  A fault here costs disk space only, until `prune`."""
        with contextlib.suppress(sqlite3.Error, OSError):
            rows = self.database.run("SELECT rowid, filename FROM memofp_trash LIMIT 10000")
            if not rows:
                return
            for _, name in rows:
                if _files.is_value_name(name):
                    _files.remove(self.place.directory, name)
            numbers = ",".join(str(rowid) for rowid, _ in rows)
            self.database.run(f"DELETE FROM memofp_trash WHERE rowid IN ({numbers})")

    # -- listing -----------------------------------------------------------------------------

    def scan(self, function: str | None = None, version: str | None = None) -> Iterator[Row]:
        """Yield entries page by page."""
        yield from _listing.scan(self._listed, function, version)

    def row(self, key: bytes) -> Row | None:
        """Return what is listed for the entry under a key, or None."""
        return _listing.row(self._listed, key)

    def functions(self) -> list[FunctionSummary]:
        """Return one summary a function that has entries."""
        return _listing.functions(self._listed)

    def versions(self, function: str) -> list[VersionSummary]:
        """Return one summary a version of a function that has entries."""
        return _listing.versions(self._listed, function)

    def stats(self, function: str) -> tuple[int, int]:
        """Return a function's number of entries and their size in bytes."""
        return _listing.stats(self._listed, function)

    def totals(self) -> tuple[int, int]:
        """Return the number of all entries and their size in bytes."""
        return _listing.totals(self._listed)

    def _listed(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._asked([], lambda: self.database.run(statement, values))

    def use(self, uses: Mapping[tuple[int, ...], Use]) -> None:
        """Add hits, many rows a statement."""
        self._asked(None, lambda: self.database.run_script(_listing.uses_script(uses)))

    def put_note(self, function: str, version: str, note: bytes) -> None:
        """Keep some bytes beside a version."""
        try:
            self.place.is_ready(create=True)
            tag = self._tag(Meta(function, version, time.time(), None, 0.0))
            self.database.run("INSERT OR REPLACE INTO memofp_note (id, data) VALUES (?, ?)", (tag, note))
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self.place.path) from error

    def get_note(self, function: str, version: str) -> bytes | None:
        """Return what `put_note` kept, or None."""
        rows = self._listed(f"SELECT data FROM memofp_note WHERE id = ({_FIND_VERSION})", (function, version))
        return rows[0][0] if rows and type(rows[0][0]) is bytes else None

    def _asked(self, default: T, ask: Callable[[], T]) -> T:
        """Ask the database if there is one; give the default if there is none."""
        try:
            return ask() if self.place.is_ready() else default
        except (sqlite3.Error, OSError) as error:
            raise translate(error, self.place.path) from error

    def trim(self, limits: Limits) -> None:
        """Evict what saves least, if a limit is exceeded."""
        from memofp._store._collector import trim

        self._asked(None, lambda: trim(self, limits))

    def sweep(self) -> None:
        """Remove files without a row, if nobody has in the last day."""
        from memofp._store._collector import sweep_daily

        self._asked(None, lambda: sweep_daily(self))

    def prune(self, limits: Limits, young_s: float | None = None) -> Pruned:
        """Remove what has expired, what exceeds the limits and what is left over."""
        from memofp._store._collector import YOUNG_S, prune

        return prune(self, limits, young_s=YOUNG_S if young_s is None else young_s)

    def verify(self, signer: Signer) -> Verdict:
        """Read and check every entry and file; change nothing."""
        from memofp._store._verify import verify

        return verify(self, signer)

    def repair(self, signer: Signer) -> Verdict:
        """Remove what is broken and keep the rest."""
        from memofp._store._verify import repair

        return repair(self, signer)

    def check(self) -> None:
        """Raise `BackendError` if there is no database of ours that can be used."""
        if not self._asked(False, lambda: True):
            raise BackendError("no-database", f"{self.place.directory} is not a memofp cache")

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        self.place.close()
