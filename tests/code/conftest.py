"""Keep facts in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from memofp._code import _disk, _lookup


@pytest.fixture(autouse=True)
def facts_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "facts"
    monkeypatch.setenv("MEMOFP_FACTS_DIR", str(folder))
    monkeypatch.setattr(_disk, "_folders", {})
    monkeypatch.setattr(_lookup, "_texts", {})
    monkeypatch.setattr(_lookup, "_facts", {})
    monkeypatch.setattr(_lookup, "_unwritten", [])
    return folder
