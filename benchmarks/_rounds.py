"""Measure contenders in turns: one round of each, then the next round, so that all meet the same machine."""

from __future__ import annotations

import gc
import importlib.util
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._peers import INSTALL
from benchmarks._rows import Samples

__all__ = ["FULL", "QUICK", "TINY", "Bench", "Scale"]

Call = Callable[[], object]


class Scale(NamedTuple):
    """How much is measured.

    Attributes:
        rounds: of each contender.
        round_s: how long a round of calls lasts at least, in seconds.
        size: factor on the sizes of big data and of big stores.
        processes: how many meet in one directory.
    """

    name: str
    rounds: int
    round_s: float
    size: float
    processes: int

    def of(self, number: float, least: int = 1) -> int:
        """Return a size at this scale."""
        return max(least, int(number * self.size))


FULL = Scale("full", 9, 0.04, 1.0, 8)
QUICK = Scale("quick", 5, 0.01, 0.1, 8)
TINY = Scale("tiny", 2, 0.0, 0.001, 2)


class Bench:
    """What one row measures with.

    Attributes:
        scale: how much to measure.
        directory: an empty directory of the row's own.
        missing: peers and libraries that are not installed, and the command that installs them.
    """

    def __init__(self, scale: Scale, directory: Path) -> None:
        self.scale = scale
        self.directory = directory
        self.missing: dict[str, str] = {}

    def have(self, names: Iterable[str]) -> list[str]:
        """Return those of the peers or libraries that are installed, and note the others."""
        found = []
        for name in names:
            if importlib.util.find_spec(name) is None:
                self.missing[name] = INSTALL.get(name, f"pip install {name}")
            else:
                found.append(name)
        return found

    def folder(self, name: str) -> Path:
        """Return a new directory."""
        made = self.directory / name.replace(" ", "-").replace(",", "")
        made.mkdir(parents=True, exist_ok=True)
        return made

    def in_turns(
        self,
        calls: Mapping[str, Call],
        *,
        number: int | None = None,
        rounds: int | None = None,
        clock: Callable[[], float] = time.process_time,
        after: Mapping[str, Call] | None = None,
    ) -> Samples:
        """Return seconds a call, one figure for each round and contender.

        Args:
            calls: what each contender does.
            number: calls a round; None for as many as fill `round_s`.
            rounds: None for the scale's.
            clock: gives seconds; by default those of this process on the CPU, which other programs
                hardly change.
            after: what to do after a contender's round, off the clock.
        """
        samples: Samples = {name: [] for name in calls}
        numbers = {name: number or _fitting(call, self.scale.round_s) for name, call in calls.items()}
        for turn in range(rounds or self.scale.rounds):
            for name in _rotated(list(calls), turn):
                samples[name].append(_timed(calls[name], numbers[name], clock))
                if after is not None and name in after:
                    after[name]()
        return samples


def _rotated(names: list[str], turn: int) -> list[str]:
    """Let another one begin each time."""
    start = turn % len(names)
    return names[start:] + names[:start]


def _timed(call: Call, number: int, clock: Callable[[], float]) -> float:
    gc.collect()
    gc.disable()
    try:
        repeats = range(number)
        start = clock()
        for _ in repeats:
            call()
        return (clock() - start) / number
    finally:
        gc.enable()


def _fitting(call: Call, seconds: float) -> int:
    """Return how many calls last that long; they warm caches up, too."""
    number = 1
    while True:
        start = time.process_time()
        for _ in range(number):
            call()
        taken = time.process_time() - start
        if taken >= seconds:
            return number
        number = max(number * 2, min(number * 50, int(number * seconds / taken) if taken else number * 50))


def child_seconds(run: Callable[[], Any]) -> float:
    """Return the seconds on the CPU of the children that ended in a call."""
    before = _of_children()
    run()
    return _of_children() - before


def _of_children() -> float:
    try:
        import resource
    except ImportError:  # Windows; to a hundredth of a second
        times = os.times()
        return times.children_user + times.children_system
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
