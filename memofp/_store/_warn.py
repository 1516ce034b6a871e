"""Warn at the caller's line, once for each cause and process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memofp._errors import StoreWarning, UnstorableResultWarning
from memofp._warn import warn

if TYPE_CHECKING:
    from memofp._store._codecs import UnstorableError

__all__ = ["forget_warnings", "warn_once", "warn_unstorable"]

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


def warn_unstorable(function: str, error: UnstorableError) -> None:
    """Warn, once a function and place in its result, that the result cannot be kept."""
    warn_once(
        f"unstorable:{function}:{error.path}",
        f"the result of {function} cannot be stored: {error.path} {error.reason}; it is returned, and "
        f"computed again next time; return something else, or pass codec=... for this type",
        UnstorableResultWarning,
    )
