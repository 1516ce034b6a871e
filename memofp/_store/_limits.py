"""What a store may hold, and how long it may wait."""

from __future__ import annotations

import os
from dataclasses import dataclass

from memofp._errors import ConfigurationError

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one store; None means no limit.

    Attributes:
        max_bytes: size of all entries; beyond it those that save least per byte are evicted.
        max_entries: number of all entries, likewise.
        max_age_s: seconds after which an entry may be evicted whatever it saves.
        lock_timeout_s: seconds to wait for another process that computes the same key.
        single_flight: whether to wait at all.
        trusted_dirs: directories that may be used although others own or write them.
    """

    max_bytes: int | None = None
    max_entries: int | None = None
    max_age_s: float | None = None
    lock_timeout_s: float | None = None
    single_flight: bool = True
    trusted_dirs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_entries", "max_age_s", "lock_timeout_s"):
            value = getattr(self, name)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0
            ):
                raise ConfigurationError(f"{name}={value!r}: expected a number that is not negative, or None")
        trusted = self.trusted_dirs
        if isinstance(trusted, (str, os.PathLike)):
            raise ConfigurationError(f"trusted_dirs={trusted!r}: expected a sequence of directories")
        object.__setattr__(self, "trusted_dirs", tuple(os.fspath(path) for path in trusted))

    @property
    def is_bounded(self) -> bool:
        """Whether anything has to be looked at after a store."""
        return not (self.max_bytes is None and self.max_entries is None and self.max_age_s is None)
