"""Give each test a cache directory of its own and a way to count what ran."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import memofp
from memofp import _config


class Runs(list[object]):
    """Notes of what ran.  It stands for the same value whatever it holds, so noting is not impure."""

    def __memofp__(self) -> str:
        return "runs"


@pytest.fixture
def runs() -> Runs:
    return Runs()


class Clock:
    """The time of day, which a test may move on."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.real = time.time

    def __call__(self) -> float:
        return self.real() + self.ahead_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a configured cache directory; nothing of the user's own environment is read."""
    for name in ("MEMOFP_CACHE_DIR", "MEMOFP_DISABLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    before = _config.current
    directory = tmp_path / "cache"
    memofp.configure(cache_dir=directory)
    yield directory
    _config.restore(before)
