"""Say on a terminal that a long piece of work goes on, and for how long."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

__all__ = ["Progress"]

FIRST_S, EVERY_S = 1.0, 0.2


class Progress:
    """A line on stderr, rewritten while the `with` block runs; nothing where stderr is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_shown = False

    def __enter__(self) -> None:
        if sys.stderr.isatty():
            self._thread = threading.Thread(target=self._tick, daemon=True)
            self._thread.start()

    def _tick(self) -> None:
        started = time.monotonic()
        wait_s = FIRST_S
        while not self._over.wait(wait_s):
            wait_s = EVERY_S
            self._is_shown = True
            print(
                f"\r{self._what} ... {time.monotonic() - started:.0f} s ", end="", file=sys.stderr, flush=True
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            if self._is_shown:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)
