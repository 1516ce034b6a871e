"""Expand classes: the whole live namespace, bases and metaclass, without what generators wrote into it."""

from __future__ import annotations

import abc
import enum
import types
from typing import Any, Protocol

from memofp._digest import digest_parts
from memofp._fingerprint._annotations import add_annotations
from memofp._fingerprint._boundary import place_of_class
from memofp._fingerprint._foreign import foreign_object
from memofp._fingerprint._generated import (
    AUTOMATIC,
    add_enum,
    add_fields,
    dataclass_flags,
    generated_names,
    is_generated,
)
from memofp._fingerprint._graph import Graph, Node
from memofp._fingerprint._pydantic import add_schema, is_pydantic, is_pydantic_machinery
from memofp._fingerprint._resolve import module_name

__all__ = ["class_name", "expand_class"]

_PROTOCOL = frozenset(
    {
        "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__", "__non_callable_proto_members__",
        "__callable_proto_members_only__", "__init__",
    }
)  # fmt: skip
_NEUTRAL_METACLASSES = (type, abc.ABCMeta, type(Protocol))
_NEUTRAL_MODULES = frozenset({"builtins", "abc", "typing", "typing_extensions", "collections.abc"})
_SLOT_DESCRIPTORS = (types.MemberDescriptorType, types.GetSetDescriptorType)


def class_name(cls: type) -> str:
    """Return `module.qualname` of a class; a script's module is called after its file."""
    import sys

    name = type.__dict__["__module__"].__get__(cls)
    module = sys.modules.get(name) if isinstance(name, str) else None
    prefix = module_name(module.__dict__) if isinstance(module, types.ModuleType) else str(name)
    return f"{prefix}.{cls.__qualname__}"


def expand_class(graph: Graph, node: Node, cls: type) -> None:
    """Fill in the node of a class."""
    place = graph.place(place_of_class(cls))
    if place.kind != "user":
        node.local = b"foreign class"
        node.add("is", foreign_object(graph, place, cls))
        return
    space = type.__dict__["__dict__"].__get__(cls)
    graph.guards.mapping(space)
    graph.visibility.note_class(cls)
    node.kind = "class"
    node.name = class_name(cls)
    # The name counts: results carry it, and `repr` shows it.
    node.local = digest_parts(b"class", [cls.__name__.encode("utf-8", "surrogatepass")])
    node.extras = {
        "docs": _doc_text(space.get("__doc__")),
        "names": cls.__qualname__.encode("utf-8", "surrogatepass"),
        "modules": node.name.encode("utf-8", "surrogatepass"),
        "members": ascii(sorted(map(str, space.keys() - AUTOMATIC))).encode(),
    }
    graph.guards.attribute(cls, "__bases__", cls.__bases__)
    for i, base in enumerate(cls.__bases__):
        node.add(f"base{i}", graph.visit(base, base.__name__))
    meta = type(cls)
    if meta is not type:
        node.add("metaclass", graph.visit(meta, meta.__name__))
    _add_members(graph, node, cls, space)
    _locate(node, space)


def _doc_text(doc: object) -> bytes:
    return ascii(doc).encode() if isinstance(doc, str) else b""


def _add_members(graph: Graph, node: Node, cls: type, space: Any) -> None:
    if isinstance(cls, enum.EnumMeta):
        add_enum(graph, node, cls, space)
        return
    skipped = AUTOMATIC
    if "_is_protocol" in space:
        skipped = skipped | _PROTOCOL
    if is_pydantic(space):
        add_schema(graph, node, space)
        skipped = skipped | {n for n in space if is_pydantic_machinery(n)}
    generated = generated_names(cls, space)
    whole = _counts_whole(graph, cls)
    for name in sorted(n for n in space if isinstance(n, str)):
        value = space[name]
        if name == "__doc__" and value is not None and not isinstance(value, str):
            graph.member(node, name, value)  # a descriptor, which is code
        elif not (
            name in skipped
            or isinstance(value, _SLOT_DESCRIPTORS)
            or (name in generated and is_generated(value))
        ):
            _add_named(graph, node, name, value, whole)
    add_annotations(graph, node, cls, space)


def _add_named(graph: Graph, node: Node, name: str, value: Any, whole: bool) -> None:
    if name == "__dataclass_fields__":
        add_fields(graph, node, value)
    elif name == "__dataclass_params__":
        node.local = digest_parts(node.local, [dataclass_flags(value)])
    elif name == "__slots__":
        text = ascii(value if isinstance(value, str) else list(value))
        node.local = digest_parts(node.local, [text.encode()])
    else:
        graph.member(node, name, value, whole)


def _counts_whole(graph: Graph, cls: type) -> bool:
    """Tell whether others may use members of a class by names that no code of the user's shows.

    So may a metaclass, and the bases that another library provides: they call hooks that the class defines.
    """
    if issubclass(cls, type):
        return True
    if type(cls) not in _NEUTRAL_METACLASSES or "_field_defaults" in cls.__dict__:  # a named tuple
        return True
    bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(cls)
    return any(
        graph.place(place_of_class(base)).kind != "user" and base.__module__ not in _NEUTRAL_MODULES
        for base in bases
    )


def _locate(node: Node, space: Any) -> None:
    """Take file and first line from the first method that has them."""
    for value in space.values():
        function = getattr(value, "__func__", value)
        if not isinstance(function, types.FunctionType) or function.__code__.co_filename.startswith("<"):
            continue
        if function.__qualname__.startswith(node.name.rpartition(".")[2]):
            node.file = function.__code__.co_filename
            node.line = space.get("__firstlineno__") or function.__code__.co_firstlineno
            return
