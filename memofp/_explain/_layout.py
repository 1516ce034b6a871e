"""Lay a dependency graph out in columns: who uses stands to the left of what is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memofp._call import path_to

if TYPE_CHECKING:
    from collections.abc import Collection

    from memofp._manifest import Dependency, Manifest

__all__ = ["Box", "Layout", "lay_out"]

LETTER = 7.3  # width of a letter in a box, in pixels, at the size that pages use
HEIGHT, GAP, COLUMN_GAP, PART_GAP = 34.0, 10.0, 56.0, 14.0
TALLEST = 22  # boxes above each other
LONGEST_NAME = 34  # letters
SWEEPS = 4


@dataclass(slots=True)
class Box:
    """One dependency and its place, in pixels from the upper left corner."""

    dependency: Dependency
    text: str
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes by label, the lines between them, and how much room they take.

    Attributes:
        boxes: label -> box.
        lines: pairs of labels, the user first.
        width, height: in pixels.
        left_out: number of dependencies beyond the limit.
    """

    boxes: dict[str, Box]
    lines: list[tuple[str, str]]
    width: float
    height: float
    left_out: int


def lay_out(manifest: Manifest, most: int = 400, keep: Collection[str] = ()) -> Layout:
    """Return the layout of a manifest.

    Args:
        manifest: the graph.
        most: how many dependencies to draw; of more, those that are nearest to the function.
        keep: labels to draw in any case, with what leads to them.
    """
    columns = _columns(manifest, most, keep)
    shown = {label for column in columns for label in column}
    lines = [
        (d.label, used) for d in manifest.dependencies if d.label in shown for used in d.uses if used in shown
    ]
    _untangle(columns, lines)
    boxes = _place(manifest, columns)
    width = max((box.x + box.width for box in boxes.values()), default=0.0)
    height = max((box.y + HEIGHT for box in boxes.values()), default=0.0)
    return Layout(boxes, lines, width, height, len(manifest) - len(shown))


def _columns(manifest: Manifest, most: int, keep: Collection[str]) -> list[list[str]]:
    """Return labels by their distance from the function; what it does not reach stands beside its uses."""
    listed = [d.label for d in manifest.dependencies if d.kind != "python"]
    distances = _distances(manifest)
    kept = {label for wanted in keep for label in path_to(manifest, wanted)}
    if listed:
        kept.add(listed[0])
    near = sorted(listed, key=lambda label: (label not in kept, distances.get(label, 1)))
    columns: dict[int, list[str]] = {}
    for label in near[: max(most, len(kept))]:
        columns.setdefault(distances.get(label, 1), []).append(label)
    return [columns[distance] for distance in sorted(columns)]


def _distances(manifest: Manifest) -> dict[str, int]:
    if not manifest.dependencies:
        return {}
    distances = {manifest.dependencies[0].label: 0}
    queue = list(distances)
    for label in queue:
        dependency = manifest.find(label)
        for used in dependency.uses if dependency else ():
            if used not in distances and used in manifest:
                distances[used] = distances[label] + 1
                queue.append(used)
    return distances


def _untangle(columns: list[list[str]], lines: list[tuple[str, str]]) -> None:
    """Order each column by the mean place of its neighbours, some times over."""
    neighbours: dict[str, list[str]] = {}
    for user, used in lines:
        neighbours.setdefault(user, []).append(used)
        neighbours.setdefault(used, []).append(user)
    for _ in range(SWEEPS):
        place = {label: i / (len(column) or 1) for column in columns for i, label in enumerate(column)}

        def mean(label: str, place: dict[str, float] = place) -> float:
            near = neighbours.get(label, [])
            return sum(place[n] for n in near) / len(near) if near else place[label]

        for column in columns:
            column.sort(key=mean)


def _place(manifest: Manifest, columns: list[list[str]]) -> dict[str, Box]:
    """Give each box its place; a column that is too tall is broken into several."""
    parts = [column[at : at + TALLEST] for column in columns for at in range(0, len(column), TALLEST)]
    starts = {column[0] for column in columns}
    tallest = max((len(part) for part in parts), default=0) * (HEIGHT + GAP)
    boxes: dict[str, Box] = {}
    x = -COLUMN_GAP
    for part in parts:
        x += COLUMN_GAP if part[0] in starts else PART_GAP
        found = [(label, manifest.find(label)) for label in part]
        texts = {label: _text(d) for label, d in found if d is not None}
        width = max(LETTER * max(len(text), 8) + 24 for text in texts.values())
        y = (tallest - len(part) * (HEIGHT + GAP)) / 2
        for label, dependency in found:
            if dependency is not None:
                boxes[label] = Box(dependency, texts[label], x, y, width)
                y += HEIGHT + GAP
        x += width
    return boxes


def _text(dependency: Dependency) -> str:
    name = dependency.name
    return name if len(name) <= LONGEST_NAME else "…" + name[-LONGEST_NAME + 1 :]
