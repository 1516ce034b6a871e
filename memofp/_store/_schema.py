"""The database: laid out by diskcache, with two tables and a few triggers of our own.

diskcache makes it and never opens it again: its constructor would obey whatever settings a
stranger planted, and takes fifty statements.  What it makes stays a valid diskcache
directory.  Beside its tables:

- `memofp_version`: one row a function and fingerprint, with running sums kept by triggers, so
  that listing, limiting and clearing never scan the entries.  `Cache.tag` points to it.
- `memofp_note`: the manifest of a version.
- `memofp_trash`: value files that lost their row; removed at leisure, so a crash in between
  leaves no orphan.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import TYPE_CHECKING

from memofp._store._database import apart_from_forks
from memofp._store._files import open_private

if TYPE_CHECKING:
    from memofp._store._database import Connection

__all__ = ["DATABASE_NAME", "SCHEMA_ID", "create_database", "inspect_schema"]

DATABASE_NAME = "cache.db"
SCHEMA_ID = 0x6D660001  # `PRAGMA user_version`; a new schema takes a new database name as well

_template: bytes | None = None
_TABLES = """
ALTER TABLE Cache ADD COLUMN duration REAL NOT NULL DEFAULT 0;
CREATE TABLE memofp_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  function TEXT NOT NULL,
  version TEXT NOT NULL,
  created REAL NOT NULL,
  entries INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  uses INTEGER NOT NULL DEFAULT 0,
  saved REAL NOT NULL DEFAULT 0,
  last_use REAL NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX memofp_version_name ON memofp_version (function, version);
