"""Remember for a while what was removed and why, so that a later miss can be explained.

A short file of fixed records beside the database, appended to.  It is a hint for people: nothing
is decided by it, a fault in it is ignored, and it is halved when it grows too long.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from memofp._digest import digest

if TYPE_CHECKING:
    from memofp._store._disk import DiskStore

__all__ = ["GONE_NAME", "Departure", "Why", "find", "find_clearing", "note", "note_clearing", "note_rows"]

GONE_NAME = "gone"
Why = Literal["expired", "evicted", "forgotten", "damaged", "cleared"]
_WHYS: tuple[Why, ...] = ("expired", "evicted", "forgotten", "damaged", "cleared")
_RECORD = struct.Struct("<8sdB")  # front of the key, seconds since the epoch, place in _WHYS
_MOST = 60_000  # records; about one megabyte
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not blocking: a planted pipe would
    _FLAGS |= getattr(os, _name, 0)
_BATCH = 500  # rows a statement


class Departure(NamedTuple):
    """When, in seconds since the epoch, and why something was removed."""

    why: Why
    when: float


def note(store: DiskStore, keys: Iterable[bytes], why: Why) -> None:
    """Remember that the entries under some keys are about to be removed."""
    now, place = time.time(), _WHYS.index(why)
    _append(store, b"".join([_RECORD.pack(key[:8], now, place) for key in keys]))


def note_rows(store: DiskStore, rowids: list[int], why: Why) -> None:
    """Remember that the entries in some rows are about to be removed."""
    for start in range(0, len(rowids), _BATCH):
        numbers = ",".join(map(str, rowids[start : start + _BATCH]))
        rows = store.database.run(f"SELECT key FROM Cache WHERE rowid IN ({numbers})")
        note(store, (key for (key,) in rows if type(key) is bytes), why)


def note_clearing(store: DiskStore, function: str, version: str | None) -> None:
    """Remember that a function, or one version of it, is cleared."""
    note(store, [_clearing_key(function, version)], "cleared")


def find(directory: str, key: bytes) -> Departure | None:
    """Return the last removal of the entry under a key, None if none is remembered."""
    front = key[:8]
    found = None
    try:
        with open(os.path.join(directory, GONE_NAME), "rb") as file:
            data = file.read(2 * _MOST * _RECORD.size)
    except OSError:
        return None
    end = len(data) - len(data) % _RECORD.size
    for known, when, place in _RECORD.iter_unpack(data[:end]):
        if known == front and place < len(_WHYS):
            found = Departure(_WHYS[place], when)
    return found


def find_clearing(directory: str, function: str, version: str) -> Departure | None:
    """Return the last clearing of a function or of this version of it, None if none is remembered."""
    found = [find(directory, _clearing_key(function, text)) for text in (None, version)]
    return max((f for f in found if f is not None), key=lambda f: f.when, default=None)


def _clearing_key(function: str, version: str | None) -> bytes:
    return digest(f"{function}\0{version or ''}".encode("utf-8", "surrogatepass"))


def _append(store: DiskStore, data: bytes) -> None:
    if not data:
        return
    path = os.path.join(store.place.directory, GONE_NAME)
    with contextlib.suppress(OSError):
        handle = os.open(path, _FLAGS, store.place.mode)
        try:
            if os.fstat(handle).st_size == 0:
                os.chmod(path, store.place.mode)  # whatever the umask
            os.write(handle, data)
            size = os.fstat(handle).st_size
        finally:
            os.close(handle)
        if size > _MOST * _RECORD.size:
            _halve(path, store.place.mode)


def _halve(path: str, mode: int) -> None:
    """Keep the younger half.  Records that somebody appends meanwhile may be lost."""
    with open(path, "rb") as file:
        data = file.read()
    data = data[: len(data) - len(data) % _RECORD.size]
    draft = f"{path}.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.chmod(draft, mode)
        os.write(handle, data[-(_MOST // 2) * _RECORD.size :])
    finally:
        os.close(handle)
    os.replace(draft, path)
