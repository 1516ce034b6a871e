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


def test_what_another_process_puts_in_its_place_is_seen(tmp_path: Path) -> None:
    """A hit may come from memory; `call` elsewhere replaces it there too."""
    (tmp_path / "script.py").write_text(
        "import subprocess, sys\nfrom memofp import memoize\n"
        "@memoize(ignore=('v',))\ndef f(v): return v\n"
        "if len(sys.argv) > 1:\n    f.call(2)\nelse:\n    a = f(1), f(1)\n"
        "    subprocess.run([sys.executable, 'script.py', 'x'], check=True)\n    print(*a, f(1))\n"
    )
    assert run(tmp_path, 1, "1") == ["1 1 2"]
