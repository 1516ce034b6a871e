"""`prune`, `clear`, `verify` and `repair`."""

from __future__ import annotations

import argparse
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from memofp._cli._upkeep import age, size

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = ("prune", "clear", "verify", "repair")


@pytest.fixture
def copy(cache: Path, tmp_path: Path) -> Path:
    """Return a copy of the cache to spoil."""
    shutil.copytree(cache, tmp_path / "copy")
    return tmp_path / "copy"


def damage(directory: Path) -> None:
    connection = sqlite3.connect(directory / "cache.db")
    key, value = connection.execute("SELECT key, value FROM Cache LIMIT 1").fetchone()
    connection.execute("UPDATE Cache SET value = ? WHERE key = ?", (value[:-1] + b"\xff", key))
    connection.commit()
    connection.close()


def entries(run: Run, directory: Path) -> int:
    tree = json.loads(run("inspect", directory, "--json").stdout)
    return sum(int(function["entries"]) for function in tree["functions"])


def test_prune_keeps_within_limits(run: Run, copy: Path) -> None:
    assert "0 evicted" in run("prune", copy).stdout
    found = run("prune", copy, "--max-entries", 4, "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["evicted"] >= 7
    assert entries(run, copy) <= 4
    run("prune", copy, "--max-age", "0s")
    assert entries(run, copy) == 0


def test_clear_removes_a_function_a_version_or_everything(run: Run, copy: Path) -> None:
    tree = json.loads(run("inspect", copy, "triple", "--json").stdout)
    version = tree["versions"][0]["version"]
    assert "5 entries removed" in run("clear", copy, "triple", "--version", version[:8]).stdout
    assert json.loads(run("clear", copy, "triple", "--json").stdout) == {"removed": {"app.triple": 5}}
    assert entries(run, copy) == 1
    assert run("clear", copy, "--all").returncode == 0
    assert run("clear", copy, "--all").returncode == 1
    assert entries(run, copy) == 0


def test_clear_of_nothing_or_of_two_things_is_an_error(run: Run, copy: Path) -> None:
    for arguments in ((), ("triple", "--all"), ("nobody",), ("triple", "--version", "zzz")):
        found = run("clear", copy, *arguments)
        assert found.returncode == 2
        assert "Traceback" not in found.stderr
    assert entries(run, copy) == 11


def test_verify_finds_and_repair_removes_damage(run: Run, copy: Path) -> None:
    assert "nothing is wrong" in run("verify", copy).stdout
    damage(copy)
    found = run("verify", copy)
    assert found.returncode == 1
    assert "damaged" in found.stdout
    assert json.loads(run("verify", copy, "--json").stdout)["is_sound"] is False
    assert run("repair", copy).returncode == 0
    assert run("verify", copy).returncode == 0
    assert entries(run, copy) == 10


@pytest.mark.parametrize("command", COMMANDS)
def test_directory_that_is_no_cache_is_an_error(run: Run, tmp_path: Path, command: str) -> None:
    found = run(command, tmp_path / "missing", *(["--all"] if command == "clear" else []))
    assert found.returncode == 2
    assert "does not exist" in found.stderr
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("command", ["prune", "verify", "repair"])
def test_closed_pipe_is_survived(copy: Path, environment: dict[str, str], command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    finished = subprocess.run(
        [sys.executable, "-m", "memofp", command, str(copy)],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_no_progress_and_no_colour_in_a_pipe(run: Run, copy: Path, environment: dict[str, str]) -> None:
    found = run("verify", copy, env={**environment, "TERM": "xterm-256color"})
    assert "\x1b" not in found.stdout + found.stderr
    assert found.stderr == ""


def test_progress_on_a_terminal_goes_away() -> None:
    program = (
        "import time\nfrom memofp._cli import _progress\n_progress.FIRST_S = 0.05\n"
        "with _progress.Progress('checking'):\n    time.sleep(0.5)\n"
    )
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", program], stderr=theirs, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "\rchecking ... 0 s" in shown
    assert shown.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("text", "expected"), [("500", 500), ("200MB", 200_000_000), ("1.5 GiB", 1.5 * 2**30), ("2k", 2000)]
)
def test_sizes(text: str, expected: float) -> None:
    assert size(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("90", 90), ("12h", 43200), ("30d", 2_592_000), ("2min", 120)]
)
def test_ages(text: str, expected: float) -> None:
    assert age(text) == expected


def test_quantities_that_are_none() -> None:
    for read, text in ((size, "many"), (size, "5 parsecs"), (age, "-3"), (age, "")):
        with pytest.raises(argparse.ArgumentTypeError):
            read(text)
