"""Keep facts on disk, shared by processes, so that a warm start parses no source file.

One small file for each source text and Python version, named by the digest of the text: an edited file has
another name, so nothing here is ever stale.  It is written by `marshal`, as Python's own `.pyc` are, into a
folder that nobody else can write to; nothing that is read here is run.
"""

from __future__ import annotations

import os
import stat
import sys

from memofp._code._reading import read_regular
from memofp._code._tables import EMITTER_VERSION
from memofp._digest import DIGEST_SIZE, digest

__all__ = ["facts_path", "read_facts", "write_facts"]

_FORMAT = 4
_MAX_FILES = 8192  # more than any one project has; the oldest half goes when there are more
_TAG = f"{sys.implementation.cache_tag}-{sys.flags.optimize}-{_FORMAT}.{EMITTER_VERSION}"
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_folders: dict[str, bool] = {}


def facts_path(source_digest: bytes) -> str | None:
    """Return where the facts of a source text are kept; None if they are not to be kept.

    The folder is `MEMOFP_FACTS_DIR`, or `memofp/facts` in the user's cache directory; an empty variable
    switches facts on disk off.
    """
    folder = os.environ.get("MEMOFP_FACTS_DIR")
    if folder is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        folder = os.path.join(base, "memofp", "facts")
    if not folder or not _is_ready(folder):
        return None
    return os.path.join(folder, f"{source_digest.hex()}-{_TAG}.facts")


def _is_ready(folder: str) -> bool:
    """Make the folder if need be, and tell whether it is ours alone: others could plant wrong facts."""
    known = _folders.get(folder)
    if known is None:
        known = _folders[folder] = _prepare(folder)
    return known


def _prepare(folder: str) -> bool:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True  # Windows: the user's profile is the user's own
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def read_facts(path: str) -> bytes:
    """Return what is kept at a path; nothing for a file that is missing, damaged or of another format."""
    data = read_regular(path) or b""
    body = data[DIGEST_SIZE:]
    return body if data[:DIGEST_SIZE] == digest(body) else b""


def write_facts(path: str, body: bytes) -> None:
    """Put facts at a path, in the place of those that are there.  A full disk loses nothing.

    Who reads half of a new file sees that by its digest; a file that was there is replaced in one step.
    """
    data = digest(body) + body
    if _write_new(path, data) is None:
        folder = os.path.dirname(path)
        temporary = os.path.join(folder, f".facts-{os.urandom(8).hex()}")  # `tempfile` loads half of Lib
        if not _write_new(temporary, data):
            return
        try:
            os.replace(temporary, path)
        except OSError:
            _remove(temporary)
    _prune(os.path.dirname(path))


def _write_new(path: str, data: bytes) -> bool | None:
    """Write a new file and tell whether that went well; None if there is one already."""
    try:
        handle = os.open(path, _WRITE, 0o600)
    except FileExistsError:
        return None
    except OSError:
        return False
    try:
        written = os.write(handle, data)
    except OSError:
        written = -1
    finally:
        os.close(handle)
    if written != len(data):
        _remove(path)
    return written == len(data)


def _prune(folder: str) -> None:
    """Remove the oldest half when there are too many files; looked at once for every 64 names written."""
    if os.urandom(1)[0] & 0x3F:
        return
    try:
        with os.scandir(folder) as found:
            entries = [(e.stat().st_mtime, e.path) for e in found]
    except OSError:
        return  # another process prunes as well
    if len(entries) > _MAX_FILES:
        for _, path in sorted(entries)[: len(entries) // 2]:
            _remove(path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
