"""The directory of a disk store and its database: found, judged, made, set aside.

Nothing here is remembered for longer than it is true: the database file's identity is looked
at before every use (one `stat`), so a directory that was removed, replaced or refilled is
noticed by the next call.  For a hit it is enough that the generation is the one that it was
looked at under: asking for that has just looked at the directory.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

from memofp._store._database import Database, translate
from memofp._store._directory import check_directory, make_directory, mark_directory
from memofp._store._generation import Generation
from memofp._store._protocol import BackendError
from memofp._store._schema import DATABASE_NAME, create_database, drop_planted, inspect_schema
from memofp._store._warn import warn_once

if TYPE_CHECKING:
    from memofp._store._flight import Flights

__all__ = ["Place"]

_GENERATION = "generation"
_PATIENCE_S = 10.0
_instances: weakref.WeakSet[Place] = weakref.WeakSet()


class Place:
    """One cache directory, as this process sees it.

    Attributes:
        directory: absolute path.
        path: of the database in it.
        mode: permission bits for new files, once the directory was judged.
        tags: numbers of versions, by function and version; empty for a new database.
    """

    def __init__(self, directory: str, trusted: tuple[str, ...] = ()) -> None:
        self.directory = directory
        self.path = os.path.join(directory, DATABASE_NAME)
        self.database = Database(self.path)
        self._flights: Flights | None = None
        self.mode = 0o600
        self.tags: dict[tuple[str, str], int] = {}
        self._trusted = trusted
        self._identity: tuple[int, int] | None = None
        self._settled: tuple[int, ...] = ()  # the generation when the database last was the known one
        self._lock = threading.RLock()
        self.generation = Generation(os.path.join(directory, _GENERATION))
        _instances.add(self)

    @property
    def flights(self) -> Flights:
        """Return what agrees who computes a key; no hit needs it."""
        if self._flights is None:
            from memofp._store._flight import Flights

            with self._lock:  # two of them would not know of each other's flights
                if self._flights is None:
                    self._flights = Flights(self.directory)
        return self._flights

    def is_ready(self, *, create: bool = False) -> bool:
        """Return whether there is a database to use; make it if `create`.

        Raises:
            BackendError: if the directory or its database is refused.
            sqlite3.Error, OSError: whatever else stands in the way.
        """
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            if not create:
                with self._lock:
                    if not os.path.exists(self.path):  # nobody has made it since we looked
                        self.forget_identity()
                with contextlib.suppress(FileNotFoundError):
                    check_directory(self.directory, self._trusted)
                return False
        else:
            if self._identity == (status.st_dev, status.st_ino):
                return True
        return self._prepare(create)

    def is_settled(self, generation: tuple[int, ...]) -> bool:
        """Return whether the database was the one that was judged when this generation began, or later.

        Whoever makes or replaces a database bumps the generation.  Somebody may still have removed the one
        file alone, so not to find an entry says nothing before `is_known`.
        """
        return generation == self._settled and self._identity is not None and bool(generation)

    def settle(self, generation: tuple[int, ...]) -> bool:
        """Return whether there is a database to use, and remember the generation for which that was so."""
        if not self.is_ready():
            return False
        self._settled = generation
        return True

    def is_known(self) -> bool:
        """Return whether the database is the one that was judged."""
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            return False
        return self._identity == (status.st_dev, status.st_ino)

    def forget_identity(self) -> None:
        """Close the database and look at everything again before the next use."""
        self._identity = None
        self._settled = ()
        self.database.close()
        self.tags.clear()

    def _prepare(self, create: bool) -> bool:
        with self._lock:
            if self.is_known():  # another thread was faster; forgetting its work would send all round again
                return True
            self.forget_identity()
            if create:
                self._make_directory()
            self.mode = check_directory(self.directory, self._trusted)
            for _ in range(3):
                if not os.path.exists(self.path):
                    if not create:
                        return False
                    self._create()
                if self._inspect():
                    status = os.stat(self.path)
                    self._identity = (status.st_dev, status.st_ino)
                    return True
            raise BackendError("no-database", f"{self.path} cannot be made")

    def _make_directory(self) -> None:
        if make_directory(self.directory) or not os.listdir(self.directory):
            mark_directory(self.directory, check_directory(self.directory, self._trusted))

    def _create(self) -> None:
        with self.exclusively("create", _PATIENCE_S) as is_alone:
            if not is_alone:
                raise BackendError(
                    "locked", f"another process has been making {self.path} for {_PATIENCE_S} s"
                )
            if not os.path.exists(self.path):
                create_database(self.directory, self.path, self.mode)
                self.bump_generation()

    @contextlib.contextmanager
    def exclusively(self, what: str, patience_s: float = 0.0) -> Iterator[bool]:
        """Hold one of the reserved locks; give False where another holds it for longer than the patience.

        Without a lock file (a file system that cannot be written, or has no locks) it gives True.
        """
        limit = time.monotonic() + patience_s
        if not self._lock.acquire(timeout=max(patience_s, 0.001)):
            yield False
            return
        try:
            from memofp._store._locks import RESERVED

            file = self.flights.lock_file()
            while file is not None and not file.try_lock(RESERVED[what]):
                if time.monotonic() >= limit:
                    yield False
                    return
                time.sleep(0.002)
            try:
                yield True
            finally:
                if file is not None:
                    file.unlock(RESERVED[what])
        finally:
            self._lock.release()

    def _inspect(self) -> bool:
        """Judge the database; set a broken one aside and return False, refuse a stranger's."""
        try:
            connection = self.database.lend()
        except sqlite3.DatabaseError as error:
            if not translate(error, self.path).damaged:
                raise
            self.set_aside(str(error))
            return False
        try:
            found = inspect_schema(connection)
            if found.verdict == "ours" and found.planted:
                names = ", ".join(name for _, name in found.planted)
                warn_once(
                    f"planted:{self.directory}", f"memofp removed foreign code from {self.path}: {names}"
                )
                drop_planted(connection, found.planted)
        finally:
            self.database.take_back(connection)
        if found.verdict == "diskcache":
            raise BackendError(
                f"foreign:{self.directory}",
                f"{self.directory} holds a diskcache of something else; give memofp a directory of its own",
            )
        if found.verdict == "unknown":
            self.set_aside("it is not a memofp database")
        return found.verdict == "ours"

    def set_aside(self, why: str) -> None:
        """Rename a database that cannot be used, with its log, so that a new one can be made."""
        self.forget_identity()
        stamp = f".damaged-{int(time.time())}-{os.urandom(3).hex()}"
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(self.path + suffix, self.path + stamp + suffix)
        warn_once(
            f"damaged:{self.directory}",
            f"the database {self.path} cannot be read ({why}); it was set aside as {DATABASE_NAME}{stamp}, "
            f"and what it held is computed again",
        )

    def bump_generation(self) -> None:
        """Tell all processes that something is gone."""
        self.generation.bump(self.mode)

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        self.generation.close()
        self.forget_identity()

    def reset_after_fork(self) -> None:
        """Forget a lock that another thread of the parent may hold."""
        self._lock = threading.RLock()
        self._identity = None
        self._settled = ()


def _after_fork() -> None:
    for place in list(_instances):
        place.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
