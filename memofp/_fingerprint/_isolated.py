"""Digest one live object by itself: for guards, and for code among a call's arguments."""

from __future__ import annotations

from typing import Any

from memofp._fingerprint._components import component_digests, strong_components
from memofp._fingerprint._expand import expand
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._guards import Guards
from memofp._fingerprint._options import Options

__all__ = ["argument_digest", "isolated_digest"]

_WHOLE = Options(everything=True)


_MOST_KNOWN = 256  # objects kept alive for the sake of the next call
_known: dict[int, tuple[Any, Guards, bytes]] = {}


def isolated_digest(obj: Any) -> bytes:
    """Return the 16-byte digest of an object and of all that it reaches."""
    return _digest(obj, Graph(_WHOLE, expand, guarded=False))


def _digest(obj: Any, graph: Graph) -> bytes:
    root = graph.visit(obj, "value")
    if isinstance(root, bytes):
        return root
    graph.run()
    labels, targets = [n.labels for n in graph.nodes], [n.targets for n in graph.nodes]
    locals_ = graph.local_bytes(graph.modes())
    return component_digests(locals_, labels, targets, strong_components(targets, root))[root]


def argument_digest(obj: Any) -> bytes:
    """Return the digest of code among a call's arguments; kept, and guarded, for the next call."""
    known = _known.get(id(obj))
    if known is not None and known[0] is obj and known[1].hold():
        return known[2]
    graph = Graph(_WHOLE, expand)
    found = _digest(obj, graph)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[id(obj)] = (obj, graph.guards, found)
    return found
