"""The functions that are memoized in the benchmarks.  They cost next to nothing, so that the rest is seen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

SCALE = 3


def helper(x: int) -> int:
    return x * SCALE


def number(x: int) -> int:
    return helper(x) + 1


def other(x: int) -> int:
    return helper(x) - 1


def options(name: str, rate: float = 0.5, *, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"name": name, "rate": rate, "tags": list(tags)}


def array(values: Any) -> Any:
    return values * 2


def big(size: int) -> Any:
    import numpy

    return numpy.arange(size, dtype="f8")


def kept(i: int, values: Any) -> Any:  # noqa: ARG001 # what tells the calls apart
    return values


def texts(size: int, i: int) -> list[str]:
    return [f"{i:09}{j:091}" for j in range(size // 100)]


def slow(marks: str, seconds: float) -> int:
    """Leave a trace of each execution in a folder."""
    import os

    (Path(marks) / f"{os.getpid()}-{time.monotonic_ns()}").touch()
    time.sleep(seconds)
    return 7
