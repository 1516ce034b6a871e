"""Calls within one process: hit, miss, key."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from benchmarks import work
from benchmarks.contenders import DECORATORS, joblib_key

CONTENDERS = list(DECORATORS)


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.benchmark(group="hit, small argument")
def test_hit(benchmark: Any, contender: str, tmp_path: Path) -> None:
    call = DECORATORS[contender](work.number, tmp_path)
    call(7)
    assert benchmark(call, 7) == 22


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.benchmark(group="hit, three arguments")
def test_hit_with_options(benchmark: Any, contender: str, tmp_path: Path) -> None:
    call = DECORATORS[contender](work.options, tmp_path)
    call("a", rate=0.25, tags=("x", "y"))
    assert benchmark(call, "a", rate=0.25, tags=("x", "y"))["rate"] == 0.25


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.benchmark(group="hit, array of 1 MB")
def test_array_hit(benchmark: Any, contender: str, tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    call = DECORATORS[contender](work.array, tmp_path)
    values = numpy.arange(131_072.0)
    call(values)
    assert benchmark(call, values).shape == values.shape


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.benchmark(group="miss")
def test_miss(benchmark: Any, contender: str, tmp_path: Path) -> None:
    call = DECORATORS[contender](work.number, tmp_path)
    call(-1)
    counter = itertools.count()
    benchmark.pedantic(lambda: call(next(counter)), rounds=400, iterations=1, warmup_rounds=20)


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.benchmark(group="first hit of each key")
def test_first_hit(benchmark: Any, contender: str, tmp_path: Path) -> None:
    call = DECORATORS[contender](work.number, tmp_path)
    rounds = 300
    for i in range(rounds + 20):
        call(i)
    again = DECORATORS[contender](work.number, tmp_path)  # the same store; each key is asked for once
    counter = itertools.count()
    benchmark.pedantic(lambda: again(next(counter)), rounds=rounds, iterations=1, warmup_rounds=20)


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.benchmark(group="key alone")
def test_key(benchmark: Any, contender: str, tmp_path: Path) -> None:
    call = DECORATORS[contender](work.options, tmp_path)
    make_key: Any = {
        "memofp": getattr(call, "key", None),
        "joblib": lambda *a, **k: joblib_key(work.options, *a, **k),
        "diskcache": getattr(call, "__cache_key__", None),
    }[contender]
    assert benchmark(make_key, "a", rate=0.25, tags=("x", "y"))
