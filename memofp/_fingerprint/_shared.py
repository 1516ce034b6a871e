"""Begin a graph with a finished one, so that code which two functions reach is looked into once a process.

A fingerprint must not depend on what was fingerprinted before it.  So a graph serves as a base only where its
nodes are what they would be in any other:

- The new graph begins with the base's modes (`_modes`), and with its open world or the names that its code
  shows (`_visibility`).  Its own code must not show a name that a class of the base waits for, and in the end
  it has to reach code that says as much (`_agreement`).
- Nodes that depend on the rest of a graph (texts with addresses; classes, if names are seen by patterns), and
  those that reach one, are made anew.  A new graph that has such nodes of its own is built without a base
  where it would need to know what the base's code says.
- The base's guards hold.  They become guards of the new graph, whole; therefore a base of which only a
  small part is reached is no base.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

from memofp._fingerprint._agreement import agrees
from memofp._fingerprint._collector import let_age
from memofp._fingerprint._digested import Digested, recent
from memofp._fingerprint._graph import Graph, NotShareableError
from memofp._fingerprint._options import Options

__all__ = ["Expand", "begin_with", "forget", "known_bases", "remember"]

Expand = Callable[[Graph, int], None]
_LEAST_SHARE = 0.5  # of a base's nodes
_MOST_NEW = 48  # nodes that are looked into before a base is given up, unless it was reached by then
_last: list[Digested] = []  # one that nobody else holds, so that two fingerprints in a row share it too


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
    for reference in reversed(list(recent)):
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
    if not graph.options.are_plain or graph.imported:
        return
    if "subclasses" in graph.modes():  # then a class reaches others, which may be more by now
        return
    graph.guards.prepare()
    digested.as_base()
    recent.append(weakref.ref(digested))
    _last[:] = [digested] if is_lasting else []
    let_age()


def forget() -> None:
    """Forget all bases; for tests."""
    recent.clear()
    _last.clear()


def _forget(reference: weakref.ref[Digested]) -> None:
    try:
        recent.remove(reference)
    except ValueError:  # another thread was faster
        return
    _last.clear()
