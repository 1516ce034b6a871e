"""Coroutine functions: shared computations, cancellation, a loop that is not blocked."""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import threading
import time
from typing import Any

import pytest

from memofp import UnhashableArgumentError, disabled, memoize


def test_a_hit_does_not_run_the_coroutine(runs: list[object]) -> None:
    @memoize
    async def f(x: int) -> list[int]:
        runs.append(x)
        return [x]

    async def main() -> None:
        first, second = await f(1), await f(x=1)
        assert first == second == [1]
        assert first is not second

    asyncio.run(main())
    assert runs == [1]
    assert f.is_cached(1)
    assert f.cache_info()[:3] == (1, 1, 1)


def test_it_is_a_coroutine_function() -> None:
    @memoize
    async def f() -> None:
        pass

    assert inspect.iscoroutinefunction(type(f).__call__)
    assert is_coroutine_function(f)


# Python 3.11 knows marked objects in asyncio only, 3.14 warns there.
judge: Any = inspect if sys.version_info >= (3, 12) else asyncio
is_coroutine_function = judge.iscoroutinefunction


def test_coroutines_that_ask_for_one_key_share_one_run(runs: list[object]) -> None:
    @memoize
    async def f(x: int) -> int:
        runs.append(x)
        await asyncio.sleep(0.05)
        return x

    async def main() -> list[int]:
        return await asyncio.gather(*(f(x % 2) for x in range(20)))

    assert asyncio.run(main()) == [0, 1] * 10
    assert sorted(runs) == [0, 1]


def test_another_takes_over_when_the_one_that_computes_is_cancelled(runs: list[object]) -> None:
    @memoize
    async def f() -> int:
        runs.append(1)
        await asyncio.sleep(0.1)
        return 5

    async def main() -> None:
        first, second, third = (asyncio.create_task(f()) for _ in range(3))
        await asyncio.sleep(0.03)
        first.cancel()
        results = await asyncio.gather(first, second, third, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert results[1:] == [5, 5]

    asyncio.run(main())
    assert runs == [1, 1]


def test_cancelling_one_that_waits_leaves_the_others_alone(runs: list[object]) -> None:
    @memoize
    async def f() -> int:
        runs.append(1)
        await asyncio.sleep(0.1)
        return 5

    async def main() -> None:
        first, second = asyncio.create_task(f()), asyncio.create_task(f())
        await asyncio.sleep(0.03)
        second.cancel()
        assert await first == 5
        with pytest.raises(asyncio.CancelledError):
            await second

    asyncio.run(main())
    assert runs == [1]


def test_a_failure_is_raised_by_each_and_not_stored(runs: list[object]) -> None:
    @memoize
    async def f() -> None:
        runs.append(1)
        await asyncio.sleep(0.02)
        raise KeyError("no")

    async def main() -> None:
        started = time.monotonic()
        results = await asyncio.gather(*(f() for _ in range(5)), return_exceptions=True)
        assert [type(result) for result in results] == [KeyError] * 5
        assert time.monotonic() - started < 5

    asyncio.run(main())
    assert not f.is_cached()


def test_a_key_can_be_computed_again_after_a_cancellation(runs: list[object]) -> None:
    @memoize
    async def f() -> int:
        runs.append(1)
        await asyncio.sleep(0.05 if len(runs) == 1 else 0)
        return 5

    async def main() -> None:
        task = asyncio.create_task(f())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            assert await f() == 5

    asyncio.run(main())


def test_recursion_of_coroutines_nests(runs: list[object]) -> None:
    @memoize
    async def fib(n: int) -> int:
        runs.append(n)
        return n if n < 2 else await fib(n - 1) + await fib(n - 2)

    assert asyncio.run(fib(25)) == 75025
    assert len(runs) == 26


def test_endless_recursion_of_coroutines_is_no_deadlock() -> None:
    @memoize
    async def loop(n: int) -> int:
        return await loop(n)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        with pytest.raises(RecursionError):
            asyncio.run(loop(1))
    finally:
        sys.setrecursionlimit(limit)


def test_a_child_task_that_asks_for_its_parents_key_is_no_deadlock() -> None:
    @memoize(ignore=("depth",))
    async def f(x: int, depth: int = 0) -> int:
        if depth == 0:
            return await asyncio.create_task(f(x, depth=1))
        return x

    async def main() -> int:
        async with asyncio.timeout(10):
            return await f(3)

    assert asyncio.run(main()) == 3


def test_waiting_for_another_thread_does_not_block_the_loop(runs: list[object]) -> None:
    release = threading.Event()

    @memoize(ignore=("gate",))
    async def f(x: int, gate: threading.Event) -> int:
        runs.append(x)
        while not gate.is_set():  # noqa: ASYNC110 # it is set from another thread
            await asyncio.sleep(0.01)
        return x

    async def main() -> None:
        ticks = 0
        task = asyncio.create_task(f(1, release))
        while ticks < 20:
            await asyncio.sleep(0.005)
            ticks += 1
        release.set()
        async with asyncio.timeout(20):
            assert await task == 1

    other = threading.Thread(target=lambda: asyncio.run(f(1, release)))
    other.start()
    while not runs:
        time.sleep(0.01)
    asyncio.run(main())
    other.join()
    assert runs == [1]


def test_arguments_are_refused_before_anything_runs(runs: list[object]) -> None:
    @memoize
    async def f(x: object) -> None:
        runs.append(1)

    with pytest.raises(UnhashableArgumentError):
        asyncio.run(f(threading.Lock()))
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        asyncio.run(f())  # type: ignore[call-arg]
    assert runs == []


def test_call_disabled_and_options(runs: list[object]) -> None:
    @memoize(ttl=60)
    async def f() -> int:
        runs.append(1)
        return len(runs)

    async def main() -> list[int]:
        results = [await f(), await f(), await f.call(), await f()]
        with disabled():
            results.append(await f())
        return results

    assert asyncio.run(main()) == [1, 1, 2, 2, 3]


class Service:
    def __init__(self, x: int) -> None:
        self.x = x

    @memoize
    async def get(self, y: int) -> int:
        return self.x + y

    @memoize
    @classmethod
    async def named(cls, y: int) -> str:
        return cls.__name__ * y

    @memoize
    @staticmethod
    async def static(y: int) -> int:
        return y


def test_coroutine_methods() -> None:
    async def main() -> None:
        service = Service(1)
        assert await service.get(2) == 3
        assert service.get.is_cached(2)
        assert await Service.named(2) == await service.named(2) == "ServiceService"
        assert await Service.static(2) == await service.static(2) == 2
        assert is_coroutine_function(service.get)
        assert is_coroutine_function(Service.named)

    asyncio.run(main())


def test_partials_of_coroutine_functions() -> None:
    async def add(a: int, b: int) -> int:
        return a + b

    f: Any = memoize(functools.partial(add, 1))
    assert asyncio.run(f(2)) == asyncio.run(f(b=2)) == 3
    assert f.cache_info().hits == 1
