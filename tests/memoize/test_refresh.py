"""Expired results that are served while they are computed again."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import memofp
from memofp import memoize
from memofp._memoize import _background, _refresh

ROOT = Path(__file__).parents[2]


def wait_until_idle() -> None:
    end = time.monotonic() + 30
    while not _refresh.is_idle():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def forget_pauses() -> None:
    _refresh._pauses.clear()


def test_the_expired_result_is_served_and_computed_again(runs: list[object], clock: Any) -> None:
    go = threading.Event()

    @memoize(ttl=60, on_expiry="refresh", ignore=("go",))
    def f(x: int, go: threading.Event) -> int:
        runs.append(x)
        go.wait(30)
        return len(runs)

    go.set()
    assert f(1, go) == 1
    go.clear()
    clock.ahead_s = 61.0
    assert [f(1, go) for _ in range(5)] == [1] * 5  # at once: the refresh still waits
    assert f.is_cached(1, go)
    go.set()
    wait_until_idle()
    assert f(1, go) == 2
    assert runs == [1, 1]
    assert f.cache_info()[:3] == (6, 2, 1)


def test_only_expired_results_are_refreshed(runs: list[object], clock: Any) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    def f(x: int) -> int:
        runs.append(x)
        return x

    for _ in range(3):
        f(1)
        f(2)
        clock.ahead_s += 10
    wait_until_idle()
    assert runs == [1, 2]


def test_the_arguments_are_those_of_the_call(clock: Any) -> None:
    """The caller may change a list while the refresh runs."""
    started, go = threading.Event(), threading.Event()
    seen = []

    @memoize(ttl=60, on_expiry="refresh", ignore=("note", "wait"))
    def f(xs: list[int], note: Any, wait: Any) -> int:
        wait()
        note(list(xs))
        return sum(xs)

    xs = [1, 2]
    assert f(xs, seen.append, lambda: None) == 3
    clock.ahead_s = 61.0
    assert f(xs, seen.append, lambda: (started.set(), go.wait(30))) == 3
    assert started.wait(30)
    xs.append(100)
    go.set()
    wait_until_idle()
    assert seen == [[1, 2], [1, 2]]
    assert f([1, 2], seen.append, None) == 3


class Held:
    """Cannot be copied."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("no copies")


def test_what_cannot_be_copied_is_computed_at_once(runs: list[object], clock: Any) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    def f(held: Held) -> int:
        runs.append(1)
        return len(runs)

    assert f(Held(1)) == 1
    clock.ahead_s = 61.0
    assert f(Held(1)) == 2


