"""Warn at the caller's line, once for each cause and process."""

from __future__ import annotations

import os
import sys
import warnings

from memofp._errors import StoreWarning

__all__ = ["forget_warnings", "warn_once"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
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
    warnings.warn(message, category, stacklevel=_caller_level())


def forget_warnings() -> None:
    """Let every cause warn again; for tests."""
    _seen.clear()


def _caller_level() -> int:
    """Return the stacklevel, seen from `warn_once`, of the first frame outside this package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    return level
