"""Make a manifest of a digested graph: which nodes are listed, under which names, and who uses whom."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from operator import itemgetter

from memofp._digest import digest
from memofp._fingerprint._components import Target
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node, Slot, describe
from memofp._manifest import BlindSpot, Dependency, Manifest

__all__ = ["build_manifest"]


def build_manifest(graph: Graph, root: int, digests: Sequence[bytes]) -> Manifest:
    """Return the manifest of everything that the root reaches, in the order in which it is reached."""
    reached = _reached(graph, root)
    local = graph.local_bytes(graph.modes())
    labels = _labels(graph, root, reached)
    found = []
    for key, label in labels.items():
        kind, _, name = label.partition(":")
        slot = reached[key]
        if isinstance(slot, Slot):
            shown = describe(slot.obj)
            found.append(Dependency(kind=kind, name=name, digest=slot.hex(), local=slot.hex(), value=shown))
            continue
        node = graph.nodes[key]
        found.append(
            Dependency(
                kind=kind,
                name=name,
                digest=digests[key].hex(),
                local=_local_digest(node, local[key], digests[key]).hex(),
                file=node.file,
                line=node.line,
                source=node.source,
                value=node.value,
                uses=_uses(graph, key, labels),
            )
        )
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found.append(Dependency("python", version, digest(version.encode()).hex(), value=version))
    # A graph holds what others reach too, if it began with another one.
    own = {spot for index, spot in graph.spots if index < 0 or index in reached}
    spots = sorted(own, key=lambda s: tuple(map(str, s)))
    return Manifest(tuple(found), tuple(BlindSpot(*spot) for spot in spots))


def _reached(graph: Graph, root: int) -> dict[int, int | Slot]:
    """Return the nodes and slots that the root reaches, by `_key`, breadth first."""
    found: dict[int, int | Slot] = {root: root}
    order = [root]
    for index in order:
        for target in _in_order(graph.nodes[index]):
            if isinstance(target, (int, Slot)) and (key := _key(target)) not in found:
                found[key] = target
                if isinstance(target, int):
                    order.append(target)
    return found


def _in_order(node: Node) -> Sequence[Target]:
    """Return what a node reads; members of a class in an order that no other code decides."""
    if not node.waits:
        return node.targets
    return [target for _, target in sorted(zip(node.labels, node.targets, strict=True), key=itemgetter(0))]


def _key(target: int | Slot) -> int:
    """Return what tells nodes and slots apart: slots of equal digests are different names."""
    return target if isinstance(target, int) else ~id(target)


def _local_digest(node: Node, local: bytes, whole: bytes) -> bytes:
    """Return what the dependency is by itself; a captured value is all that it holds."""
    return whole if node.kind in ("const", "mod", "partial", "opaque", "schema") else digest(local)


def _labels(graph: Graph, root: int, reached: Mapping[int, int | Slot]) -> dict[int, str]:
    """Give each listed node and slot its prefixed name; a second one of the same name gets a number."""
    labels: dict[int, str] = {}
    taken: dict[str, int] = {}
    for key, target in reached.items():
        node = graph.nodes[target] if isinstance(target, int) else target
        kind = "self" if key == root else node.kind
        if not kind:
            continue
        label = f"{kind}:{node.name}"
        count = taken[label] = taken.get(label, 0) + 1
        labels[key] = label if count == 1 else f"{label}#{count}"
    return labels


def _uses(graph: Graph, index: int, labels: Mapping[int, str]) -> tuple[str, ...]:
    """Return the listed nodes that a node reaches without passing through another listed one."""
    found: dict[str, None] = {}
    seen = {index}
    stack = [index]
    while stack:
        for target in graph.nodes[stack.pop()].targets:
            if not isinstance(target, (int, Slot)) or (key := _key(target)) in seen:
                continue
            seen.add(key)
            if key in labels:
                found[labels[key]] = None
            else:
                stack.append(key)
    return tuple(sorted(found))
