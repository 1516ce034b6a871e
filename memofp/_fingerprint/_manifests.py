"""Make a manifest of a digested graph: which nodes are listed, under which names, and who uses whom."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from memofp._digest import digest
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node
from memofp._manifest import BlindSpot, Dependency, Manifest

__all__ = ["build_manifest"]


def build_manifest(graph: Graph, root: int, digests: Sequence[bytes]) -> Manifest:
    """Return the manifest of everything that the root reaches, in the order in which it is reached."""
    order = list(graph.reached(root))
    local = graph.local_bytes(graph.modes())
    labels = _labels(graph, root, order)
    found = []
    for index in order:
        if index not in labels:
            continue
        node = graph.nodes[index]
        kind, _, name = labels[index].partition(":")
        found.append(
            Dependency(
                kind=kind,
                name=name,
                digest=digests[index].hex(),
                local=_local_digest(node, local[index], digests[index]).hex(),
                file=node.file,
                line=node.line,
                source=node.source,
                value=node.value,
                uses=_uses(graph, index, labels),
            )
        )
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found.append(Dependency("python", version, digest(version.encode()).hex(), value=version))
    reached = {-1, *order}  # a graph holds what others reach too, if it began with another one
    spots = sorted(
        {spot for index, spot in graph.spots if index in reached}, key=lambda s: tuple(map(str, s))
    )
    return Manifest(tuple(found), tuple(BlindSpot(*spot) for spot in spots))


def _local_digest(node: Node, local: bytes, whole: bytes) -> bytes:
    """Return what the dependency is by itself; a captured value is all that it holds."""
    return whole if node.kind in ("const", "mod", "partial", "opaque", "schema") else digest(local)


def _labels(graph: Graph, root: int, order: Sequence[int]) -> dict[int, str]:
    """Give each listed node its prefixed name; a second one of the same name gets a number."""
    labels: dict[int, str] = {}
    taken: dict[str, int] = {}
    for index in order:
        node = graph.nodes[index]
        kind = "self" if index == root else node.kind
        if not kind:
            continue
        label = f"{kind}:{node.name}"
        count = taken[label] = taken.get(label, 0) + 1
        labels[index] = label if count == 1 else f"{label}#{count}"
    return labels


def _uses(graph: Graph, index: int, labels: dict[int, str]) -> tuple[str, ...]:
    """Return the listed nodes that a node reaches without passing through another listed one."""
    found: dict[str, None] = {}
    seen = {index}
    stack = [index]
    while stack:
        for _, target in graph.nodes[stack.pop()].edges:
            if not isinstance(target, int) or target in seen:
                continue
            seen.add(target)
            if target in labels:
                found[labels[target]] = None
            else:
                stack.append(target)
    return tuple(sorted(found))
