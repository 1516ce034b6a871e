"""Look into one node: say which kind of thing the live object is, and hand it on."""

from __future__ import annotations

from types import FunctionType, ModuleType

from memofp._fingerprint._boundary import place_of_module
from memofp._fingerprint._captured import expand_captured, is_stream
from memofp._fingerprint._foreign import foreign_node, public_module
from memofp._fingerprint._functions import expand_function
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._namespace import whole_namespace
from memofp._fingerprint._node import Node
from memofp._fingerprint._raw import is_a
from memofp._fingerprint._wrappers import expand_singledispatch, expand_wrapper, is_singledispatch

__all__ = ["expand"]


def expand(graph: Graph, index: int) -> None:
    """Fill in a node: its local bytes, its edges, its place in the manifest."""
    node = graph.nodes[index]
    obj = node.obj
    if is_a(obj, FunctionType):
        if is_singledispatch(obj):
            expand_singledispatch(graph, node, obj)
        else:
            expand_function(graph, node, obj)
    elif is_a(obj, type):
        from memofp._fingerprint._classes import expand_class  # four modules that many programs do without

        expand_class(graph, node, obj)
    elif is_a(obj, ModuleType):
        _expand_module(graph, node, obj)
    elif is_stream(obj):
        node.local = b"standard stream"
    elif not expand_wrapper(graph, node, obj):
        expand_captured(graph, node, obj)


def _expand_module(graph: Graph, node: Node, module: ModuleType) -> None:
    """A module used bare (passed on, or with a computed attribute) is everything that it defines."""
    place = graph.place(place_of_module(module))
    if place.kind != "user":
        node.local = b"foreign module"
        node.add("is", foreign_node(graph, place, public_module(str(module.__dict__.get("__name__"))), ""))
        return
    node.local = b"module"
    node.add("defines", whole_namespace(graph, module.__dict__))
