"""Value files: one for each entry whose body is too big for the database.

Their names are diskcache's (`ab/cd/<28 hex>.val`), random and never used twice, so a file
that is there is complete or has no row.  Files are private whatever the umask, and are
never opened through a symbolic link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from memofp._store._protocol import BackendError

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["FilePayload", "is_value_name", "new_name", "open_payload", "remove", "write_file"]

_LEFTOVER = (  # a pattern; importing re costs a script's first hit 3 ms
    r"\.new-[0-9a-f]{16}|cache\.db\.(new-[0-9a-f]{8}|damaged-(?P<aside>[0-9]+)-[0-9a-f]{6})(-wal|-shm)?"
)
_HEX = frozenset("0123456789abcdef")
_READ_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not blocking: a planted pipe would
    _READ_FLAGS |= getattr(os, _name, 0)
_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_WEEK_S = 7 * 86400
_TRIES = 10
_STEP = 1 << 30  # bytes a system call; Linux stops at 2 GiB, macOS fails there


def is_value_name(name: str) -> bool:
    """Return whether a name is one that `new_name` may have given."""
    return (
        len(name) == 38
        and name[2] == name[5] == "/"
        and name.endswith(".val")
        and _HEX.issuperset(name[:2] + name[3:5] + name[6:34])
    )


def new_name() -> str:
    """Return a fresh relative file name."""
    name = os.urandom(16).hex()
    return f"{name[:2]}/{name[2:4]}/{name[4:]}.val"


def write_file(path: str, chunks: Iterable[Buffer], mode: int) -> tuple[int, tuple[int, ...]]:
    """Write a new file and return its size in bytes and its identity; leave nothing behind on failure.

    Raises:
        OSError: whatever the file system said.
    """
    fd = -1
    try:
        fd = _create(path, mode)
        try:
            size = 0
            for chunk in chunks:
                size += _write(fd, memoryview(chunk).cast("B"))
            identity = file_identity(os.fstat(fd))
        finally:
            os.close(fd)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise
    return size, identity


def _create(path: str, mode: int) -> int:
    for _ in range(_TRIES):
        # Whoever removes the last file of a directory removes the directory, perhaps between our two steps.
        with contextlib.suppress(FileNotFoundError):
            return open_private(path, _WRITE_FLAGS, mode)
        with contextlib.suppress(FileNotFoundError):
            make_directories(os.path.dirname(path), mode | 0o100 | ((mode & 0o070) and 0o2010))
    return open_private(path, _WRITE_FLAGS, mode)


def open_private(path: str, flags: int, mode: int) -> int:
    """Open a file for writing and give it exactly these rights, whatever the umask says."""
    fd = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), mode)
    if hasattr(os, "fchmod") and stat.S_IMODE(os.fstat(fd).st_mode) != mode:
        os.fchmod(fd, mode)
    return fd


def make_directories(path: str, mode: int) -> None:
    """Make a value file's two directories with exactly this mode."""
    for directory in (os.path.dirname(path), path):
        try:
            os.mkdir(directory, mode)
        except FileExistsError:
            continue
        if os.name == "posix":
            os.chmod(directory, mode)  # the umask may have taken the owner's bits too


def _write(fd: int, view: memoryview) -> int:
    total = view.nbytes
    while view.nbytes:
        written = os.write(fd, view[:_STEP])
        if written == 0:
            raise OSError(errno.EIO, "the file system wrote nothing")
        view = view[written:]
    return total


