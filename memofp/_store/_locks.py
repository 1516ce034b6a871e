"""Choose the platform's locks on bytes of a file."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from memofp._store._locks_windows import LockFile, is_stopped
else:
    from memofp._store._locks_posix import LockFile, is_stopped

__all__ = ["LOCK_NAME", "RESERVED", "LockFile", "is_stopped", "offset_of"]

LOCK_NAME = "locks"
RESERVED = {"create": 0, "collect": 1}  # offsets below those of keys


def offset_of(key: bytes) -> int:
    """Return the byte that stands for a key, clear of the reserved ones and below 2**62."""
    return 1024 + (int.from_bytes(key[:8], "little") >> 3)
