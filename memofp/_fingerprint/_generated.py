"""Read classes that a generator wrote: dataclasses, attrs, named tuples, enums."""

from __future__ import annotations

import types
from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import place_of_function
from memofp._fingerprint._graph import Graph, Node, is_code

__all__ = ["AUTOMATIC", "add_enum", "add_fields", "dataclass_flags", "generated_names", "is_generated"]

# What CPython and `abc` put into every class; none of it says what the class does.
AUTOMATIC = frozenset(
    {
        "__module__", "__qualname__", "__dict__", "__weakref__", "__doc__", "__annotations__",
        "__firstlineno__", "__static_attributes__", "__annotate__", "__annotate_func__",
        "__annotations_cache__", "__abstractmethods__", "_abc_impl", "__parameters__", "__orig_bases__",
        "__type_params__", "__classcell__", "__classdictcell__", "__subclasshook__",
    }
)  # fmt: skip
_NAMED_TUPLE = frozenset(
    {"__new__", "_make", "_replace", "__replace__", "__repr__", "_asdict", "__getnewargs__", "__match_args__"}
)


def generated_names(cls: type, space: Any) -> frozenset[str]:
    """Return the names that a class generator (dataclasses, attrs, namedtuple) may have written."""
    if "__dataclass_fields__" in space or "__attrs_attrs__" in space:
        dunders = [n for n in space if isinstance(n, str) and n.startswith("__")]
        return frozenset(dunders) - {"__dataclass_fields__", "__dataclass_params__", "__attrs_attrs__"}
    if issubclass(cls, tuple) and "_fields" in space and "_make" in space:
        return _NAMED_TUPLE
    return frozenset()


def is_generated(value: Any) -> bool:
    """Tell a generated method from one that the user wrote: its code has no file of the user's."""
    function = getattr(value, "__func__", value)
    if not isinstance(function, types.FunctionType):
        return not is_code(value)
    filename = function.__code__.co_filename
    if filename.startswith("<") and not filename.startswith(("<ipython", "<stdin", "<string-cell")):
        return function.__globals__.get("__name__") != "__console__"
    return place_of_function(function).kind != "user"


def add_fields(graph: Graph, node: Node, fields: dict[str, Any]) -> None:
    """A dataclass is its fields: order, defaults, factories and flags (PEP 557)."""
    parts: list[bytes] = []
    for name, spec in fields.items():
        flags = (spec.init, spec.repr, spec.hash, spec.compare, spec.kw_only, str(spec._field_type))
        parts += [name.encode(), ascii(flags).encode()]
        for side in ("default", "default_factory"):
            value = getattr(spec, side)
            if type(value).__name__ != "_MISSING_TYPE":
                node.add(f"field:{name}.{side}", graph.visit(value, f"{node.name}.{name}.{side}"))
        if len(spec.metadata):
            node.add(
                f"field:{name}.metadata", graph.visit(dict(spec.metadata), f"{node.name}.{name}.metadata")
            )
    node.local = digest_parts(node.local, parts)


def dataclass_flags(value: Any) -> bytes:
    # `_DataclassParams` gained flags over the versions; one that is off says nothing.
    on = [name for name in type(value).__slots__ if getattr(value, name, False)]
    return ",".join(sorted(on)).encode()


def add_enum(graph: Graph, node: Node, cls: Any, space: Any) -> None:
    """An enum is its members, in order and by value, and what the user wrote beside them."""
    members = cls._member_map_
    parts = []
    for name, member in members.items():
        parts.append(name.encode())
        state = {k: v for k, v in member.__dict__.items() if not k.startswith("_") or k == "_value_"}
        for key, value in sorted(state.items()):
            node.add(f"member:{name}.{key}", graph.visit(value, f"{node.name}.{name}"))
    node.local = digest_parts(node.local, [b"enum", *parts])
    for name in sorted(n for n in space if isinstance(n, str)):
        value = space[name]
        if name in members or name in AUTOMATIC or not _is_users_own(graph, value):
            continue
        graph.member(node, name, value)


def _is_users_own(graph: Graph, value: Any) -> bool:
    for attr in ("__func__", "fget", "func", "__wrapped__"):
        value = getattr(value, attr, value)
    return isinstance(value, types.FunctionType) and graph.place(place_of_function(value)).kind == "user"
