"""Tell data that is one object at two places from two copies: a deep copy keeps the difference.

Two variables of one module, or of one function, are two places.  A name that another module imports is not:
how code gets at an object is no part of what it does.
"""

from __future__ import annotations

from collections.abc import Sequence

from memofp._digest import digest_parts
from memofp._fingerprint._node import SLOT, Node

__all__ = ["mark_shared"]


def mark_shared(nodes: Sequence[Node], base_size: int) -> dict[int, list[int]] | None:
    """Mark data that the new nodes of a graph hold at several places.

    Args:
        nodes: of the graph.
        base_size: how many of them, the first ones, are another graph's.

    Returns:
        For each node of such data the nodes that hold it; None if one place may be another graph's, whose
        nodes stay as they are.
    """
    places: dict[int, list[bytes]] = {}
    variables: dict[tuple[int, str], set[str]] = {}
    holders: dict[int, list[int]] = {}
    for at, node in enumerate(nodes[base_size:], base_size):
        is_slot = node.local == SLOT
        for label, target in zip(node.labels, node.targets, strict=True) if node.is_data or is_slot else ():
            if not isinstance(target, int) or not nodes[target].is_mutable:
                continue
            holders.setdefault(target, []).append(at)
            if is_slot:
                where, name = _parted(node.name)
                variables.setdefault((target, where), set()).add(name)
            elif target < base_size:
                return None
            else:
                places.setdefault(target, []).append(label)
    for (index, where), own in variables.items():
        names = own if index >= base_size else own | _variables(nodes[:base_size], index, where)
        if len(names) > 1:
            if index < base_size:
                return None
            places.setdefault(index, []).extend(name.encode("utf-8", "surrogatepass") for name in names)
    for index, labels in places.items():
        if len(labels) > 1:
            node = nodes[index]
            node.local = digest_parts(b"shared", [node.local, *sorted(labels)])
    return {index: holders[index] for index, labels in places.items() if len(labels) > 1}


def _variables(nodes: Sequence[Node], index: int, where: str) -> set[str]:
    """Return the names of variables that stand at one place and hold one node."""
    slots = (_parted(node.name) for node in nodes if node.local == SLOT and node.targets[0] == index)
    return {name for place, name in slots if place == where}


def _parted(name: str) -> tuple[str, str]:
    """Return where a variable stands, and its name there."""
    where, _, last = name.rpartition(".")
    return where, last
