"""Keep a fingerprint current: computed once, guarded, computed again when a guard fails."""

from __future__ import annotations

from typing import Any

from memofp._fingerprint._build import Fingerprint, build, make_options, unwrapped

__all__ = ["Watch"]


class Watch:
    """The guarded fingerprint of one function."""

    __slots__ = ("_current", "_function", "_options")

    def __init__(self, func: Any, **options: Any) -> None:
        """Watch a callable.  Nothing is computed before the first `current()`."""
        self._function = unwrapped(func)
        self._options = make_options(self._function, options)
        self._current: Fingerprint | None = None

    def current(self) -> Fingerprint:
        """Return today's fingerprint: the earlier object while the guards hold, else a new one."""
        known = self._current
        if known is not None and known.guards.hold():
            return known
        fresh = build(self._function, self._options)
        self._current = fresh
        return fresh
