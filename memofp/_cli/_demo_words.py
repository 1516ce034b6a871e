"""What the demonstration says and edits."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "AGAIN",
    "COMMENT_EDIT",
    "CONCLUSION",
    "FIRST",
    "HELPER_EDIT",
    "INTRODUCTION",
    "KEPT",
    "NOT_KEPT",
    "Edit",
]

INTRODUCTION = """\
memofp keeps results on disk under a key made of what a function would do and what it was given.
Here it is at work on {files} source files of the standard library.  A small project reads and measures them:

    {package}/pipeline.py    @memoize  parse -> measure -> aggregate,  vocabulary
    {package}/reading.py     helpers of parse and vocabulary
    {package}/measuring.py   helpers of measure and aggregate"""

FIRST = "1. First run: everything is computed"
AGAIN = "2. Second run, in a new process: nothing is computed"


class Edit(NamedTuple):
    """An edit of the scratch copy: the heading to show, the file, the old and the new text."""

    heading: str
    file: str
    old: str
    new: str


COMMENT_EDIT = Edit(
    "3. Write a comment and rename a local variable: nothing is computed",
    "measuring.py",
    "    ordered = sorted(numbers)\n    return ordered[len(ordered) // 2] if ordered else 0\n",
    "    # The upper one, where two are in the middle.\n"
    "    ranked = sorted(numbers)\n    return ranked[len(ranked) // 2] if ranked else 0\n",
)

HELPER_EDIT = Edit(
    "4. Edit a helper: exactly what depends on it is computed",
    "measuring.py",
    "    return 1 if kind in LOOPS or kind in FORKS else 0\n",
    "    return 2 if kind in LOOPS else 1 if kind in FORKS else 0\n",
)

CONCLUSION = """
`python -m memofp inspect CACHE_DIR` shows this table for any cache, and with FUNCTION behind it
a function's versions, dependencies and entries.  {kept}"""
KEPT = "This one is kept in {cache}."
NOT_KEPT = "This one goes away now; `demo --keep DIR` leaves one behind."
