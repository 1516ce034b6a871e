"""What a benchmark is: a row of the table, its marks, and how its figures are judged."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from benchmarks._rounds import Bench

__all__ = ["ROWS", "Mark", "Result", "Row", "Samples", "Verdict", "at_least", "at_most", "row"]

Samples = dict[str, list[float]]
"""Contender -> one figure a round; the i-th figures of all contenders are of one round."""


class Mark(NamedTuple):
    """What is asked of a row's figures.

    Attributes:
        limit: the number that is asked for.
        peer: whose figure the contender's is compared with; "" for the figure itself.
        is_least: True asks that the peer takes at least `limit` times as long; False, that the
            contender takes at most `limit` times as long as the peer, or at most `limit` as it is.
        of: the contender.
        floor: whose figure is taken off both, such as a bare interpreter's; "" for none.
    """

    limit: float
    peer: str = ""
    is_least: bool = False
    of: str = "memofp"
    floor: str = ""

    def values(self, samples: Samples) -> list[float]:
        """Return the compared figure of each round; nothing if a contender is missing."""
        names = [name for name in (self.of, self.peer, self.floor) if name]
        if any(not samples.get(name) for name in names):
            return []
        rounds = len(samples[self.of])
        floor = samples[self.floor] if self.floor else [0.0] * rounds
        ours = [value - low for value, low in zip(samples[self.of], floor, strict=True)]
        if not self.peer:
            return ours
        theirs = [value - low for value, low in zip(samples[self.peer], floor, strict=True)]
        above, below = (theirs, ours) if self.is_least else (ours, theirs)
        return [a / b if b else float("inf") for a, b in zip(above, below, strict=True)]

    def is_met(self, value: float) -> bool:
        """Tell whether a compared figure is good enough."""
        return value >= self.limit if self.is_least else value <= self.limit


def at_least(times: float, peer: str, of: str = "memofp", floor: str = "") -> Mark:
    """Ask that a contender is so many times as fast as a peer."""
    return Mark(times, peer, True, of, floor)


def at_most(limit: float, peer: str = "", of: str = "memofp", floor: str = "") -> Mark:
    """Ask that a contender takes at most so many times as long as a peer, or so much."""
    return Mark(limit, peer, False, of, floor)


class Verdict(NamedTuple):
    """A mark and what was measured for it.

    Attributes:
        value: median of the rounds; None where a contender is missing.
        low: first quartile of the rounds.
        high: third quartile of the rounds.
    """

    mark: Mark
    value: float | None
    low: float = 0.0
    high: float = 0.0

    @property
    def is_met(self) -> bool | None:
        """Whether the mark is met; None if it could not be measured."""
        return None if self.value is None else self.mark.is_met(self.value)


class Row(NamedTuple):
    """One benchmark.

    Attributes:
        name: for `--only`.
        work: what is measured, for people.
        marks: what is asked of the figures.
        unit: of the figures: "s", "executions" or "bytes".
        clock: what the figures are of: "cpu" (of process and kernel) or "wall".
        measure: does it.
    """

    name: str
    work: str
    marks: tuple[Mark, ...]
    unit: str
    clock: str
    measure: Callable[[Bench], Samples]


class Result(NamedTuple):
    """A row's figures; `missing` says which peers are not there and how to get them."""

    row: Row
    samples: Samples
    missing: dict[str, str]

    def verdicts(self) -> list[Verdict]:
        """Return each mark with its figure."""
        return [_judge(mark, self.samples) for mark in self.row.marks]


def _judge(mark: Mark, samples: Samples) -> Verdict:
    values = mark.values(samples)
    if not values:
        return Verdict(mark, None)
    low, value, high = quartiles(values)
    if mark.floor:
        # Differences of single rounds are noisy: the difference of medians is what counts.
        middle = {name: [statistics.median(figures)] for name, figures in samples.items()}
        value = mark.values(middle)[0]
    return Verdict(mark, value, min(low, value), max(high, value))


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """Return first quartile, median and third quartile."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


ROWS: dict[str, Row] = {}


def row(
    name: str, work: str, *marks: Mark, unit: str = "s", clock: str = "cpu"
) -> Callable[[Callable[[Bench], Samples]], Callable[[Bench], Samples]]:
    """Make a function that measures a row of the table; see `Row`."""

    def enter(measure: Callable[[Bench], Samples]) -> Callable[[Bench], Samples]:
        ROWS[name] = Row(name, work, marks, unit, clock, measure)
        return measure

    return enter
