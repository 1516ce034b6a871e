"""Digest atoms, and the names that bind them: the same few stand in every module, as defaults and limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from memofp._fingerprint._components import digest_above, digest_alone
from memofp._fingerprint._node import ATOMS, SLOT, holds_address, leaf
from memofp._fingerprint._said import Said, Spot
from memofp._fingerprint._visibility import Visibility
from memofp._values import Leaf, reduce_value

__all__ = ["Atoms"]

_EQUAL_IF_SAME = frozenset({int, str, bool, type(None)})  # not float: 0.0 == -0.0


class Atoms(Said):
    """A graph's part that digests atoms; names in texts are noted as what code says."""

    def __init__(
        self, visibility: Visibility, mentions: Iterable[str], spots: Iterable[tuple[int, Spot]]
    ) -> None:
        super().__init__(visibility, mentions, spots)
        self._leaves: dict[tuple[type, object], bytes] = {}
        self._slot_digests: dict[tuple[type, object], bytes] = {}

    def leaf_of(self, obj: Any) -> bytes:
        """Return the digest of an atom, and note the names in a text."""
        if type(obj) is str:
            self.see_text(obj)
        return self._leaf(obj)

    def _leaf(self, obj: object) -> bytes:
        """Return the digest of an atom; the same few stand in every module, as defaults and limits."""
        kind: Any = type(obj)
        if kind not in _EQUAL_IF_SAME:
            return self._atom(obj)
        key = kind, obj
        found = self._leaves.get(key)
        if found is None:
            found = self._leaves[key] = self._atom(obj)
        return found

    def _atom(self, obj: object) -> bytes:
        reduced = reduce_value(obj)
        assert isinstance(reduced, Leaf)
        return leaf("leaf", reduced.data)

    def slot_digest(self, value: Any) -> bytes | None:
        """Return the digest of a name that binds an atom or a tuple of atoms, None for anything else."""
        kind: Any = type(value)
        if id(kind) in ATOMS:
            if kind not in _EQUAL_IF_SAME:
                return digest_above(SLOT, self.leaf_of(value))
            found = self._slot_digests.get((kind, value))
            if found is None and not holds_address(value):
                found = self._slot_digests[kind, value] = digest_above(SLOT, self.leaf_of(value))
            return found
        if kind is tuple and ATOMS.issuperset(map(id, map(type, value))):
            reduced = reduce_value(value)
            if isinstance(reduced, Leaf) and b" at 0x" not in reduced.data:
                for item in value:
                    if type(item) is str:
                        self.see_text(item)
                return digest_above(SLOT, digest_alone(leaf("leaf", reduced.data)))
        return None
