"""Draw results as SVG: how long each contender takes, in times of memofp, and how far each mark is met."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from html import escape

from benchmarks._report import mark_text
from benchmarks._rows import Result, Verdict

__all__ = ["draw"]

COLOURS = {
    "memofp": "#1f6feb", "joblib": "#d1242f", "diskcache": "#2da44e", "checkpointer": "#8250df",
    "cachier": "#bf8700", "raw write": "#57606a", "xxh3": "#57606a",
}  # fmt: skip
LEFT, WIDTH, LINE, TOP = 330, 620, 22, 56  # pixels
LOW, HIGH = -1.0, 3.0  # powers of ten on the first axis
SPAN = 2.0  # powers of ten to each side of the mark on the second axis


def draw(results: Iterable[Result], captions: Iterable[str]) -> str:
    """Return a picture of all rows, with lines of text below it."""
    results = list(results)
    compared = [result for result in results if "memofp" in result.samples and len(result.samples) > 1]
    parts: list[str] = []
    y = _draw_contenders(parts, compared, TOP)
    y = _draw_marks(parts, results, y + 60)
    for caption in captions:
        y += 16
        parts.append(_text(10, y + 14, caption, size=10))
    height, width = y + 30, LEFT + WIDTH + 60
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#24292f">'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _draw_contenders(parts: list[str], results: list[Result], top: int) -> int:
    parts.append(
        _text(10, top - 36, "Figure of each contender, in times of memofp's (less is to the left)", 14)
    )
    bottom = top + LINE * len(results)
    for power in range(int(LOW), int(HIGH) + 1):
        x = _place(power, LOW, HIGH)
        parts += [
            _line(x, top, x, bottom, "#d0d7de"),
            _text(x, top - 8, f"{10.0**power:g}x", anchor="middle"),
        ]
    for i, result in enumerate(results):
        y = top + LINE * i + LINE // 2
        parts.append(_text(LEFT - 12, y + 4, result.row.name, anchor="end"))
        for name, ratio in _ratios(result).items():
            x = _place(math.log10(ratio), LOW, HIGH)
            title = f"<title>{escape(f'{name}: {ratio:.2f}x')}</title>"
            colour = COLOURS.get(name, "#57606a")
            parts.append(f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{colour}">{title}</circle>')
    for i, (name, colour) in enumerate(COLOURS.items()):
        x = LEFT - 100 + i * 105
        parts.append(f'<circle cx="{x}" cy="{bottom + 18}" r="5" fill="{colour}"/>')
        parts.append(_text(x + 9, bottom + 22, name))
    return bottom + 30


def _ratios(result: Result) -> dict[str, float]:
    middle = {name: statistics.median(values) for name, values in result.samples.items()}
    floor = middle.pop("bare", 0.0)  # what the interpreter takes is no contender's work
    ours = max(middle["memofp"] - floor, 1e-12)
    return {name: max((value - floor) / ours, 1e-3) for name, value in middle.items() if name in COLOURS}


def _draw_marks(parts: list[str], results: list[Result], top: int) -> int:
    found = [(result, verdict) for result in results for verdict in result.verdicts()]
    measured = [(result, verdict) for result, verdict in found if verdict.value is not None]
    parts.append(_text(10, top - 36, "How far each mark is exceeded (right) or missed (left)", 14))
    bottom = top + LINE * len(measured)
    middle = _place(0, -SPAN, SPAN)
    for power, label in (
        (-2, "100x short"),
        (-1, "10x short"),
        (0, "the mark"),
        (1, "10x better"),
        (2, "100x"),
    ):
        x = _place(power, -SPAN, SPAN)
        parts += [_line(x, top, x, bottom, "#d0d7de"), _text(x, top - 8, label, anchor="middle")]
    for i, (result, verdict) in enumerate(measured):
        y = top + LINE * i + LINE // 2
        x = _place(_reach(verdict), -SPAN, SPAN)
        colour = "#2da44e" if verdict.is_met else "#d1242f"
        label = f"{result.row.name}, {mark_text(verdict.mark, result.row.unit)}"
        parts.append(_text(LEFT - 12, y + 4, label, anchor="end", size=10))
        parts.append(
            f'<rect x="{min(x, middle):.1f}" y="{y - 6}" width="{max(abs(x - middle), 1):.1f}" height="12" '
            f'fill="{colour}"/>'
        )
    return bottom


def _reach(verdict: Verdict) -> float:
    """Return how far a figure is beyond its mark, as a power of ten; negative if it is not met."""
    value = max(verdict.value or 0.0, 1e-12)
    ratio = value / verdict.mark.limit
    return math.log10(ratio if verdict.mark.is_least else 1 / ratio)


def _place(power: float, low: float, high: float) -> float:
    return LEFT + WIDTH * (min(max(power, low), high) - low) / (high - low)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}" stroke="{colour}"/>'


def _text(x: float, y: float, text: str, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>'
