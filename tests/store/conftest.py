"""A store in a temporary directory, under a temporary signing key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memofp import _store
from memofp._store._warn import forget_warnings


@pytest.fixture(autouse=True)
def signing_directory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's real signing key out of every test, and out of the processes that it starts."""
    path = tmp_path_factory.mktemp("state")
    monkeypatch.delenv("MEMOFP_SIGNING_KEY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(path))
    monkeypatch.setenv("MEMOFP_FRONT_BYTES", "0")  # what the disk holds is what these tests are about
    return path


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """Let every cause warn again in each test, and leave no connection open behind it."""
    forget_warnings()
    yield
    _store.close_all()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def store(directory: Path) -> _store.ResultStore:
    return _store.open_store(directory)
