"""Digest a graph: every node by what it is and what it reaches, cycles included.

Outside cycles a node's digest is `H("N", local, sorted((label, digest of target)))`.  Within a strongly
connected component (Tarjan) colours are refined to the coarsest bisimulation, so that digests depend
neither on the entry point nor on the order in which nodes were met nor on how often a node was copied.
"""

from __future__ import annotations

from collections.abc import Sequence

from memofp._digest import digest

__all__ = ["Edge", "component_digests", "strong_components"]

Edge = tuple[bytes, "int | bytes"]  # label, and the index of a node or the digest of a leaf


def component_digests(
    locals_: Sequence[bytes], edges: Sequence[Sequence[Edge]], components: Sequence[Sequence[int]]
) -> list[bytes]:
    """Return the 16-byte digest of every node.

    Args:
        locals_: what each node is by itself, as bytes.
        edges: for each node its labelled edges; equal labels form a multiset.
        components: from `strong_components`, targets before sources.
    """
    digests = [b""] * len(locals_)
    for component in components:
        first = component[0]
        if len(component) == 1 and all(target != first for _, target in edges[first]):
            digests[first] = _combine(b"N", locals_[first], _outside(edges[first], digests))
        else:
            _digest_cycle(component, locals_, edges, digests)
    return digests


def _outside(edges: Sequence[Edge], digests: list[bytes]) -> list[bytes]:
    return sorted(
        b"%d:%b%b" % (len(label), label, digests[target] if isinstance(target, int) else target)
        for label, target in edges
    )


def _combine(tag: bytes, local: bytes, parts: list[bytes]) -> bytes:
    out = [tag, b"%d:" % len(local), local, b"%d;" % len(parts)]
    for part in parts:
        out.append(b"%d:" % len(part))
        out.append(part)
    return digest(b"".join(out))


def _digest_cycle(
    component: Sequence[int],
    locals_: Sequence[bytes],
    edges: Sequence[Sequence[Edge]],
    digests: list[bytes],
) -> None:
    members = set(component)
    inner: dict[int, list[tuple[bytes, int]]] = {}
    colours: dict[int, bytes] = {}
    for node in component:
        inside = [(label, t) for label, t in edges[node] if isinstance(t, int) and t in members]
        rest = [(label, t) for label, t in edges[node] if not (isinstance(t, int) and t in members)]
        inner[node] = inside
        colours[node] = _combine(b"C", locals_[node], _outside(rest, digests))
    count = len(set(colours.values()))
    while True:
        refined = {
            node: _combine(b"R", colours[node], sorted(b"%d:%b%b" % (len(la), la, colours[t]) for la, t in inner[node]))
            for node in component
        }  # fmt: skip
        colours = refined
        grown = len(set(colours.values()))
        if grown == count:
            break
        count = grown
    # A colour sees only as far as there were rounds; the set of all colours, each of which holds its
    # edges' labels and the colours at their ends, says what the whole component is.
    whole = _combine(b"W", b"", sorted(set(colours.values())))
    for node in component:
        digests[node] = _combine(b"M", colours[node], [whole])


def strong_components(edges: Sequence[Sequence[Edge]], root: int | None = None) -> list[list[int]]:
    """Return the strongly connected components, targets before sources (Tarjan 1972, iterative).

    With `root`, only what the root reaches.
    """
    size = len(edges)
    index = [-1] * size
    low = [0] * size
    on_stack = bytearray(size)
    stack: list[int] = []
    components: list[list[int]] = []
    counter = 0
    for start in range(size) if root is None else (root,):
        if index[start] >= 0:
            continue
        work = [(start, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = counter
                counter += 1
                stack.append(node)
                on_stack[node] = 1
            successors = edges[node]
            descended = False
            while position < len(successors):
                target = successors[position][1]
                position += 1
                if not isinstance(target, int):
                    continue
                if index[target] < 0:
                    work.append((node, position))
                    work.append((target, 0))
                    descended = True
                    break
                if on_stack[target]:
                    low[node] = min(low[node], index[target])
            if descended:
                continue
            if low[node] == index[node]:
                component = []
                while True:
                    member = stack.pop()
                    on_stack[member] = 0
                    component.append(member)
                    if member == node:
                        break
                components.append(component)
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
    return components
