"""Connections to one SQLite database: lent to one thread at a time, closed before a fork.

- A connection is lent, not tied to a thread: threads come and go, their connections would not.
- SQLite forbids carrying a connection, or the knowledge of its locks, into a forked child,
  and a child forked while another thread is inside SQLite inherits locked mutexes for good.
  So a fork waits for the connections on loan and closes them all; both sides open anew.
  It waits as well for those that are no `Database`'s, see `apart_from_forks`.
- Every write is one autocommitted statement or one script, hence one call into C.  Ctrl-C is
  delivered between bytecodes, so it cannot leave a transaction open.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Any, cast

from memofp._store._protocol import BackendError

__all__ = ["BUSY_TIMEOUT_S", "Connection", "Database", "apart_from_forks", "translate"]

BUSY_TIMEOUT_S = 2.0
_HURRIED_TIMEOUT_S = 0.05  # after one wait in vain, for a while: the holder may be stopped for good
_HURRIED_FOR_S = 5.0
_FROZEN_FOR_S = 2.0
_FORK_PATIENCE_S = 1.0
_OWN_FORK_PATIENCE_S = 10.0  # to make a database, or to salvage one
# Nothing is forced to the disk: a process that dies loses nothing by it, and after a power
# failure every entry is judged by its own signature, and a broken database is salvaged.
_PRAGMAS = """
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA mmap_size = 0;
PRAGMA synchronous = OFF;
PRAGMA recursive_triggers = OFF;
PRAGMA journal_size_limit = 33554432;
"""
_instances: weakref.WeakSet[Database] = weakref.WeakSet()


class Connection(sqlite3.Connection):
    """A connection that closes itself quietly, and never in a process that did not open it.

    Attributes:
        owner: process that opened it.
        hurried: whether it waits for locks shortly only.
        frozen: when to look again whether the file can be opened as usual; 0 if it was.
    """

    owner: int
    hurried: bool
    frozen: float

    def __del__(self) -> None:
        if getattr(self, "owner", None) == os.getpid():
            self.close()


def _quoted(path: str) -> str:
    """Return a path as it stands in a URI; `urllib` takes longer to load than the database to open."""
    safe = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/")
    return "".join(chr(b) if b in safe else f"%{b:02X}" for b in os.fsencode(path))


class Database:
    """The connections of this process to one database file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._free: deque[Connection] = deque()
        self._cursors: deque[sqlite3.Cursor] = deque()  # of further connections that are free
        self._lock = threading.Lock()
        self._all: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._hurried_until = 0.0
        _instances.add(self)

    def lend(self) -> Connection:
        """Return a connection for the calling thread alone, until `take_back`.

        Raises:
            sqlite3.Error, OSError: if the database cannot be opened.
        """
        connection = self._free_connection()
        if connection is None:
            with self._lock:  # a fork in progress holds it
                connection = self._open()
        if connection.hurried or self._hurried_until:
            self._set_pace(connection)
        if connection.frozen and time.monotonic() > connection.frozen:
            connection.close()
            return self.lend()
        return connection

    def _free_connection(self) -> Connection | None:
        try:
            return self._free.pop()
        except IndexError:
            try:
                return cast("Connection", self._cursors.pop().connection)
            except IndexError:
                return None

    def _set_pace(self, connection: Connection) -> None:
        if self._hurried_until and time.monotonic() > self._hurried_until:
            self._hurried_until = 0.0
        connection.hurried = bool(self._hurried_until)
        wait_s = _HURRIED_TIMEOUT_S if connection.hurried else BUSY_TIMEOUT_S
        connection.execute(f"PRAGMA busy_timeout = {wait_s * 1000:.0f}").fetchall()

    def take_back(self, connection: Connection) -> None:
        """Make a connection free for others; one with an open transaction is rolled back."""
        try:
            if connection.in_transaction:
                connection.rollback()
        except sqlite3.Error:  # closed, or beyond help
            connection.close()
        else:
            self._free.append(connection)

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Run one statement and return its rows."""
        connection = self.lend()
        try:
            rows = connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._note(connection, error)
            raise
        finally:
            self.take_back(connection)
        return rows

    def find(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """Run one query and return its rows, as `run` does: every first hit of a key asks one.

        A cursor that is kept saves a tenth of it, and a query opens no transaction.
        """
        try:
            cursor = self._cursors.pop()
        except IndexError:
            cursor = self.lend().cursor()
        connection: Any = cursor.connection
        if self._hurried_until or connection.hurried or connection.frozen:
            self.take_back(connection)
            return self.run(statement, values)
        try:
            rows = cursor.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._note(connection, error)
            self.take_back(connection)
            raise
        except BaseException:
            self.take_back(connection)
            raise
        self._cursors.append(cursor)
        return rows

    def run_script(self, script: str) -> None:
        """Run several statements in one call into C, as one transaction."""
        connection = self.lend()
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; COMMIT")
        except sqlite3.DatabaseError as error:
            self._note(connection, error)
            raise
        finally:
            self.take_back(connection)

    def _note(self, connection: Connection, error: sqlite3.DatabaseError) -> None:
        """Draw the conclusions from an error: wait less next time, or trust the connection no more."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            self._hurried_until = time.monotonic() + _HURRIED_FOR_S
        elif (
            translate(error, "").damaged
            or getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY
        ):
            connection.close()  # a fresh one may be sound, or may write

    def _open(self) -> Connection:
        try:
            connection = self._connect(f"file:{_quoted(self.path)}?mode=rw")
        except sqlite3.OperationalError:
            connection = self._open_unwritable()
        self._all.add(connection)
        return connection

    def _open_unwritable(self) -> Connection:
        """Open on a read-only file system, where SQLite cannot make its shared index."""
        uri = f"file:{_quoted(self.path)}?mode=ro"
        try:
            return self._connect(uri)
        except sqlite3.OperationalError:
            if os.path.exists(self.path + "-wal") and os.path.getsize(self.path + "-wal"):
                raise  # without its log the file would show an older, perhaps torn, state
            connection = self._connect(uri + "&immutable=1")  # SQLite takes it for unchanging
            connection.frozen = time.monotonic() + _FROZEN_FOR_S
            return connection

    def _connect(self, uri: str) -> Connection:
        connection = sqlite3.connect(
            uri,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
            uri=True,
        )
        connection.owner = os.getpid()
        connection.hurried = False
        connection.frozen = 0.0
        try:
            connection.executescript(_PRAGMAS)
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()  # reads the file for the first time
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the free connections; those on loan are closed when they come back unused."""
        while (connection := self._free_connection()) is not None:
            connection.close()

    def _before_fork(self) -> None:
        self._lock.acquire(timeout=_FORK_PATIENCE_S)
        limit = time.monotonic() + _FORK_PATIENCE_S
        while True:
            self.close()
            # Gone when every connection is closed: a closed one leaves the set as it is freed.
            if not len(self._all) or time.monotonic() > limit:
                return
            time.sleep(0.0005)

    def _after_fork_in_parent(self) -> None:
        if self._lock.locked():
            self._lock.release()

    def _after_fork_in_child(self) -> None:
        # Connections that did not come back in time are leaked on purpose: even closing one
        # would speak for the parent.
        _leaked.append((self._free, self._cursors, list(self._all)))
        self._lock = threading.Lock()
        self._free = deque()
        self._cursors = deque()
        self._all = weakref.WeakSet()


_leaked: list[Any] = []


def translate(error: sqlite3.Error | OSError, where: str) -> BackendError:
    """Return the fault that an error of SQLite or of the operating system amounts to."""
    if isinstance(error, OSError):
        name = error.strerror or type(error).__name__
        return BackendError(f"os-{error.errno}", f"{name} ({where})")
    code = getattr(error, "sqlite_errorname", "") or type(error).__name__
    text = str(error)
    damaged = code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in text
    return BackendError(code.lower(), f"{text} ({where})", damaged=damaged)


def _all_databases() -> list[Database]:
    return list(_instances)


_held: list[Database] = []
_apart = threading.RLock()


@contextlib.contextmanager
def apart_from_forks() -> Iterator[None]:
    """Use SQLite without a `Database`: a fork by another thread waits for the end."""
    with _apart:
        yield


def _before_fork() -> None:
    _apart.acquire(timeout=_OWN_FORK_PATIENCE_S)
    for database in sorted(_all_databases(), key=id):
        _held.append(database)
        database._before_fork()


def _after_fork_in_parent() -> None:
    while _held:
        _held.pop()._after_fork_in_parent()
    with contextlib.suppress(RuntimeError):  # not acquired in time
        _apart.release()


def _after_fork_in_child() -> None:
    global _apart
    _apart = threading.RLock()
    _held.clear()
    for database in _all_databases():
        database._after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
