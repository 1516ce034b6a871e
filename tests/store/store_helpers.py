"""What the tests of the store share."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from memofp._store import Hit, Miss, ResultStore

ROOT = str(Path(__file__).resolve().parents[2])
VERSION = "0123456789abcdef" * 2


def key_of(number: int) -> bytes:
    """Return the key of a numbered call."""
    return number.to_bytes(16, "big")


def put(store: ResultStore, key: bytes, value: object, **options: object) -> bool:
    """Save a value under the names that these tests use."""
    arguments = {"function": "pkg.f", "version": VERSION, "duration_s": 1.0, **options}
    return store.save(key, value, **arguments)


def value_of(store: ResultStore, key: bytes, **options: object) -> object:
    """Return the value under a key; fail if there is none."""
    hit = store.load(key, **options)
    assert isinstance(hit, Hit), hit
    return hit.value


def reason_of(store: ResultStore, key: bytes) -> str:
    """Return why there is nothing under a key; fail if there is something."""
    miss = store.load(key)
    assert isinstance(miss, Miss), miss
    return miss.reason


def value_files(directory: Path) -> list[Path]:
    """Return the value files in a cache directory."""
    return sorted(directory.glob("??/??/*.val"))


def big(number: int = 0) -> bytes:
    """Return bytes that are too big for a row."""
    return bytes([number % 256]) * 100_000


def open_files() -> int:
    """Return how many descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


def run_python(
    program: str,
    *arguments: object,
    environment: dict[str, str] | None = None,
    flags: Sequence[str] = (),
    timeout_s: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a program in a new interpreter that can import memofp; fail if it fails."""
    command = [sys.executable, *flags, "-c", textwrap.dedent(program), *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env=child_environment(environment),
    )
    assert done.returncode == 0, done.stderr
    return done


def run_file(program: Path, *arguments: object, timeout_s: float = 60) -> None:
    """Run a program from a file, as multiprocessing needs it; fail if it fails."""
    command = [sys.executable, str(program), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout_s, check=False, env=child_environment(None)
    )
    assert done.returncode == 0, done.stderr


class Child(subprocess.Popen[str]):
    """A process whose pipe is closed when it has been waited for."""

    def wait(self, timeout: float | None = None) -> int:
        code = super().wait(timeout)
        assert self.stdout is not None
        self.stdout.close()
        return code

    def await_line(self, line: str) -> None:
        """Block until the process has printed this line."""
        assert self.stdout is not None
        assert self.stdout.readline() == line + "\n"


def start_python(program: str, *arguments: object) -> Child:
    """Start a program in a new interpreter that can import memofp."""
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return Child(command, stdout=subprocess.PIPE, text=True, env=child_environment(None))


def child_environment(more: dict[str, str] | None) -> dict[str, str]:
    """Return this environment with memofp importable."""
    return {**os.environ, "PYTHONPATH": ROOT, **(more or {})}
