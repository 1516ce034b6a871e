"""Tell all processes that something was removed: a file that grows, asked for its size at every hit.

Asking an open file for its size costs a tenth of a `stat`.  The file is not mapped: a mapped file that
somebody truncates kills the process that looks at it.
"""

from __future__ import annotations

import contextlib
import os
import time

from memofp._store._files import open_private

__all__ = ["Generation"]

_LOOK_S = 0.00003  # how long a removed or replaced directory may stay unnoticed; removing one takes longer
_LONGEST = 1 << 20  # bytes; then the file is made anew


class Generation:
    """The generation of one directory.  Threads and forked children may share it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._fd = -1
        self._identity = (0, 0)
        self._next_look = 0.0

    def current(self) -> tuple[int, ...]:
        """Return numbers that differ after `bump` by anyone or in a new directory; () if unknown."""
        if time.monotonic() >= self._next_look and not self._look():
            return ()
        try:
            return (*self._identity, os.lseek(self._fd, 0, os.SEEK_END))
        except OSError:
            return ()

    def _look(self) -> bool:
        """Open the file, or make sure that it is still the one in the directory."""
        try:
            found = os.stat(self._path)
            identity = (found.st_dev, found.st_ino)
            if self._fd < 0 or identity != self._identity:
                self.close()
                self._fd = os.open(self._path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
                opened = os.fstat(self._fd)
                self._identity = (opened.st_dev, opened.st_ino)
        except OSError:
            self.close()
            return False
        self._next_look = time.monotonic() + _LOOK_S
        return True

    def bump(self, mode: int) -> None:
        """Make `current` differ, in all processes: the file grows by a byte.

        Args:
            mode: permission bits of a new file.
        """
        with contextlib.suppress(OSError):
            fd = open_private(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode)
            try:
                os.write(fd, b".")
                if os.fstat(fd).st_size > _LONGEST:
                    os.unlink(self._path)
            finally:
                os.close(fd)

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        fd, self._fd = self._fd, -1
        self._next_look = 0.0
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.close(fd)
