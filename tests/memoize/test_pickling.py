"""Decorated functions travel between processes as functions do."""

from __future__ import annotations

import copy
import functools
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cloudpickle
import pytest

from memofp import memoize


@memoize
def double(x: int) -> int:
    return x * 2


def base(a: int, b: int) -> int:
    return a * 10 + b


partially = memoize(functools.partial(base, 1))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_by_reference(protocol: int) -> None:
    assert pickle.loads(pickle.dumps(double, protocol)) is double
    assert copy.copy(double) is copy.deepcopy(double) is double
    assert cloudpickle.loads(cloudpickle.dumps(double)) is double


def test_partial_objects_pickle_by_value() -> None:
    other = pickle.loads(pickle.dumps(partially))
    assert other(2) == 12
    assert other.key(2) == partially.key(2)


def test_local_functions_do_not_pickle_just_as_plain_ones() -> None:
    @memoize
    def local() -> None:
        pass

    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(local)


def test_cloudpickle_takes_local_functions() -> None:
    @memoize(version=3)
    def local(x: int) -> int:
        return x

    other = cloudpickle.loads(cloudpickle.dumps(local))
    assert other is not local
    assert other(1) == 1
    assert other._core.options.version == "3"


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_find_the_same_key(method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this platform")
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(double.key, 4).result(timeout=60) == double.key(4)


def test_a_script_sent_by_cloudpickle_finds_the_same_key(tmp_path: Path) -> None:
    """As joblib, dask and ray send functions of `__main__`."""
    script = tmp_path / "script.py"
    script.write_text(
        "import cloudpickle, subprocess, sys, memofp\n"
        "@memofp.memoize\n"
        "def f(x): return helper(x)\n"
        "def helper(x): return x + 1\n"
        "if __name__ == '__main__':\n"
        "    program = 'import pickle, sys; print(pickle.load(sys.stdin.buffer).key(1))'\n"
        "    data = cloudpickle.dumps(f)\n"
        "    worker = subprocess.run([sys.executable, '-c', program], input=data, capture_output=True)\n"
        "    print(worker.stdout.decode().strip() == f.key(1) or worker.stderr.decode())\n"
    )
    finished = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert finished.stdout.strip() == "True", finished.stdout + finished.stderr
