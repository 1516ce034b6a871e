"""Several processes that run one script at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, sys, time
from memofp import memoize

def note(text):
    with open("ran", "a") as file:
        file.write(text + "\\n")

@memoize
def slow(x):
    note(f"slow {x}")
    time.sleep(0.3)
    return x * helper()

def helper():
    return 2

print(slow(21), slow.cache_info().hits)
"""


def run(directory: Path, count: int, seed: str) -> list[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": seed,
        "XDG_STATE_HOME": str(directory / "state"),
        "MEMOFP_CACHE_DIR": str(directory / "cache"),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "script.py"], cwd=directory, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    return [process.communicate(timeout=120)[0].strip() for process in processes]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "script.py").write_text(SCRIPT)
    return tmp_path


def test_processes_that_miss_the_same_key_compute_it_once(project: Path) -> None:
    answers = run(project, 6, "1")
    assert sorted(answers) == ["42 0"] + ["42 1"] * 5
    assert (project / "ran").read_text() == "slow 21\n"


def test_a_later_process_hits_and_an_edited_helper_misses(project: Path) -> None:
    assert run(project, 1, "1") == ["42 0"]
    assert run(project, 1, "2") == ["42 1"]
    (project / "script.py").write_text(SCRIPT.replace("return 2", "return 3"))
    assert run(project, 1, "3") == ["63 0"]
    (project / "script.py").write_text("# a comment\n" + SCRIPT)
    assert run(project, 1, "4") == ["42 1"]
