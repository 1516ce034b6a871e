"""Tell whether a graph that took over another one's nodes is what it would have been without them.

What a graph holds depends on what its code says: a name that it shows brings a member of a class, a mention
switches a mode on, an opener brings every member.  A graph that begins with a base begins with what the
base's code says, so its own root has to lead to code that says the same, and not by what is there for that
reason alone: a method that names itself is no reason for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memofp._fingerprint._modes import modes_of

if TYPE_CHECKING:
    from memofp._fingerprint._graph import Graph
    from memofp._fingerprint._node import Node

__all__ = ["agrees"]

_ANNOTATION = "annotation:"  # no name of a member


def agrees(graph: Graph, root: int, base: Graph, base_root: int, is_top: bool) -> bool:
    """Tell whether a finished graph would be the same if it had begun with nothing.

    Args:
        graph: the graph.
        root: its root.
        base: the graph that it began with.
        base_root: that one's root.
        is_top: whether no node of the base reads its root.
    """
    if graph.modes() != base.modes() or not (graph.dotted <= base.dotted or not base.importers):
        return False
    if _reads_as_much(graph, root, base, base_root, is_top):
        return True
    replay = _Replay(graph, base)
    return replay.run(root) and replay.found_what_counts()


def _reads_as_much(graph: Graph, root: int, base: Graph, base_root: int, is_top: bool) -> bool:
    """Tell whether a graph leads to the base's root, or to what that reads if it says nothing itself."""
    count = len(base.nodes)
    fresh = graph.nodes[count:]
    if root == base_root:
        return True
    if any(node.waits for node in fresh):
        return False
    entries = {t for node in fresh for t in node.targets if isinstance(t, int) and t < count}
    if base_root in entries:
        return True
    below = [t for t in base.nodes[base_root].targets if isinstance(t, int)]
    return is_top and entries.issuperset(below) and not _says_anything(base, base_root, graph)


def _says_anything(base: Graph, index: int, graph: Graph) -> bool:
    """Tell whether what a node of the base says counts for others in a graph."""
    if index in base.openers or index in base.mentions_by or index in base.dotted_by:
        return True
    if any(index in holders for holders in base.holders.values()):
        return True
    asked = graph.visibility.asked
    return any(not asked.isdisjoint(names) for names in base.names_of(index))


class _Replay:
    """Goes through a finished graph as it would have been built: what waits for code to name it waits."""

    def __init__(self, graph: Graph, base: Graph) -> None:
        self._graph = graph
        self._base = base
        self._found: set[int] = set()
        self._pending: list[int] = []
        self._waiting: dict[str, list[int]] = {}  # nodes by what has to be said
        self._asked: set[str] = graph.visibility.asked
        self._is_open: bool = graph.options.everything
        self._shown: set[str] = set()
        self._mentions: set[str] = set()
        self._counts_annotations = "annotations" not in graph.modes()  # else not yet

    def run(self, root: int) -> bool:
        """Tell whether all is met that is there, members and what opens the world."""
        found, pending = self._found, self._pending
        pending.append(root)
        while pending:
            index = pending.pop()
            if index not in found:
                found.add(index)
                self._hear(index)
                self._look_below(index)
        return not self._waiting and self._is_open == self._graph.visibility.everything

    def found_what_counts(self) -> bool:
        """Tell whether code was met that says all that counts for the graph as a whole."""
        base, found = self._base, self._found
        if modes_of(self._mentions) != base.modes():
            return False
        if not base.importers.isdisjoint(found):
            known = set(self._graph.dotted)
            for index, names in base.dotted_by.items():
                known |= names if index in found else set()
            if known != base.dotted:
                return False
        return all(found.issuperset(h) for index, h in base.holders.items() if index in found)

    def _hear(self, index: int) -> None:
        """Note what a node's code says."""
        said = self._base if index < len(self._base.nodes) else self._graph
        mentions = said.mentions_by.get(index)
        if mentions is not None:
            self._mentions |= mentions
            if not self._counts_annotations and "annotations" in modes_of(self._mentions):
                self._counts_annotations = True
                self._pending += self._waiting.pop(_ANNOTATION, ())
        if self._is_open:
            return
        if index in said.openers:
            self._is_open = True
            for name in self._asked & self._waiting.keys():
                self._pending += self._waiting.pop(name)
            return
        for names in said.names_of(index):
            for name in self._asked.intersection(names) - self._shown:
                self._shown.add(name)
                self._pending += self._waiting.pop(name, ())

    def _look_below(self, index: int) -> None:
        """Go on to the nodes that a node reads, but for those that wait."""
        node = self._graph.nodes[index]
        if self._counts_annotations and (self._is_open or not node.waits):
            self._pending += [target for target in node.targets if isinstance(target, int)]
            return
        placed = len(node.targets) - len(node.labels)
        self._pending += [target for target in node.targets[:placed] if isinstance(target, int)]
        for label, target in zip(node.labels, node.targets[placed:], strict=True):
            held = [target] if isinstance(target, int) else []
            name = self._awaited(node, label)
            if name is None:
                self._pending += held
            else:
                self._waiting.setdefault(name, []).extend(held)

    def _awaited(self, node: Node, label: bytes) -> str | None:
        """Return what has to be said for an edge to be there, None if it is there."""
        if label.startswith(b".") and node.waits and not self._is_open:
            name = label[1:].decode("utf-8", "surrogatepass")
            return name if name in self._asked and name not in self._shown else None
        if self._counts_annotations:
            return None
        return _ANNOTATION if label.startswith((b"annotation:", b"annotated:")) else None
