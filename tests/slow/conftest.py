"""Slow tests run when they are asked for: `python -m pytest tests/slow` or `-m slow`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes minutes; run by name")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = "slow" in (config.option.markexpr or "") or any(
        "slow" in str(argument) for argument in config.args
    )
    for item in items:
        if not asked and item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run by name"))


@pytest.fixture(autouse=True)
def signing_directory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's real signing key out of every test, and out of the processes that it starts."""
    monkeypatch.delenv("MEMOFP_SIGNING_KEY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
