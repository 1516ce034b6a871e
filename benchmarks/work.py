"""The functions that are memoized in the benchmarks.  They cost next to nothing, so that the rest is seen."""

from __future__ import annotations

from typing import Any

SCALE = 3


def helper(x: int) -> int:
    return x * SCALE


def number(x: int) -> int:
    return helper(x) + 1


def options(name: str, rate: float = 0.5, *, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"name": name, "rate": rate, "tags": list(tags)}


def array(values: Any) -> Any:
    return values * 2
