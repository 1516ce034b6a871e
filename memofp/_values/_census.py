"""Tell, level by level, whether the containers of a tree may be met twice.

Identities tell it for sure, and cost a set entry each.  But an object that nothing refers to
except the one container that holds it, and that container likewise, cannot be met twice; and
counting references is one pass in C.  So identities are taken only where something else holds on.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import compress
from typing import Any

__all__ = ["CONTAINERS", "MUTABLE", "Census"]

CONTAINERS: frozenset[type] = frozenset({list, tuple, dict, set, frozenset})
MUTABLE: frozenset[type] = frozenset({list, dict, set})

_is_mutable = MUTABLE.__contains__
_count: Any = getattr(sys, "getrefcount", None)


def _counts_exactly() -> bool:
    """Try whether counts are what `Census` takes them to be: its own lists, the holder, the call."""
    if _count is None or getattr(sys, "_is_gil_enabled", lambda: True)() is False:
        return False
    holder: list[list[object]] = [[], []]
    level = list(holder)
    return bool(max(map(_count, level)) == min(map(_count, level)) == 3)


_EXACT = _counts_exactly()


class Census:
    """The mutable containers of a tree that may be met twice.

    Args:
        owners: how many references to each container of the first level are accounted for; 0 if that is
            unknown, negative if whatever the tree hangs on may be met twice.

    Attributes:
        identities: identities of the mutable containers that something else may refer to.
    """

    __slots__ = ("_above", "_limit", "_owners", "_private", "identities")

    def __init__(self, owners: int) -> None:
        self.identities: set[int] = set()
        self._owners = owners
        self._private = _EXACT and owners >= 0
        self._above: tuple[Sequence[object], Sequence[object]] | None = None
        self._limit = 0

    def add(self, level: Sequence[object], inner: Sequence[object], kinds: set[type]) -> bool:
        """Take in the containers `inner` of a level; False if one of the mutable ones is there already.

        The caller must hold `level` and `inner`, if they are two lists, at the time of the call.
        """
        mutable = kinds & MUTABLE
        mixed = len(mutable) != len(kinds & CONTAINERS)
        owners, self._owners = self._owners, 2  # below, the holder and the level's own list
        limit = owners + (inner is not level) + 1  # and the call
        if self._private:
            self._look_above()
            if mixed and owners:
                self._above, self._limit = (level, inner), limit
            elif mixed:
                self._private = False
        if not mutable:
            return True
        chosen = list(compress(inner, map(_is_mutable, map(type, inner)))) if mixed else inner
        if self._private and owners and max(map(_count, chosen)) <= limit + mixed:
            return True
        expected = len(self.identities) + len(chosen)
        self.identities.update(map(id, chosen))
        return len(self.identities) == expected

    def _look_above(self) -> None:
        """Give up on counts if a tuple one level up has another holder: all below it is met once more."""
        if self._above is not None:
            self._private = max(map(_count, self._above[1])) <= self._limit
            self._above = None
