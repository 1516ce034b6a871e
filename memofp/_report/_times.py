"""Sort moments into bars of equal width."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Bars", "choose_bars"]

MOST = 60  # bars in a chart
_WIDTHS_S = (
    1,
    5,
    15,
    60,
    300,
    900,
    3600,
    3 * 3600,
    6 * 3600,
    86400,
    7 * 86400,
    30 * 86400,
    90 * 86400,
    365 * 86400,
)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of equal width over a span of time.

    Attributes:
        start: of the first bar, in seconds since the epoch.
        width_s: of a bar, in seconds.
        count: number of bars.
    """

    start: float
    width_s: float
    count: int

    def bar_of(self, moment: float) -> int:
        """Return the number of the bar that a moment falls into; the nearest one if into none."""
        return min(max(int((moment - self.start) // self.width_s), 0), self.count - 1)


def choose_bars(first: float, last: float) -> Bars:
    """Return at most `MOST` bars of a round width that cover a span given in seconds since the epoch."""
    span = max(last - first, 0.0)
    width = next((w for w in _WIDTHS_S if span / w < MOST - 1), None)
    if width is None:
        years = math.ceil(span / (MOST - 1) / _WIDTHS_S[-1])
        width = years * _WIDTHS_S[-1]
    start = math.floor(first / width) * width
    return Bars(start, width, int((last - start) // width) + 1)
