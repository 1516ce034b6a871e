"""Warn at the caller's line, once for each cause and process."""

from __future__ import annotations

from memofp._errors import StoreWarning
from memofp._warn import warn

__all__ = ["forget_warnings", "warn_once"]

_seen: set[str] = set()


def warn_once(cause: str, message: str, category: type[Warning] = StoreWarning) -> None:
    """Issue a warning unless this process has already warned for the same cause.

    Args:
        cause: names the fault; two faults of one cause warn once.
        message: what happened, where, why, and the way out.
        category: class of the warning.
    """
    if cause in _seen:
        return
    _seen.add(cause)
    warn(message, category)


def forget_warnings() -> None:
    """Let every cause warn again; for tests."""
    _seen.clear()
