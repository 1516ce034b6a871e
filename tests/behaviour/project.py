"""Write a small project, run it in fresh processes, edit it, and run it again."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interpreters import environment

__all__ = ["Edit", "Project", "ask", "parse_files"]

PROBE = Path(__file__).with_name("probe.py")
TIMEOUT_S = 170.0

Edit = tuple[str, str, str]
"""File, old text, new text.  An empty old text stands for the whole file."""


def parse_files(text: str) -> dict[str, str]:
    """Split a text with `=== name` lines into files; what stands before the first is `app.py`."""
    files: dict[str, str] = {}
    name = "app.py"
    for line in textwrap.dedent(text).strip("\n").splitlines():
        if line.startswith("=== "):
            name = line.removeprefix("=== ").strip()
            files[name] = ""
        else:
            files[name] = files.get(name, "") + line + "\n"
    return files


@dataclass
class Project:
    """A directory of modules under test.

    Attributes:
        root: where its files are.
        state: the private home of its processes, where memofp keeps its signing key.
    """

    root: Path
    state: Path

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.state.mkdir(parents=True, exist_ok=True)

    @property
    def cache(self) -> Path:
        """Return the cache directory, which lies beside the project."""
        return self.root.parent / f"{self.root.name}.cache"

    def write(self, text: str) -> None:
        """Write the files of a text with `=== name` lines."""
        for name, content in parse_files(text).items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one place in a file where a text stands; an empty old text replaces the file."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if old:
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            new = text.replace(old, new)
        else:
            new = textwrap.dedent(new)
        path.write_text(new, encoding="utf-8")

    def run(
        self,
        program: str,
        *arguments: str,
        hash_seed: str = "0",
        python: str | None = None,
        stdin: str | None = None,
        **variables: str,
    ) -> str:
        """Run one of the project's files, or `-` for stdin, in a fresh process and return what it printed."""
        finished = subprocess.run(
            [python or sys.executable, program, *arguments],
            cwd=self.root,
            env=environment(self.state, hash_seed, MEMOFP_CACHE_DIR=str(self.cache), **variables),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert finished.returncode == 0, f"{program} failed:\n{finished.stdout}\n{finished.stderr}"
        return finished.stdout


def ask(
    tasks: Sequence[dict[str, Any]], state: Path, hash_seed: str = "0", python: str | None = None
) -> list[dict[str, Any]]:
    """Let a fresh process observe several projects (see `probe.observe`)."""
    finished = subprocess.run(
        [python or sys.executable, str(PROBE)],
        input=json.dumps(tasks),
        env=environment(state, hash_seed),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    answers: list[dict[str, Any]] = json.loads(finished.stdout)
    return answers
