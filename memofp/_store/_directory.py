"""Decide whether a cache directory can be trusted, and make it.

Whoever can write the directory can remove, replace and misfile entries (never forge them).
So one that others can write, that belongs to somebody else or that is a symbolic link is
refused, unless it is listed as trusted.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable

from memofp._store._files import open_private
from memofp._store._protocol import BackendError

__all__ = ["check_directory", "make_directory", "mark_directory"]

_TAG = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# This directory is a cache of memofp; see https://bford.info/cachedir/\n"
)
_IGNORE = b"# Made by memofp.\n*\n"


def check_directory(path: str, trusted: Iterable[str]) -> int:
    """Return the permission bits for files in a directory that exists.

    Args:
        path: the directory.
        trusted: directories that are used whoever owns and writes them; one that its group can
            write gets files that its group can write.

    Raises:
        BackendError: if the directory must not be used; the message says why and what to do.
        FileNotFoundError: if there is none.
    """
    status = os.lstat(path)
    is_trusted = any(_same(path, other) for other in trusted)
    if stat.S_ISLNK(status.st_mode):
        if not is_trusted:
            raise _refusal(path, "is a symbolic link")
        status = os.stat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise BackendError("not-a-directory", f"the cache directory {path} is not a directory")
    if is_trusted:
        return 0o600 | (0o060 if status.st_mode & 0o020 else 0)
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise _refusal(path, "belongs to another user")
    if os.name == "posix" and status.st_mode & 0o022:
        raise _refusal(path, "can be written by other users")
    return 0o600


def _same(path: str, other: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(os.path.expanduser(other))


def _refusal(path: str, why: str) -> BackendError:
    return BackendError(
        f"refused:{path}",
        f"the cache directory {path} {why}, so memofp does not use it; take the rights away "
        f"(chmod 700), use another directory, or list it in trusted_dirs",
    )


def make_directory(path: str) -> bool:
    """Make a private directory and its parents; return False if it was there already."""
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        os.mkdir(path, 0o700)
    except FileExistsError:
        return False
    if os.name == "posix":
        os.chmod(path, 0o700)  # the umask may have taken the owner's bits too
    return True


def mark_directory(path: str, mode: int) -> None:
    """Tell backup tools and git that this is a cache; leaves files that are there alone."""
    for name, content in (("CACHEDIR.TAG", _TAG), (".gitignore", _IGNORE)):
        with contextlib.suppress(FileExistsError):
            fd = open_private(os.path.join(path, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            try:
                os.write(fd, content)
            finally:
                os.close(fd)
