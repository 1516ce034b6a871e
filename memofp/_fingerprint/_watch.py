"""Keep a fingerprint current: computed once, guarded, computed again when a guard fails."""

from __future__ import annotations

from typing import Any

from memofp._fingerprint._blind import Strict, check_strict, report
from memofp._fingerprint._build import Fingerprint, build, make_options, unwrapped

__all__ = ["Watch"]


class Watch:
    """The guarded fingerprint of one function."""

    _strict: Strict | None

    __slots__ = ("_current", "_function", "_options", "_strict")

    def __init__(self, func: Any, **options: Any) -> None:
        """Watch a callable.  Nothing is computed before the first `current()`."""
        self._function = unwrapped(func)
        self._strict = check_strict(options.get("strict"))
        self._options = make_options(self._function, options)
        self._current: Fingerprint | None = None

    def current(self) -> Fingerprint:
        """Return today's fingerprint: the earlier object while the guards hold, else a new one.

        Raises:
            BlindSpotError: under `strict="error"`, if the code does what analysis cannot follow.
        """
        known = self._current
        if known is not None and known.guards.hold():
            return known
        fresh = build(self._function, self._options)
        if self._strict is not None and fresh.manifest.blind_spots:
            report(fresh.manifest.blind_spots, self._strict)
        self._current = fresh
        return fresh
