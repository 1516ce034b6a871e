"""Warn at the line of the user's code that made the call."""

from __future__ import annotations

import os
import sys

__all__ = ["warn"]

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the nearest caller outside this package."""
    import warnings

    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    # `level` counts from warnings.warn's own caller, this function, as 1.
    warnings.warn(message, category, stacklevel=level)
