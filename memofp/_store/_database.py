"""Connections to one SQLite database: lent to one thread at a time, closed before a fork.

- A connection is lent, not tied to a thread: threads come and go, their connections would not.
- SQLite forbids carrying a connection, or the knowledge of its locks, into a forked child,
  and a child forked while another thread is inside SQLite inherits locked mutexes for good.
  So a fork waits for the connections on loan and closes them all; both sides open anew.
- Every write is one autocommitted statement or one script, hence one call into C.  Ctrl-C is
  delivered between bytecodes, so it cannot leave a transaction open.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from typing import Any
from urllib.parse import quote

from memofp._store._protocol import BackendError

__all__ = ["BUSY_TIMEOUT_S", "Connection", "Database", "translate"]

BUSY_TIMEOUT_S = 3.0
_FORK_PATIENCE_S = 1.0
_PRAGMAS = """
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA mmap_size = 0;
PRAGMA synchronous = NORMAL;
PRAGMA recursive_triggers = OFF;
PRAGMA journal_size_limit = 33554432;
"""
_instances: weakref.WeakSet[Database] = weakref.WeakSet()


class Connection(sqlite3.Connection):
    """A connection that closes itself quietly, and never in a process that did not open it.

    Attributes:
        identity: device and inode of the file that it was opened on.
        seen: `PRAGMA data_version` and what was derived from it, for `generation`.
    """

    identity: tuple[int, int]
    owner: int
    writable: bool

    def __del__(self) -> None:
        if getattr(self, "owner", None) == os.getpid():
            self.close()


class Database:
    """The connections of this process to one database file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._free: deque[Connection] = deque()
        self._lock = threading.Lock()
        self._all: weakref.WeakSet[Connection] = weakref.WeakSet()
        _instances.add(self)

    def lend(self) -> Connection:
        """Return a connection for the calling thread alone, until `take_back`.

        Raises:
            sqlite3.Error, OSError: if the database cannot be opened.
        """
        try:
            return self._free.pop()
        except IndexError:
            with self._lock:  # a fork in progress holds it
                return self._open()

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
            if translate(error, "").damaged:
                connection.close()  # what it has read so far cannot be trusted either
            raise
        finally:
            self.take_back(connection)
        return rows

    def run_script(self, script: str) -> None:
        """Run several statements in one call into C, as one transaction."""
        connection = self.lend()
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; COMMIT")
        finally:
            self.take_back(connection)

    def _open(self) -> Connection:
        status = os.stat(self.path)
        try:
            connection = self._connect(
                f"file:{quote(self.path)}?mode=rw", writable=os.access(self.path, os.W_OK)
            )
        except sqlite3.OperationalError:
            connection = self._open_unwritable()
        connection.identity = (status.st_dev, status.st_ino)
        self._all.add(connection)
        return connection

    def _open_unwritable(self) -> Connection:
        """Open on a read-only file system, where SQLite cannot make its shared index."""
        uri = f"file:{quote(self.path)}?mode=ro"
        try:
            return self._connect(uri, writable=False)
        except sqlite3.OperationalError:
            if os.path.exists(self.path + "-wal") and os.path.getsize(self.path + "-wal"):
                raise  # without its log the file would show an older, perhaps torn, state
            return self._connect(uri + "&immutable=1", writable=False)

    def _connect(self, uri: str, *, writable: bool) -> Connection:
        connection = sqlite3.connect(
            uri,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
            uri=True,
        )
        connection.owner = os.getpid()
        connection.writable = writable
        try:
            connection.executescript(_PRAGMAS)
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()  # reads the file for the first time
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the free connections; those on loan are closed when they come back unused."""
        while True:
            try:
                self._free.pop().close()
            except IndexError:
                return

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
        _leaked.append((self._free, list(self._all)))
        self._lock = threading.Lock()
        self._free = deque()
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


def _before_fork() -> None:
    for database in sorted(_all_databases(), key=id):
        _held.append(database)
        database._before_fork()


def _after_fork_in_parent() -> None:
    while _held:
        _held.pop()._after_fork_in_parent()


def _after_fork_in_child() -> None:
    _held.clear()
    for database in _all_databases():
        database._after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