def test_errors_go_to_the_log_and_the_expired_result_is_served_on(
    runs: list[object], clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    def f() -> int:
        runs.append(1)
        if len(runs) > 1:
            raise ConnectionError("no network")
        return 1

    f()
    clock.ahead_s = 61.0
    with caplog.at_level(logging.ERROR, "memofp"):
        for _ in range(3):
            assert f() == 1
            wait_until_idle()
    assert runs == [1, 1]  # not again at each call
    assert len(caplog.records) == 1
    assert "no network" in caplog.text
    assert "served on" in caplog.text


def test_an_edit_meanwhile_is_no_refresh(clock: Any, runs: list[object]) -> None:
    """Code that changes between call and refresh makes another key."""

    def f(x: int) -> int:
        runs.append(x)
        return x

    m = memoize(ttl=60, on_expiry="refresh")(f)
    m(1)
    clock.ahead_s = 61.0
    blocked = threading.Event()
    for _ in range(_background.MOST_THREADS):
        _background.run_in_thread(functools.partial(blocked.wait, 30))  # type: ignore[arg-type]
    assert m(1) == 1

    def other(x: int) -> int:
        runs.append(x + 10)
        return x + 1

    f.__code__ = other.__code__
    blocked.set()
    wait_until_idle()
    assert runs == [1]
    assert m(1) == 2
    assert runs == [1, 11]


def test_coroutines_refresh_in_a_task(runs: list[object], clock: Any) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    async def f(x: int) -> int:
        runs.append(x)
        await asyncio.sleep(0.01)
        return len(runs)

    async def main() -> list[int]:
        first = await f(1)
        clock.ahead_s = 61.0
        stale = await asyncio.gather(*[f(1) for _ in range(4)])
        while not _refresh.is_idle():  # noqa: ASYNC110 # nothing signals it
            await asyncio.sleep(0.01)
        return [first, *stale, await f(1)]

    assert asyncio.run(main()) == [1, 1, 1, 1, 1, 2]
    assert f.cache_info().hits == 5


def test_another_kind_of_event_loop_computes_at_once(runs: list[object], clock: Any) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    async def f() -> int:
        runs.append(1)
        return len(runs)

    def drive() -> int:
        with pytest.raises(StopIteration) as ended:
            f().send(None)  # as a loop that is not asyncio's
        return ended.value.value

    assert drive() == drive() == 1
    clock.ahead_s = 61.0
    assert drive() == 2


def test_a_failing_coroutine_is_logged(
    clock: Any, caplog: pytest.LogCaptureFixture, runs: list[object]
) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    async def f() -> int:
        runs.append(1)
        if len(runs) > 1:
            raise OSError("down")
        return 1

    async def main() -> None:
        await f()
        clock.ahead_s = 61.0
        assert await f() == 1
        while not _refresh.is_idle():  # noqa: ASYNC110 # nothing signals it
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert "down" in caplog.text


def test_stored_exceptions_are_served_and_refreshed(runs: list[object], clock: Any) -> None:
    @memoize(ttl=60, on_expiry="refresh", exceptions=(KeyError,))
    def f() -> int:
        runs.append(1)
        raise KeyError(len(runs))

    for ahead, number in ((0, 1), (61, 1), (61, 2)):
        clock.ahead_s = float(ahead)
        with pytest.raises(KeyError) as caught:
            f()
        assert caught.value.args == (number,)
        wait_until_idle()


SCRIPT = """
import os, sys, time
import memofp

def note():
    with open("ran", "a") as file:
        file.write("x")

@memofp.memoize(ttl=1000, on_expiry="refresh")
def f():
    note()
    time.sleep(float(os.environ["SLEEP"]))
    return 1

if sys.argv[1] == "first":
    f()
else:
    real = time.time
    time.time = lambda: real() + 2000  # so much later
    begun = time.perf_counter()
    f()
    print(time.perf_counter() - begun)
    time.sleep(float(sys.argv[1]))
"""


def start(directory: Path, sleep_s: float, argument: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "script.py", argument], cwd=directory, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MEMOFP_CACHE_DIR": "c", "SLEEP": str(sleep_s)},
    )  # fmt: skip


def test_processes_refresh_once_together(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    assert start(tmp_path, 0, "first").communicate(timeout=60)[1] == ""
    workers = [start(tmp_path, 0.6, "4") for _ in range(3)]
    for worker in workers:
        assert worker.communicate(timeout=60)[1] == ""
    assert (tmp_path / "ran").read_text() == "xx"


@pytest.mark.parametrize("pause", ["0", "0.3"])
def test_the_end_of_a_program_does_not_wait(tmp_path: Path, pause: str) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    start(tmp_path, 0, "first").communicate(timeout=60)
    begun = time.monotonic()
    process = start(tmp_path, 60, pause)
    output, errors = process.communicate(timeout=50)
    assert process.returncode == 0
    assert errors == ""
    assert time.monotonic() - begun < 40
    assert float(output) < 30


def test_disabled_leaves_refreshing_alone(runs: list[object], clock: Any) -> None:
    @memoize(ttl=60, on_expiry="refresh")
    def f() -> int:
        runs.append(1)
        return 1

    f()
    clock.ahead_s = 61.0
    with memofp.disabled():
        f()
    assert runs == [1, 1]
    assert _refresh.is_idle()
