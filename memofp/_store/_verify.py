"""Check every byte of a store, and repair what can be repaired."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from memofp._store import _files
from memofp._store._database import Database, translate
from memofp._store._entry import verify_entry
from memofp._store._envelope import RejectedError, Signer
from memofp._store._gone import note_rows
from memofp._store._protocol import BackendError, Record
from memofp._store._rebuild import correct_sums, rebuild
from memofp._store._schema import inspect_schema
from memofp._store._types import Finding, Verdict

if TYPE_CHECKING:
    from memofp._store._disk import DiskStore

__all__ = ["repair", "verify"]

_PAGE = 200  # rows


def verify(store: DiskStore, signer: Signer) -> Verdict:
    """Read every entry and every file; change nothing.

    Raises:
        BackendError: if there is no database that can be read at all.
    """
    try:
        if not store.place.is_ready():
            return Verdict(0)
        findings = _database_findings(store.database)
        count = 0
        for _, key, finding in _entries(store, signer):
            count += 1
            if finding is not None:
                findings.append(Finding(finding[0], key, finding[1]))
        findings += _orphans(store)
        return Verdict(count, tuple(findings))
    except (sqlite3.Error, OSError) as error:
        raise translate(error, store.place.directory) from error


def repair(store: DiskStore, signer: Signer) -> Verdict:
    """Remove what `verify` finds, keep the rest, and make a broken database anew from what can be read.

    Returns:
        What was found before the repair.

    Raises:
        BackendError: if the disk does not allow it.
    """
    try:
        if not store.place.is_ready():
            return Verdict(0)
        verdict = verify(store, signer)
        if any(finding.kind == "database" for finding in verdict.findings):
            rebuild(store.place)
        bad = [rowid for rowid, _, finding in _entries(store, signer) if _is_useless(finding)]
        note_rows(store, bad, "damaged")
        for start in range(0, len(bad), _PAGE):
            numbers = ",".join(map(str, bad[start : start + _PAGE]))
            store.database.run(f"DELETE FROM Cache WHERE rowid IN ({numbers})")
        correct_sums(store.database)
        store.after_removal(1)
        return verdict
    except (sqlite3.Error, OSError) as error:
        raise translate(error, store.place.directory) from error


def _is_useless(finding: tuple[str, str] | None) -> bool:
    """Tell whether an entry can serve nobody; one under another signing key may serve its owner."""
    return finding is not None and finding[0] != "foreign"


def _database_findings(database: Database) -> list[Finding]:
    found = []
    connection = database.lend()
    try:
        for kind, name in inspect_schema(connection).planted:
            found.append(Finding("planted", name, f"a {kind} that memofp did not make"))
        for (text,) in connection.execute("PRAGMA integrity_check(20)"):
            if text != "ok":
                found.append(Finding("database", "cache.db", text))
    except sqlite3.DatabaseError as error:
        found.append(Finding("database", "cache.db", str(error)))
    finally:
        database.take_back(connection)
    with contextlib.suppress(sqlite3.DatabaseError):
        for tag, entries, counted in database.run(
            "SELECT id, entries, (SELECT COUNT(*) FROM Cache WHERE tag = id) AS n FROM memofp_version "
            "WHERE entries <> n"
        ):
            found.append(Finding("sums", f"version {tag}", f"says {entries} entries, has {counted}"))
    return found


def _entries(store: DiskStore, signer: Signer) -> Iterator[tuple[int, str, tuple[str, str] | None]]:
    """Yield row number, key and what is wrong with it, of every row that can be read."""
    last = -(2**63)
    while True:
        select = (
            "SELECT rowid, key, raw, mode, filename, value, tag IN (SELECT id FROM memofp_version) "
            f"FROM Cache WHERE rowid > ? ORDER BY rowid LIMIT {_PAGE}"
        )
        try:
            rows = store.database.run(select, (last,))
        except sqlite3.DatabaseError:  # a broken page; what lies behind it is reached when it is rebuilt
            return
        for rowid, key, raw, mode, filename, value, has_version in rows:
            name = key.hex() if type(key) is bytes else repr(key)
            yield rowid, name, _judge(store, signer, (key, raw, mode, filename, value, has_version))
            last = rowid
        if len(rows) < _PAGE:
            return


def _judge(store: DiskStore, signer: Signer, row: tuple[object, ...]) -> tuple[str, str] | None:
    key, raw, mode, filename, value, has_version = row
    if type(key) is not bytes or raw != 1 or type(value) is not bytes or mode not in (1, 2):
        return "damaged", "the row is none of memofp's"
    if not has_version:
        return "damaged", "the row belongs to no function"
    payload = None
    try:
        if filename is not None:
            payload = _files.open_payload(store.place.directory, str(filename))
        verify_entry(signer, key, Record(value, payload, ()))
    except FileNotFoundError:
        return "missing-file", f"{filename} is missing"
    except RejectedError as error:
        return error.reason, error.detail
    except (OSError, BackendError) as error:
        return "damaged", str(error)
    finally:
        if payload is not None:
            payload.close()
    return None


def _orphans(store: DiskStore) -> list[Finding]:
    from memofp._store._collector import YOUNG_S

    before = time.time() - YOUNG_S
    try:
        named = {
            row[0] for row in store.database.run("SELECT filename FROM Cache WHERE filename IS NOT NULL")
        }
    except sqlite3.DatabaseError:  # without a list of what is named, nothing can be called an orphan
        return []
    return [
        Finding("orphan", name, f"no entry names this file of {status.st_size} bytes")
        for name, status in _files.walk(store.place.directory)
        if name not in named and status.st_mtime < before
    ]
