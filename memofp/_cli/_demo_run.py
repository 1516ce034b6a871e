"""Copy the demonstration's project and run the copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import memofp
from memofp._errors import MemofpError

__all__ = ["PACKAGE", "DemoError", "Run", "copy_project", "library_files", "run_project"]

PACKAGE = "analysis"
PROJECT = Path(__file__).with_name("demo_project")
TIMEOUT_S = 300.0
SMALLEST_FILE_BYTES = 2_000
LARGEST_FILE_BYTES = 150_000
SKIPPED = {
    "test",
    "tests",
    "site-packages",
    "dist-packages",
    "__pycache__",
    "idlelib",
    "lib2to3",
    "encodings",
}
SKIPPED |= {"turtledemo", "pydoc_data", "tkinter", "ensurepip", "distutils"}


class DemoError(MemofpError, RuntimeError):
    """The demonstration cannot run here."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the project reported.

    Attributes:
        seconds: time of its work, without the interpreter's start.
        functions: name -> hits, misses and seconds_saved.
        versions: name -> fingerprint.
        figures: what it found out.
    """

    seconds: float
    functions: dict[str, dict[str, float]]
    versions: dict[str, str]
    figures: dict[str, Any]

    @property
    def computed(self) -> dict[str, int]:
        """Return how many calls each function computed, leaving out those that computed none."""
        return {name: int(counts["misses"]) for name, counts in self.functions.items() if counts["misses"]}

    @property
    def hits(self) -> int:
        """Return how many calls were answered from the cache."""
        return int(sum(counts["hits"] for counts in self.functions.values()))


def copy_project(directory: Path) -> None:
    """Write a copy of the project below a directory.

    Raises:
        DemoError: the directory cannot be written, or holds such a copy already.
    """
    try:
        # Written anew and not copied: an installed file's mode may forbid the edits to come.
        (directory / PACKAGE).mkdir(parents=True)
        for source in sorted(PROJECT.glob("*.py")):
            (directory / PACKAGE / source.name).write_text(source.read_text("utf-8"), "utf-8")
    except OSError as error:
        raise DemoError(f"cannot make the demo's project in {directory}: {error}") from error


def run_project(directory: Path, cache: Path, files: dict[str, str], hash_seed: int) -> Run:
    """Run the copy in a new process and return its report.

    Raises:
        DemoError: it failed, or did not end.
    """
    try:
        finished = subprocess.run(
            # -B: the next edit may fall into the same second, and a stale .pyc would run the old code.
            [sys.executable, "-B", "-m", PACKAGE],
            cwd=directory,
            env=_environment(cache, hash_seed),
            input=json.dumps(files),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
        )
        return Run(**json.loads(finished.stdout))
    except subprocess.CalledProcessError as error:
        raise DemoError(f"the demo's project failed:\n{error.stderr}") from error
    except (OSError, subprocess.TimeoutExpired, ValueError, TypeError) as error:
        raise DemoError(f"the demo's project did not run: {error}") from error


def _environment(cache: Path, hash_seed: int) -> dict[str, str]:
    """Return the environment of a run: its cache and hash seed, and the same memofp as this process has."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("MEMOFP_")}
    environment["PYTHONHASHSEED"] = str(hash_seed)
    environment["MEMOFP_CACHE_DIR"] = str(cache)
    root = Path(memofp.__path__[0]).parent
    if root.name not in ("site-packages", "dist-packages"):  # a checkout, which only `sys.path` knows of
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH")]))
    return environment


def _has_functions(path: Path) -> bool:
    if not SMALLEST_FILE_BYTES < path.stat().st_size < LARGEST_FILE_BYTES:
        return False
    text = path.read_bytes()
    return b"\ndef " in text or b"    def " in text


def library_files() -> dict[str, str]:
    """Return name -> path of the standard library's own source files.

    Raises:
        DemoError: this Python has no source files of its library.
    """
    root = Path(sysconfig.get_path("stdlib"))
    found = {}
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        # Files without functions all measure the same, and would share an entry.
        if not SKIPPED & set(relative.parts[:-1]) and _has_functions(path):
            found[relative.as_posix()] = str(path)
    if not found:
        raise DemoError(f"this Python has no source files in {root}")
    return found
