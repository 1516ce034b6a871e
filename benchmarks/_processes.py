"""Rows about whole processes: import, script, fingerprints in a fresh process, many processes at once."""

from __future__ import annotations

import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._peers import PEERS
from benchmarks._project import write_project
from benchmarks._rounds import QUICK, Bench, child_seconds
from benchmarks._rows import Samples, at_least, at_most, row

ROOT = Path(__file__).parent.parent
HOLD = """import sys

SCALE = 3


def helper(x):
    return x * SCALE


def number(x):
    return helper(x) + 1


directory = sys.argv[1]
"""
SCRIPTS = {
    "bare": "number(7)\n",
    "memofp": "import memofp\nf = memofp.memoize(cache_dir=directory)(number)\nf(7)\n",
    "joblib": "import joblib\nf = joblib.Memory(directory, verbose=0).cache(number)\nf(7)\n",
    "diskcache": "import diskcache\nf = diskcache.Cache(directory).memoize()(number)\nf(7)\n",
    "checkpointer": "from checkpointer import checkpoint\n"
    "f = checkpoint(directory=directory, verbosity=0)(number)\nf(7)\n",
    "cachier": "from cachier import cachier\n"
    "f = cachier(cache_dir=directory, separate_files=True)(number)\nf(7)\n",
}
MOST_S = 120.0  # a child that takes longer hangs


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    """Run Python and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments], check=True, cwd=cwd, timeout=MOST_S, text=True, stdout=subprocess.PIPE,
        env={**_environment(), **environment},
    )  # fmt: skip
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment of children: they find this package, and may keep byte code."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": str(ROOT)}


def _child_times(bench: Bench, calls: dict[str, Callable[[], object]]) -> Samples:
    """Return the seconds on the CPU of the children of each call."""
    samples: Samples = {name: [] for name in calls}
    for call in calls.values():
        call()  # files and byte code are there from now on
    for _ in range(bench.scale.rounds):
        for name, call in calls.items():
            samples[name].append(child_seconds(call))
    return samples


@row(
    "import",
    "`import`, over a bare interpreter",
    at_most(1, "diskcache", floor="bare"),
    at_most(0.2, "joblib", floor="bare"),
)
def measure_import(bench: Bench) -> Samples:
    code = {"bare": "pass", **{name: f"import {name}" for name in bench.have(PEERS)}}
    return _child_times(bench, {name: functools.partial(run, "-c", text) for name, text in code.items()})


@row(
    "script",
    "start, decorate, first hit of a script, over a bare interpreter",
    at_most(1.5, "diskcache", floor="bare"),
    at_most(0.4, "joblib", floor="bare"),
)
def measure_script(bench: Bench) -> Samples:
    calls: dict[str, Callable[[], object]] = {}
    for name in ["bare", *bench.have(PEERS)]:
        script = bench.folder("scripts") / f"{name}_script.py"
        script.write_text(HOLD + SCRIPTS[name])
        calls[name] = functools.partial(run, str(script), str(bench.folder(name)))
    return _child_times(bench, calls)


@row(
    "fingerprint",
    "fingerprint of 1,000 functions in 200 modules: cold; in a warm process; second function over them",
    at_most(0.5, of="cold"),
    at_most(0.05, of="warm"),
    at_most(0.001, of="second"),
)
def measure_fingerprint(bench: Bench) -> Samples:
    package = write_project(bench.folder("project"), "project", modules=bench.scale.of(200, 4))
    samples: Samples = {"cold": [], "warm": [], "second": []}
    for turn in range(min(5, bench.scale.rounds)):
        facts = str(bench.directory / f"facts{turn}")
        child = functools.partial(run, "-m", "benchmarks._child", "fingerprint", cwd=package.parent)
        cold = json.loads(child(MEMOFP_FACTS_DIR=facts))
        warm = json.loads(child(MEMOFP_FACTS_DIR=facts))
        samples["cold"].append(cold["first"])
        samples["warm"].append(warm["first"])
        samples["second"].append(statistics.median([cold["second"], warm["second"]]))
    if bench.have(["checkpointer"]):
        child = functools.partial(run, "-m", "benchmarks._child", "checkpointer", cwd=package.parent)
        samples["checkpointer"] = [json.loads(child())["first"]]
    return samples


def _meet(
    bench: Bench, job: str, contender: str, *arguments: str, most_s: float = MOST_S
) -> list[dict[str, Any]]:
    """Start processes, let them all begin at once, and return what each reports that ends in time."""
    command = [sys.executable, "-m", "benchmarks._child", job, contender, *arguments]
    children = [
        subprocess.Popen(
            command, cwd=ROOT, env=_environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(bench.scale.processes)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            child.stdout.readline()  # it is ready
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        end = time.monotonic() + most_s
        return [report for child in children if (report := _report_of(child, end)) is not None]
    finally:
        for child in children:
            child.kill()
            child.wait()


def _report_of(child: subprocess.Popen[str], end: float) -> dict[str, Any] | None:
    try:
        text = child.communicate(timeout=max(0.01, end - time.monotonic()))[0]
    except subprocess.TimeoutExpired:
        return None
    report: dict[str, Any] = json.loads(text)
    return report


@row(
    "crowd-hit",
    "8 processes that hit one directory, each key once in each: seconds a hit, all together",
    at_least(0.8, "diskcache"),
    clock="wall",
)
def measure_crowd_hits(bench: Bench) -> Samples:
    count = bench.scale.of(1000, 20)
    names = bench.have(["memofp", "joblib", "diskcache"])
    for name in names:
        run("-m", "benchmarks._child", "fill", name, str(bench.folder(name)), str(count))
    samples: Samples = {name: [] for name in names}
    for _ in range(bench.scale.rounds):
        for name in names:
            reports = _meet(bench, "hits", name, str(bench.folder(name)), str(count))
            assert not any(report["executions"] for report in reports), f"{name} computed what was stored"
            seconds = max(r["end"] for r in reports) - min(r["start"] for r in reports)
            samples[name].append(seconds / (count * len(reports)))
    return samples


@row(
    "crowd-miss",
    "8 processes that miss the same key: executions",
    at_most(1),
    unit="executions",
    clock="wall",
)
def measure_crowd_miss(bench: Bench) -> Samples:
    samples: Samples = {}
    seconds = 0.3 if bench.scale.size >= QUICK.size else 0.01
    for name in bench.have(PEERS):
        executions, hung = [], 0
        for turn in range(min(3, bench.scale.rounds)):
            traces = bench.folder(f"traces {name} {turn}")
            arguments = (str(bench.folder(f"{name} {turn}")), str(traces), str(seconds))
            reports = _meet(bench, "miss", name, *arguments, most_s=20 * seconds + 1)
            assert all(report["value"] == 7 for report in reports)
            executions.append(float(len(list(traces.iterdir()))))
            hung += bench.scale.processes - len(reports)
            if hung:
                break  # it would hang again
        samples[f"{name} ({hung} processes hung)" if hung else name] = executions
    return samples
