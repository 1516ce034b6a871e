"""Find the key that signs entries, or make it: 32 bytes in the user's state directory.

It never lies in a cache directory, so whoever can plant a file there still cannot sign it.
`MEMOFP_SIGNING_KEY` overrides it, for stores that several users or machines share.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys

from memofp._store._warn import warn_once

try:  # the C module itself: importing hashlib loads OpenSSL, which costs 2 ms at start
    from _blake2 import blake2b
except ImportError:  # pragma: no cover # other interpreters
    from hashlib import blake2b

try:  # likewise: importing hmac loads OpenSSL
    from _operator import _compare_digest as compare_digest
except ImportError:  # pragma: no cover # other interpreters
    from hmac import compare_digest  # type: ignore[no-redef] # either one serves

__all__ = ["KEY_SIZE", "blake2b", "compare_digest", "signing_key", "state_directory"]

KEY_SIZE = 32  # bytes
_NAME = "signing.key"
_cached: dict[str, bytes] = {}


def signing_key() -> bytes:
    """Return this user's signing key, 32 bytes; made on first use.

    Never fails: where no key can be kept, one that lives as long as the process is used and
    a warning says so.
    """
    override = os.environ.get("MEMOFP_SIGNING_KEY")
    if override:
        return blake2b(os.fsencode(override), digest_size=KEY_SIZE, person=b"memofp-env").digest()
    path = os.path.join(state_directory(), _NAME)
    key = _cached.get(path)
    if key is None:
        key = _cached[path] = _load(path)
    return key


def state_directory() -> str:
    """Return the directory of this user's state, as the platform has it."""
    base = os.environ.get("XDG_STATE_HOME")
    if base and os.path.isabs(base):
        return os.path.join(base, "memofp")
    home = os.path.expanduser("~")
    if sys.platform == "win32":  # pragma: no cover # other platform
        return os.path.join(os.environ.get("LOCALAPPDATA", home), "memofp")
    if sys.platform == "darwin":  # pragma: no cover # other platform
        return os.path.join(home, "Library", "Application Support", "memofp")
    return os.path.join(home, ".local", "state", "memofp")


def _load(path: str) -> bytes:
    try:
        return _read(path) or _create(path)
    except OSError as error:
        warn_once(
            "signing-key",
            f"memofp cannot keep its signing key at {path} ({error.strerror or error}); results stored by "
            f"this process cannot be used by others; set MEMOFP_SIGNING_KEY or XDG_STATE_HOME",
        )
        return os.urandom(KEY_SIZE)


def _read(path: str) -> bytes | None:
    """Return the key in a file; None if there is none that can be trusted."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return None
    try:
        status = os.fstat(fd)
        data = os.read(fd, KEY_SIZE + 1)
        if hasattr(os, "geteuid"):
            problem = _problem(status)
            if problem:
                _set_aside(path, problem)
                return None
            if status.st_mode & 0o077:
                os.fchmod(fd, 0o600)
    finally:
        os.close(fd)
    if len(data) != KEY_SIZE:
        _set_aside(path, f"holds {len(data)} bytes instead of {KEY_SIZE}")
        return None
    return data


def _problem(status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    if status.st_mode & 0o022:
        return "could be written by other users"
    return ""


def _set_aside(path: str, problem: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, f"{path}.bad-{os.urandom(4).hex()}")
    warn_once(
        "signing-key-bad",
        f"memofp's signing key {path} {problem}; a new one is made, earlier results miss once",
    )


def _create(path: str) -> bytes:
    """Make the key; of several processes that try at once, one wins and all return its key."""
    directory = os.path.dirname(path)
    os.makedirs(directory, mode=0o700, exist_ok=True)
    draft = f"{path}.{os.getpid()}-{os.urandom(8).hex()}"
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(fd, 0o600)  # the umask may have taken the owner's bits too
            os.write(fd, os.urandom(KEY_SIZE))
            os.fsync(fd)
        finally:
            os.close(fd)
        with contextlib.suppress(FileExistsError):
            _publish(draft, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    key = _read(path)
    if key is None:
        raise OSError(f"{path} cannot be read back")
    return key


def _publish(draft: str, path: str) -> None:
    """Give a complete file its name, unless the name is taken: then FileExistsError."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: the name is checked, then taken
        if os.path.exists(path):
            raise FileExistsError(path) from None
        os.rename(draft, path)
