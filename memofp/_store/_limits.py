"""What a store may hold, and how long it may wait."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memofp._errors import ConfigurationError

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["Limits", "Pace", "check_limits"]


class Limits(NamedTuple):
    """Limits of one store; None means no limit.

    Attributes:
        max_bytes: size of all entries; beyond it those that save least per byte are evicted.
        max_entries: number of all entries, likewise.
        max_age_s: seconds after which an entry may be evicted whatever it saves.
        lock_timeout_s: seconds to wait for another process that computes the same key.
        single_flight: whether to wait at all.
        trusted_dirs: directories that may be used although others own or write them.
        front_bytes: size of what is kept in the memory of this process; 0 keeps nothing.
    """

    max_bytes: int | None = None
    max_entries: int | None = None
    max_age_s: float | None = None
    lock_timeout_s: float | None = None
    single_flight: bool = True
    trusted_dirs: tuple[str, ...] = ()
    front_bytes: int = 64 << 20


def check_limits(given: Mapping[str, Any]) -> Limits:
    """Return limits from keyword arguments.

    Raises:
        ConfigurationError: one of them makes no sense.
    """
    for name in ("max_bytes", "max_entries", "max_age_s", "lock_timeout_s", "front_bytes"):
        value = given.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0
        ):
            raise ConfigurationError(f"{name}={value!r}: expected a number that is not negative, or None")
    trusted = given.get("trusted_dirs", ())
    if isinstance(trusted, (str, os.PathLike)):
        raise ConfigurationError(f"trusted_dirs={trusted!r}: expected a sequence of directories")
    directories = tuple(os.fspath(path) for path in trusted)
    return Limits(**{"front_bytes": _front_bytes(), **given, "trusted_dirs": directories})


def _front_bytes() -> int:
    """Return what `MEMOFP_FRONT_BYTES` says, 64 MiB without it."""
    text = os.environ.get("MEMOFP_FRONT_BYTES")
    if not text:
        return 64 << 20
    if not text.isdecimal():
        raise ConfigurationError(f"MEMOFP_FRONT_BYTES={text!r}: expected a number of bytes, 0 for none")
    return int(text)


class Pace:
    """Say when to look at the limits: often enough to keep them, too seldom to be felt."""

    def __init__(self, limits: Limits) -> None:
        most = limits.max_entries
        self._every = None if most is None else max(1, min(64, most // 50))
        self._bytes = None if limits.max_bytes is None else limits.max_bytes / 50
        self._age_s = None if limits.max_age_s is None else min(60.0, limits.max_age_s / 10)
        self._is_bounded = not (self._every is None and self._bytes is None and self._age_s is None)
        self._stored = 0
        self._stored_bytes = 0
        self._next_look = 0.0

    def is_due(self, size_bytes: int) -> bool:
        """Count one stored entry; return whether to look at the limits now."""
        if not self._is_bounded:
            return False
        self._stored += 1
        self._stored_bytes += size_bytes
        due = (
            (self._every is not None and self._stored >= self._every)
            or (self._bytes is not None and self._stored_bytes >= self._bytes)
            or (self._age_s is not None and time.monotonic() >= self._next_look)
        )
        if due:
            self._stored = self._stored_bytes = 0
            self._next_look = time.monotonic() + (self._age_s or 60.0)
        return due
