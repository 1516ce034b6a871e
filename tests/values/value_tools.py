"""Shared by the tests of values."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from memofp._digest import digest
from memofp._values import _frames, _walk, digest_value, set_code_hasher


def name_hasher(code: object) -> bytes:
    """Stand in for the fingerprint layer: code is its module and qualified name."""
    module = getattr(code, "__module__", None)
    name = getattr(code, "__qualname__", None) or getattr(code, "__name__", type(code).__name__)
    return digest(f"{module}.{name}".encode())


def of(value: object) -> str:
    """Return a value's digest as hexadecimal characters."""
    return digest_value(value).hex()


def use_names() -> None:
    set_code_hasher(name_hasher)


class Cell:
    def __init__(self, value: object, rest: object) -> None:
        self.value = value
        self.rest = rest


def slowly(value: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """Digest with the fast path switched off."""
    with monkeypatch.context() as patch:
        patch.setattr(_walk, "encode_plain", lambda *_: 0)
        patch.setattr(_walk.Walk, "_mixed", lambda *_: 0)
        patch.setattr(_frames, "encode_elements", lambda _: None)
        return of(value)


quiet = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
