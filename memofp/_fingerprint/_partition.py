"""Refine a partition of a graph's nodes until those of one class cannot be told apart (bisimulation).

Only nodes whose targets moved to another class are looked at again, and of a class that splits the
largest part keeps its number, so a node moves O(log n) times (after Hopcroft 1971, Paige and Tarjan 1987).
Rounds over all nodes would take as many rounds as the graph is long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["refine"]

Labelled = Sequence[tuple[int, int]]  # (label, target) pairs; equal pairs form a multiset
_Signature = tuple[tuple[int, int], ...]


def refine(classes: Sequence[int], edges: Sequence[Labelled]) -> list[int]:
    """Return a class for each node: equal if and only if no sequence of labels tells them apart.

    Args:
        classes: what is known before: 0, 1, ... without a gap.
        edges: the edges of each node.

    Returns:
        Classes 0, 1, ...  Where no two nodes end in one class, the numbers do not depend on the order
        in which nodes were given: only on their first classes and on the graph.
    """
    search = _Refinement(classes, edges)
    moved: Iterable[int] = range(len(classes))
    looked_at: Iterable[int] = moved
    while moved:
        moved = search.split(looked_at)
        looked_at = {source for node in moved for source in search.sources[node]}
    return search.classes


class _Refinement:
    """The state of one refinement."""

    def __init__(self, classes: Sequence[int], edges: Sequence[Labelled]) -> None:
        self.classes = list(classes)
        self.edges = edges
        self.members: list[set[int]] = [set() for _ in range(max(classes, default=-1) + 1)]
        for node, number in enumerate(classes):
            self.members[number].add(node)
        self.sources: list[list[int]] = [[] for _ in classes]
        for node, targets in enumerate(edges):
            for _, target in targets:
                self.sources[target].append(node)

    def split(self, nodes: Iterable[int]) -> list[int]:
        """Split the classes of these nodes by where their edges lead; return the nodes that moved."""
        touched: dict[int, list[int]] = {}
        for node in nodes:
            number = self.classes[node]
            if len(self.members[number]) > 1:
                touched.setdefault(number, []).append(node)
        # All are judged by the classes of before, so that the order of nodes plays no part.
        judged = [(number, touched[number], self._groups(touched[number])) for number in sorted(touched)]
        moved: list[int] = []
        for number, seen, groups in judged:
            moved += self._take_apart(number, seen, groups)
        return moved

    def _groups(self, nodes: list[int]) -> list[list[int]]:
        """Return nodes of one class by signature, in an order that only signatures decide."""
        groups: dict[_Signature, list[int]] = {}
        for node in nodes:
            groups.setdefault(self._signature(node), []).append(node)
        return [groups[signature] for signature in sorted(groups)]

    def _take_apart(self, number: int, seen: list[int], groups: list[list[int]]) -> list[int]:
        """Give all parts of a class but the largest a number of their own; return the nodes that moved.

        The nodes that were not looked at are a part too: they are alike still, and unlike all that were,
        whose edges name a new class.
        """
        members = self.members[number]
        rest = len(members) - len(seen)
        largest = max(range(len(groups)), key=lambda i: (len(groups[i]), -i))
        if rest >= len(groups[largest]):
            moving = groups
        else:
            untouched = [list(members.difference(seen))] if rest else []
            moving = untouched + groups[:largest] + groups[largest + 1 :]
        for part in moving:
            fresh = len(self.members)
            self.members.append(set(part))
            members.difference_update(part)
            for node in part:
                self.classes[node] = fresh
        return [node for part in moving for node in part]

    def _signature(self, node: int) -> _Signature:
        classes = self.classes
        return tuple(sorted([(label, classes[target]) for label, target in self.edges[node]]))
