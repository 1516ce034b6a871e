"""Kernel locks on bytes of one file, for POSIX.

A lock dies with the process that holds it, however it dies.  POSIX record locks are used
rather than Linux's open-file-description locks, because they are everywhere, are not
inherited by a forked child, and tell the holder's process.  Their trap (closing any
descriptor of the file drops all of the process's locks) is met by one descriptor a process,
kept open.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import sys

__all__ = ["LockFile", "is_stopped"]


class LockFile:
    """Locks on single bytes of one file."""

    def __init__(self, path: str, mode: int = 0o600) -> None:
        """Open or make the file.

        Raises:
            OSError: if the file cannot be opened for writing.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(path, flags, mode)
        if os.fstat(self._fd).st_mode & 0o777 != mode:
            with contextlib.suppress(OSError):
                os.fchmod(self._fd, mode)

    @property
    def is_gone(self) -> bool:
        """Whether the file was removed, so that others lock another one."""
        return os.fstat(self._fd).st_nlink == 0

    def try_lock(self, offset: int) -> bool:
        """Lock one byte; return False if another process holds it."""
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        return True

    def unlock(self, offset: int) -> None:
        """Unlock one byte; fine if it is not locked."""
        fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, offset)

    def holder(self, offset: int) -> int | None:
        """Return the process that holds a byte, 0 if it is in another namespace, None if nobody does."""
        if sys.platform != "linux":
            return 0  # struct flock differs from system to system
        layout = "hhqqi4x"
        request = struct.pack(layout, fcntl.F_WRLCK, os.SEEK_SET, offset, 1, 0)
        kind, _, _, _, pid = struct.unpack(layout, fcntl.fcntl(self._fd, fcntl.F_GETLK, request))
        return None if kind == fcntl.F_UNLCK else pid

    def close(self) -> None:
        """Close the file and with it drop all locks."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def is_stopped(pid: int) -> bool:
    """Return whether a process is stopped (SIGSTOP, debugger); False where that cannot be told."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"T", b"t")
    except (OSError, IndexError):
        return False
