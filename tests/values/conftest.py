"""Give the values layer a simple hasher of code: these tests are about values."""

from __future__ import annotations

import pytest
from value_tools import name_hasher

from memofp._values import _headers, _registry


@pytest.fixture(autouse=True)
def code_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_headers, "_code_hasher", name_hasher)


@pytest.fixture
def no_hashers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the hashers that a test registers."""
    monkeypatch.setattr(_registry, "_hashers", {})
    _registry._rules.clear()
    yield
    _registry._rules.clear()
