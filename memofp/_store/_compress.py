"""Compress and decompress bodies: zlib always, zstd where Python or a package has it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from memofp._errors import ConfigurationError

__all__ = ["NAMES", "check_compression", "compress", "decompress"]

NAMES: dict[str | None, int] = {None: 0, "zlib": 1, "zstd": 2}
_HINT = "compress='zstd' needs Python 3.14 or a package: pip install 'memofp[zstd]'"


def check_compression(name: str | None) -> int:
    """Return the number of a compression.

    Raises:
        ConfigurationError: if it is unknown, or its library is not installed.
    """
    if name not in NAMES:
        raise ConfigurationError(f"compress={name!r} is unknown; use None, 'zlib' or 'zstd'")
    if name == "zstd":
        _zstd()
    return NAMES[name]


def compress(number: int, data: Any) -> bytes:
    """Return a buffer compressed."""
    if number == 1:
        import zlib

        return zlib.compress(data, 1)
    return _zstd()[0](data)


def decompress(number: int, data: Any) -> bytes:
    """Return what `compress` was given.

    Raises:
        ConfigurationError: if its library is not installed here.
        Exception: whatever the library says of broken data.
    """
    if number == 1:
        import zlib

        return zlib.decompress(data)
    if number == 2:
        return _zstd()[1](data)
    raise ConfigurationError(f"compression number {number} is unknown to this version of memofp")


def _zstd() -> tuple[Callable[[Any], bytes], Callable[[Any], bytes]]:
    if sys.version_info >= (3, 14):
        module = import_module("compression.zstd")
        return module.compress, module.decompress
    try:
        module = import_module("zstandard")
    except ImportError:
        raise ConfigurationError(_HINT) from None
    return module.ZstdCompressor(level=3).compress, module.ZstdDecompressor().decompress
