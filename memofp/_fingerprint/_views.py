"""Count only as much of a mapping or set as the code can see: by key, by lookup, by membership.

A function that is a key of a mapping can be found there only by who holds it already, so it is a key
by name, and its code counts where it is held.  A mapping that is iterated or passed on counts whole.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from memofp._code import Use
from memofp._digest import digest_parts
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node, describe, is_code
from memofp._fingerprint._raw import class_dict, exactly, inner_function, is_a, module_of, qualname_of

__all__ = ["use_of_method", "view_node"]

_SETS = exactly(set, frozenset)
_LOOKUP_METHODS = frozenset({"get", "setdefault", "__getitem__", "pop"})
_MEMBER_METHODS = frozenset({"__contains__", "add", "discard", "remove"})


def view_node(graph: Graph, kind: str, name: str, key: object, value: Any, use: Use) -> int | None:
    """Return a node that stands for the visible part of a value, None if all of it can be seen."""
    if type(value) is dict and use.kind in ("lookup", "keys", "member"):
        return _mapping_view(graph, kind, name, key, value, use)
    if id(type(value)) in _SETS and use.kind == "member":
        return _set_view(graph, kind, name, key, value)
    return None


def use_of_method(rest: tuple[str, ...], use: Use) -> Use:
    """Return the use that a method's name on a mapping tells: `registry.get` looks up."""
    if len(rest) == 1 and rest[0] in _LOOKUP_METHODS:
        return Use("lookup")
    if len(rest) == 1 and rest[0] in _MEMBER_METHODS:
        return Use("member")
    return use if not rest else Use("any")


def _mapping_view(
    graph: Graph, kind: str, name: str, key: object, value: dict[Any, Any], use: Use
) -> int | None:
    if use.kind == "keys":
        shown = f"{name}[{', '.join(map(repr, use.keys))}]"
        pairs = [(k, value[k]) for k in use.keys if k in value]
        # 1, True and 1.0 are one key: what stands there under it is what is read.
    else:
        shown = name
        if not any(is_code(k) for k in value) and use.kind == "lookup":
            return None  # every value can be looked up, and no key is code: nothing to leave out
        pairs = list(value.items())
    if _names_collide(k for k, _ in pairs):
        return None

    def make() -> Node:
        seen = dict(pairs) if use.kind == "keys" else value
        return Node(kind, shown, value, digest_parts(b"view", [use.kind.encode()]), value=describe(seen))

    count = len(graph.nodes)
    index = graph.keyed((kind, key, use), make)
    if len(graph.nodes) > count:
        graph.guards.mapping(value)
        for k, v in pairs:
            target = b"" if use.kind == "member" else graph.visit(v, f"{name}[...]")
            graph.nodes[index].add("item", _pair(graph, k, target))
    return index


def _set_view(graph: Graph, kind: str, name: str, key: object, value: Any) -> int | None:
    if not any(is_code(k) for k in value) or _names_collide(value):
        return None

    def make() -> Node:
        return Node(kind, name, value, b"set view", value=describe(value))

    count = len(graph.nodes)
    index = graph.keyed((kind, key, "member"), make)
    if len(graph.nodes) > count:
        if type(value) is set:
            graph.guards.sequence(value)
        for k in value:
            graph.nodes[index].add("item", _pair(graph, k, b""))
    return index


def _pair(graph: Graph, key: Any, target: int | bytes) -> int:
    """Return the node of one item: its key, by name if it is code, and what is found under it."""
    node = Node("", "", key, b"item")
    name = _code_name(key)
    if name is not None:
        # Code that goes by the name of a key, and is another object, is not found under it.
        held = b"held" if _is_found(key) else b""
        node.local = digest_parts(b"item", [name.encode("utf-8", "surrogatepass"), held])
    else:
        node.add("key", graph.visit(key, "key"))
    node.add("value", target)
    return graph.add(node)


def _code_name(key: Any) -> str | None:
    if is_a(key, type):
        return f"{module_of(key)}.{qualname_of(key)}"
    if is_a(key, (FunctionType, BuiltinFunctionType)):
        return f"{key.__module__}.{key.__qualname__}"
    return None


def _is_found(key: Any) -> bool:
    """Tell whether a function's or class's name leads to it."""
    place = module_of(key) if is_a(key, type) else key.__module__
    module = sys.modules.get(place) if isinstance(place, str) else None
    found: Any = module.__dict__ if is_a(module, ModuleType) else {}
    name = qualname_of(key) if is_a(key, type) else key.__qualname__
    for part in name.split("."):
        found = inner_function(found.get(part))
        if found is key:
            return True
        found = class_dict(found) if is_a(found, type) else {}
    return False


def _names_collide(keys: Iterable[Any]) -> bool:
    """Tell whether two keys that are code share a name, as two lambdas do; then names tell nothing."""
    seen: set[str] = set()
    for key in keys:
        name = _code_name(key)
        if name is None:
            continue
        if name in seen:
            return True
        seen.add(name)
    return False