def file_identity(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes whenever a file's bytes may have: inode, size, mtime and ctime."""
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def remove(directory: str, name: str) -> None:
    """Remove a value file and its directories where they became empty; a missing one is fine."""
    path = os.path.join(directory, name)
    with contextlib.suppress(OSError):
        os.unlink(path)
    with contextlib.suppress(OSError):
        parent = os.path.dirname(path)
        os.rmdir(parent)
        os.rmdir(os.path.dirname(parent))


def walk(directory: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the relative name and status of every value file below a directory, and of nothing else."""
    for first in _subdirectories(directory):
        for second in _subdirectories(os.path.join(directory, first)):
            with contextlib.suppress(OSError), os.scandir(os.path.join(directory, first, second)) as items:
                for item in items:
                    name = f"{first}/{second}/{item.name}"
                    if is_value_name(name):
                        with contextlib.suppress(OSError):
                            yield name, item.stat(follow_symlinks=False)


def leftovers(directory: str, before: float) -> list[str]:
    """Return what an interrupted maker of a database left, if it is older than a time."""
    import re

    found = []
    pattern = re.compile(_LEFTOVER)
    with contextlib.suppress(OSError), os.scandir(directory) as items:
        for item in items:
            match = pattern.fullmatch(item.name)
            if match is None:
                continue
            aside = match["aside"]  # what was set aside is kept for a week, for whoever wants to look
            age_of = int(aside) + _WEEK_S if aside else item.stat(follow_symlinks=False).st_mtime
            if age_of < before:
                found += [item.name]
    return found


def remove_leftover(path: str) -> None:
    """Remove a file, or a directory that holds only files."""
    with contextlib.suppress(OSError):
        if os.path.isdir(path) and not os.path.islink(path):
            for name in os.listdir(path):
                os.unlink(os.path.join(path, name))
            os.rmdir(path)
        else:
            os.unlink(path)


def _subdirectories(directory: str) -> list[str]:
    try:
        with os.scandir(directory) as items:
            return sorted(
                i.name
                for i in items
                if len(i.name) == 2
                and set(i.name) <= set("0123456789abcdef")
                and i.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


class FilePayload:
    """A value file open for reading."""

    __slots__ = ("_fd", "_status", "size")

    def __init__(self, fd: int, status: os.stat_result) -> None:
        self._fd = fd
        self._status = status
        self.size = status.st_size

    def read_into(self, view: memoryview, offset: int) -> None:
        """Fill `view` from `offset` on."""
        while view.nbytes:
            count = _read_at(self._fd, view[:_STEP], offset)
            if count == 0:
                raise BackendError("short-file", "a value file is shorter than its entry says", damaged=True)
            view = view[count:]
            offset += count

    def read_some(self, size: int, offset: int) -> bytes:
        """Return `size` bytes from `offset` on."""
        if hasattr(os, "pread") and size <= _STEP:
            data = os.pread(self._fd, size, offset)
            if len(data) == size:
                return data
        whole = bytearray(size)
        self.read_into(memoryview(whole), offset)
        return bytes(whole)

    def read_all(self) -> bytes:
        """Return the whole file; one allocation, any size."""
        os.lseek(self._fd, 0, os.SEEK_SET)
        with open(self._fd, "rb", buffering=0, closefd=False) as file:
            return file.readall()

    def map(self) -> memoryview:
        """Return the file's bytes mapped read-only."""
        import mmap

        return memoryview(mmap.mmap(self._fd, self.size, access=mmap.ACCESS_READ))

    def identity(self) -> tuple[int, ...]:
        """Return the file's inode, size and times."""
        return file_identity(self._status)

    def close(self) -> None:
        """Close the file; views that `map` returned stay valid."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __del__(self) -> None:
        self.close()


def _read_at(fd: int, view: memoryview, offset: int) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(fd, [view], offset)
    os.lseek(fd, offset, os.SEEK_SET)  # pragma: no cover # Windows; the descriptor is this reader's own
    data = os.read(fd, view.nbytes)  # pragma: no cover
    view[: len(data)] = data  # pragma: no cover
    return len(data)  # pragma: no cover


def open_payload(directory: str, name: str) -> FilePayload:
    """Open a value file for reading.

    Raises:
        BackendError: if the name is none of ours (checked before the disk is touched), or the file is
            not a regular one.
        OSError: whatever the file system said.
    """
    if not is_value_name(name):
        raise BackendError(
            "foreign-file", f"an entry names the file {name!r}, which is none of ours", damaged=True
        )
    try:
        fd = os.open(os.path.join(directory, name), _READ_FLAGS)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise BackendError("foreign-file", f"{name} is a symbolic link", damaged=True) from None
        raise
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise BackendError("foreign-file", f"{name} is not a regular file", damaged=True)
    return FilePayload(fd, status)
