"""`explain`, `accept`, `graph` and `diff`: the command line asks about functions that it imports."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

EDIT = ("x * RATE", "RATE * x")


@pytest.fixture
def project(cache: Path, tmp_path: Path) -> Path:
    """Return a copy of a directory with `app.py` and the cache that it filled."""
    directory = tmp_path / "project"
    shutil.copytree(cache.parent, directory)
    return directory


def edit(project: Path, old: str, new: str) -> None:
    path = project / "app.py"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_explain_a_hit(run: Run, project: Path) -> None:
    found = run("explain", "app:triple", "--args", 1, cwd=project)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("hit: app.triple(x=1)")


def test_explain_a_miss_by_name_and_as_json(run: Run, project: Path) -> None:
    edit(project, *EDIT)
    found = run("explain", "app:triple", "--args", "x=1", cwd=project)
    assert found.returncode == 1, found.stderr
    assert "miss: app.triple(x=1): code changed" in found.stdout
    assert "func:app.helper at app.py:7" in found.stdout
    assert "-    return x * RATE" in found.stdout
    tree = json.loads(run("explain", "app:triple", "--args", "1", "--json", cwd=project).stdout)
    assert tree["causes"][0]["path"] == ["self:app.triple", "func:app.helper"]


def test_explain_without_arguments_is_about_the_code(run: Run, project: Path) -> None:
    found = run("explain", "app.py:triple", cwd=project)
    assert found.returncode == 0, found.stderr
    assert "5 entries can be served" in found.stdout
    edit(project, *EDIT)
    found = run("explain", "app:triple", cwd=project)
    assert found.returncode == 1
    assert "code changed" in found.stdout


def test_program_that_calls_and_prints_at_its_import_does_not_change_the_answer(
    run: Run, project: Path
) -> None:
    path = project / "app.py"
    path.write_text(path.read_text("utf-8") + "\nprint('hello', triple(1), triple(77))\n", "utf-8")
    assert run("explain", "app:triple", "--args", 1, cwd=project).returncode == 0
    found = run("explain", "app:triple", "--args", 77, "--json", cwd=project)
    assert json.loads(found.stdout)["reason"] == "arguments differ"
    assert "hello" in found.stderr
    edit(project, *EDIT)
    for _ in range(2):
        assert json.loads(run("explain", "app:triple", "--args", 1, "--json", cwd=project).stdout)["causes"]
        assert run("inspect", ".memofp_cache", "--check", cwd=project).returncode == 1


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("app", "write package.module:function"),
        ("nowhere:f", "cannot import nowhere"),
        ("missing.py:f", "cannot import missing.py"),
        ("app:tripel", "did you mean triple?"),
        ("app:helper", "is not memoized"),
        ("broken:f", "cannot import broken: ZeroDivisionError"),
    ],
)
def test_target_that_is_none_is_an_error(run: Run, project: Path, target: str, said: str) -> None:
    (project / "broken.py").write_text("1 / 0\n")
    found = run("explain", target, cwd=project)
    assert found.returncode == 2
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


def test_arguments_that_do_not_fit_are_an_error(run: Run, project: Path) -> None:
    found = run("explain", "app:triple", "--args", 1, 2, 3, cwd=project)
    assert found.returncode == 2
    assert "argument" in found.stderr
    assert "Traceback" not in found.stderr


def test_accept_shows_the_diff_and_asks(run: Run, project: Path) -> None:
    edit(project, *EDIT)
    found = run("accept", "app:triple", cwd=project, stdin=subprocess.DEVNULL)
    assert found.returncode == 1
    assert "+    return RATE * x" in found.stdout
    assert "--yes" in found.stderr
    assert run("explain", "app:triple", "--args", 1, cwd=project).returncode == 1


def test_accept_serves_the_older_entries_until_it_is_undone(run: Run, project: Path) -> None:
    edit(project, *EDIT)
    assert run("accept", "app:triple", "--yes", cwd=project).returncode == 0
    assert run("explain", "app:triple", "--args", 1, cwd=project).returncode == 0
    shown = run("inspect", ".memofp_cache", "triple", cwd=project).stdout
    assert "What was accepted as doing the same" in shown
    assert "as doing the same as" in run("inspect", ".memofp_cache", cwd=project).stdout
    listed = json.loads(run("inspect", ".memofp_cache", "triple", "--json", cwd=project).stdout)
    assert "func:app.helper" in listed["accepted"][0]["shown"][0]
    assert run("accept", "app:triple", "--undo", cwd=project).returncode == 0
    assert run("explain", "app:triple", "--args", 1, cwd=project).returncode == 1
    again = run("accept", "app:triple", "--undo", cwd=project)
    assert again.returncode == 2
    assert "never accepted" in again.stderr


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"\n", 1)])
def test_accept_asks_on_a_terminal(
    project: Path, environment: dict[str, str], answer: bytes, code: int
) -> None:
    edit(project, *EDIT)
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    finished = subprocess.run(
        [sys.executable, "-m", "memofp", "accept", "app:triple"],
        stdin=theirs,
        capture_output=True,
        cwd=project,
        env=environment,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert finished.returncode == code, finished.stderr
    assert b"[y/N]" in finished.stderr


def test_accept_of_a_named_version(run: Run, project: Path) -> None:
    edit(project, *EDIT)
    versions = json.loads(run("inspect", ".memofp_cache", "triple", "--json", cwd=project).stdout)["versions"]
    oldest = min(versions, key=lambda version: version["created"])["version"]
    found = run("accept", "app:triple", "--from", oldest[:8], "--yes", "--json", cwd=project)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["serves"] == oldest


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_graph_in_each_format(run: Run, project: Path) -> None:
    edit(project, *EDIT)
    dot = run("graph", "app:triple", "--format", "dot", cwd=project).stdout
    assert '"self:app.triple" -> "func:app.helper";' in dot
    assert '"func:app.helper" [label="func\\napp.helper"' in dot
    assert dot.count("fillcolor") == 1  # what changed
    mermaid = run("graph", "app:triple", cwd=project).stdout
    assert mermaid.startswith("flowchart LR")
    assert "class n1 changed" in mermaid
    tree = json.loads(run("graph", "app:triple", "--format", "json", cwd=project).stdout)
    assert tree["changed"] == ["func:app.helper"]
    page = run("graph", "app:triple", "--format", "html", "-o", "out.html", cwd=project)
    assert page.stdout == ""
    tags = Tags()
    tags.feed((project / "out.html").read_text("utf-8"))
    assert tags.seen.count("rect") == 3
    assert "script" not in tags.seen


def test_graph_of_a_function_that_is_not_memoized(run: Run, project: Path) -> None:
    assert "app.RATE" in run("graph", "app:helper", cwd=project).stdout


def test_diff_of_stored_versions_and_of_todays(run: Run, project: Path) -> None:
    found = run("diff", "triple", "--cache-dir", ".memofp_cache", cwd=project)
    assert found.returncode == 1, found.stderr
    assert "const:app.RATE: 3 -> 4" in found.stdout or "const:app.RATE: 4 -> 3" in found.stdout
    edit(project, *EDIT)
    found = run("diff", "app:triple", "--json", cwd=project)
    assert found.returncode == 1
    assert json.loads(found.stdout)["causes"][0]["name"] == "app.helper"
    same = run("diff", "app:triple", "--from", "ffff", cwd=project)
    assert same.returncode == 2
    assert "it has" in same.stderr


def test_inspect_check_says_which_versions_are_stale(run: Run, project: Path) -> None:
    found = run("inspect", ".memofp_cache", "--check", cwd=project)
    assert found.returncode == 1, found.stderr
    states = {
        line.split()[0]: line.split()[1:3] for line in found.stdout.split("Compared")[1].splitlines()[3:]
    }
    assert states == {"app.shout": ["current", "0"], "app.triple": ["current", "1"]}
    shown = run("inspect", ".memofp_cache", "triple", "--check", cwd=project)
    assert {line.split()[-1] for line in shown.stdout.split("\n\n")[0].splitlines()[4:]} == {
        "current",
        "stale",
    }
    elsewhere = run("inspect", project / ".memofp_cache", "--check", "--json", cwd=project.parent)
    assert elsewhere.returncode == 0
    assert (
        json.loads(elsewhere.stdout)["functions"][0]["check"]["problem"]
        == "no module app can be imported from here"
    )
