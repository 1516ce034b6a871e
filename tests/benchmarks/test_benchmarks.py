"""The benchmarks can be run: each row gives figures, whatever they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
# Whole processes and crowds take seconds even when they are tiny: "script" and "guard" stand for them.
IN_PROCESS = [
    "hit", "hit-options", "first-hit", "miss", "array-1mb", "array-100mb", "store-100mb", "guard", "growth",
    "front-memory", "hash-records", "hash-lists", "hash-dict", "hash-array", "hash-polars", "hash-pandas",
]  # fmt: skip

pytestmark = pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="the benchmarks are not here")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip


def test_each_row_gives_figures(tmp_path: Path) -> None:
    files = {"--json": "out.json", "--markdown": "out.md", "--plot": "out.svg"}
    written = [word for option, name in files.items() for word in (option, str(tmp_path / name))]
    only = [word for name in IN_PROCESS for word in ("--only", name)]
    done = run("--tiny", *only, *written)
    assert done.returncode == 0, done.stderr
    tree: dict[str, Any] = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [row["name"] for row in tree["rows"]] == IN_PROCESS
    for row in tree["rows"]:
        if not row["missing"]:
            assert all(mark["value"] >= 0 for mark in row["marks"]), row
    table = (tmp_path / "out.md").read_text("utf-8")
    assert all(f"`{name}`" in table for name in IN_PROCESS)
    ElementTree.parse(tmp_path / "out.svg")

    page = tmp_path / "page.md"
    page.write_text("above\n<!-- begin of the table -->\nold\n<!-- end of the table -->\nbelow\n", "utf-8")
    again = run("--again", str(tmp_path / "out.json"), "--markdown", str(page))
    assert again.returncode == 0, again.stderr
    text = page.read_text("utf-8")
    assert text.startswith("above")
    assert text.endswith("below\n")
    assert "old\n" not in text
    assert table in text


def test_a_row_that_does_not_exist_is_refused_with_the_names_of_those_that_do() -> None:
    done = run("--only", "nothing")
    assert done.returncode == 2
    assert "fingerprint" in done.stderr
