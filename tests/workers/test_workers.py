"""Memoized functions in the workers of pools: they pickle, and find the entries of the parent there.

Each program runs as a script, so that what it sends belongs to `__main__`: the hard case, in which
joblib, dask and ray send functions and classes by value.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HELPERS = """
from memofp import memoize

def note(text):
    with open("ran", "a") as file:
        file.write(text + " ")

@memoize(ignore=("tag",))
def outside(x, tag=""):
    note(f"outside-{x}")
    return x + 1
"""

SCRIPT = """
import asyncio, functools, sys
from memofp import memoize
from helpers import note, outside

STEP = 1

def helper(x):
    return x + STEP

@memoize
def inside(x):
    note(f"inside-{x}")
    return helper(x)

@memoize
async def waiting(x):
    note(f"waiting-{x}")
    return x

def wait(x):
    return asyncio.run(waiting(x))

class Model:
    def __init__(self, slope):
        self.slope = slope

    @memoize
    def method(self, x):
        note(f"method-{x}")
        return self.slope * x

    @memoize
    @staticmethod
    def static(x):
        note(f"static-{x}")
        return x

partial = memoize(functools.partial(helper))

def all_calls(x):
    return [inside(x), outside(x), wait(x), Model(2).method(x), Model.static(x), partial(x)]

def tasks():
    # The objects themselves, and one plain function that calls them all.
    method = Model(2).method
    return [inside, outside, method, Model.static, partial, all_calls, inside.key, method.key]

EXPECTED = [2, 2, 2, 1, 2, [2, 2, 1, 2, 1, 2]]

if __name__ == "__main__":
    all_calls(1)
    answers = run(tasks(), 1)
    assert answers[:6] == EXPECTED, answers
    assert answers[6:] == [inside.key(1), Model(2).method.key(1)], "other keys"
    run([inside], 2)  # stored by a worker, found by the parent
    assert inside(2) == 3
    print("fine")
"""

RUNNERS = {
    "pool": """
def run(functions, x):
    import multiprocessing
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        return [pool.apply(function, (x,)) for function in functions]
""",
    "process": """
def run(functions, x):
    from concurrent.futures import ProcessPoolExecutor
    import multiprocessing
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(sys.argv[1])) as pool:
        return [pool.submit(function, x).result() for function in functions]
""",
    "joblib": """
def run(functions, x):
    from joblib import Parallel, delayed
    return Parallel(n_jobs=2)(delayed(function)(x) for function in functions)
""",
    "distributed": """
def run(functions, x):
    from distributed import Client, LocalCluster
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            return client.gather([client.submit(function, x, pure=False) for function in functions])
""",
    "ray": """
def run(functions, x):
    import ray
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, ignore_reinit_error=True)
    # ray.remote itself takes plain functions only.
    call = ray.remote(lambda function, x: function(x))
    return ray.get([call.remote(function, x) for function in functions])
""",
}


def run(directory: Path, runner: str, *arguments: str) -> None:
    (directory / "helpers.py").write_text(HELPERS)
    (directory / "script.py").write_text(SCRIPT.replace("if __name__", RUNNERS[runner] + "\nif __name__", 1))
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("MEMOFP_")},
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(directory)]),
        "MEMOFP_CACHE_DIR": str(directory / "cache"),
        "MEMOFP_SIGNING_KEY": "a key for tests",
        "PYTHONWARNINGS": "ignore",
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }
    finished = subprocess.run(
        [sys.executable, "script.py", *arguments],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert finished.stdout.strip().endswith("fine"), finished.stdout + finished.stderr
    ran = (directory / "ran").read_text().split()
    assert sorted(ran) == ["inside-1", "inside-2", "method-1", "outside-1", "static-1", "waiting-1"]


@pytest.mark.parametrize("runner", ["pool", "process"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_and_futures(runner: str, method: str, tmp_path: Path) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this platform")
    run(tmp_path, runner, method)


@pytest.mark.parametrize("runner", ["joblib", "distributed", "ray"])
def test_libraries_with_workers(runner: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(runner) is None:
        pytest.skip(f"{runner} is not installed")
    run(tmp_path, runner)
