"""Execute the code of the README and of the documentation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import memofp

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def program(text: str) -> str:
    """Return the Python blocks of a page, on the lines where they stand in it."""
    lines = [""] * text.count("\n")
    for block in BLOCK.finditer(text):
        first = text[: block.start(1)].count("\n")
        code = block[1].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if BLOCK.search(page.read_text("utf-8"))], ids=lambda p: p.name
)
def test_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    script = tmp_path / f"{page.stem}.py"
    script.write_text(program(page.read_text("utf-8")), "utf-8")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("MEMOFP_", "PYTHON"))}
    path = {"PYTHONPATH": str(Path(memofp.__path__[0]).parent), "PYTHONUTF8": "1", "HOME": str(tmp_path)}
    finished = subprocess.run(
        [sys.executable, script.name],
        cwd=tmp_path,
        env={**kept, **path, "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Warning" not in finished.stderr


def test_readme_commands_are_two_lines_of_shell() -> None:
    """`.ci/run` takes the second one from the README."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    demo, tests = (block.strip() for block in blocks)
    assert "\n" not in demo + tests
    assert demo.endswith("-m memofp demo")
    assert "pytest" in tests