CREATE TABLE memofp_note (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE memofp_trash (filename TEXT NOT NULL);
CREATE INDEX memofp_filename ON Cache (filename) WHERE filename IS NOT NULL;
CREATE TRIGGER memofp_insert AFTER INSERT ON Cache FOR EACH ROW BEGIN
  UPDATE memofp_version SET entries = entries + 1, seconds = seconds + NEW.duration,
    bytes = bytes + NEW.size + COALESCE(length(NEW.value), 0) WHERE id = NEW.tag;
END;
CREATE TRIGGER memofp_delete AFTER DELETE ON Cache FOR EACH ROW BEGIN
  UPDATE memofp_version SET entries = entries - 1, seconds = seconds - OLD.duration,
    bytes = bytes - OLD.size - COALESCE(length(OLD.value), 0) WHERE id = OLD.tag;
  INSERT INTO memofp_trash SELECT OLD.filename WHERE OLD.filename IS NOT NULL;
END;
CREATE TRIGGER memofp_update AFTER UPDATE OF value ON Cache FOR EACH ROW BEGIN
  UPDATE memofp_version SET entries = entries - 1, seconds = seconds - OLD.duration,
    bytes = bytes - OLD.size - COALESCE(length(OLD.value), 0) WHERE id = OLD.tag;
  UPDATE memofp_version SET entries = entries + 1, seconds = seconds + NEW.duration,
    bytes = bytes + NEW.size + COALESCE(length(NEW.value), 0) WHERE id = NEW.tag;
  INSERT INTO memofp_trash SELECT OLD.filename
    WHERE OLD.filename IS NOT NULL AND OLD.filename IS NOT NEW.filename;
END;
"""
# What a stock diskcache may run on every change of its tables; everything else is planted.
_DISKCACHE_TRIGGERS = {
    "Settings_count_insert": "AFTER INSERT ON Cache FOR EACH ROW BEGIN"
    ' UPDATE Settings SET value = value + 1 WHERE key = "count"; END',
    "Settings_count_delete": "AFTER DELETE ON Cache FOR EACH ROW BEGIN"
    ' UPDATE Settings SET value = value - 1 WHERE key = "count"; END',
    "Settings_size_insert": "AFTER INSERT ON Cache FOR EACH ROW BEGIN"
    ' UPDATE Settings SET value = value + NEW.size WHERE key = "size"; END',
    "Settings_size_update": "AFTER UPDATE ON Cache FOR EACH ROW BEGIN"
    ' UPDATE Settings SET value = value + NEW.size - OLD.size WHERE key = "size"; END',
    "Settings_size_delete": "AFTER DELETE ON Cache FOR EACH ROW BEGIN"
    ' UPDATE Settings SET value = value - OLD.size WHERE key = "size"; END',
}


def _normal(sql: str) -> str:
    return " ".join(sql.split()).rstrip(";").strip()


def _expected_triggers() -> dict[str, str]:
    bodies = [text.partition("\nEND;")[0] + "\nEND" for text in _TABLES.split("\nCREATE TRIGGER ")[1:]]
    ours = {body.partition(" ")[0]: f"CREATE TRIGGER {body}" for body in bodies}
    stock = {name: f"CREATE TRIGGER {name} {body}" for name, body in _DISKCACHE_TRIGGERS.items()}
    return {name: _normal(sql) for name, sql in (*stock.items(), *ours.items())}


_TRIGGERS = _expected_triggers()
_REQUIRED = {"Cache", "Settings", "memofp_version", "memofp_note", "memofp_trash", *_TRIGGERS}


class Inspection:
    """What a database's schema says about it.

    Attributes:
        verdict: `ours`, `diskcache` (a stock cache that is not ours) or `unknown`.
        planted: triggers and views that neither memofp nor diskcache made, as (type, name).
    """

    __slots__ = ("planted", "verdict")

    def __init__(self, verdict: str, planted: list[tuple[str, str]]) -> None:
        self.verdict = verdict
        self.planted = planted


def inspect_schema(connection: Connection) -> Inspection:
    """Read the schema once and judge it."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    names = {name for _, name, _ in rows}
    virtual = any((sql or "").upper().startswith("CREATE VIRTUAL") for _, _, sql in rows)
    planted = [
        (kind, name)
        for kind, name, sql in rows
        if kind == "view" or (kind == "trigger" and _TRIGGERS.get(name) != _normal(sql or ""))
    ]
    if names >= _REQUIRED and not virtual:
        return Inspection("ours", planted)
    if {"Cache", "Settings"} <= names and not any(name.startswith("memofp") for name in names):
        return Inspection("diskcache", planted)
    return Inspection("unknown", planted)


def drop_planted(connection: Connection, planted: list[tuple[str, str]]) -> None:
    """Drop triggers and views by name, and put back those of ours that were replaced."""
    for kind, name in planted:
        quoted = name.replace('"', '""')
        connection.execute(f'DROP {kind.upper()} IF EXISTS "{quoted}"')
        if name in _TRIGGERS:
            connection.execute(_TRIGGERS[name])


def create_database(directory: str, final: str, mode: int) -> None:
    """Make an empty database and give it its name when it is complete.

    Args:
        directory: an existing directory; the caller holds the lock against a second maker.
        final: path of the database.
        mode: permission bits of the file; SQLite gives its log the same.

    Raises:
        OSError, sqlite3.Error: if the disk does not allow it; nothing is left behind.
    """
    global _template
    if _template is None:
        _template = _make_template(directory)
    path = f"{final}.new-{os.urandom(4).hex()}"
    try:
        fd = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(fd, "wb") as file:
            file.write(_template)
        for suffix in ("-wal", "-shm", "-journal"):  # an orphaned log would be replayed into the new file
            with contextlib.suppress(FileNotFoundError):
                os.unlink(final + suffix)
        os.rename(path, final)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


def _make_template(directory: str) -> bytes:
    """Return the bytes of an empty database, which diskcache makes once a process."""
    scratch = os.path.join(directory, f".new-{os.urandom(8).hex()}")
    os.mkdir(scratch, 0o700)
    try:
        os.chmod(scratch, 0o700)  # the umask may have taken the owner's bits too
        path = os.path.join(scratch, DATABASE_NAME)
        os.close(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with apart_from_forks():
            _lay_out(scratch, path)
        with open(path, "rb") as file:
            return file.read()
    finally:
        _remove_scratch(scratch)


def _lay_out(directory: str, path: str) -> None:
    """Let diskcache make its database, and add what is ours."""
    from memofp._store._diskcache import lay_out

    lay_out(directory)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA_ID}; COMMIT")
        connection.execute("UPDATE Settings SET value = 1 WHERE key = 'sqlite_synchronous'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def _remove_scratch(scratch: str) -> None:
    with contextlib.suppress(OSError):
        for name in os.listdir(scratch):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(scratch, name))
        os.rmdir(scratch)
