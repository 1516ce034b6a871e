"""Write a manifest as a graph: dot, mermaid, JSON, SVG, or one HTML page."""

from __future__ import annotations

import json
from collections.abc import Collection
from html import escape
from typing import TYPE_CHECKING

from memofp._explain._layout import HEIGHT, Box, Layout, lay_out

if TYPE_CHECKING:
    from memofp._manifest import Dependency, Manifest

__all__ = ["FORMATS", "GRAPH_STYLE", "graph_svg", "graph_text"]

FORMATS = ("dot", "mermaid", "html", "json")
_DOT_COLOURS = {
    "self": "#2f6f4f",
    "func": "#3b6ea8",
    "class": "#7a4fa3",
    "package": "#8a6d1f",
    "opaque": "#b03a2e",
}

# For pages that hold `graph_svg`; the page defines the variables.
GRAPH_STYLE = """
.graph{overflow:auto}
.graph svg{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;display:block}
.graph .line{fill:none;stroke:var(--line);stroke-width:1.3}
.graph .box rect{fill:var(--box);stroke:var(--kind,var(--muted));stroke-width:1.4}
.graph .box text{fill:var(--text)}
.graph .box .kind{fill:var(--kind,var(--muted));font-size:10px}
.graph .k-self{--kind:var(--k-self)}.graph .k-func{--kind:var(--k-func)}.graph .k-class{--kind:var(--k-class)}
.graph .k-const,.graph .k-mod,.graph .k-partial,.graph .k-schema{--kind:var(--k-value)}
.graph .k-package{--kind:var(--k-package)}.graph .k-opaque{--kind:var(--k-opaque)}
.graph .changed rect{fill:var(--changed);stroke:var(--changed-edge);stroke-width:2.2}
.graph .box:hover rect{stroke-width:2.6}
"""
_PAGE_STYLE = """
:root{--page:#fbfaf8;--text:#22211f;--muted:#8a867e;--line:#c9c4ba;--box:#fff;--changed:#fff1d6;
--changed-edge:#c77700;--k-self:#1d7a4f;--k-func:#2f6db5;--k-class:#7a4fa3;--k-value:#a3561f;--k-package:#7d6a1a;--k-opaque:#c0392b}
@media (prefers-color-scheme:dark){:root{--page:#17181a;--text:#e8e6e1;--muted:#9a968d;--line:#4a4d52;
--box:#212327;--changed:#4a3610;--changed-edge:#f0a93b;--k-self:#4fc58c;--k-func:#6fb0f5;--k-class:#c39bea;--k-value:#eda06a;
--k-package:#d9c15a;--k-opaque:#ff7b6b}}
body{margin:24px;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
h1{font-size:18px;font-weight:600}p{color:var(--muted)}
"""


def graph_text(manifest: Manifest, form: str, changed: Collection[str] = ()) -> str:
    """Return a manifest's graph as text.

    Args:
        manifest: the graph.
        form: one of `FORMATS`.
        changed: labels to mark.
    """
    if form == "dot":
        return _dot(manifest, changed)
    if form == "mermaid":
        return _mermaid(manifest, changed)
    if form == "html":
        return _html(manifest, changed)
    return json.dumps({**manifest.to_json(), "changed": sorted(changed)}, indent=2)


def graph_svg(manifest: Manifest, changed: Collection[str] = (), most: int = 400) -> str:
    """Return an SVG element that a page's `GRAPH_STYLE` colours; everything in it is escaped."""
    layout = lay_out(manifest, most, changed)
    lines = "".join(_svg_line(layout, user, used) for user, used in layout.lines)
    boxes = "".join(_svg_box(box, box.dependency.label in changed) for box in layout.boxes.values())
    width, height = layout.width + 8, layout.height + 8
    rest = f"<p>and {layout.left_out} further dependencies</p>" if layout.left_out > 1 else ""
    return (
        f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="-4 -4 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="dependency graph">{lines}{boxes}</svg>{rest}'
    )


