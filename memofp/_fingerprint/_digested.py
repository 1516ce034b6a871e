"""Digest a finished graph, and keep it with its digests."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memofp._fingerprint._components import component_digests, discovered_from, strong_components
from memofp._fingerprint._graph import Base, Graph

if TYPE_CHECKING:
    from memofp._fingerprint._components import Target

__all__ = ["Digested", "digest_graph", "recent"]


class Digested:
    """A finished graph and the digests of its nodes.

    Attributes:
        graph: the graph.
        digests: by index.
        root: the node that all others were reached from.
        is_top: whether no node reads the root.
        spans: for each node a number of nodes that it reaches, or fewer; without a base only.
    """

    __slots__ = ("__weakref__", "_base", "digests", "graph", "is_top", "root", "spans")

    def __init__(
        self, graph: Graph, digests: list[bytes], root: int, is_top: bool = False, spans: Sequence[int] = ()
    ) -> None:
        self.graph: Graph = graph
        self.digests: list[bytes] = digests
        self.root: int = root
        self.is_top: bool = is_top
        self.spans: Sequence[int] = spans
        self._base: Base | None = None

    def as_base(self) -> Base:
        """Return what other graphs may take over."""
        if self._base is None:
            graph = self.graph
            waits_count = not graph.visibility.may_be_base
            apart = {
                i
                for i, node in enumerate(graph.nodes)
                if node.varies or (waits_count and node.waits) or not self.digests[i]
            }
            self._base = graph.as_base(_reaching(apart, graph) if apart else apart)
        return self._base


def digest_graph(graph: Graph, root: int, base: Digested | None) -> Digested:
    """Digest a finished graph; what it took over from a base has its digests already."""
    if base is None:
        targets = [node.targets for node in graph.nodes]
        components, spans = discovered_from(targets, root)
        labels = [node.labels for node in graph.nodes]
        locals_ = graph.local_bytes(graph.modes())
        digests = component_digests(locals_, labels, targets, components)
        is_top = len(components[-1]) == 1 and root not in targets[root]  # a root in no cycle
        return Digested(graph, digests, root, is_top, spans)
    known, count = base.digests, len(base.digests)
    fresh = graph.nodes[count:]

    def own(target: Target) -> Target:
        if not isinstance(target, int):
            return target
        return known[target] if target < count else target - count

    targets = [list(map(own, node.targets)) for node in fresh]
    labels = [node.labels for node in fresh]
    locals_ = graph.local_bytes(graph.modes(), count)
    found = component_digests(locals_, labels, targets, strong_components(targets))
    return Digested(graph, known + found, root)


def _reaching(apart: set[int], graph: Graph) -> set[int]:
    """Return these nodes and those that reach one."""
    sources: dict[int, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        for target in node.targets:
            if isinstance(target, int):
                sources.setdefault(target, []).append(index)
    found, stack = set(apart), list(apart)
    while stack:
        for source in sources.get(stack.pop(), ()):
            if source not in found:
                found.add(source)
                stack.append(source)
    return found


recent: deque[weakref.ref[Digested]] = deque(maxlen=4)  # those that others may begin with, see `_shared`
