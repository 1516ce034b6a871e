"""The coroutine form of a memoized function.

Coroutines of one event loop that miss the same key share one computation through a
future; threads and processes share it through the store's lock, for which a coroutine waits
without blocking the loop.  Results are stored from a thread of the loop's pool, since a big one takes a
while; a hit is looked up on the loop itself, since a thread would cost more than most.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from enum import Enum
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from memofp import _config
from memofp._call._describe import describe_call
from memofp._memoize._asked import log_miss
from memofp._memoize._computation import Run, finish, is_kept, is_unchanged
from memofp._memoize._memoized import Memoized
from memofp._memoize._methods import BoundMemoized, MemoizedClassMethod, MemoizedFunction

if TYPE_CHECKING:
    import asyncio

    from memofp._call import Plan
    from memofp._memoize._options import Options
    from memofp._store import Hit

__all__ = ["AsyncMemoized", "AsyncMemoizedClassMethod", "AsyncMemoizedFunction", "async_form"]

P = ParamSpec("P")
T = TypeVar("T")

# The keys that the present task, or one that has started it, is computing now.
_running: ContextVar[frozenset[bytes]] = ContextVar("memofp_running", default=frozenset())
_tasks: set[asyncio.Task[None]] = set()  # those that refresh expired entries


class Outcome(Enum):
    """How a shared computation ended, for the coroutines that wait for it."""

    STORED = 1  # look again
    NOT_STORED = 2  # it failed, or its result cannot be kept: each runs on its own
    CANCELLED = 3  # one of those who wait takes over


class AsyncMemoized(Memoized[P, Coroutine[Any, Any, T]]):
    """A coroutine function whose results are kept on disk."""

    __slots__ = ("_flights",)

    def __init__(self, function: Callable[P, Coroutine[Any, Any, T]], options: Options) -> None:
        super().__init__(function, options)
        # By identity of the event loop and key.
        self._flights: dict[tuple[int, bytes], asyncio.Future[Outcome]] = {}
        _mark_coroutine_function(self)

    async def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        core = self._core
        if core.generation != _config.generation:
            core.refresh()
        if not core.enabled:
            return await self.__wrapped__(*args, **kwargs)
        plan, key = core.find_key(args, kwargs)
        if key in _running.get():  # a call of itself with the same arguments just runs
            return await self.__wrapped__(*args, **kwargs)
        hit = core.look(key)
        if hit is not None:
            return hit.value  # type: ignore[return-value] # what this function returned once
        return await self._join(plan, key, *args, **kwargs)

    async def call(self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function whatever is stored, and store what it returns in its place."""
        core = self._core
        if not core.refresh():
            return await self.__wrapped__(*args, **kwargs)
        plan, key = core.find_key(args, kwargs)
        value, keep = await self._compute(plan, key, *args, **kwargs)
        await _in_thread(partial(keep, replaces=True))
        return value

    async def _join(self, plan: Plan, key: bytes, *args: P.args, **kwargs: P.kwargs) -> T:
        """Wait for the coroutine that computes the key, or become it."""
        import asyncio

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # another kind of event loop: run and store, without sharing
            value, keep = await self._compute(plan, key, *args, **kwargs)
            keep()
            return value
        if self._core.options.is_refreshed:
            served = await self._serve_stale(plan, key, *args, **kwargs)
            if served is not None:
                return served.value  # type: ignore[return-value] # what this function returned once
        slot = (id(loop), key)
        while (flight := self._flights.get(slot)) is not None:
            outcome = await asyncio.shield(flight)  # who is cancelled here leaves the others alone
            hit = self._core.look(key) if outcome is Outcome.STORED else None
            if hit is not None:
                return hit.value  # type: ignore[return-value] # what this function returned once
            if outcome is not Outcome.CANCELLED:
                return (await self._compute(plan, key, *args, **kwargs))[0]
        return await self._lead(plan, slot, *args, **kwargs)

    async def _lead(self, plan: Plan, slot: tuple[int, bytes], *args: P.args, **kwargs: P.kwargs) -> T:
        """Compute the key for everybody who waits for it."""
        import asyncio

        key = slot[1]
        shared: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._flights[slot] = shared
        outcome = Outcome.CANCELLED
        talks = self._core.progress is not None
        arguments = describe_call(plan, args, kwargs) if talks else ""
        try:
            async with self._core.flight(key, arguments) as look_again:
                hit = self._core.look(key) if look_again else None
                if hit is None:
                    value, keep = await self._compute(plan, key, *args, **kwargs)
                    stored = await _in_thread(keep)
                    outcome = Outcome.STORED if stored else Outcome.NOT_STORED
                    return value
                outcome = Outcome.STORED
                return hit.value  # type: ignore[return-value] # what this function returned once
        except Exception as error:
            outcome = Outcome.STORED if is_kept(self._core, error) else Outcome.NOT_STORED
            raise
        finally:
            del self._flights[slot]
            shared.set_result(outcome)

    async def _compute(
        self, plan: Plan, key: bytes, *args: P.args, **kwargs: P.kwargs
    ) -> tuple[T, partial[bool]]:
        """Run the function; return its result and what stores it, to be called in a thread."""
        core = self._core
        # Described before the function runs: it may change its arguments.
        arguments = describe_call(plan, args, kwargs)
        core.misses += 1
        if core.progress is not None:
            core.progress.computing(arguments)
        log_miss(core, plan, key, arguments)
        outer = _running.get()
        _running.set(outer | {key})
        started = perf_counter()
        try:
            value = await self.__wrapped__(*args, **kwargs)
        except Exception as error:
            run = Run(plan, key, arguments, perf_counter() - started, error=error)
            is_pure = is_kept(core, error) and is_unchanged(core, plan)
            await _in_thread(partial(finish, core, run, is_pure=is_pure))
            raise
        finally:
            _running.set(outer)
        run = Run(plan, key, arguments, perf_counter() - started, value)
        return value, partial(finish, core, run, is_pure=is_unchanged(core, plan))

    async def _serve_stale(self, plan: Plan, key: bytes, *args: P.args, **kwargs: P.kwargs) -> Hit | None:
        """Return the entry of a key though it has expired, and let a task of its own compute it again."""
        import asyncio

        from memofp._memoize._refresh import Refresh, serve_stale

        async def refresh(job: Refresh) -> None:
            async with self._core.flight(key, job.arguments):
                if job.is_needed():
                    _, keep = await self._compute(plan, key, *job.args, **job.kwargs)
                    job.is_done = await _in_thread(partial(keep, replaces=True))

        def start(job: Refresh) -> None:
            task = asyncio.get_running_loop().create_task(refresh(job))
            _tasks.add(task)  # the loop itself holds tasks weakly
            task.add_done_callback(_tasks.discard)
            task.add_done_callback(job.end_task)

        served = serve_stale(self._core, plan, key, args, kwargs, start)
        return None if served is None else served.hit


