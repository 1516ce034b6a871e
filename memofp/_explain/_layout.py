"""Lay a dependency graph out in columns: who uses stands to the left of what is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memofp._manifest import Dependency, Manifest

__all__ = ["Box", "Layout", "lay_out"]

LETTER = 7.3  # width of a letter in a box, in pixels, at the size that pages use
HEIGHT, GAP, COLUMN_GAP = 34.0, 10.0, 56.0
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


def lay_out(manifest: Manifest, most: int = 400) -> Layout:
    """Return the layout of a manifest; of a big one, of the dependencies that are nearest to the function."""
    columns = _columns(manifest, most)
    shown = {label for column in columns for label in column}
    lines = [
        (d.label, used) for d in manifest.dependencies if d.label in shown for used in d.uses if used in shown
    ]
    _untangle(columns, lines)
    boxes = _place(manifest, columns)
    width = max((box.x + box.width for box in boxes.values()), default=0.0)
    height = max((box.y + HEIGHT for box in boxes.values()), default=0.0)
    return Layout(boxes, lines, width, height, len(manifest) - len(shown))


def _columns(manifest: Manifest, most: int) -> list[list[str]]:
    """Return labels by their distance from the function; what it does not reach stands beside its uses."""
    if not manifest.dependencies:
        return []
    seen = {manifest.dependencies[0].label}
    columns = [[manifest.dependencies[0].label]]
    while columns[-1] and len(seen) < most:
        following: list[str] = []
        for label in columns[-1]:
            dependency = manifest.find(label)
            for used in dependency.uses if dependency else ():
                if used not in seen and used in manifest and len(seen) < most:
                    seen.add(used)
                    following.append(used)
        columns.append(following)
    loose = [d.label for d in manifest.dependencies if d.label not in seen and d.kind != "python"]
    room = max(0, most - len(seen)) if _is_whole(manifest, seen) else 0
    if loose[:room]:
        columns[1:2] = [columns[1] + loose[:room]] if len(columns) > 1 else [loose[:room]]
    return [column for column in columns if column]


def _is_whole(manifest: Manifest, seen: set[str]) -> bool:
    """Return whether everything that is used by what is shown is shown."""
    return all(
        used in seen or used not in manifest
        for d in manifest.dependencies
        if d.label in seen
        for used in d.uses
    )


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
    boxes: dict[str, Box] = {}
    tallest = max((len(column) for column in columns), default=0) * (HEIGHT + GAP)
    x = 0.0
    for column in columns:
        found = [(label, manifest.find(label)) for label in column]
        texts = {label: _text(d) for label, d in found if d is not None}
        width = max(LETTER * max(len(text), 8) + 24 for text in texts.values())
        y = (tallest - len(column) * (HEIGHT + GAP)) / 2
        for label, dependency in found:
            if dependency is not None:
                boxes[label] = Box(dependency, texts[label], x, y, width)
                y += HEIGHT + GAP
        x += width + COLUMN_GAP
    return boxes


def _text(dependency: Dependency) -> str:
    name = dependency.name
    return name if len(name) <= LONGEST_NAME else "…" + name[-LONGEST_NAME + 1 :]
