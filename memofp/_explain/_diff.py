"""Show how two source texts differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

__all__ = ["source_diff"]


def source_diff(before: str, after: str, file: str = "", context: int = 1) -> Iterator[tuple[str, str]]:
    """Yield the lines of a small diff as a mark (`-`, `+`, space, `@` for a place) and a text.

    Args:
        before: the older text.
        after: the newer text.
        file: the name to show with line numbers before each group of lines; none are shown if empty.
        context: how many equal lines to show around each difference.
    """
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context)
    for number, line in enumerate(lines):
        if number < 2:  # the two lines with the files' names
            continue
        if not line.startswith("@@"):
            yield line[:1], line[1:]
        elif file:
            start = line.split("+")[1].split(",")[0].split(" ")[0]
            yield "@", f" {file}:{start}"
