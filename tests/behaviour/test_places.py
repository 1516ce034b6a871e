"""The same code elsewhere: other processes, entry orders, ways to start it, Pythons (rows 58, 65 and 66)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from interpreters import others
from project import Project, ask

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.py"))

CYCLE = """
    import sys, memofp
    def even(n):
        return n == 0 or odd(n - 1)
    def odd(n):
        return n != 0 and even(n - 1)
    def third(n):
        return even(n) or odd(n)
    class A:
        def make(self):
            return B()
    class B:
        def make(self):
            return [A(), third]
    ring = [A(), B()]
    ring.append(ring)
    def use():
        return ring[0].make(), third(3)
    found = {name: memofp.fingerprint(globals()[name]).digest for name in sys.argv[1].split(",")}
    print(sorted(found.items()))
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project", tmp_path / "state")


@pytest.mark.scenario(58)
def test_entry_order_does_not_count(project: Project) -> None:
    project.write(CYCLE)
    orders = ("even,odd,third,use", "odd,even,use,third", "use,third,odd,even", "third,use,even,odd")
    printed = {project.run("app.py", order, hash_seed=str(seed)) for seed, order in enumerate(orders)}
    assert len(printed) == 1


@pytest.mark.scenario(58)
def test_digest_alone_equals_digest_after_others(project: Project) -> None:
    project.write(CYCLE)
    together = dict(_pairs(project.run("app.py", "use,third,odd,even")))
    for name in ("even", "odd", "third", "use"):
        assert dict(_pairs(project.run("app.py", name))) == {name: together[name]}


def _pairs(printed: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = json.loads(printed.replace("(", "[").replace(")", "]").replace("'", '"'))
    return pairs


SCRIPT = """
    import memofp
    K = 3
    class Box:
        def size(self):
            return K
    def helper(x):
        return x * Box().size()
    @memofp.memoize
    def main(x):
        return helper(x)
    def show():
        print(main.fingerprint().digest, main.key(3), main.key(Box()), main.is_cached(3))
        main(3)
    if __name__ == "__main__":
        show()
    === other.py
    import app
    app.show()
"""


@pytest.mark.scenario(66)
def test_script_shares_its_entries_with_the_imported_module(project: Project) -> None:
    project.write(SCRIPT)
    *as_script, cached = project.run("app.py").split()
    assert cached == "False"
    *imported, cached = project.run("other.py").split()
    assert imported == as_script
    assert cached == "True"
    assert project.run("-m", "app").split() == [*as_script, "True"]


@pytest.mark.scenario(65)
def test_other_hash_seeds_and_directories_share_keys(project: Project, tmp_path: Path) -> None:
    project.write(SCRIPT)
    elsewhere = Project(tmp_path / "some where" / "élse", tmp_path / "state")
    elsewhere.write(SCRIPT)
    printed = [
        place.run("app.py", hash_seed=seed).split()[:3] for place, seed in ((project, "1"), (elsewhere, "77"))
    ]
    assert printed[0] == printed[1]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, str]]]:
    """Return version -> file -> function -> digest."""
    state = tmp_path_factory.mktemp("state")
    tasks = [{"directory": str(path.parent), "module": path.stem} for path in CORPUS]
    found = {}
    for version, python in {"here": None, **others()}.items():
        answers = ask(tasks, state, hash_seed=str(len(found)), python=python)
        found[version] = {path.stem: _read(answer) for path, answer in zip(CORPUS, answers, strict=True)}
    return found


def _read(answer: dict[str, Any]) -> dict[str, str]:
    """Return what an interpreter saw of a file: its digests, or what went wrong."""
    digests: dict[str, str] = answer.get("digests") or {"error": answer["error"]}
    return digests


@pytest.mark.scenario(65)
@pytest.mark.parametrize("name", [path.stem for path in CORPUS])
def test_corpus_has_equal_fingerprints_on_every_python(
    name: str, corpus: dict[str, dict[str, dict[str, str]]]
) -> None:
    here = corpus["here"][name]
    assert "error" not in here, here["error"]
    if len(corpus) == 1:
        pytest.skip("no other Python has memofp's dependencies; see MEMOFP_TEST_PYTHONS")
    for version, found in corpus.items():
        assert "error" not in found[name], f"on Python {version}: {found[name]['error']}"
        differing = [function for function in here if found[name].get(function) != here[function]]
        assert not differing, f"on Python {version}"


def test_functions_of_the_corpus_have_digests_of_their_own(
    corpus: dict[str, dict[str, dict[str, str]]],
) -> None:
    seen: dict[str, str] = {}
    for file, digests in corpus["here"].items():
        assert "error" not in digests, digests["error"]
        for function, digest in digests.items():
            if not function.startswith("same_"):
                assert seen.setdefault(digest, f"{file}.{function}") == f"{file}.{function}"
