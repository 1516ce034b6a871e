"""Keep facts in a folder of the test's own, and modules that tests make out of each other's way."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from memofp._code import _disk

Make = Callable[..., ModuleType]


@pytest.fixture(autouse=True)
def facts_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "facts"
    monkeypatch.setenv("MEMOFP_FACTS_DIR", str(folder))
    monkeypatch.setattr(_disk, "_folders", {})
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Return a function that makes a module of a text, under a name of its own."""
    made: list[str] = []

    def make_module(text: str, name: str = "sample") -> ModuleType:
        path = tmp_path / f"{name}{len(made)}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        module = ModuleType(name)
        module.__file__ = str(path)
        sys.modules[name] = module
        made.append(name)
        exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), module.__dict__)
        return module

    yield make_module
    for name in made:
        sys.modules.pop(name, None)
