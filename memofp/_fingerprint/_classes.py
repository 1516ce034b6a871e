"""Expand classes: the whole live namespace, bases and metaclass, without what generators wrote into it."""

from __future__ import annotations

import abc
import collections
import types
from typing import Any, Protocol

from memofp._digest import digest_parts
from memofp._fingerprint._annotations import add_annotations
from memofp._fingerprint._boundary import place_of_class
from memofp._fingerprint._foreign import foreign_object, registered_classes, users_members
from memofp._fingerprint._generated import (
    AUTOMATIC,
    add_enum,
    add_fields,
    dataclass_flags,
    generated_names,
    is_enumeration,
    is_generated,
)
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._namespace import module_name
from memofp._fingerprint._node import Node
from memofp._fingerprint._pydantic import add_schema, is_pydantic, is_pydantic_machinery
from memofp._fingerprint._raw import (
    bases_of,
    class_dict,
    exactly,
    inner_function,
    is_a,
    module_of,
    mro_of,
    name_of,
    qualname_of,
)

__all__ = ["class_name", "expand_class"]

_PROTOCOL = frozenset(
    {
        "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__", "__non_callable_proto_members__",
        "__callable_proto_members_only__", "__init__",
    }
)  # fmt: skip
_NEUTRAL_METACLASSES = (type, abc.ABCMeta, type(Protocol))
_NEUTRAL_MODULES = frozenset({"builtins", "abc", "typing", "typing_extensions", "collections.abc"})
# A named tuple's getters say nothing that `_fields` does not, and are called differently on 3.11.
_FIELD_GETTER = type(collections.namedtuple("_Field", "x").__dict__["x"])  # noqa: PYI024 -- its type is wanted
_SLOT_DESCRIPTORS = exactly(types.MemberDescriptorType, types.GetSetDescriptorType, _FIELD_GETTER)


def class_name(cls: type) -> str:
    """Return `module.qualname` of a class; a script's module is called after its file."""
    import sys

    name = module_of(cls)
    module = sys.modules.get(name) if isinstance(name, str) else None
    prefix = module_name(module.__dict__) if isinstance(module, types.ModuleType) else str(name)
    return f"{prefix}.{qualname_of(cls)}"


def expand_class(graph: Graph, node: Node, cls: type) -> None:
    """Fill in the node of a class."""
    place = graph.place(place_of_class(cls))
    if place.kind != "user":
        node.local = b"foreign class"
        node.add("is", foreign_object(graph, place, cls))
        _add_foreign(graph, node, cls)
        return
    space = class_dict(cls)
    graph.guards.namespace(space)
    graph.visibility.note_class(cls)
    node.kind = "class"
    node.name = class_name(cls)
    # The name counts: results carry it, and `repr` shows it.
    abstract = ascii(sorted(map(str, space.get("__abstractmethods__") or ())))
    node.local = digest_parts(b"class", [name_of(cls).encode("utf-8", "surrogatepass"), abstract.encode()])
    node.more = _class_extras
    _add_bases(graph, node, cls)
    _add_registered(graph, node, cls)
    _add_members(graph, node, cls, space)
    _locate(node, space)


def _class_extras(node: Node) -> dict[str, bytes]:
    """Return what of a class counts where code sees more of it than its meaning."""
    space = class_dict(node.obj)
    names = _own_names(node.obj, space)
    return {
        "docs": _doc_text(space.get("__doc__")),
        "names": qualname_of(node.obj).encode("utf-8", "surrogatepass"),
        "modules": node.name.encode("utf-8", "surrogatepass"),
        "members": ascii(sorted(names)).encode(),
        "order": ascii([name for name in names if not name.startswith("__")]).encode(),
    }


def _own_names(cls: type, space: Any) -> list[str]:
    """Return the names that the user's class body or program put into a class, in order."""
    generated = generated_names(cls, space)
    return [
        str(name)
        for name, value in space.items()
        if name not in AUTOMATIC and not (name in generated and is_generated(value))
    ]


def _add_bases(graph: Graph, node: Node, cls: type) -> None:
    bases, meta = bases_of(cls), type(cls)
    if any("__getattribute__" in class_dict(kind) for kind in mro_of(meta)[:-2]):
        graph.guards.probe(lambda: bases_of(cls) == bases, True)
    else:
        graph.guards.attribute(cls, "__bases__", bases)
    for i, base in enumerate(bases):
        node.add(f"base{i}", graph.visit(base, name_of(base)))
    if meta is not type:
        node.add("metaclass", graph.visit(meta, name_of(meta)))


