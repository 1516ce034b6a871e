"""Run the command line: `python -m memofp`."""

from __future__ import annotations

from memofp._cli import main

__all__ = ["main"]

if __name__ == "__main__":
    raise SystemExit(main())
