"""Digest a graph: every node by what it is and what it reaches, cycles included.

Outside cycles a node's digest is `H("N", local, sorted((label, digest of target)))`; the references of a
function go by their place, and such a node's is `H("P", local, digests of their targets, sorted(...))`.
Within a strongly connected component (Tarjan) nodes are merged to the coarsest bisimulation, and the
component is written down by the structure of what is left, so that digests depend neither on the entry point
nor on the order in which nodes were met nor on how often a node was copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import add

from memofp._digest import DIGEST_SIZE, digest

__all__ = [
    "Target",
    "component_digests",
    "digest_above",
    "digest_alone",
    "discovered_from",
    "strong_components",
]

Target = int | bytes  # the index of a node, or the digest of a leaf
_LENGTHS = [b"%d:" % length for length in range(256)]
_is_node = int.__instancecheck__


def component_digests(
    locals_: Sequence[bytes],
    labels: Sequence[Sequence[bytes]],
    targets: Sequence[Sequence[Target]],
    components: Sequence[Sequence[int]],
) -> list[bytes]:
    """Return the 16-byte digest of every node.

    Args:
        locals_: what each node is by itself, as bytes.
        labels: for each node the labels of its last edges; equal ones form a multiset.
        targets: for each node where its edges lead: first those that go by their place, then those with
            labels, in the order of these.
        components: from `strong_components`, targets before sources.
    """
    # What happens to each edge happens in C: there are ten times as many of them as nodes.
    digests = _Digests()
    prefixes = _Prefixes()
    for component in components:
        first = component[0]
        if len(component) > 1 or first in targets[first]:
            edges = [_labelled(labels[node], targets[node]) for node in component]
            _digest_cycle(component, [locals_[node] for node in component], edges, digests)
            continue
        found = list(map(digests.__getitem__, targets[first]))
        placed = len(found) - len(labels[first])
        parts = sorted(map(add, map(prefixes.__getitem__, labels[first]), found[placed:]))
        if placed:
            whole = b"".join(found[:placed])
            assert len(whole) == DIGEST_SIZE * placed  # so that it is clear where one ends
            digests[first] = _combine(b"P", locals_[first], [whole, *parts])
        else:
            digests[first] = _combine(b"N", locals_[first], parts)
    return [digests.get(node, b"") for node in range(len(locals_))]


def _labelled(labels: Sequence[bytes], targets: Sequence[Target]) -> list[tuple[bytes, Target]]:
    """Return edges with labels for those, too, that go by their place."""
    placed = [b"r%d" % i for i in range(len(targets) - len(labels))]
    return list(zip([*placed, *labels], targets, strict=True))


def digest_above(local: bytes, leaf: bytes) -> bytes:
    """Return the digest of a node with one edge, which has no name and leads to a leaf."""
    return _combine(b"N", local, [b"0:" + leaf])


def digest_alone(local: bytes) -> bytes:
    """Return the digest of a node without edges."""
    return _combine(b"N", local, [])


class _Digests(dict[Target, bytes]):
    """A node -> its digest; a leaf -> itself."""

    def __missing__(self, leaf: Target) -> bytes:
        assert isinstance(leaf, bytes)
        self[leaf] = leaf
        return leaf


class _Prefixes(dict[bytes, bytes]):
    """A label -> itself after its length.  Most labels occur often: `r0`, `.name`."""

    def __missing__(self, label: bytes) -> bytes:
        found = self[label] = b"%d:%b" % (len(label), label)
        return found


def _combine(tag: bytes, local: bytes, parts: list[bytes]) -> bytes:
    head = b"%b%d:%b%d;" % (tag, len(local), local, len(parts))
    lengths = list(map(len, parts))
    if max(lengths, default=0) < len(_LENGTHS):
        return digest(head + b"".join(map(add, map(_LENGTHS.__getitem__, lengths), parts)))
    return digest(head + b"".join([b"%d:%b" % (len(part), part) for part in parts]))


def _digest_cycle(
    component: Sequence[int],
    locals_: Sequence[bytes],
    edges: Sequence[Sequence[tuple[bytes, Target]]],
    digests: _Digests,
) -> None:
    """Digest a component: copies are merged first, and what is left is numbered by its structure alone."""
    from memofp._fingerprint._partition import refine  # here, as many programs do without

    place = {node: i for i, node in enumerate(component)}
    inner: list[list[tuple[bytes, int]]] = []
    colours: list[bytes] = []
    for local, own in zip(locals_, edges, strict=True):
        inner.append([(label, place[t]) for label, t in own if isinstance(t, int) and t in place])
        rest = [(label, t) for label, t in own if not (isinstance(t, int) and t in place)]
        lines = [b"%d:%b%b" % (len(la), la, digests[t]) for la, t in rest]
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
        """Visit what a node reaches, in one loop: it runs for each edge."""
        index, low, on_stack, spans, most = self.index, self._low, self._on_stack, self.spans, self._most
        stack, counter = self._stack, self._counter
        path: list[int] = []  # from the start to the node that is looked at
        left: list[Iterator[int]] = []  # the targets that are left of each node on it
        met: int | None = start
        while met is not None or path:
            if met is not None:
                index[met] = low[met] = counter
                counter += 1
                stack.append(met)
                on_stack[met] = 1
                path.append(met)
                left.append(filter(_is_node, self.targets[met]))  # type: ignore[arg-type] # nodes are left
                met = None
            node = path[-1]
            for child in left[-1]:
                if index[child] < 0:
                    met = child
                    break
                if not on_stack[child]:
                    if spans[child] > most[node]:
                        most[node] = spans[child]
                elif index[child] < low[node]:
                    low[node] = index[child]
            else:
                path.pop()
                left.pop()
                if low[node] == index[node]:
                    self._close(node, counter)
                if path:
                    parent = path[-1]
                    if low[node] < low[parent]:
                        low[parent] = low[node]
                    if most[node] > most[parent]:
                        most[parent] = most[node]
        self._counter = counter

    def _close(self, node: int, counter: int) -> None:
        """Take a component off the stack, of which this node was met first."""
        stack = self._stack
        at = len(stack) - 1
        while stack[at] != node:
            at -= 1
        component = stack[at:]
        del stack[at:]
        # What was met first from it, or all of it and one of its neighbours.
        span = max(counter - self.index[node], len(component) + self._most[node])
        self._most[node] = span
        for member in component:
            self._on_stack[member] = 0
            self.spans[member] = span
        self.components.append(component)
