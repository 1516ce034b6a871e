"""Count annotations where something may read them."""

from __future__ import annotations

from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import place_of_class
from memofp._fingerprint._graph import ATOMS, Graph, Node

__all__ = ["add_annotation", "add_annotations"]


def _reads_annotations(graph: Graph, cls: type) -> bool:
    """Tell whether a third-party base or metaclass may build behaviour from annotations."""
    kinds = (*cls.__mro__[1:], type(cls))
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


def add_annotation(graph: Graph, node: Node, label: str, value: Any) -> None:
    """Add a type annotation: classes by node, generics by origin and arguments, the rest by name."""
    stack: list[tuple[str, Any]] = [(label, value)]
    for _ in range(1000):  # annotations are finite trees; a malicious one must not hold us
        if not stack:
            return
        at, one = stack.pop()
        origin, args = getattr(one, "__origin__", None), getattr(one, "__args__", None)
        if isinstance(one, type) and origin is None:
            node.add(at, graph.visit(one, at))
        elif type(one) in ATOMS:
            node.add(at, graph.atom(one))
        elif isinstance(args, tuple):
            node.local = digest_parts(node.local, [at.encode(), _annotation_text(one, shallow=True).encode()])
            extra = getattr(one, "__metadata__", ())
            stack.extend((f"{at}.{i}", a) for i, a in enumerate((origin, *args, *extra)) if a is not None)
        elif isinstance(one, list | tuple):
            stack.extend((f"{at}.{i}", a) for i, a in enumerate(one))
        elif type(one).__module__ == "typing":
            node.local = digest_parts(node.local, [at.encode(), _annotation_text(one).encode()])
        else:
            node.add(at, graph.visit(one, at))


def _annotation_text(value: Any, shallow: bool = False) -> str:
    """Write an annotation without addresses: names of classes, or the text of a string annotation."""
    if isinstance(value, str):
        return value
    if isinstance(value, type):
        return value.__qualname__
    name = getattr(value, "_name", None) or getattr(value, "__name__", None)
    text = str(name) if isinstance(name, str) else type(value).__qualname__
    args = getattr(value, "__args__", None)
    if shallow or not isinstance(args, tuple):
        return text
    return f"{text}[{', '.join(_annotation_text(a) if a is not value else '...' for a in args)}]"
