"""Edit a project and run it again: exactly what depends on the edit is computed again.

All projects are observed by four processes: before the edit, in another directory, after
the edit, and by other Pythons.  Each test then looks at one project's observations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cases_bodies
import cases_classes
import cases_generators
import cases_holders
import cases_instances
import cases_late
import cases_layout
import cases_modules
import cases_names
import cases_powers
import cases_spelled
import cases_values
import cases_wrappers
import pytest
from cases import Case
from interpreters import others
from project import Project, ask

SOURCES = (
    cases_layout,
    cases_names,
    cases_bodies,
    cases_modules,
    cases_wrappers,
    cases_values,
    cases_instances,
    cases_classes,
    cases_powers,
    cases_spelled,
    cases_generators,
    cases_holders,
    cases_late,
)
CASES = [case for source in SOURCES for case in source.CASES]
Observations = dict[Case, dict[str, Any]]


def each_case(test: Callable[..., None]) -> Callable[..., None]:
    """Parametrise a test over all cases, each marked with its row."""
    parameters = [pytest.param(case, id=case.id, marks=pytest.mark.scenario(case.row)) for case in CASES]
    return pytest.mark.parametrize("case", parameters)(test)


class Observed:
    """What the processes saw, each asked once and only when a test wants to know."""

    def __init__(self, root: Any) -> None:
        self.state = root / "state"
        self.projects = {
            case: Project(root / "here" / str(i) / "project", self.state) for i, case in enumerate(CASES)
        }
        self.copies = {
            case: Project(root / "there" / str(i) / "p", self.state) for i, case in enumerate(CASES)
        }
        for case in CASES:
            self.projects[case].write(case.files)
            self.copies[case].write(case.files)
        with ThreadPoolExecutor(2) as pool:
            before = pool.submit(self.look, self.projects, "1")
            moved = pool.submit(self.look, self.copies, "2")
            self.before, self.moved = before.result(), moved.result()
        for case in CASES:
            for edit in case.edits:
                self.projects[case].edit(*edit)
        self.after = self.look(self.projects, "3")

    def look(
        self,
        projects: dict[Case, Project],
        hash_seed: str,
        python: str | None = None,
        cases: Sequence[Case] = CASES,
        fingerprint_only: bool = False,
    ) -> Observations:
        """Observe projects in a fresh process."""
        tasks = [_task(case, projects[case], fingerprint_only) for case in cases]
        return dict(zip(cases, ask(tasks, self.state, hash_seed, python), strict=True))


def _task(case: Case, project: Project, fingerprint_only: bool) -> dict[str, Any]:
    return {
        "directory": str(project.root),
        "cache": str(
            project.root.parent.parent / "cache"
        ),  # of all cases, each of which is a `version` in it
        "name": case.id,
        "module": case.module,
        "target": case.target,
        "arguments": case.arguments,
        "path": case.path,
        "fingerprint_only": fingerprint_only,
    }


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    return Observed(tmp_path_factory.mktemp("scenarios"))


@pytest.fixture(scope="module")
def elsewhere(observed: Observed) -> dict[str, Observations]:
    """Return what the other Pythons saw in the copies, which are not edited."""
    portable = [case for case in CASES if case.portable]
    return {
        version: observed.look(observed.copies, "4", python, portable, fingerprint_only=True)
        for version, python in others().items()
    }


@each_case
def test_edit_changes_the_key_only_if_it_must(case: Case, observed: Observed) -> None:
    before, after = observed.before[case], observed.after[case]
    for seen in (before, after):
        assert case.by in seen, seen["error"]
    assert (before[case.by] != after[case.by]) == case.changes


@each_case
def test_edited_code_executes_and_other_code_does_not(case: Case, observed: Observed) -> None:
    before, after = observed.before[case], observed.after[case]
    for seen in (before, after):
        assert "error" not in seen, seen["error"]
    assert before["executed"]
    assert after["result"] == after["direct"]
    assert after["cached"] is not case.changes
    if case.changes:
        assert set(after["executed"]) >= {*case.executes, before["executed"][0]}
    else:
        assert after["executed"] == []


@each_case
def test_other_hash_seed_and_directory_give_the_same_key(case: Case, observed: Observed) -> None:
    before, moved = observed.before[case], observed.moved[case]
    for seen in (before, moved):
        assert "error" not in seen, seen["error"]
    assert (moved["digest"], moved["key"]) == (before["digest"], before["key"])


@each_case
def test_warns_only_as_stated(case: Case, observed: Observed) -> None:
    names = {
        text.split(":")[0] for seen in (observed.before, observed.after) for text in seen[case]["warnings"]
    }
    assert names <= set(case.warns)


@pytest.mark.skipif(not others(), reason="no other Python has memofp's dependencies; see MEMOFP_TEST_PYTHONS")
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES if case.portable])
def test_other_pythons_give_the_same_fingerprint(
    case: Case, observed: Observed, elsewhere: dict[str, Observations]
) -> None:
    here = observed.moved[case]
    assert "digest" in here, here["error"]
    for version, observations in elsewhere.items():
        there = observations[case]
        assert "digest" in there, f"on Python {version}: {there['error']}"
        assert there["digest"] == here["digest"], f"on Python {version}"
