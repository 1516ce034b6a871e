"""Write an explanation as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from memofp._explain._text import cause_line, spot_line

if TYPE_CHECKING:
    from memofp._explain._types import Explanation

__all__ = ["explanation_html"]

_COLOURS = {"+": "#1a7f37", "-": "#cf222e"}


def explanation_html(explanation: Explanation) -> str:
    """Return a fragment that stands by itself; everything in it is escaped."""
    colour = "#1a7f37" if explanation.is_hit else "#9a6700"
    call = explanation.function
    if explanation.arguments is not None:
        call += f"({explanation.arguments})"
    title = "hit" if explanation.is_hit else explanation.reason
    rows = "".join(
        f'<tr><td style="text-align:left;vertical-align:top">{escape(name)}</td>'
        f'<td style="text-align:left">{text}</td></tr>'
        for name, text in _rows(explanation)
    )
    return (
        f'<div><div><b style="color:{colour}">{escape(title)}</b> <code>{escape(call)}</code></div>'
        f"<div>{escape(explanation.summary)}</div><table>{rows}</table></div>"
    )


def _rows(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield names, and texts that are HTML already."""
    for cause in explanation.causes:
        diff = "".join(_diff_line(line) for line in cause.diff)
        way = escape(" → ".join(cause.path))
        yield cause.what, f"{escape(cause_line(cause))}<div><small>{way}</small></div>{diff}"
    for change in explanation.argument_changes:
        yield change.name, f"<code>{escape(change.before)}</code> → <code>{escape(change.after)}</code>"
    for detail in explanation.details:
        yield "", escape(detail)
    for spot in explanation.blind_spots:
        yield "blind spot", escape(spot_line(spot))


def _diff_line(line: str) -> str:
    colour = _COLOURS.get(line[:1], "inherit")
    return f'<div style="color:{colour};white-space:pre"><code>{escape(line)}</code></div>'
