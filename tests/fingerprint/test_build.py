"""Building a fingerprint: imports on the way, callables without end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import memofp

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import pkg
from memofp import fingerprint
def setup():
    import pkg.sub
def main(x):
    setup()
    return pkg.sub.f(x)
if len(sys.argv) > 2:
    import pkg.sub
print(fingerprint(main).digest)
"""


def digest_of(folder: Path, *more: str) -> str:
    command = [sys.executable, "-c", PROGRAM, str(folder), *more]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_what_an_import_on_the_way_makes_reachable_counts(tmp_path: Path) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sub.py").write_text("def f(x):\n    return x + 1\n")
    first = digest_of(tmp_path)
    assert first == digest_of(tmp_path, "loaded before")
    (package / "sub.py").write_text("def f(x):\n    return x + 2\n")
    assert digest_of(tmp_path) != first


class Endless:
    def __getattr__(self, name: str) -> Any:
        return Endless()

    def __call__(self, x: int) -> int:
        return x


def test_callable_that_has_every_attribute_without_end() -> None:
    assert memofp.fingerprint(Endless()).digest == memofp.fingerprint(Endless()).digest
