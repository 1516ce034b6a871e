"""`python -m memofp demo`: it computes exactly what it should, and leaves nothing behind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demonstration's working directory, which is its directory for temporary files too."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(run: Run, place: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Return what the demonstration printed."""
    return run("demo", cwd=place, env={**environment, "TMPDIR": str(place)})


def test_demo_ends_well(shown: subprocess.CompletedProcess[str]) -> None:
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert shown.stderr == ""
    assert "NOT AS EXPECTED" not in shown.stdout


def test_demo_shows_what_was_computed_each_time(shown: subprocess.CompletedProcess[str]) -> None:
    computed = [line.split()[1:3] for line in shown.stdout.splitlines() if line.startswith("  measure  ")]
    count = computed[0][0]
    assert int(count) > 50
    assert computed == [[count, "0"], ["0", count], ["0", count], [count, "0"]]
    parsed = [line.split()[1:3] for line in shown.stdout.splitlines() if line.startswith("  parse  ")]
    assert parsed == [[count, "0"], ["0", count], ["0", count], ["0", count]]


def test_demo_says_why(shown: subprocess.CompletedProcess[str]) -> None:
    why = shown.stdout.split("\nWhy\n")[1].split("\n\n")[0]
    assert "measure: computed again: func:analysis.measuring.weight" in why
    assert "analysis/measuring.py:" in why.replace("\\", "/")
    assert "-    return 1 if kind in LOOPS" in why
    assert "+    return 2 if kind in LOOPS" in why
    assert "parse: nothing that it reads has changed" in why
    assert "aggregate: computed again: same code" in why


def test_demo_ends_with_the_table(shown: subprocess.CompletedProcess[str]) -> None:
    table = shown.stdout.split("Functions in cache")[1]
    assert "analysis.pipeline.measure" in table


def test_demo_leaves_nothing_behind(shown: subprocess.CompletedProcess[str], place: Path) -> None:
    assert shown.returncode == 0
    assert list(place.iterdir()) == []


def test_directory_that_cannot_be_made_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    found = run("demo", "--keep", tmp_path / "file")
    assert found.returncode == 2
    assert "Traceback" not in found.stderr
