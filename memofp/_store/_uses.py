"""Count hits in memory and report them in batches: a write on every hit would cost more than the hit."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING

from memofp._store._protocol import BackendError, Use

if TYPE_CHECKING:
    from memofp._store._protocol import Store

__all__ = ["Uses"]

_MOST = 4096  # entries that wait for a report
_LONGEST_S = 60.0  # seconds between two reports
_instances: weakref.WeakSet[Uses] = weakref.WeakSet()


class Uses:
    """Hits that the backend has not heard of yet."""

    def __init__(self, backend: Store) -> None:
        self._backend = backend
        self._waiting: dict[tuple[int, ...], list[float]] = {}
        self._lock = threading.Lock()
        self._next_report = time.time() + _LONGEST_S
        _instances.add(self)

    def add(self, token: tuple[int, ...], now: float, saved_s: float) -> None:
        """Count one hit.  Two threads at once may lose one; nothing depends on it."""
        use = self._waiting.get(token)
        if use is None:
            self._waiting[token] = [1, now, saved_s]
            if len(self._waiting) >= _MOST:
                self.report()
        else:
            use[0] += 1
            use[1] = now
            use[2] += saved_s
            if now > self._next_report:
                self.report()

    def report(self) -> None:
        """Tell the backend; on a fault the counts are lost, which harms no result."""
        if not self._waiting or not self._lock.acquire(blocking=False):
            return
        try:
            waiting, self._waiting = self._waiting, {}
            self._next_report = time.time() + _LONGEST_S
            counted = waiting.copy().items()  # a thread may still add to what it took before the exchange
            self._backend.use({token: Use(int(c), last, saved) for token, (c, last, saved) in counted})
        except BackendError:
            return
        finally:
            self._lock.release()

    def drop(self) -> None:
        """Forget what a parent process will report itself."""
        self._waiting = {}
        self._lock = threading.Lock()


@atexit.register
def _report_all() -> None:
    for uses in list(_instances):
        uses.report()


def _after_fork() -> None:
    for uses in list(_instances):
        uses.drop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
