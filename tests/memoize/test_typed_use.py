"""Type checkers keep the types of what `memoize` decorates, and refuse wrong uses."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).with_name("typed_use.py")
ROOT = Path(__file__).parents[2]
IGNORED = re.compile(r"\s*# type: ignore\[.*\]$")

CHECKERS = {
    "mypy": ["--strict", "--follow-imports=silent"],
    "pyright": [],
    "basedpyright": ["--level", "error"],
    "pyrefly": ["check", "--preset", "strict"],
}


def check(checker: str, file: Path) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec(checker) is None:
        pytest.skip(f"{checker} is not installed")
    return subprocess.run(
        [sys.executable, "-m", checker, *CHECKERS[checker], str(file)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers_keep_types(checker: str) -> None:
    finished = check(checker, SAMPLE)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("checker", CHECKERS)
def test_checkers_refuse_wrong_uses(checker: str, tmp_path: Path) -> None:
    """Every line of the sample that says `type: ignore` is an error without it, and no other line is."""
    lines = SAMPLE.read_text("utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if IGNORED.search(line)}
    bare = tmp_path / "typed_wrong.py"
    bare.write_text("\n".join(IGNORED.sub("", line) for line in lines) + "\n", "utf-8")
    output = check(checker, bare).stdout
    assert {int(number) for number in re.findall(r"typed_wrong\.py:(\d+)", output)} == wrong, output
