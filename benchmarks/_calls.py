"""Rows about calls in one process: hits, misses, guards."""

from __future__ import annotations

import functools
import importlib
import itertools
from typing import Any

from benchmarks import work
from benchmarks._peers import PEERS, decorate, open_diskcache, with_joblib, with_memofp
from benchmarks._project import importable, write_project
from benchmarks._rounds import Bench
from benchmarks._rows import Samples, at_least, at_most, row

MB = 1_000_000


@row(
    "hit",
    "repeated hit in a process, `f(int)`, guards on",
    at_least(20, "joblib"),
    at_least(4, "diskcache"),
)
def measure_hit(bench: Bench) -> Samples:
    return _hits(bench, work.number, 7)


@row(
    "hit-options",
    "the same, `f(str, rate=float, tags=tuple)` that returns a dict",
    at_least(20, "joblib"),
    at_least(4, "diskcache"),
)
def measure_hit_with_options(bench: Bench) -> Samples:
    return _hits(bench, work.options, "a", rate=0.25, tags=("x", "y"))


def _hits(bench: Bench, function: Any, *args: Any, **kwargs: Any) -> Samples:
    calls = {}
    for name in bench.have(PEERS):
        memoized = decorate(name, function, bench.folder(name))
        expected = memoized(*args, **kwargs)
        assert memoized(*args, **kwargs) == expected
        calls[name] = functools.partial(memoized, *args, **kwargs)
    return bench.in_turns(calls)


@row(
    "first-hit",
    "first hit of a key in a process (from disk, MAC checked)",
    at_least(5, "joblib"),
    at_most(1, "diskcache"),
)
def measure_first_hit(bench: Bench) -> Samples:
    number = bench.scale.of(200, 20)
    calls = {}
    for name in bench.have(PEERS):
        memoized = decorate(name, work.number, bench.folder(name))
        for i in range(number * bench.scale.rounds + 1):
            memoized(i)
        again = decorate(name, work.number, bench.folder(name))
        again(number * bench.scale.rounds)  # the fingerprint and the connection are not the key's
        calls[name] = _each_once(again)
    return bench.in_turns(calls, number=number)


@row("miss", "miss: all that is not the function", at_most(1.5, "diskcache"))
def measure_miss(bench: Bench) -> Samples:
    calls = {}
    for name in bench.have(PEERS):
        memoized = decorate(name, work.number, bench.folder(name))
        memoized(-1)
        calls[name] = _each_once(memoized)
    return bench.in_turns(calls, number=bench.scale.of(200, 20))


def _each_once(memoized: Any) -> Any:
    numbers = itertools.count()
    return lambda: memoized(next(numbers))


@row("array-1mb", "hit on an array of 1 MB, given one of 1 MB", at_least(2.5, "joblib"))
def measure_array(bench: Bench) -> Samples:
    if not bench.have(["numpy"]):
        return {}
    import numpy

    values = numpy.arange(MB // 8, dtype="f8")
    calls = {}
    for name in bench.have(["memofp", "joblib", "diskcache", "checkpointer"]):  # cachier takes no arrays
        memoized = decorate(name, work.array, bench.folder(name))
        calls[name] = functools.partial(memoized, values)
        calls[name]()
    return bench.in_turns(calls)


@row(
    "array-100mb",
    "hit on an array of 100 MB: copied and checked; mapped",
    at_most(1.2, "joblib"),
    at_most(1, "joblib mapped", of="memofp mapped"),
)
def measure_big_array(bench: Bench) -> Samples:
    if not bench.have(["numpy"]):
        return {}
    size = bench.scale.of(100 * MB) // 8
    made = {
        "memofp": with_memofp(work.big, bench.folder("memofp")),
        "memofp mapped": with_memofp(work.big, bench.folder("memofp"), mmap=True),
    }
    if bench.have(["joblib"]):
        made["joblib"] = with_joblib(work.big, bench.folder("joblib"))
        made["joblib mapped"] = with_joblib(work.big, bench.folder("joblib"), mmap_mode="r")
    if bench.have(["diskcache"]):
        made["diskcache"] = decorate("diskcache", work.big, bench.folder("diskcache"))
    calls = {name: functools.partial(memoized, size) for name, memoized in made.items()}
    for call in calls.values():
        call()
    mapped = {name: call for name, call in calls.items() if "mapped" in name}
    copied = {name: call for name, call in calls.items() if "mapped" not in name}
    return {**bench.in_turns(copied, number=1), **bench.in_turns(mapped)}


@row("store-100mb", "storing 100 MB, against a raw write of the bytes", at_most(1.2, "raw write"))
def measure_storing(bench: Bench) -> Samples:
    if not bench.have(["numpy"]):
        return {}
    values = work.big(bench.scale.of(100 * MB) // 8)
    path = bench.folder("raw") / "file"

    def write() -> None:
        with open(path, "wb", buffering=0) as file:
            view = memoryview(values).cast("B")
            while view:
                view = view[file.write(view) :]

    ours: Any = with_memofp(work.kept, bench.folder("memofp"), ignore=("values",))
    calls: dict[str, Any] = {"memofp": lambda: ours.call(1, values), "raw write": write}
    after: dict[str, Any] = {"memofp": lambda: ours.forget(1, values), "raw write": path.unlink}
    if bench.have(["joblib"]):
        theirs: Any = with_joblib(work.kept, bench.folder("joblib"), ignore=["values"])
        calls["joblib"] = lambda: theirs.call(1, values)
        after["joblib"] = theirs.clear
    if bench.have(["diskcache"]):
        numbers = itertools.count()
        cache = open_diskcache(bench.folder("diskcache"))
        calls["diskcache"] = lambda: cache.set(next(numbers), values)
        after["diskcache"] = cache.clear
    for name, call in calls.items():
        call()
        after[name]()
    return bench.in_turns(calls, number=1, after=after)


@row(
    "guard",
    "guards of one call: 10 functions reachable; 1,000",
    at_most(2e-6, of="10 functions"),
    at_most(150e-6, of="1,000 functions"),
)
def measure_guards(bench: Bench) -> Samples:
    from memofp._fingerprint import Watch

    calls = {}
    for name, count in (("10 functions", 10), ("1,000 functions", bench.scale.of(1000, 20))):
        project = write_project(
            bench.folder(name), f"guarded{count}", modules=max(1, count // 5), functions=5
        )
        with importable(project):
            root = importlib.import_module(f"{project.name}.root")
        watch = Watch(root.first)
        watch.current()
        calls[name] = watch.current
    return bench.in_turns(calls)