class AsyncMemoizedFunction(AsyncMemoized[P, T]):
    """A memoized coroutine function, which becomes a method on an instance."""

    __slots__ = ()

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else BoundMemoized(self, instance)


class AsyncMemoizedClassMethod(AsyncMemoized[P, T]):
    """A memoized coroutine function that is bound to the class it is looked up on."""

    __slots__ = ()

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return BoundMemoized(self, type(instance) if owner is None else owner)


def async_form(kind: type[Memoized[..., Any]]) -> type[AsyncMemoized[..., Any]]:
    """Return the class for coroutine functions that binds as this one for functions does."""
    if issubclass(kind, MemoizedFunction):
        return AsyncMemoizedFunction
    return AsyncMemoizedClassMethod if issubclass(kind, MemoizedClassMethod) else AsyncMemoized


async def _in_thread(work: Callable[[], bool]) -> bool:
    """Run something that takes time but waits for nobody in a thread of the loop's pool.

    When the caller is cancelled it still runs to its end, and whoever holds a lock around it waits for that.
    """
    import asyncio

    try:
        job = asyncio.get_running_loop().run_in_executor(None, work)
    except RuntimeError:  # another kind of event loop, or one whose pool takes no more work
        return work()
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.wait({job})
        raise


def _mark_coroutine_function(obj: object) -> None:
    """Let `iscoroutinefunction` of `inspect` (3.12 on) and of `asyncio` say yes to a callable object."""
    if sys.version_info >= (3, 12):
        from inspect import markcoroutinefunction

        markcoroutinefunction(obj)  # type: ignore[type-var] # any object with attributes will do
    else:
        from asyncio import coroutines

        obj._is_coroutine = coroutines._is_coroutine  # type: ignore[attr-defined] # asyncio's own mark
