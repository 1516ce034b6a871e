"""Digest a graph: every node by what it is and what it reaches, cycles included.

Outside cycles a node's digest is `H("N", local, sorted((label, digest of target)))`.  Within a strongly
connected component (Tarjan) nodes are merged to the coarsest bisimulation, and the component is written down
by the structure of what is left, so that digests depend neither on the entry point nor on the order in which
nodes were met nor on how often a node was copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from memofp._digest import digest
from memofp._fingerprint._partition import refine

__all__ = ["Target", "component_digests", "digest_above", "discovered_from", "strong_components"]

Target = int | bytes  # the index of a node, or the digest of a leaf
_LENGTHS = [b"%d:" % length for length in range(64)]


def component_digests(
    locals_: Sequence[bytes],
    labels: Sequence[Sequence[bytes]],
    targets: Sequence[Sequence[Target]],
    components: Sequence[Sequence[int]],
) -> list[bytes]:
    """Return the 16-byte digest of every node.

    Args:
        locals_: what each node is by itself, as bytes.
        labels: for each node the labels of its edges; equal ones form a multiset.
        targets: for each node where its edges lead, in the order of their labels.
        components: from `strong_components`, targets before sources.
    """
    digests = [b""] * len(locals_)
    prefixes = _Prefixes()
    for component in components:
        first = component[0]
        if len(component) == 1 and first not in targets[first]:
            parts = [
                prefixes[label] + (digests[target] if isinstance(target, int) else target)
                for label, target in zip(labels[first], targets[first], strict=True)
            ]
            digests[first] = _combine(b"N", locals_[first], sorted(parts))
        else:
            edges = [list(zip(labels[node], targets[node], strict=True)) for node in component]
            _digest_cycle(component, [locals_[node] for node in component], edges, digests)
    return digests


def digest_above(local: bytes, leaf: bytes) -> bytes:
    """Return the digest of a node with one edge, which has no name and leads to a leaf."""
    return _combine(b"N", local, [b"0:" + leaf])


class _Prefixes(dict[bytes, bytes]):
    """A label -> itself after its length.  Most labels occur often: `r0`, `.name`."""

    def __missing__(self, label: bytes) -> bytes:
        found = self[label] = b"%d:%b" % (len(label), label)
        return found


def _combine(tag: bytes, local: bytes, parts: list[bytes]) -> bytes:
    out = [b"%b%d:%b%d;" % (tag, len(local), local, len(parts))]
    for part in parts:
        length = len(part)
        out += (_LENGTHS[length] if length < 64 else b"%d:" % length, part)
    return digest(b"".join(out))


def _digest_cycle(
    component: Sequence[int],
    locals_: Sequence[bytes],
    edges: Sequence[Sequence[tuple[bytes, Target]]],
    digests: list[bytes],
) -> None:
    """Digest a component: copies are merged first, and what is left is numbered by its structure alone."""
    place = {node: i for i, node in enumerate(component)}
    inner: list[list[tuple[bytes, int]]] = []
    colours: list[bytes] = []
    for local, own in zip(locals_, edges, strict=True):
        inner.append([(label, place[t]) for label, t in own if isinstance(t, int) and t in place])
        rest = [(label, t) for label, t in own if not (isinstance(t, int) and t in place)]
        lines = [b"%d:%b%b" % (len(la), la, digests[t] if isinstance(t, int) else t) for la, t in rest]
        colours.append(_combine(b"C", local, sorted(lines)))
    labels = {label: i for i, label in enumerate(sorted({la for targets in inner for la, _ in targets}))}
    numbered = [[(labels[label], target) for label, target in targets] for targets in inner]
    merged = refine(_ranks(colours), numbered)
    # One node stands for each class; no two of these are alike, so their numbers are canonical.
    chosen = {number: i for i, number in reversed(list(enumerate(merged)))}
    places = {number: i for i, number in enumerate(chosen)}
    quotient = [[(label, places[merged[t]]) for label, t in numbered[i]] for i in chosen.values()]
    numbers = refine(_ranks([colours[i] for i in chosen.values()]), quotient)
    parts: list[bytes] = [b""] * len(chosen)
    for i, at in enumerate(chosen.values()):
        targets = [(inner[at][k][0], numbers[quotient[i][k][1]]) for k in range(len(quotient[i]))]
        lines = sorted(b"%d:%b%d" % (len(label), label, target) for label, target in targets)
        parts[numbers[i]] = _combine(b"R", colours[at], lines)
    whole = _combine(b"W", b"", parts)
    for i, node in enumerate(component):
        digests[node] = _combine(b"M", b"%d" % numbers[places[merged[i]]], [whole])


def _ranks(colours: Sequence[bytes]) -> list[int]:
    """Return for each colour its place among the different ones."""
    places = {colour: i for i, colour in enumerate(sorted(set(colours)))}
    return [places[colour] for colour in colours]


def strong_components(targets: Sequence[Sequence[Target]], root: int | None = None) -> list[list[int]]:
    """Return the strongly connected components, targets before sources (Tarjan 1972, iterative).

    With `root`, only what the root reaches.
    """
    search = _Search(targets)
    for start in range(len(targets)) if root is None else (root,):
        if search.index[start] < 0:
            search.run(start)
    return search.components


def discovered_from(targets: Sequence[Sequence[Target]], root: int) -> tuple[list[list[int]], list[int]]:
    """Return the components that a root reaches, and for each node how many nodes it reaches at least."""
    search = _Search(targets)
    search.run(root)
    return search.components, search.spans


class _Search:
    """The state of Tarjan's depth-first search, with a stack of its own."""

    def __init__(self, targets: Sequence[Sequence[Target]]) -> None:
        self.targets = targets
        self.index = [-1] * len(targets)
        self.components: list[list[int]] = []
        self.spans = [0] * len(targets)  # how many nodes each reaches at least, once its component is known
        self._most = [0] * len(targets)  # the largest span next to what was met from a node
        self._low = [0] * len(targets)
        self._on_stack = bytearray(len(targets))
        self._stack: list[int] = []
        self._counter = 0

    def run(self, start: int) -> None:
        index, low, on_stack, spans, most = self.index, self._low, self._on_stack, self.spans, self._most
        work = [(start, self._enter(start))]
        while work:
            node, targets = work[-1]
            for child in targets:
                if index[child] < 0:
                    work.append((child, self._enter(child)))
                    break
                if not on_stack[child]:
                    if spans[child] > most[node]:
                        most[node] = spans[child]
                elif index[child] < low[node]:
                    low[node] = index[child]
            else:
                work.pop()
                self._leave(node, work[-1][0] if work else None)

    def _enter(self, node: int) -> Iterator[int]:
        self.index[node] = self._low[node] = self._counter
        self._counter += 1
        self._stack.append(node)
        self._on_stack[node] = 1
        return iter([target for target in self.targets[node] if type(target) is int])

    def _leave(self, node: int, parent: int | None) -> None:
        low, most, stack = self._low, self._most, self._stack
        if low[node] == self.index[node]:
            at = len(stack) - 1
            while stack[at] != node:
                at -= 1
            component = stack[at:]
            del stack[at:]
            # What was met first from it, or all of it and one of its neighbours.
            span = most[node] = max(self._counter - self.index[node], len(component) + most[node])
            for member in component:
                self._on_stack[member] = 0
                self.spans[member] = span
            self.components.append(component)
        if parent is not None:
            low[parent] = min(low[parent], low[node])
            most[parent] = max(most[parent], most[node])
