"""Shared by the tests of values."""

from __future__ import annotations

from memofp._digest import digest
from memofp._values import digest_value, set_code_hasher


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
