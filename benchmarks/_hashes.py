"""Rows about hashing arguments: nested builtins, arrays, frames."""

from __future__ import annotations

import functools
from typing import Any

from benchmarks._rounds import Bench
from benchmarks._rows import Samples, at_least, row

MB = 1_000_000
CELLS = 10_000_000
COLUMNS = 10


def _compared(bench: Bench, value: Any, rounds: int | None = None, number: int | None = None) -> Samples:
    from memofp._values import digest_value

    calls = {"memofp": functools.partial(digest_value, value)}
    if bench.have(["joblib"]):
        import joblib

        calls["joblib"] = functools.partial(joblib.hash, value)
    return bench.in_turns(calls, number=number, rounds=rounds)


@row("hash-records", "hash of 1,000 dicts of 10 mixed builtins (1e4 items)", at_least(20, "joblib"))
def measure_records(bench: Bench) -> Samples:
    count = bench.scale.of(1000, 10)
    return _compared(bench, [_record(i) for i in range(count)])


def _record(i: int) -> dict[str, Any]:
    numbers = {"id": i, "rate": i / 7, "share": -i / 3, "big": i << 40, "flag": i % 2 == 0}
    return {**numbers, "name": f"name {i}", "raw": b"%d" % i, "none": None, "pair": (i, i + 1), "tag": "x"}


@row("hash-lists", "hash of 1,000 lists of 100 floats (1e5 items)", at_least(20, "joblib"))
def measure_lists(bench: Bench) -> Samples:
    count = bench.scale.of(1000, 10)
    return _compared(bench, [[i + j / 7 for j in range(100)] for i in range(count)])


@row("hash-dict", "hash of a dict of 1e5 strings to ints", at_least(20, "joblib"))
def measure_dict(bench: Bench) -> Samples:
    return _compared(bench, {f"key {i}": i for i in range(bench.scale.of(100_000, 100))})


@row("hash-array", "hash of an array of 100 MB, against xxh3 on the raw bytes", at_least(0.8, "xxh3"))
def measure_array(bench: Bench) -> Samples:
    if not bench.have(["numpy"]):
        return {}
    import numpy
    import xxhash

    values = numpy.arange(bench.scale.of(100 * MB) // 8, dtype="f8")
    return _with_xxh3(bench, values, functools.partial(xxhash.xxh3_128_digest, memoryview(values)))


def _with_xxh3(bench: Bench, values: Any, raw: Any) -> Samples:
    from memofp._values import digest_value

    calls: dict[str, Any] = {"memofp": functools.partial(digest_value, values), "xxh3": raw}
    samples = bench.in_turns(calls)
    if bench.have(["joblib"]):
        import joblib

        few = min(3, bench.scale.rounds)
        samples.update(
            bench.in_turns({"joblib": functools.partial(joblib.hash, values)}, number=1, rounds=few)
        )
    return samples


@row("hash-polars", "hash of a polars frame of 1e7 numbers", at_least(25, "joblib"))
def measure_polars(bench: Bench) -> Samples:
    if not bench.have(["numpy", "polars"]):
        return {}
    import polars

    return _of_frame(bench, polars.DataFrame(_numbers(bench)))


@row("hash-pandas", "hash of a pandas frame of 1e7 numbers", at_least(25, "joblib"))
def measure_pandas(bench: Bench) -> Samples:
    if not bench.have(["numpy", "pandas"]):
        return {}
    import pandas

    return _of_frame(bench, pandas.DataFrame(_numbers(bench)))


@row(
    "hash-polars-text", "hash of a polars frame of 1e7 cells, 2 of 10 columns strings", at_least(12, "joblib")
)
def measure_polars_text(bench: Bench) -> Samples:
    if not bench.have(["numpy", "polars"]):
        return {}
    import polars

    return _of_frame(bench, polars.DataFrame(_with_text(bench)))


@row(
    "hash-pandas-text", "hash of a pandas frame of 1e7 cells, 2 of 10 columns strings", at_least(12, "joblib")
)
def measure_pandas_text(bench: Bench) -> Samples:
    if not bench.have(["numpy", "pandas"]):
        return {}
    import pandas

    return _of_frame(bench, pandas.DataFrame(_with_text(bench)))


def _of_frame(bench: Bench, frame: Any) -> Samples:
    # joblib takes seconds for some of these.
    return _compared(bench, frame, rounds=min(5, bench.scale.rounds), number=1)


def _numbers(bench: Bench) -> dict[str, Any]:
    import numpy

    rows = bench.scale.of(CELLS // COLUMNS, 10)
    random = numpy.random.default_rng(7)
    return {f"c{i}": random.random(rows) if i % 2 else random.integers(0, 1000, rows) for i in range(COLUMNS)}


def _with_text(bench: Bench) -> dict[str, Any]:
    columns = _numbers(bench)
    rows = len(columns["c0"])
    columns["c3"] = [f"name {i % 9973}" for i in range(rows)]
    columns["c6"] = [f"a somewhat longer text about row {i}" for i in range(rows)]
    return columns