def _add_registered(graph: Graph, node: Node, cls: type) -> None:
    """Add the user's classes that an abstract base class was told to take for its subclasses."""
    if not is_a(cls, abc.ABCMeta):
        return
    classes = registered_classes(graph, cls)
    graph.guards.probe(lambda: {*map(id, registered_classes(graph, cls))}, {*map(id, classes)})
    for one in classes:
        node.add("registered", graph.visit(one, name_of(one)))


def _add_foreign(graph: Graph, node: Node, cls: type) -> None:
    """Add what the user put into a class of others: methods that replace its own, virtual subclasses."""
    _add_registered(graph, node, cls)
    for name, value in users_members(graph, cls):
        node.add(f".{name}", graph.visit(value, f"{node.name}.{name}"))


def _doc_text(doc: object) -> bytes:
    return ascii(doc).encode() if isinstance(doc, str) else b""


def _add_members(graph: Graph, node: Node, cls: type, space: Any) -> None:
    if is_enumeration(cls):
        add_enum(graph, node, cls, space)
        return
    skipped = AUTOMATIC
    if "_is_protocol" in space:
        skipped = skipped | _PROTOCOL
        _add_protocol(graph, node, cls, space)
    if is_pydantic(space):
        add_schema(graph, node, space)
        skipped = skipped | {n for n in space if is_pydantic_machinery(n)}
    generated = generated_names(cls, space)
    whole = _counts_whole(graph, cls)
    fields = space.get("__dataclass_fields__") or ()  # generated methods name them
    for name in sorted(n for n in space if isinstance(n, str)):
        value = space[name]
        if name == "__doc__" and value is not None and not isinstance(value, str):
            graph.member(node, name, value)  # a descriptor, which is code
        elif not (
            name in skipped
            or id(type(value)) in _SLOT_DESCRIPTORS
            or ((name in generated or name == "__subclasshook__") and is_generated(value))
        ):
            _add_named(graph, node, name, value, whole or name in fields)
    add_annotations(graph, node, cls, space)


def _add_named(graph: Graph, node: Node, name: str, value: Any, whole: bool) -> None:
    if name == "__dataclass_fields__":
        add_fields(graph, node, value)
    elif name == "__dataclass_params__":
        node.local = digest_parts(node.local, [dataclass_flags(value)])
    elif name == "__slots__":
        node.local = digest_parts(node.local, [_slot_names(value).encode()])
    else:
        graph.member(node, name, value, whole)


def _slot_names(value: Any) -> str:
    """Write `__slots__`, which may be any iterable, used up by now."""
    if is_a(value, str):
        return ascii(str.__str__(value))
    if is_a(value, (tuple, list, dict)):
        return ascii([str(name) for name in value])
    return ascii(sorted(map(str, value))) if is_a(value, (set, frozenset)) else ""


def _add_protocol(graph: Graph, node: Node, cls: type, space: Any) -> None:
    """A protocol that `isinstance` may ask is the names of its members: they are looked for in classes."""
    if not space.get("_is_runtime_protocol"):
        return
    names: set[str] = set()
    for base in mro_of(cls):
        own = class_dict(base)
        if own.get("_is_protocol") and graph.place(place_of_class(base)).kind == "user":
            annotations = own.get("__annotations__")
            names.update(n for n in own if isinstance(n, str) and n not in AUTOMATIC | _PROTOCOL)
            names.update(annotations if isinstance(annotations, dict) else ())
    graph.see(names)
    node.local = digest_parts(node.local, [ascii(sorted(names)).encode()])


def _counts_whole(graph: Graph, cls: type) -> bool:
    """Tell whether others may use members of a class by names that no code of the user's shows.

    So may a metaclass, and the bases that another library provides: they call hooks that the class defines.
    """
    if issubclass(cls, type):
        return True
    if not any(type(cls) is neutral for neutral in _NEUTRAL_METACLASSES) or "_field_defaults" in class_dict(
        cls
    ):  # a named tuple
        return True
    return any(
        graph.place(place_of_class(base)).kind != "user" and module_of(base) not in _NEUTRAL_MODULES
        for base in mro_of(cls)
    )


def _locate(node: Node, space: Any) -> None:
    """Take file and first line from the first method that has them."""
    for value in space.values():
        function = inner_function(value)
        if not is_a(function, types.FunctionType) or function.__code__.co_filename.startswith("<"):
            continue
        if function.__globals__.get("__name__") != space.get("__module__"):
            continue  # made elsewhere, as a dataclass's `__repr__` is
        if function.__qualname__.startswith(node.name.rpartition(".")[2]):
            node.file = function.__code__.co_filename
            node.line = space.get("__firstlineno__") or function.__code__.co_firstlineno
            return
