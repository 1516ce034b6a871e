"""Digest values in which shared mutable objects first appear inside sets.

A set has no order, so the objects in it cannot be numbered by order of appearance.  They are
told apart by colour refinement instead: an object starts with its distance from the root, and
takes round after round the digest of its own encoding, in which other shared objects stand by
their colours, and of the places that refer to it.  What is still alike after that is set apart
one by one.  That is exact where alike objects are interchangeable; where they are not (strongly
regular graphs), the digest may differ from run to run, a needless miss, but two different
values never share it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from memofp._digest import digest, digest_parts

if TYPE_CHECKING:
    from ._walk import Walk

__all__ = ["digest_graph"]

_ROOT = 0  # no object has this identity


def digest_graph(walk: Walk, items: Sequence[object], labels: Sequence[str], prefix: bytes) -> bytes:
    """Return the digest of a value.

    Args:
        walk: after its first pass, so that it knows the shared objects.
        items: the values at the root.
        labels: their labels, for paths.
        prefix: bytes that come first.
    """
    graph = _Graph(walk, items, labels, prefix)
    graph.refine(graph.colours)
    for step in range(len(graph.colours)):
        tied = graph.find_tied()
        if tied is None:
            break
        graph.colours[tied] = digest(graph.colours[tied] + b"%d" % step)
        graph.refine(graph.neighbours(tied))
    order = sorted(graph.colours, key=graph.colours.__getitem__)
    graph.colours.update((key, b"%16d" % number) for number, key in enumerate(order))
    return digest_parts(b"graph", map(graph.encode, [_ROOT, *order]))


class _Graph:
    """The shared objects of a walk, their colours and their references."""

    def __init__(self, walk: Walk, items: Sequence[object], labels: Sequence[str], prefix: bytes) -> None:
        self.walk = walk
        self.root = (items, labels, prefix)
        self.colours = dict.fromkeys(walk.shared, bytes(16))
        walk.colours = self.colours
        self.incoming: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
        self.outgoing: dict[int, set[int]] = {}
        for key in [_ROOT, *self.colours]:
            self.encode(key)
            self.outgoing[key] = {target for target, _ in walk.references}
            for target, place in walk.references:
                self.incoming[target].append((key, place))
        self._set_distances()

    def _set_distances(self) -> None:
        level, distance = set(self.outgoing[_ROOT]), 1
        left = set(self.colours)
        while level:
            left -= level
            self.colours.update((key, b"%16d" % distance) for key in level)
            level = {target for key in level for target in self.outgoing[key]} & left
            distance += 1

    def encode(self, key: int) -> bytes:
        """Return the digest of an object's own encoding, or of the root's."""
        self.walk.expanded = key
        self.walk.references.clear()
        if key == _ROOT:
            self.walk.run(*self.root)
        else:
            self.walk.run((self.walk.shared[key],), ("",), b"")
        return self.walk.sink.digest()

    def neighbours(self, key: int) -> set[int]:
        """Return the objects whose colours a change of this one's may change."""
        return (self.outgoing[key] | {source for source, _ in self.incoming[key]}) - {_ROOT}

    def refine(self, pending: Iterable[int]) -> None:
        """Recolour objects and what they touch, until no two alike ones come apart."""
        count = len(set(self.colours.values()))
        while pending:
            new = {key: self._recolour(key) for key in pending}
            merged = {**self.colours, **new}
            new_count = len(set(merged.values()))
            if new_count <= count:
                return
            count = new_count
            self.colours.update(new)
            pending = {other for key in new for other in (self.neighbours(key) | {key})}

    def _recolour(self, key: int) -> bytes:
        places = sorted(self.colours.get(source, b"root") + place for source, place in self.incoming[key])
        return digest_parts(b"colour", [self.colours[key], self.encode(key), *places])

    def find_tied(self) -> int | None:
        """Return one of the objects with the least colour that two or more share, or None."""
        tied = [colour for colour, count in Counter(self.colours.values()).items() if count > 1]
        if not tied:
            return None
        least = min(tied)
        return next(key for key, colour in self.colours.items() if colour == least)
