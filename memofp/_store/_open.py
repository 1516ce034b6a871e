"""Open the store of a directory: one for each directory and process."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Any

from memofp._errors import StoreError
from memofp._store._limits import Limits, check_limits
from memofp._store._protocol import BackendError
from memofp._store._results import ResultStore

__all__ = ["close_all", "open_existing", "open_store"]

_lock = threading.Lock()
_backends: dict[tuple[str, tuple[str, ...]], Any] = {}
_stores: dict[tuple[str, Limits], ResultStore] = {}


def open_store(directory: str | os.PathLike[str], **limits: Any) -> ResultStore:
    """Return the store in a directory; touch no disk before it is used.

    Args:
        directory: path of the cache directory; it is made on first save.
        limits: the attributes of `Limits`.

    Raises:
        ConfigurationError: for a limit that makes no sense.
    """
    path = os.path.abspath(os.path.expanduser(os.fspath(directory)))
    allowed = check_limits(limits)
    store = _stores.get((path, allowed))
    if store is None:
        from memofp._store._disk import DiskStore

        with _lock:
            place = (path, allowed.trusted_dirs)
            backend = _backends.get(place)
            if backend is None:
                backend = _backends[place] = DiskStore(path, allowed.trusted_dirs)
            store = _stores.setdefault((path, allowed), ResultStore(backend, allowed, path))
    return store


def open_existing(directory: str | os.PathLike[str], **limits: Any) -> ResultStore:
    """Return the store in a directory that has one; for the command line.

    Raises:
        StoreError: if the directory is missing, empty, refused or not a cache of memofp.
    """
    from memofp._store._schema import DATABASE_NAME

    path = os.path.abspath(os.path.expanduser(os.fspath(directory)))
    if not os.path.lexists(path):
        raise StoreError(f"{path} does not exist")
    if not os.path.isdir(path):
        raise StoreError(f"{path} is not a directory")
    try:
        names = os.listdir(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if not names:
        raise StoreError(f"{path} is empty")
    if DATABASE_NAME not in names:
        raise StoreError(f"{path} is not a memofp cache: it has no {DATABASE_NAME}")
    store = open_store(path, **limits)
    try:
        store.check()
    except BackendError as fault:
        raise StoreError(str(fault)) from fault
    return store


def close_all() -> None:
    """Close every store of this process."""
    for store in list(_stores.values()):
        store.close()


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
