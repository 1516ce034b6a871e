"""What a load gives: a hit or a miss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from memofp._store._types import EntryInfo

__all__ = ["Hit", "Miss", "Reason"]

Reason = Literal["absent", "expired", "damaged", "foreign", "unreadable"]


class Hit:
    """A stored value, fresh: changing it never changes the next hit.

    Attributes:
        value: the value.
        created: when it was stored, in seconds since the epoch.
        duration_s: how long the call took that made it, in seconds.
        expires: when it stops being served, in seconds since the epoch; infinity for never.
    """

    __slots__ = ("_describe", "_key", "created", "duration_s", "expires", "value")

    def __init__(
        self,
        value: object,
        created: float,
        duration_s: float,
        expires: float,
        describe: Callable[[bytes], EntryInfo],
        key: bytes,
    ) -> None:
        self.value = value
        self.created = created
        self.duration_s = duration_s
        self.expires = expires
        self._describe = describe
        self._key = key

    @property
    def info(self) -> EntryInfo:
        """Return what the store knows about the entry; looked up when it is asked for."""
        return self._describe(self._key)


class Miss:
    """No value, and why.

    Attributes:
        reason: `absent`, `expired`, `damaged`, `foreign` (another signing key or format) or
            `unreadable` (the store, or the value's class, cannot be used here).
        detail: more about it, for people.
    """

    __slots__ = ("detail", "reason")

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason: Reason = reason
        self.detail = detail

    def __repr__(self) -> str:
        return f"Miss({self.reason!r}, {self.detail!r})"
