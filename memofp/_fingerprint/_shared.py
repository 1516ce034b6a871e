"""Begin a graph with a finished one, so that code which two functions reach is looked into once a process.

A fingerprint must not depend on what was fingerprinted before it.  So a graph serves as a base only where its
nodes are what they would be in any other:

- The new graph begins with the base's modes (`_modes`), and with its open world or the names that its code
  shows (`_visibility`).  Its own code must not show a name that a class of the base waits for, and in the end
  it has to reach code that says as much (`_agreement`).
- Nodes that depend on the rest of a graph (texts with addresses; classes, if names are seen by patterns), and
  those that reach one, are made anew.  A new graph that has such nodes of its own is
  built without a base where it would need to know what the base's code says.
- The base's guards hold.  They become guards of the new graph, whole; therefore a base of which only a
  small part is reached is no base.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from memofp._fingerprint._agreement import agrees
from memofp._fingerprint._collector import let_age
from memofp._fingerprint._components import component_digests, discovered_from, strong_components
from memofp._fingerprint._graph import Base, Graph, NotShareableError
from memofp._fingerprint._options import Options

if TYPE_CHECKING:
    from memofp._fingerprint._components import Target

__all__ = ["Digested", "Expand", "begin_with", "digest_graph", "forget", "known_bases", "remember"]

Expand = Callable[[Graph, int], None]
_LEAST_NODES = 64  # a smaller graph is built anew as fast
_LEAST_SHARE = 0.5  # of a base's nodes
_MOST_NEW = 48  # nodes that are looked into before a base is given up, unless it was reached by then
_recent: deque[weakref.ref[Digested]] = deque(maxlen=4)
_last: list[Digested] = []  # one that nobody else holds, so that two fingerprints in a row share it too


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


def begin_with(
    base: Digested, func: Any, name: str, options: Options, expand: Expand
) -> tuple[Graph, int] | None:
    """Return the finished graph of a callable that takes over most of a base, None if it is not to be had."""
    graph = Graph(options, expand, base=base.as_base())
    try:
        root = graph.visit(func, name)
        if not isinstance(root, int) or not _reaches(graph, root, base):
            return None
        graph.run()
    except NotShareableError:
        return None
    if graph.imported or not agrees(graph, root, base.graph, base.root, base.is_top):
        return None
    return graph, root


def _reaches(graph: Graph, root: int, base: Digested) -> bool:
    """Look into nodes until one leads to a node from which most of the base is reached."""
    count = len(base.digests)
    least = count * _LEAST_SHARE
    if root < count:
        return base.spans[root] > least
    while len(graph.nodes) < count + _MOST_NEW:
        index = graph.step()
        if index is None:
            return False
        for target in graph.nodes[index].targets:
            if isinstance(target, int) and target < count and base.spans[target] > least:
                return True
    return False


def known_bases(options: Options) -> Iterator[Digested]:
    """Yield what may serve as a base under these options, the newest first; its guards hold."""
    if not options.are_plain:
        return
    for reference in reversed(list(_recent)):
        known = reference()
        if known is None or known.graph.options != options:
            continue
        if known.graph.guards.hold():
            yield known
        else:
            _forget(reference)


def remember(digested: Digested, is_lasting: bool) -> None:
    """Keep a graph that was built without a base, if it may serve as one.

    Args:
        digested: the graph.
        is_lasting: whether what it holds lives on anyway, as a module's functions do.
    """
    graph = digested.graph
    if not graph.options.are_plain or len(graph.nodes) < _LEAST_NODES or graph.imported:
        return
    if "subclasses" in graph.modes():  # then a class reaches others, which may be more by now
        return
    graph.guards.prepare()
    digested.as_base()
    _recent.append(weakref.ref(digested))
    _last[:] = [digested] if is_lasting else []
    let_age()


def forget() -> None:
    """Forget all bases; for tests."""
    _recent.clear()
    _last.clear()


def _forget(reference: weakref.ref[Digested]) -> None:
    try:
        _recent.remove(reference)
    except ValueError:  # another thread was faster
        return
    _last.clear()


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
