"""What the child processes of the benchmarks do: `python -m benchmarks._child JOB ...`, a report as JSON."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Report = dict[str, Any]


def report_fingerprint() -> Report:
    """Fingerprint the two functions of the project in the working directory."""
    sys.path.insert(0, "")
    root = importlib.import_module("project.root")
    from memofp import fingerprint

    seconds = {}
    for name in ("first", "second"):
        start = time.process_time()
        fingerprint(getattr(root, name))
        seconds[name] = time.process_time() - start
    return seconds


def report_checkpointer() -> Report:
    """Let checkpointer hash the first of them."""
    sys.path.insert(0, "")
    root = importlib.import_module("project.root")
    from checkpointer import checkpoint

    start = time.process_time()
    checkpoint(root.first).ident.fn_hash  # noqa: B018 # it is computed when asked for
    return {"first": time.process_time() - start}


def report_fill(contender: str, directory: str, count: str) -> Report:
    """Store results of `number`."""
    from benchmarks import work
    from benchmarks._peers import decorate

    call = decorate(contender, work.number, Path(directory))
    for i in range(int(count) + 1):
        call(i)
    return {}


def report_hits(contender: str, directory: str, count: str) -> Report:
    """Ask for all of them, once the other processes are ready, too."""
    from benchmarks import work
    from benchmarks._peers import decorate

    executions = 0
    bare = work.number

    def watch(frame: Any, event: str, _: Any) -> None:
        nonlocal executions
        executions += event == "call" and frame.f_code is bare.__code__

    call = decorate(contender, work.number, Path(directory))
    call(int(count))
    wait()
    start = time.time()
    for i in range(int(count)):
        call(i)
    end = time.time()
    sys.setprofile(watch)
    call(0)
    sys.setprofile(None)
    return {"start": start, "end": end, "executions": executions}


def report_miss(contender: str, directory: str, traces: str, seconds: str) -> Report:
    """Ask for what nobody has computed, at the same time as other processes."""
    from benchmarks import work
    from benchmarks._peers import decorate

    call = decorate(contender, work.slow, Path(directory))
    wait()
    return {"value": call(traces, float(seconds))}


def wait() -> None:
    """Say that this process is ready, and wait until all are."""
    print("ready", flush=True)
    sys.stdin.readline()


JOBS: dict[str, Callable[..., Report]] = {
    "fingerprint": report_fingerprint,
    "checkpointer": report_checkpointer,
    "fill": report_fill,
    "hits": report_hits,
    "miss": report_miss,
}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
