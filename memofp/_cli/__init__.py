"""The command line: look into a cache directory, and a demonstration."""

from __future__ import annotations

from memofp._cli._main import main

__all__ = ["main"]
