"""What a memoized function has done and what it has."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CacheInfo"]


class CacheInfo(NamedTuple):
    """What a memoized function has done in this process, and what it has in its store.

    Attributes:
        hits: calls of this process that were answered from the store.
        misses: how often this process ran the function: for calls, and to refresh expired results.
        entries: results in the store, of all versions of the function.
        bytes: what they take on disk.
        seconds_saved: how long the hits of this process took when they were computed.
    """

    hits: int
    misses: int
    entries: int
    bytes: int
    seconds_saved: float

    def _repr_html_(self) -> str:
        """Return a table, for notebooks."""
        from memofp._memoize._html import info_html

        return info_html(self)
