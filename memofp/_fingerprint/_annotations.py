"""Count annotations where something may read them."""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any

from memofp._code import identifiers
from memofp._digest import digest_parts
from memofp._fingerprint._boundary import place_of_class
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import ATOMS, Node
from memofp._fingerprint._raw import class_dict, exactly, is_a, module_of, mro_of, qualname_of, type_name

__all__ = ["add_annotation", "add_annotations", "add_live_annotations"]

_LISTS = exactly(list, tuple)
# The classes of generics, unions and the like, whose attributes are no code of the user's.
_TYPING = frozenset({"typing", "types", "typing_extensions", "collections.abc", "_collections_abc"})


def _reads_annotations(graph: Graph, cls: type) -> bool:
    """Tell whether a third-party base or metaclass may build behaviour from annotations."""
    kinds = (*mro_of(cls)[1:], type(cls))
    return any(graph.place(place_of_class(base)).kind == "package" for base in kinds)


def add_annotations(graph: Graph, node: Node, cls: type, space: Any) -> None:
    """Add a class's annotations: for good where a foreign base reads them, else for code that asks."""
    annotations = space.get("__annotations__")
    if not isinstance(annotations, dict):
        return
    if _reads_annotations(graph, cls):
        graph.guards.mapping(annotations)
        for name, value in annotations.items():
            add_annotation(graph, node, f"annotation:{name}", value)
    else:
        text = ascii([(k, _annotation_text(v)) for k, v in annotations.items()])
        node.extras["annotations"] = text.encode()
        node.late = _add_annotated


def _add_annotated(graph: Graph, node: Node) -> None:
    _add_each(graph, node, class_dict(node.obj)["__annotations__"], _module_space(node.obj))


def add_live_annotations(graph: Graph, node: Node, function: FunctionType) -> None:
    """Add what a function's annotations stand for."""
    try:
        annotations = function.__annotations__
    except Exception:  # noqa: BLE001 -- since Python 3.14 annotations are code that runs when they are asked for
        return
    if annotations:
        graph.guards.mapping(annotations)
        _add_each(graph, node, annotations, function.__globals__)


def _module_space(cls: type) -> dict[str, Any]:
    name = module_of(cls)
    module = sys.modules.get(name) if isinstance(name, str) else None
    return module.__dict__ if is_a(module, ModuleType) else {}


def _add_each(graph: Graph, node: Node, annotations: dict[str, Any], space: dict[str, Any]) -> None:
    for name, value in sorted(annotations.items()):
        if type(value) is str:  # evaluated where somebody asks for types
            for token in identifiers(value):
                found = space.get(token)
                if found is not None:
                    node.add(f"annotation:{name}:{token}", graph.visit(found, f"{node.name}.{name}"))
        else:
            add_annotation(graph, node, f"annotation:{name}", value)


def add_annotation(graph: Graph, node: Node, label: str, value: Any) -> None:
    """Add a type annotation: classes by node, generics by origin and arguments, the rest by name."""
    stack: list[tuple[str, Any]] = [(label, value)]
    for _ in range(1000):  # annotations are finite trees; a malicious one must not hold us
        if not stack:
            return
        at, one = stack.pop()
        if is_a(one, type):
            node.add(at, graph.visit(one, at))
            continue
        if id(type(one)) in ATOMS:
            node.add(at, graph.visit(one, at))
            continue
        if id(type(one)) not in _LISTS and module_of(type(one)) not in _TYPING:
            node.add(at, graph.visit(one, at))
            continue
        origin, args = getattr(one, "__origin__", None), getattr(one, "__args__", None)
        if isinstance(args, tuple):
            node.local = digest_parts(node.local, [at.encode(), _annotation_text(one, shallow=True).encode()])
            extra = getattr(one, "__metadata__", ())
            stack.extend((f"{at}.{i}", a) for i, a in enumerate((origin, *args, *extra)) if a is not None)
        elif id(type(one)) in _LISTS:
            stack.extend((f"{at}.{i}", a) for i, a in enumerate(one))
        else:
            node.local = digest_parts(node.local, [at.encode(), _annotation_text(one).encode()])


def _annotation_text(value: Any, shallow: bool = False) -> str:
    """Write an annotation without addresses: names of classes, or the text of a string annotation."""
    if type(value) is str:
        return value
    if is_a(value, type):
        return qualname_of(value)
    if module_of(type(value)) not in _TYPING:
        return type_name(value)
    name = getattr(value, "_name", None) or getattr(value, "__name__", None)
    text = str(name) if isinstance(name, str) else type(value).__qualname__
    args = getattr(value, "__args__", None)
    if shallow or not isinstance(args, tuple):
        return text
    return f"{text}[{', '.join(_annotation_text(a) if a is not value else '...' for a in args)}]"
