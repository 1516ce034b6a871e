"""Runs in child processes: observe functions of small projects.

Reads a JSON list of tasks from stdin and answers with a JSON list.  Each task runs in a
forked child, so that every project is imported freshly, at the price of one start.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FunctionType
from typing import Any

import memofp
from memofp._store import close_all


@contextmanager
def recording(directory: str) -> Iterator[list[str]]:
    """Collect the qualified names of the functions that execute and whose file is below the directory."""
    executed: list[str] = []

    def on_event(frame: Any, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(directory):
            executed.append(frame.f_code.co_qualname)

    sys.setprofile(on_event)
    try:
        yield executed
    finally:
        sys.setprofile(None)


def observe(task: dict[str, Any], answer: dict[str, Any]) -> None:
    """Import a project and answer what its function's digest and key are and what a call executes."""
    directory = task["directory"]
    os.chdir(directory)
    sys.path[:0] = [os.path.join(directory, name) if name else directory for name in task.get("path", [""])]
    module = importlib.import_module(task["module"])
    if not task.get("target"):
        answer["digests"] = _digests(module)
        return
    target = eval(task["target"], vars(module))
    raw = getattr(target, "__wrapped__", target) if type(target).__module__.startswith("memofp") else target
    answer["digest"] = memofp.fingerprint(raw).digest
    if task.get("fingerprint_only"):
        return
    memoized = (
        target if raw is not target else memofp.memoize(cache_dir=task["cache"], version=task["name"])(target)
    )
    arguments = eval(task["arguments"], vars(module))
    answer["key"] = memoized.key(*arguments)
    answer["cached"] = memoized.is_cached(*arguments)
    with recording(directory) as executed:
        answer["result"] = repr(memoized(*arguments))
    answer["executed"] = executed
    answer["direct"] = repr(raw(*eval(task["arguments"], vars(module))))


def _digests(module: Any) -> dict[str, str]:
    """Return name -> digest, of every function, lambda and partial that a module defines."""
    found = {}
    for name, value in list(vars(module).items()):
        if isinstance(value, FunctionType | partial) and getattr(value, "__module__", "") in _own(module):
            found[name] = memofp.fingerprint(value).digest
    return found


def _own(module: Any) -> tuple[str, ...]:
    """Return what the module's functions and partials call their module."""
    return (module.__name__, partial.__module__)


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Observe, and turn whatever goes wrong into text."""
    found: dict[str, Any] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            observe(task, found)
        except BaseException:
            found["error"] = traceback.format_exc(limit=-12)
    found["warnings"] = [
        f"{w.category.__name__}: {w.message}" for w in caught if "memofp" in w.category.__module__
    ]
    return found


def in_child(task: dict[str, Any]) -> dict[str, Any]:
    """Answer a task in a forked child, which reports through a pipe."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(reader)
            sys.stdout = open(os.devnull, "w")
            with open(writer, "w") as pipe:
                json.dump(answer(task), pipe)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else {"error": f"the child died with status {status}", "warnings": []}


def warm() -> None:
    """Load what a first call loads, once for all children."""
    with tempfile.TemporaryDirectory() as directory:
        memofp.memoize(cache_dir=directory)(nothing)()
        close_all()


def nothing() -> None:
    """Be memoized."""


if __name__ == "__main__":
    tasks = json.load(sys.stdin)
    warm()
    json.dump([in_child(task) for task in tasks], sys.stdout)
