"""Type checkers keep the types of what `memoize` decorates."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).with_name("typed_use.py")
ROOT = Path(__file__).parents[2]


CHECKERS = [["mypy", "--strict", "--follow-imports=silent"], ["pyright"]]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda command: command[0])
def test_checkers_keep_types(checker: list[str]) -> None:
    if importlib.util.find_spec(checker[0]) is None:
        pytest.skip(f"{checker[0]} is not installed")
    finished = subprocess.run(
        [sys.executable, "-m", *checker, str(SAMPLE)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
