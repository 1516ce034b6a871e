"""Digest one live object by itself: for guards, and for code among a call's arguments."""

from __future__ import annotations

from typing import Any

from memofp._fingerprint._components import component_digests, strong_components
from memofp._fingerprint._expand import expand
from memofp._fingerprint._graph import Graph, Options

__all__ = ["isolated_digest"]


def isolated_digest(obj: Any) -> bytes:
    """Return the 16-byte digest of an object and of all that it reaches."""
    graph = Graph(Options(), expand, guarded=False)
    root = graph.visit(obj, "value")
    if isinstance(root, bytes):
        return root
    graph.run()
    edges = [n.edges for n in graph.nodes]
    return component_digests(graph.local_bytes(graph.modes()), edges, strong_components(edges, root))[root]
