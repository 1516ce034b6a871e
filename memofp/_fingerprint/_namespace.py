"""One module's globals, as the functions of a graph read them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from memofp._fingerprint._boundary import Place
from memofp._fingerprint._components import Target
from memofp._fingerprint._node import Node

if TYPE_CHECKING:
    from memofp._fingerprint._graph import Graph

__all__ = ["Followed", "Namespace", "module_name", "whole_namespace"]

# Names that the import system puts into a module; they say where it lies, not what it does.
MODULE_MACHINERY = frozenset(
    {
        "__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__",
        "__path__", "__spec__", "__warningregistry__", "__annotations__", "__all__", "__annotate__",
        "__conditional_annotations__",
    }
)  # fmt: skip
Followed = tuple[Target | None, bytes]  # where a reference leads, and the attributes left there


class Namespace:
    """What a graph knows of one namespace; all functions of a module share it.

    Attributes:
        space: the globals.
        module: name of the module.
        bound: name -> value or `ABSENT`, of each name that was read; the guards compare these.
        followed: identity of a reference -> where it leads.
        places: name of a source file -> whose code it holds.
    """

    __slots__ = ("bound", "followed", "module", "places", "space")

    def __init__(self, space: dict[str, Any], bound: dict[str, Any]) -> None:
        self.space: dict[str, Any] = space
        self.module: str = module_name(space)
        self.bound: dict[str, Any] = bound
        self.followed: dict[int, Followed] = {}
        self.places: dict[str, Place] = {}


def module_name(space: dict[str, Any]) -> str:
    """Return a module's name; for `__main__` the stem of the script's file, so that both agree."""
    name = space.get("__name__")
    if not isinstance(name, str):
        return "?"
    if name == "__main__":
        file = space.get("__file__")
        if isinstance(file, str) and file:
            return os.path.splitext(os.path.basename(file))[0]
    return name


def whole_namespace(graph: Graph, space: dict[str, Any]) -> int:
    """Return the node of everything that a module defines, for code that can name any of it."""
    key = ("namespace", id(space))
    fresh: list[Node] = []

    def make() -> Node:
        node = Node("", f"{module_name(space)}.*", space, b"namespace")
        fresh.append(node)
        return node

    index = graph.keyed(key, make)
    if fresh:
        graph.guards.probe(lambda: _defined(space), _defined(space))
        base = module_name(space)
        for name in _defined(space):
            value = space[name]
            graph.guards.name(space, name, value)
            target = graph.slot("mod", f"{base}.{name}", ("name", id(space), name), value)
            fresh[0].add(f".{name}", target)
        others = [(key, value) for key, value in list(space.items()) if type(key) is not str]
        if others:  # `globals()[1] = 2` is possible
            fresh[0].add("others", graph.visit(others, base))
    return index


def _defined(space: dict[str, Any]) -> list[str]:
    return sorted(n for n in list(space) if type(n) is str and n not in MODULE_MACHINERY)
