"""Run jobs in a few threads that the end of the program does not wait for."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from contextvars import copy_context

__all__ = ["MOST_THREADS", "run_in_thread"]

MOST_THREADS = 4  # of a process, at the same time

_lock = threading.Lock()
_jobs: deque[Callable[[], None]] = deque()
_threads = 0


def run_in_thread(job: Callable[[], None]) -> None:
    """Run a job, which raises nothing, in the present context and in a thread; now or a little later.

    A job that is running or waiting when the program ends is lost.
    """
    global _threads
    context = copy_context()
    with _lock:
        _jobs.append(lambda: context.run(job))
        if _threads >= MOST_THREADS:
            return
        _threads += 1
    try:
        threading.Thread(target=_work, name="memofp refresh", daemon=True).start()
    except RuntimeError:  # the interpreter is about to end
        with _lock:
            _threads -= 1


def _work() -> None:
    global _threads
    while True:
        with _lock:
            if not _jobs:
                _threads -= 1
                return
            job = _jobs.popleft()
        job()


def _after_fork() -> None:
    global _lock, _threads
    _lock = threading.Lock()
    _jobs.clear()
    _threads = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
