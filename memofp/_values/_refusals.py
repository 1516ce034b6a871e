"""Name the types whose values cannot be hashed, and why.

Keyed by dotted name along a class's bases, so that nothing is imported for it.
"""

from __future__ import annotations

from memofp._values._origin import dotted_name, mro_of
from memofp._values._parts import Refusal

__all__ = ["find_refusal"]

_USED_UP = "which the call would use up"
_RUNNING = "whose state is a running program"
_LOCK = "whose state belongs to this process"
_OUTSIDE = "whose state lies outside this process"

_REASONS: dict[str, str] = {
    "generator": _USED_UP,
    "async_generator": _USED_UP,
    "coroutine": _RUNNING,
    "frame": _RUNNING,
    "traceback": _RUNNING,
    "super": "which stands for a search of attributes",
    "cell": "whose content may be rebound by the code that holds it",
    "_io._IOBase": _OUTSIDE,
    "io.IOBase": _OUTSIDE,
    "_socket.socket": _OUTSIDE,
    "_ssl._SSLSocket": _OUTSIDE,
    "_ssl._SSLContext": _OUTSIDE,
    "_thread.lock": _LOCK,
    "_thread.RLock": _LOCK,
    "threading._RLock": _LOCK,
    "_thread._local": "whose values differ from thread to thread",
    "_threading_local.local": "whose values differ from thread to thread",
    "threading.Thread": _RUNNING,
    "threading.Condition": _LOCK,
    "threading.Semaphore": _LOCK,
    "threading.Event": _LOCK,
    "threading.Barrier": _LOCK,
    "_contextvars.ContextVar": "whose value differs from context to context",
    "_contextvars.Context": "whose values are those of a running program",
    "_contextvars.Token": _RUNNING,
    "sqlite3.Connection": _OUTSIDE,
    "sqlite3.Cursor": _OUTSIDE,
    "sqlite3.Blob": _OUTSIDE,
    "mmap.mmap": _OUTSIDE,
    "subprocess.Popen": _OUTSIDE,
    "multiprocessing.process.BaseProcess": _RUNNING,
    "multiprocessing.connection._ConnectionBase": _OUTSIDE,
    "multiprocessing.synchronize.SemLock": _LOCK,
    "multiprocessing.queues.Queue": _OUTSIDE,
    "multiprocessing.queues.SimpleQueue": _OUTSIDE,
    "multiprocessing.managers.BaseManager": _OUTSIDE,
    "multiprocessing.pool.Pool": _RUNNING,
    "concurrent.futures._base.Executor": _RUNNING,
    "concurrent.futures._base.Future": _RUNNING,
    "asyncio.events.AbstractEventLoop": _RUNNING,
    "_asyncio.Future": _RUNNING,
    "asyncio.futures.Future": _RUNNING,
    "asyncio.locks.Lock": _LOCK,
    "asyncio.locks.Event": _LOCK,
    "asyncio.locks.Condition": _LOCK,
    "asyncio.locks.Semaphore": _LOCK,
    "asyncio.queues.Queue": _RUNNING,
    "queue.Queue": "which other threads fill and empty",
    "_queue.SimpleQueue": "which other threads fill and empty",
    "select.epoll": _OUTSIDE,
    "select.poll": _OUTSIDE,
    "selectors.BaseSelector": _OUTSIDE,
    "posix.ScandirIterator": _OUTSIDE,
    "nt.ScandirIterator": _OUTSIDE,
    "posix.DirEntry": _OUTSIDE,
    "nt.DirEntry": _OUTSIDE,
    "tempfile._TemporaryFileWrapper": _OUTSIDE,
    "tempfile.TemporaryDirectory": _OUTSIDE,
    "logging.Logger": "whose handlers belong to this process",
    "logging.Handler": "which writes outside this process",
    "logging.LoggerAdapter": "whose handlers belong to this process",
    "http.client.HTTPConnection": _OUTSIDE,
    "PyCapsule": "which is a bare pointer",
    "_ctypes._Pointer": "which is a bare pointer",
    "_ctypes.CFuncPtr": "which is a bare pointer",
    "socket.socket": _OUTSIDE,
    "weakref.WeakValueDictionary": "whose entries come and go with other objects",
    "weakref.WeakKeyDictionary": "whose entries come and go with other objects",
    "_weakrefset.WeakSet": "whose entries come and go with other objects",
    "weakref.ProxyType": "which stands for another object that may vanish",
    "weakref.CallableProxyType": "which stands for another object that may vanish",
}
_VALUE_STREAMS = frozenset({"_io.BytesIO", "_io.StringIO"})
_HEAP_TYPE = 1 << 9
_IMMUTABLE_TYPE = 1 << 8


def find_refusal(kind: type) -> Refusal | None:
    """Return the refusal that holds for instances of a class, or None."""
    for base in mro_of(kind)[:-1]:
        name = dotted_name(base)
        if name in _VALUE_STREAMS:
            return None
        if name in _REASONS:
            return Refusal(f"is {_article(kind)}, {_REASONS[name]}", dotted_name(kind))
    if _is_builtin_iterator(kind):
        return Refusal(f"is {_article(kind)}, {_USED_UP}", dotted_name(kind))
    return None


def _is_builtin_iterator(kind: type) -> bool:
    """Tell whether a C type is an iterator: `zip`, `map`, a list's iterator, `itertools`, a csv reader."""
    flags = type.__dict__["__flags__"].__get__(kind)
    native = not flags & _HEAP_TYPE or bool(flags & _IMMUTABLE_TYPE)
    return native and any("__next__" in type.__dict__["__dict__"].__get__(base) for base in mro_of(kind))


def _article(kind: type) -> str:
    name = dotted_name(kind)
    name = {"_thread.lock": "lock (_thread.lock)"}.get(name, name)
    return ("an " if name[0] in "aeiou" else "a ") + name
