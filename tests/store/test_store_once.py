# ruff: noqa: E501, SIM117 # programs are long; a context inside another is what is being tested
"""Of all threads, tasks and processes that miss one key, one computes it."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from pathlib import Path

import pytest
from store_helpers import key_of, put, run_file, run_python, start_python, value_of

from memofp._store import Hit, ResultStore, open_store

COMPUTE = """
import os, sys, time
from memofp._store import Hit, open_store
def compute(path, log, seconds, n=1, **limits):
    store = open_store(path, **limits)
    key = n.to_bytes(16, "big")
    found = store.load(key)
    if isinstance(found, Hit):
        return found.value
    with store.compute_once(key, "the.function") as again:
        found = store.load(key) if again else None
        if isinstance(found, Hit):
            return found.value
        with open(log, "a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(seconds)
        store.save(key, 42, function="f", version="0" * 32, duration_s=seconds)
        return 42
"""


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_first_comer_need_not_look_again(store: ResultStore) -> None:
    with store.compute_once(key_of(1)) as again:
        assert not again
    put(store, key_of(1), 1)
    with store.compute_once(key_of(1)) as again:
        assert again


def test_threads_compute_once(directory: Path, tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec(COMPUTE, names)
    log = tmp_path / "log"
    results: list[object] = []
    threads = [
        threading.Thread(target=lambda: results.append(names["compute"](directory, log, 0.2)))  # type: ignore[operator]
        for _ in range(32)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [42] * 32
    assert lines(log) == 1


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_compute_once(directory: Path, tmp_path: Path, method: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        COMPUTE
        + """
if __name__ == "__main__":
    import multiprocessing
    context = multiprocessing.get_context(sys.argv[3])
    workers = [context.Process(target=compute, args=(sys.argv[1], sys.argv[2], 0.3)) for _ in range(int(sys.argv[4]))]
    [w.start() for w in workers]; [w.join() for w in workers]
    assert [w.exitcode for w in workers] == [0] * len(workers)
"""
    )
    log = tmp_path / "log"
    run_file(program, directory, log, method, 16 if method == "fork" else 4)
    assert lines(log) == 1


def wait_for(path: Path, count: int = 1, timeout_s: float = 20) -> None:
    limit = time.monotonic() + timeout_s
    while lines(path) < count:
        assert time.monotonic() < limit, "the other process does not come"
        time.sleep(0.01)


def test_killed_holder_is_followed_by_exactly_one(directory: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = COMPUTE + "compute(sys.argv[1], sys.argv[2], float(sys.argv[3]))"
    holder = start_python(program, directory, log, 60)
    wait_for(log)
    waiters = [start_python(program, directory, log, 0.3) for _ in range(4)]
    time.sleep(0.5)
    holder.kill()
    assert holder.wait(5) == -signal.SIGKILL
    assert [waiter.wait(20) for waiter in waiters] == [0] * 4
    assert lines(log) == 2


def test_stopped_holder_holds_nobody_up(directory: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = COMPUTE + "compute(sys.argv[1], sys.argv[2], float(sys.argv[3]))"
    holder = start_python(program, directory, log, 60)
    try:
        wait_for(log)
        holder.send_signal(signal.SIGSTOP)
        waiter = start_python(program, directory, log, 0)
        assert waiter.wait(10) == 0
        assert lines(log) == 2
    finally:
        holder.kill()
        holder.wait(5)


def test_lock_timeout(directory: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = COMPUTE + "compute(sys.argv[1], sys.argv[2], float(sys.argv[3]))"
    holder = start_python(program, directory, log, 60)
    try:
        wait_for(log)
        store = open_store(directory, lock_timeout_s=0.3)
        start = time.monotonic()
        with store.compute_once(key_of(1)) as again:
            assert again
        assert 0.25 < time.monotonic() - start < 5
        free = open_store(directory, single_flight=False)
        with free.compute_once(key_of(1)) as again:
            assert not again
    finally:
        holder.kill()
        holder.wait(5)


def test_waiting_is_logged_after_a_second(
    directory: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "log"
    holder = start_python(COMPUTE + "compute(sys.argv[1], sys.argv[2], 2.0)", directory, log)
    wait_for(log)
    with caplog.at_level(logging.INFO, "memofp"):
        with open_store(directory).compute_once(key_of(1), "pkg.f") as again:
            assert again
    assert holder.wait(10) == 0
    (record,) = caplog.records
    assert f"waiting for process {holder.pid}, which computes pkg.f" in record.getMessage()
    assert value_of(open_store(directory), key_of(1)) == 42


def test_recursion_into_the_same_key_does_not_wait_for_itself(store: ResultStore) -> None:
    with store.compute_once(key_of(1)), store.compute_once(key_of(1)):
        pass
    with store.compute_once(key_of(1)) as again:
        assert not again


def test_other_keys_do_not_wait(store: ResultStore) -> None:
    done = threading.Event()

    def other() -> None:
        with store.compute_once(key_of(2)):
            done.set()

    with store.compute_once(key_of(1)):
        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(5)
    thread.join()


def test_error_in_the_body_frees_the_key(store: ResultStore) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), store.compute_once(key_of(1)):
            1 / 0  # raises
    flight = store.compute_once(key_of(1))
    flight.__enter__()
    del flight  # as after an interrupt between entry and body
    with store.compute_once(key_of(1)) as again:
        assert not again


def test_tasks_compute_once_and_leave_the_loop_free(store: ResultStore) -> None:
    computed = []
    ticks = []

    async def compute(number: int) -> object:
        async with store.compute_once(key_of(1)) as again:
            found = store.load(key_of(1)) if again else None
            if isinstance(found, Hit):
                return found.value
            computed.append(number)
            await asyncio.sleep(0.2)
            put(store, key_of(1), 5)
            return 5

    async def tick() -> None:
        for _ in range(10):
            ticks.append(1)
            await asyncio.sleep(0.02)

    async def main() -> list[object]:
        *results, _ = await asyncio.gather(*(compute(n) for n in range(20)), tick())
        return results

    assert asyncio.run(main()) == [5] * 20
    assert len(computed) == 1
    assert len(ticks) == 10


def test_cancelled_task_frees_the_key(store: ResultStore) -> None:
    async def main() -> None:
        async def hold() -> None:
            async with store.compute_once(key_of(1)):
                await asyncio.sleep(60)

        holder = asyncio.create_task(hold())
        waiter = asyncio.create_task(hold())
        await asyncio.sleep(0.05)
        waiter.cancel()
        await asyncio.sleep(0.05)
        holder.cancel()
        await asyncio.gather(holder, waiter, return_exceptions=True)
        async with store.compute_once(key_of(1)) as again:
            assert not again

    asyncio.run(main())


def test_child_does_not_inherit_the_parents_flights(directory: Path) -> None:
    done = run_python(
        """
        import os, sys, time
        from memofp._store import open_store
        store = open_store(sys.argv[1])
        store.save(b"1" * 16, 1, function="f", version="0"*32, duration_s=1.0)
        with store.compute_once(b"2" * 16):
            pid = os.fork()
            if pid == 0:
                start = time.monotonic()
                with open_store(sys.argv[1], lock_timeout_s=0.5).compute_once(b"2" * 16) as again: pass
                os._exit(0 if again and time.monotonic() - start > 0.4 else 1)
            assert os.waitpid(pid, 0)[1] == 0
        """,
        directory,
    )
    assert done.returncode == 0
