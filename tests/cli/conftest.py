"""A cache directory made by a small program, and a way to run the command line on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import memofp

PROGRAM = """
import memofp

RATE = 3


def helper(x):
    return x * RATE


@memofp.memoize
def triple(x):
    return helper(x)


@memofp.memoize
def shout(text):
    return text.upper()


if __name__ == "__main__":
    for i in range(5):
        triple(i)
    triple(1)
    shout("<script>[bold]hé")
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment with a home of its own, for the signing key, and without options of memofp."""
    home = str(tmp_path_factory.mktemp("home"))
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("MEMOFP_", "PYTHON"))}
    root = {"PYTHONPATH": str(Path(memofp.__path__[0]).parent), "PYTHONUTF8": "1"}
    # An edit may fall into the same second, and a stale .pyc would run the old code.
    root["PYTHONDONTWRITEBYTECODE"] = "1"
    return {**kept, **root, "HOME": home, "XDG_STATE_HOME": home, "TERM": "dumb"}


@pytest.fixture(scope="session")
def run(environment: dict[str, str]) -> Run:
    """Return a function that runs `python -m memofp` with arguments."""

    def start(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            [sys.executable, "-m", "memofp", *map(str, arguments)],
            **{
                "env": environment,
                "capture_output": True,
                "text": True,
                "timeout": 120,
                "check": False,
                **options,
            },
        )

    return start


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """Return a directory with entries of `app.triple` (two versions) and `app.shout`."""
    directory = tmp_path_factory.mktemp("project")
    for text in (PROGRAM, PROGRAM.replace("RATE = 3", "RATE = 4")):
        (directory / "app.py").write_text(text, "utf-8")
        subprocess.run(
            [sys.executable, "-B", "app.py"], cwd=directory, env=environment, check=True, timeout=60
        )
    return directory / ".memofp_cache"
