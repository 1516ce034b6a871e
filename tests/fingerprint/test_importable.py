"""Files of modules that texts name: found without importing anything, whatever the texts are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from memofp._code import dotted
from memofp._fingerprint import _importable, fingerprint
from memofp._fingerprint._importable import importable


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(_importable, "_files", {})
    for name, text in {
        "plug_a/__init__.py": "",
        "plug_a/one.py": "from . import two\nfrom .deep.three import f as g\n",
        "plug_a/two.py": "raise SystemExit('imported')\n",
        "plug_a/deep/__init__.py": "",
        "plug_a/deep/three.py": "import plug_b\nfrom .. import one\n",
        "plug_a/broken.py": "def (:\n",
        "plug_a/data.txt": "no module",
        "plug_b.py": "x = 1\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def names_of(*names: str) -> set[str]:
    found = importable(names, lambda path: True)
    assert not any(name.startswith("plug_") for name in sys.modules)
    return {name for name in found if name.startswith("plug_")}


def test_modules_that_are_imported_in_turn_are_found() -> None:
    all_ = {"plug_a", "plug_a.one", "plug_a.two", "plug_a.deep", "plug_a.deep.three", "plug_b"}
    assert names_of("plug_a.one") == all_
    assert names_of("plug_a.one.f") == all_
    assert names_of("plug_b.x") == {"plug_b"}


def test_a_prefix_stands_for_all_modules_of_a_package() -> None:
    assert "plug_a.broken" in names_of("plug_a.")
    assert names_of("plug_a.deep.") >= {"plug_a.deep.three"}
    assert names_of("plug_b.") == set()


@pytest.mark.parametrize(
    "name", ["no_such.thing", "__main__.", "sys.path", "a.b.c.d.e.", "plug_a.nothing.at_all"]
)
def test_names_of_nothing_do_no_harm(name: str) -> None:
    assert names_of(name) <= {"plug_a"}


def test_others_code_is_left_out() -> None:
    assert importable(["plug_a.one"], lambda path: False) == {}


def test_a_file_is_read_once_a_process(project: Path) -> None:
    before = importable(["plug_b.x"], lambda path: True)["plug_b"].digest
    (project / "plug_b.py").write_text("x = 2\n")
    assert importable(["plug_b.x"], lambda path: True)["plug_b"].digest == before


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a.b", "a.b"), ("a.b.", "a.b."), ("a.", "a."), ("a.b.%s", "a.b."), ("a.{}.c", "a."), ("a.b%s", ""),
        ("a", ""), ("", ""), (".", ""), ("..a", ""), ("a..b", ""), ("1.5", ""), ("see a.b for more", ""),
        ("a." * 200, ""), ("%s.b", ""),
    ],
)  # fmt: skip
def test_dotted_names_are_told_from_other_texts(text: str, name: str) -> None:
    assert dotted(text) == name


def test_what_computes_names_is_listed_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    def load(name: str) -> object:
        return importlib.import_module("plug_a." + name)

    manifest = fingerprint(load).manifest
    assert {"mod:plug_a.one", "mod:plug_b"} <= set(manifest)
    assert manifest.blind_spots
