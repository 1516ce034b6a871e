"""Whole processes: import, and a script that decorates and hits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.contenders import SCRIPTS

ROOT = Path(__file__).parent.parent
IMPORTS = {
    "bare": "pass",
    "memofp": "import memofp",
    "joblib": "import joblib",
    "diskcache": "import diskcache",
}


def run(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, *arguments], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


@pytest.mark.parametrize("contender", IMPORTS)
@pytest.mark.benchmark(group="import, whole process")
def test_import(benchmark: Any, contender: str) -> None:
    benchmark.pedantic(run, ("-c", IMPORTS[contender]), rounds=15, iterations=1, warmup_rounds=2)


@pytest.mark.parametrize("contender", SCRIPTS)
@pytest.mark.benchmark(group="script with one hit, whole process")
def test_script(benchmark: Any, contender: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    start = "import sys\nfrom benchmarks.work import number\ndirectory = sys.argv[1]\n"
    script.write_text(start + SCRIPTS[contender])
    run(str(script), str(tmp_path / "cache"))
    benchmark.pedantic(run, (str(script), str(tmp_path / "cache")), rounds=15, iterations=1, warmup_rounds=2)
