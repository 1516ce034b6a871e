"""`python -m memofp inspect`: what it shows, and how it fails."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def rows(text: str) -> list[list[str]]:
    """Return the words of each line."""
    return [line.split() for line in text.splitlines()]


def test_functions_are_listed_with_versions_and_entries(run: Run, cache: Path) -> None:
    found = run("inspect", cache)
    assert found.returncode == 0, found.stderr
    assert found.stderr == ""
    listed = {row[0]: row[1:3] for row in rows(found.stdout) if row and row[0].startswith("app.")}
    assert listed == {"app.triple": ["2", "10"], "app.shout": ["1", "1"]}
    assert "a hit saves" in found.stdout
    assert "last use" in found.stdout


def test_plain_text_has_no_colour_and_no_trailing_blanks(run: Run, cache: Path) -> None:
    for line in run("inspect", cache, "triple").stdout.splitlines():
        assert "\x1b" not in line
        assert line == line.rstrip()


def test_function_is_shown_with_versions_dependencies_and_entries(run: Run, cache: Path) -> None:
    found = run("inspect", cache, "app.triple")
    assert found.returncode == 0, found.stderr
    words = rows(found.stdout)
    assert ["func", "app.helper"] in [row[:2] for row in words]
    assert any(row[:2] == ["self", "app.triple"] and row[2].endswith("app.py:11") for row in words)
    assert any(row[:2] == ["const", "app.RATE"] and row[-1] == "4" for row in words)
    assert "x=1" in found.stdout


def test_last_part_of_a_name_is_enough(run: Run, cache: Path) -> None:
    assert run("inspect", cache, "triple").stdout == run("inspect", cache, "app.triple").stdout


def test_limit_says_how_many_entries_are_left_out(run: Run, cache: Path) -> None:
    assert "and 7 more" in run("inspect", cache, "triple", "--limit", 3).stdout


def test_json_of_a_directory(run: Run, cache: Path) -> None:
    tree = json.loads(run("inspect", cache, "--json").stdout)
    by_name = {found["function"]: found for found in tree["functions"]}
    assert by_name["app.triple"]["entries"] == 10
    assert by_name["app.triple"]["versions"] == 2
    assert by_name["app.triple"]["size_bytes"] > 0
    assert by_name["app.triple"]["duration_s"] >= 0


def test_json_of_a_function(run: Run, cache: Path) -> None:
    tree = json.loads(run("inspect", cache, "triple", "--json").stdout)
    assert [version["entries"] for version in tree["versions"]] == [5, 5]
    assert len(tree["entries"]) == 10
    assert len(bytes.fromhex(tree["entries"][0]["key"])) == 16
    kinds = {dependency["kind"] for dependency in tree["versions"][0]["dependencies"]}
    assert {"self", "func", "const"} <= kinds


def test_markup_and_other_alphabets_in_values_are_shown_as_they_are(run: Run, cache: Path) -> None:
    assert "<script>[bold]hé" in run("inspect", cache, "shout").stdout


def test_stream_that_cannot_write_a_letter_gets_an_escape(
    run: Run, cache: Path, environment: dict[str, str]
) -> None:
    ascii_only = {**environment, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"}
    found = run("inspect", cache, "shout", env=ascii_only)
    assert found.returncode == 0, found.stderr
    assert "h\\xe9" in found.stdout


@pytest.mark.parametrize("kind", ["missing", "empty", "foreign", "file"])
def test_directory_that_is_no_cache_is_an_error(run: Run, tmp_path: Path, kind: str) -> None:
    directory = tmp_path / "place"
    if kind in ("empty", "foreign"):
        directory.mkdir()
    if kind == "foreign":
        (directory / "notes.txt").write_text("mine")
    if kind == "file":
        directory.write_text("mine")
    found = run("inspect", directory)
    assert found.returncode == 2
    assert found.stdout == ""
    assert str(directory) in found.stderr
    assert "Traceback" not in found.stderr
    if kind != "missing":
        left = [path.name for path in directory.iterdir()] if directory.is_dir() else ["mine"]
        assert left == {"empty": [], "foreign": ["notes.txt"], "file": ["mine"]}[kind]


def test_unknown_function_is_an_error_that_names_the_nearest(run: Run, cache: Path) -> None:
    found = run("inspect", cache, "tripel")
    assert found.returncode == 2
    assert "did you mean app.triple" in found.stderr


def test_no_command_is_a_usage_error(run: Run) -> None:
    found = run()
    assert found.returncode == 2
    assert "usage:" in found.stderr


def test_closed_pipe_is_survived(cache: Path, environment: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "memofp", "inspect", str(cache), "triple", "--json"]
    finished = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, env=environment, text=True, timeout=60, check=False
    )
    os.close(writer)
    assert finished.returncode == 0
    assert finished.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk_is_said(cache: Path, environment: dict[str, str]) -> None:
    with open("/dev/full", "w") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "memofp", "inspect", str(cache)],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            timeout=60,
            check=False,
        )
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr


def test_terminal_gets_tables_that_fit(cache: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("rich")
    ours, theirs = pty.openpty()
    finished = subprocess.run(
        [sys.executable, "-m", "memofp", "inspect", str(cache)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**environment, "TERM": "xterm", "COLUMNS": "70", "NO_COLOR": "1"},
        timeout=60,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert finished.returncode == 0, finished.stderr
    assert "app.triple" in shown
    assert "─" in shown
    assert "\x1b[3" not in shown  # no colour where NO_COLOR asks for none


def test_names_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from memofp._cli._screen import Column, PlainScreen, Table

    screen = PlainScreen(sys.stdout)
    screen.line("evil\x1b]0;title\x07 \x9b2J\r")
    screen.table(Table("t\x1b[2J", [Column("c")], [["\x1b[31mred"]]))
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\r"}
    assert "\\x1b[31mred" in shown


def test_names_cannot_steer_a_terminal_through_rich() -> None:
    rich_console = pytest.importorskip("rich.console")
    import io

    from memofp._cli._screen import Column, RichScreen, Table

    out = io.StringIO()
    screen = RichScreen(out)
    screen._console = rich_console.Console(file=out, force_terminal=True, color_system=None, width=80)
    screen.line("evil\x1b]0;title\x07", "bold")
    screen.table(Table("t", [Column("c")], [["\x1b[31mred"]]))
    assert "\x1b]" not in out.getvalue()
    assert "\x1b[31m" not in out.getvalue()


def test_looking_changes_nothing(run: Run, cache: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(cache, copy)
    first = run("inspect", copy, "--json")
    assert run("inspect", copy, "--json").stdout == first.stdout
