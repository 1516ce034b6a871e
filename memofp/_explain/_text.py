"""Write an explanation as text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from memofp._explain._types import VALUES

if TYPE_CHECKING:
    from memofp._explain._types import Cause, Explanation
    from memofp._manifest import BlindSpot

__all__ = ["cause_line", "cause_lines", "full_text", "one_line", "place_text", "spot_line", "styled_lines"]

SPOTS_SHOWN = 10


def full_text(explanation: Explanation) -> str:
    """Return the whole explanation, without a line's end at its end."""
    return "\n".join(text for text, _ in styled_lines(explanation))


def styled_lines(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield the lines of the whole explanation, each with a style of rich's for it."""
    call = explanation.function
    if explanation.arguments is not None:
        call += f"({explanation.arguments})"
    if explanation.is_hit:
        yield f"hit: {call}: {explanation.summary}", "bold green"
    else:
        yield f"miss: {call}: {explanation.reason}", "bold yellow"
        yield f"  {explanation.summary}", ""
    for cause in explanation.causes:
        yield from cause_lines(cause)
    for change in explanation.argument_changes:
        yield f"  {change.name}: {change.before} -> {change.after}", "yellow"
    for detail in explanation.details:
        yield f"  {detail}", "dim"
    spots = explanation.blind_spots
    if spots:
        yield "  what reading the code cannot follow:", "bold"
        for spot in spots[:SPOTS_SHOWN]:
            yield f"    {spot_line(spot)}", ""
        if len(spots) > SPOTS_SHOWN:
            yield f"    and {len(spots) - SPOTS_SHOWN} more", ""


def one_line(explanation: Explanation) -> str:
    """Return the explanation in one line."""
    call = explanation.function
    if explanation.arguments is not None:
        call += f"({explanation.arguments})"
    if explanation.is_hit:
        return f"hit: {call}"
    text = f"miss: {call}: {explanation.reason}"
    if explanation.causes:
        first, *rest = explanation.causes
        return f"{text}: {cause_line(first)}" + (f" and {len(rest)} more" if rest else "")
    if explanation.argument_changes:
        changes = (f"{c.name}: {c.before} -> {c.after}" for c in explanation.argument_changes)
        return f"{text}: {', '.join(changes)}"
    return f"{text}: {explanation.summary}"


def cause_line(cause: Cause) -> str:
    """Return one line about a cause: what it is, its old and new value, where it stands."""
    text = cause.label if cause.what == "changed" else f"{cause.label} is {cause.what}"
    if cause.before is not None and cause.after is not None:
        if cause.before != cause.after:
            text += f": {cause.before} -> {cause.after}"
        else:
            text += f": a part of {cause.after} that is not shown"
    place = place_text(cause.file, cause.line)
    verb = "read at" if cause.kind in VALUES else "at"
    return f"{text} {verb} {place}" if place else text


def place_text(file: str | None, line: int | None) -> str:
    """Return `file:line`, relative to the working directory if it is below it; empty if unknown."""
    if not file:
        return ""
    shown = os.path.relpath(file) if file.startswith(os.getcwd() + os.sep) else file
    return f"{shown}:{line}" if line else shown


def spot_line(spot: BlindSpot) -> str:
    """Return one line about a blind spot."""
    place = place_text(spot.file, spot.line)
    return f"{spot.what} in {spot.where}" + (f" at {place}" if place else "")


def cause_lines(cause: Cause) -> Iterator[tuple[str, str]]:
    """Yield the lines of a cause, each with a style of rich's: the cause, the way to it, its diff."""
    yield f"  {cause_line(cause)}", "yellow"
    if len(cause.path) > 2:
        yield f"    by way of {' -> '.join(cause.path[:-1])}", "dim"
    for line in cause.diff:
        yield f"    {line}".rstrip(), {"+": "green", "-": "red"}.get(line[:1], "dim")
