"""Sizes, durations, moments and tables as text."""

from __future__ import annotations

import io

import pytest

from memofp._cli._screen import Column, PlainScreen, Table
from memofp._explain._diff import source_diff
from memofp._explain._units import ago, bytes_text, seconds_text, shorten


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (4520, "4.5 kB"),
        (130e6, "130 MB"),
        (2e9, "2.0 GB"),
        (5e15, "5000 TB"),
    ],
)
def test_bytes(size: float, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 us"),
        (12e-6, "12 us"),
        (0.9999e-3, "1.0 ms"),
        (0.0034, "3.4 ms"),
        (1.2, "1.20 s"),
        (59.999, "1 min 0 s"),
        (125, "2 min 5 s"),
        (11400, "3 h 10 min"),
    ],
)
def test_seconds(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (-3600, "in the future"),
        (-1, "just now"),
        (5, "just now"),
        (120, "2 min ago"),
        (7300, "2 h ago"),
        (90000, "1 day ago"),
        (3e5, "3 days ago"),
        (8e7, "2 years ago"),
    ],
)
def test_ages(age_s: float, text: str) -> None:
    assert ago(1e9, now=1e9 + age_s) == text


def test_long_texts_are_shortened_to_one_line() -> None:
    assert shorten("a\n  b", 10) == "a b"
    assert shorten("x" * 20, 10) == "x" * 7 + "..."


def test_plain_table_is_aligned() -> None:
    out = io.StringIO()
    PlainScreen(out).table(
        Table("T", [Column("name"), Column("n", True)], [["a", "1"], ["bcd", "100"]], ["", "101"])
    )
    assert (
        out.getvalue()
        == "\nT\n  name    n\n  ----  ---\n  a       1\n  bcd   100\n  ----  ---\n        101\n"
    )


def test_diff_has_marks_and_no_headers() -> None:
    before, after = "a\nb\nc\n", "a\nB\nc\n"
    assert list(source_diff(before, after)) == [(" ", "a"), ("-", "b"), ("+", "B"), (" ", "c")]
    assert next(source_diff(before, after, "f.py")) == ("@", " f.py:1")
