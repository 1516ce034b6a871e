"""A node of the graph behind a fingerprint: one live object, or one name that binds a value."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from memofp._code import Fact
from memofp._code._codes import constant_text
from memofp._digest import digest_parts
from memofp._fingerprint._components import Target
from memofp._fingerprint._raw import exactly, is_a, type_name
from memofp._values import Code, reduce_value

if TYPE_CHECKING:
    from memofp._fingerprint._graph import Graph

__all__ = [
    "ATOMS",
    "SLOT",
    "Node",
    "Slot",
    "describe",
    "holds_address",
    "is_code",
    "leaf",
    "local_under",
    "memoized_extras",
]

SLOT = b"slot"  # what a node for a name is by itself
ATOMS = exactly(int, float, complex, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented))


class Node:
    """One live object, or one name that binds a value, in the graph.

    A plain class: `dataclasses` would be a sixth of what a warm start imports.

    Attributes:
        kind: one of the manifest's, or "" for what the manifest does not list.
        name: what it is called there.
        obj: the object, held so that its id stays its own.
        local: what it is by itself.
        extras: mode -> what counts under it.
        more: makes further extras, once a mode is on.
        targets: what it reads: first what its references lead to, in their order, then all else.
        labels: how it gets at that.
        late: adds what annotations stand for, if reachable code reads annotations.
        file: path of its source file.
        line: first line there, counted from 1.
        source: its text.
        value: a captured value in a few words.
        fact: of a function, what is known of its code.
        is_data: whether it is made of parts.
        is_mutable: whether it counts, beside that, that two references lead to it.
        varies: whether it may be another one in the graph of another function.
        waits: whether members of it wait for somebody to name them.
    """

    __slots__ = (
        "extras", "fact", "file", "is_data", "is_mutable", "kind", "labels", "late", "line", "local", "more",
        "name", "obj", "source", "targets", "value", "varies", "waits",
    )  # fmt: skip

    def __init__(
        self, kind: str, name: str, obj: Any, local: bytes = b"", *, value: str | None = None
    ) -> None:
        self.kind: str = kind
        self.name: str = name
        self.obj: Any = obj
        self.local: bytes = local
        self.extras: dict[str, bytes] = {}
        self.more: Callable[[Node], dict[str, bytes]] | None = None
        self.late: Callable[[Graph, Node], None] | None = None
        self.labels: list[bytes] = []
        self.targets: list[Target] = []
        self.file: str | None = None
        self.line: int | None = None
        self.source: str | None = None
        self.value: str | None = value
        self.fact: Fact | None = None
        self.is_data: bool = False
        self.is_mutable: bool = False
        self.varies: bool = False
        self.waits: bool = False

    def add(self, label: str, target: Target) -> None:
        self.labels.append(label.encode("utf-8", "surrogatepass"))
        self.targets.append(target)


class Slot(bytes):
    """The digest of a name that binds an atom, and what the manifest says of it.

    There are as many of them as there are functions, and a node for each would be a third of all nodes.

    Attributes:
        kind: as of a node.
        name: as of a node.
        obj: the atom.
    """

    kind: str
    name: str
    obj: object


_CONTAINERS = exactly(list, tuple, dict, set, frozenset)
_LONG_INT = 1024  # bits; Python refuses to write out longer ones in decimals


def holds_address(obj: object) -> bool:
    """Tell whether a value is a text that a default `repr` may have gone into."""
    return type(obj) is str and " at 0x" in obj


def leaf(tag: str, *parts: bytes) -> bytes:
    """Return the digest of something that reaches nothing else."""
    return digest_parts(tag.encode(), parts)


def local_under(node: Node, modes: frozenset[str]) -> bytes:
    extras = node.extras if node.more is None else {**node.more(node), **node.extras}
    parts = [node.local]
    for mode in sorted(modes & extras.keys()):
        parts += [mode.encode(), extras[mode]]
    return digest_parts(b"local", parts) if len(parts) > 1 else node.local


def memoized_extras(obj: Any) -> tuple[Any, ...]:
    """Return what a memoized function declares beside its code: its version and dependencies, if any."""
    _, _, version, _, declared = obj.__memofp__()
    return (version, *declared) if version is not None or declared else ()


def is_code(value: object) -> bool:
    """Tell whether a value is code (function, class, module ...) rather than data."""
    return id(type(value)) not in ATOMS and (
        is_a(value, (type, ModuleType)) or isinstance(reduce_value(value), Code)
    )


def describe(value: object) -> str:
    """Describe a captured value in a few words, without running code of the user's."""
    if id(type(value)) in ATOMS:
        text = constant_text(value) if type(value) is not str else repr(value)
        return text if len(text) <= 80 else text[:77] + "..."
    if id(type(value)) in _CONTAINERS:
        return _describe_container(value)
    return f"<{type_name(value)}>"


def _describe_container(value: Any) -> str:
    if len(value) <= 8:
        flat = list(value) + (list(value.values()) if type(value) is dict else [])
        if all(id(type(v)) in ATOMS for v in flat):
            text = _container_text(value, flat)
            if len(text) <= 80:
                return text
    return f"{type(value).__name__} of {len(value)}"


def _container_text(value: Any, flat: list[Any]) -> str:
    if any(type(v) is int and v.bit_length() > _LONG_INT for v in flat):
        return f"{type(value).__name__} of {len(value)}"
    if type(value) not in (set, frozenset):
        return repr(value)
    return "{" + ", ".join(sorted(map(repr, value))) + "}" if value else "set()"
