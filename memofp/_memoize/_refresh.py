"""Serve an expired result, and compute it again in the background, once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from memofp._call import make_binder
from memofp._call._describe import describe_call
from memofp._memoize._background import run_in_thread
from memofp._memoize._computation import Run, finish, is_kept, is_unchanged

if TYPE_CHECKING:
    from memofp._call import Plan
    from memofp._memoize._core import Core
    from memofp._store import Hit

__all__ = ["Refresh", "Served", "is_idle", "serve_stale"]

LONGEST_PAUSE_S = 60.0  # after a refresh that stored nothing, before the next one
MOST_PAUSES = 10_000  # keys whose pauses are remembered


class Served:
    """The context around a call that an expired entry answers: nothing is run in it."""

    __slots__ = ("hit", "value")

    def __init__(self, hit: Hit) -> None:
        self.hit: Hit | None = hit
        self.value: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


Slot = tuple[str, bytes]  # directory and key
_lock = threading.Lock()
_pending: set[Slot] = set()
_pauses: dict[Slot, float] = {}  # until when, by the monotonic clock


class Refresh:
    """One call to be computed again.

    Attributes:
        args: of the call by position, copied.
        kwargs: of the call by name, copied.
        arguments: the call in one line.
        is_done: whether a fresh result is stored.
    """

    __slots__ = ("_core", "_key", "_plan", "_slot", "args", "arguments", "is_done", "kwargs")

    def __init__(
        self, core: Core, plan: Plan, key: bytes, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        self._core = core
        self._plan = plan
        self._key = key
        self._slot = core.store.where, key
        self.args = args
        self.kwargs = kwargs
        self.arguments = describe_call(plan, args, kwargs)
        self.is_done = False

    def is_needed(self) -> bool:
        """Return whether the entry is still expired, and the code still that of the key."""
        found = self._core.peek(self._key)
        if found is not None and not self._core.is_too_old(found):
            self.is_done = True  # by another process
            return False
        return self._core.watch.current().digest == self._plan.fingerprint.digest

    def run(self) -> None:
        """Compute and store in this thread; raise nothing."""
        problem: BaseException | None = None
        try:
            with self._core.flight(self._key, self.arguments):
                if self.is_needed():
                    problem = self._compute()
        except BaseException as error:  # noqa: BLE001 # nobody is there to catch it
            problem = error
        self.end(problem)

    def _compute(self) -> BaseException | None:
        core, problem, value = self._core, None, None
        core.misses += 1
        started = time.perf_counter()
        try:
            value = core.function(*self.args, **self.kwargs)
        except Exception as error:  # noqa: BLE001 # as above
            problem = error
        run = Run(self._plan, self._key, self.arguments, time.perf_counter() - started, value, problem)
        is_pure = is_kept(core, problem) and is_unchanged(core, self._plan)
        self.is_done = finish(core, run, is_pure=is_pure, replaces=True)
        return None if self.is_done else problem

    def end_task(self, task: Any) -> None:
        """End with an asyncio task that has computed and stored."""
        self.end(None if task.cancelled() else task.exception())

    def end(self, problem: BaseException | None) -> None:
        """Let the key be refreshed again, though not at once if nothing was stored; log a problem."""
        if problem is not None and not self.is_done:
            import logging

            logging.getLogger("memofp").error(
                "refreshing %s(%s) failed; its expired result is served on",
                self._core.name, self.arguments, exc_info=problem,
            )  # fmt: skip
        pause_s = min(self._core.options.ttl_s or LONGEST_PAUSE_S, LONGEST_PAUSE_S)
        with _lock:
            _pauses.pop(self._slot, None)
            if not self.is_done:
                if len(_pauses) >= MOST_PAUSES:
                    _pauses.clear()
                _pauses[self._slot] = time.monotonic() + pause_s
            _pending.discard(self._slot)


def serve_stale(
    core: Core,
    plan: Plan,
    key: bytes,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    start: Callable[[Refresh], None] | None = None,
) -> Served | None:
    """Answer a call with its entry though that has expired, and see to it that it is refreshed.

    Args:
        core: of the function.
        plan: by which the key was made.
        key: of the call.
        args: of the call, by position.
        kwargs: of the call, by name.
        start: lets a refresh run; in a thread if it is None.

    Returns:
        None if there is no entry, or the call cannot run in the background: it is to run now.

    Raises:
        Exception: what the function raised, if that was stored.
    """
    found = core.peek(key)
    if found is None:
        return None
    if core.is_too_old(found) and not _refresh(core, plan, key, args, kwargs, start or _start):
        return None
    hit = core.serve(found)
    return None if hit is None else Served(hit)


def _refresh(
    core: Core,
    plan: Plan,
    key: bytes,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    start: Callable[[Refresh], None],
) -> bool:
    """Start a refresh unless one is under way or has just failed; return False if the call must run now."""
    slot = core.store.where, key
    with _lock:
        if slot in _pending or _pauses.get(slot, 0.0) > time.monotonic():
            return True
        _pending.add(slot)
    try:
        copies = _copied(core, plan, key, args, kwargs)
        if copies is None:
            _pending.discard(slot)
            return False
        job = Refresh(core, plan, key, *copies)
        if core.progress is not None:
            core.progress.refreshing(job.arguments)
        start(job)
    except BaseException:
        _pending.discard(slot)
        raise
    return True


def _copied(
    core: Core, plan: Plan, key: bytes, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Return copies of the arguments, which the caller may change while they are used; None if that fails.

    What is ignored goes along as it is: connections, loggers and their like cannot be copied.
    """
    from copy import deepcopy

    binder = make_binder(core.function)
    values = binder.bind(*args, **kwargs)
    shared = {
        id(value): value for name, value in zip(binder.names, values, strict=True) if name not in plan.names
    }
    try:
        copied_args, copied_kwargs = deepcopy((args, dict(kwargs)), shared)
        is_equal = plan.key(plan.bind(*copied_args, **copied_kwargs)) == key
    except Exception:  # noqa: BLE001 # copying runs the values' own code
        return None
    return (copied_args, copied_kwargs) if is_equal else None


def _start(job: Refresh) -> None:
    run_in_thread(job.run)


def is_idle() -> bool:
    """Return whether no refresh is under way."""
    return not _pending


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()
    _pending.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
