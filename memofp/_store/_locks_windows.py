"""Kernel locks on bytes of one file, for Windows.

Windows locks are mandatory, so the locked bytes lie far beyond the end of the file, where
nobody reads.  They die with the process that holds them.
"""

from __future__ import annotations

import os
import sys

__all__ = ["LockFile", "is_stopped"]

assert sys.platform == "win32"  # tells type checkers which platform this module is for

import msvcrt  # noqa: E402 # exists on this platform only


class LockFile:
    """Locks on single bytes of one file."""

    def __init__(self, path: str, mode: int = 0o600) -> None:
        """Open or make the file.

        Raises:
            OSError: if the file cannot be opened for writing.
        """
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_BINARY | os.O_NOINHERIT, mode)

    @property
    def is_gone(self) -> bool:
        """Whether the file was removed: not while it is open, on this platform."""
        return False

    def try_lock(self, offset: int) -> bool:
        """Lock one byte; return False if another process holds it."""
        os.lseek(self._fd, offset, os.SEEK_SET)
        try:
            msvcrt.locking(self._fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(self, offset: int) -> None:
        """Unlock one byte; fine if it is not locked."""
        os.lseek(self._fd, offset, os.SEEK_SET)
        try:
            msvcrt.locking(self._fd, msvcrt.LK_UNLCK, 1)
        except OSError:
            return

    def holder(self, offset: int) -> int | None:  # noqa: ARG002 # as on other platforms
        """Return 0: the system does not tell the holder's process."""
        return 0

    def close(self) -> None:
        """Close the file and with it drop all locks."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def is_stopped(pid: int) -> bool:  # noqa: ARG001 # as on other platforms
    """Return False: the system does not tell."""
    return False
