"""Tell all processes that something was removed: a file that grows, asked for its size at every hit.

Asking an open file for its size costs a tenth of a `stat`.  The file is not mapped: a mapped file that
somebody truncates kills the process that looks at it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from os import SEEK_END, lseek
from time import monotonic

from memofp._store._files import open_private

__all__ = ["Generation"]

_LOOK_S = 0.00003  # how long a removed or replaced directory may stay unnoticed; removing one takes longer
_LONGEST = 1 << 20  # bytes; then the file is made anew


class _Open:
    """The file while it is open; closed when nobody uses it any more.

    A number that is closed while another thread is about to ask may be another file's by then.

    Attributes:
        numbers: device, inode and the size that it had last.
    """

    __slots__ = ("fd", "numbers")

    def __init__(self, fd: int) -> None:
        self.fd = fd
        found = os.fstat(fd)
        self.numbers: tuple[int, ...] = (found.st_dev, found.st_ino, found.st_size)

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        try:  # as plain as can be: the interpreter may be ending
            close(self.fd)
        except OSError:
            return


class Generation:
    """The generation of one directory.  Threads and forked children may share it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open: _Open | None = None
        self._next_look = 0.0

    def current(self) -> tuple[int, ...]:
        """Return numbers that differ after `bump` by anyone or in a new directory; () if unknown."""
        opened = self._open
        if opened is None or monotonic() >= self._next_look:
            opened = self._look()
            if opened is None:
                return ()
        try:
            size = lseek(opened.fd, 0, SEEK_END)
        except OSError:
            return ()
        numbers = opened.numbers
        if numbers[2] != size:  # taken and given as one: another thread may have asked meanwhile
            numbers = opened.numbers = (*numbers[:2], size)
        return numbers

    def _look(self) -> _Open | None:
        """Open the file, or make sure that it is still the one in the directory."""
        opened = self._open
        try:
            found = os.stat(self._path)
            if opened is None or opened.numbers[:2] != (found.st_dev, found.st_ino):
                self.close()
                opened = self._open = _Open(os.open(self._path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)))
        except OSError:
            self.close()
            return None
        self._next_look = monotonic() + _LOOK_S
        return opened

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
        self._open = None
        self._next_look = 0.0