def _svg_line(layout: Layout, user: str, used: str) -> str:
    start, end = layout.boxes[user], layout.boxes[used]
    x1, y1 = start.x + start.width, start.y + HEIGHT / 2
    x2, y2 = end.x, end.y + HEIGHT / 2
    bend = 28 if x2 > x1 else 70
    middle = f"{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f}"
    return f'<path class="line" d="M{x1:.1f} {y1:.1f}C{middle} {x2:.1f} {y2:.1f}"/>'


def _svg_box(box: Box, is_changed: bool) -> str:
    d = box.dependency
    title = f"{d.label}\n{d.file}:{d.line}" if d.file else d.label
    if d.value is not None:
        title += f"\n{d.value}"
    style = f"box k-{escape(d.kind)}" + (" changed" if is_changed else "")
    return (
        f'<g class="{style}"><title>{escape(title)}</title><rect x="{box.x:.1f}" y="{box.y:.1f}" '
        f'width="{box.width:.1f}" height="{HEIGHT:.0f}" rx="6"/>'
        f'<text class="kind" x="{box.x + 12:.1f}" y="{box.y + 13:.1f}">{escape(d.kind)}</text>'
        f'<text x="{box.x + 12:.1f}" y="{box.y + 27:.1f}">{escape(box.text)}</text></g>'
    )


def _html(manifest: Manifest, changed: Collection[str]) -> str:
    name = manifest.dependencies[0].name if manifest.dependencies else "nothing"
    count = len(manifest) - sum(d.kind == "python" for d in manifest.dependencies)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{_PAGE_STYLE}{GRAPH_STYLE}</style></head><body><h1>What {escape(name)} depends on</h1>"
        f"<p>{count} dependencies, itself included"
        f"{', the changed ones marked' if changed else ''}</p>"
        f'<div class="graph">{graph_svg(manifest, changed, 2000)}</div></body></html>\n'
    )


def _dot(manifest: Manifest, changed: Collection[str]) -> str:
    rows = [
        "digraph dependencies {",
        "  rankdir=LR;",
        '  node [shape=box, style=rounded, fontname="monospace"];',
    ]
    for d in _listed(manifest):
        colour = _DOT_COLOURS.get(d.kind, "#888888")
        mark = ', style="rounded,filled", fillcolor="#ffe7b8"' if d.label in changed else ""
        text = json.dumps(f"{d.kind}\n{d.name}", ensure_ascii=False)
        rows.append(f'  {_dot_name(d.label)} [label={text}, color="{colour}"{mark}];')
    rows += [f"  {_dot_name(d.label)} -> {_dot_name(used)};" for d in _listed(manifest) for used in d.uses]
    return "\n".join([*rows, "}"])


def _dot_name(label: str) -> str:
    return json.dumps(label, ensure_ascii=False)


def _mermaid(manifest: Manifest, changed: Collection[str]) -> str:
    names = {d.label: f"n{number}" for number, d in enumerate(_listed(manifest))}
    rows = ["flowchart LR"]
    rows += [f'  {names[d.label]}["{_mermaid_text(d.label)}"]' for d in _listed(manifest)]
    rows += [
        f"  {names[d.label]} --> {names[used]}" for d in _listed(manifest) for used in d.uses if used in names
    ]
    marked = [names[label] for label in changed if label in names]
    if marked:
        rows += [
            "  classDef changed fill:#ffe7b8,stroke:#c77700",
            f"  class {','.join(sorted(marked))} changed",
        ]
    return "\n".join(rows)


def _mermaid_text(label: str) -> str:
    """Return a text with everything that mermaid or HTML would read as its own as a code."""
    return "".join(c if c.isalnum() or c in " ._:-()[]," else f"#{ord(c)};" for c in label)


def _listed(manifest: Manifest) -> list[Dependency]:
    return [d for d in manifest.dependencies if d.kind != "python"]
