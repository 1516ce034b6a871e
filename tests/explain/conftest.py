"""Give each test a cache directory of its own, and functions made of text, which a test can edit."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import memofp
from memofp import _config

Write = Callable[[str], Any]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a configured cache directory; nothing of the user's own environment is read."""
    for name in ("MEMOFP_CACHE_DIR", "MEMOFP_DISABLE", "MEMOFP_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    before = _config.current
    directory = tmp_path / "cache"
    memofp.configure(cache_dir=directory)
    yield directory
    memofp.configure(cache_dir=before.cache_dir, python_in_key=before.python_in_key)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes and imports the module `sample`, anew each time it is called."""

    def write_module(text: str) -> ModuleType:
        path = tmp_path / "sample.py"
        path.write_text("import memofp\n" + text, "utf-8")
        linecache.checkcache(str(path))
        module = ModuleType("sample")
        module.__file__ = str(path)
        monkeypatch.setitem(sys.modules, "sample", module)
        exec(compile(path.read_text("utf-8"), str(path), "exec", dont_inherit=True), module.__dict__)
        return module

    return write_module
