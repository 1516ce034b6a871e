"""The only importer of diskcache: it makes the database and says what a value may be."""

from __future__ import annotations

from typing import Any

import diskcache

from memofp._store._files import is_value_name
from memofp._store._protocol import BackendError

__all__ = ["BytesDisk", "lay_out"]

# Each differs from diskcache's default for a measured reason: its default limits evict
# silently, a mapped database kills the process when the file is cut, FULL vacuum moves pages
# on every delete.
_SETTINGS = {
    "statistics": 0,
    "tag_index": 1,
    "eviction_policy": "none",
    "cull_limit": 0,
    "size_limit": 2**62,
    "sqlite_auto_vacuum": 2,  # incremental: `prune` gives pages back
    "sqlite_mmap_size": 0,
    "sqlite_journal_mode": "wal",
    "sqlite_synchronous": 0,  # while it is made in a scratch directory; 1 afterwards
}


class BytesDisk(diskcache.Disk):  # type: ignore[misc] # its base has no types
    """A diskcache disk that knows raw bytes alone.

    For whoever opens a memofp directory with diskcache's own tools: no pickled key or value
    is read, and no file outside the directory.
    """

    def put(self, key: Any) -> Any:  # the base has no types, and checkers infer narrower ones
        """Return a bytes key as it is; refuse every other."""
        if type(key) is not bytes:
            raise BackendError("foreign-row", f"a key must be bytes, not {type(key).__name__}", damaged=True)
        return key, True

    def get(self, key: Any, raw: bool) -> bytes:
        """Return a raw bytes key; refuse a pickled one."""
        if not raw or type(key) is not bytes:
            raise BackendError("foreign-row", "a row has a pickled key", damaged=True)
        return key

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """Return raw bytes, from the row or from one of our files; refuse every other."""
        if mode not in (diskcache.core.MODE_RAW, diskcache.core.MODE_BINARY):
            raise BackendError("foreign-row", f"a row has storage mode {mode}", damaged=True)
        if filename is not None and not is_value_name(filename.replace("\\", "/")):
            raise BackendError("foreign-file", f"a row names the file {filename!r}", damaged=True)
        return super().fetch(mode, filename, value, read)


def lay_out(directory: str) -> None:
    """Let diskcache make its database in an existing directory.

    Raises:
        OSError, sqlite3.Error: if the disk does not allow it.
    """
    diskcache.Cache(directory, disk=BytesDisk, timeout=10, **_SETTINGS).close()
