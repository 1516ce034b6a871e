"""Read classes that a generator wrote: dataclasses, attrs, named tuples, enums."""

from __future__ import annotations

import sys
import types
from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import place_of_function
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node
from memofp._fingerprint._raw import class_dict, inner_function, is_a, mro_of, name_of

__all__ = ["AUTOMATIC", "add_enum", "add_fields", "dataclass_flags", "generated_names", "is_enumeration"]
__all__ += ["is_generated"]

# What CPython, `abc`, `copyreg` and (in some versions) `typing` put into classes; it is no behaviour.
AUTOMATIC = frozenset(
    {
        "__module__", "__qualname__", "__dict__", "__weakref__", "__doc__", "__annotations__",
        "__firstlineno__", "__static_attributes__", "__annotate__", "__annotate_func__",
        "__annotations_cache__", "__abstractmethods__", "_abc_impl", "__parameters__", "__orig_bases__",
        "__type_params__", "__classcell__", "__classdictcell__", "__slotnames__",
        "__mutable_keys__", "__readonly_keys__", "__closed__", "__extra_items__",
    }
)  # fmt: skip
_NAMED_TUPLE = frozenset(
    {"__new__", "_make", "_replace", "__replace__", "__repr__", "_asdict", "__getnewargs__", "__match_args__"}
)


def generated_names(cls: type, space: Any) -> frozenset[str]:
    """Return the names that a class generator (dataclasses, attrs, namedtuple) may have written."""
    if "__dataclass_fields__" in space or "__attrs_attrs__" in space:
        return frozenset(n for n in space if isinstance(n, str) and n.startswith("__"))
    if issubclass(cls, tuple) and "_fields" in space and "_make" in space:
        return _NAMED_TUPLE
    return frozenset()


def is_generated(value: Any) -> bool:
    """Tell a generated method from one that the user wrote, which may stand in a built text as well."""
    function = inner_function(value)
    if not is_a(function, types.FunctionType):
        return False
    code = function.__code__
    return (
        code.co_qualname.startswith("__create_fn__.")  # CPython Lib/dataclasses.py
        or code.co_filename.startswith("<attrs generated")
        or str(function.__globals__.get("__name__")).startswith("namedtuple_")  # Lib/collections
        or place_of_function(function).kind != "user"
    )


def add_fields(graph: Graph, node: Node, fields: dict[str, Any]) -> None:
    """A dataclass is its fields: order, defaults, factories and flags (PEP 557)."""
    parts: list[bytes] = []
    for name, spec in fields.items():
        flags = (spec.init, spec.repr, spec.hash, spec.compare, spec.kw_only)
        known = [flag if flag is None or type(flag) is bool else "unset" for flag in flags]
        parts += [name.encode(), ascii((*known, str(spec._field_type))).encode()]
        for side in ("default", "default_factory"):
            value = getattr(spec, side)
            if name_of(type(value)) != "_MISSING_TYPE":
                node.add(f"field:{name}.{side}", graph.visit(value, f"{node.name}.{name}.{side}"))
        if len(spec.metadata):
            node.add(
                f"field:{name}.metadata", graph.visit(dict(spec.metadata), f"{node.name}.{name}.metadata")
            )
    node.local = digest_parts(node.local, parts)


def dataclass_flags(value: Any) -> bytes:
    # `_DataclassParams` gained flags over the versions; what the later ones did stands in the class.
    return ",".join(name for name in _FLAGS if getattr(value, name)).encode()


_FLAGS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen")


def is_enumeration(cls: type) -> bool:
    """Tell whether a class is an `enum.Enum`; there is none where nobody has imported that."""
    enum = sys.modules.get("enum")
    return enum is not None and is_a(cls, enum.EnumMeta)


def add_enum(graph: Graph, node: Node, cls: Any, space: Any) -> None:
    """An enum is its members, in order and by value, and what the user wrote beside them."""
    members = cls._member_map_
    parts = []
    for name, member in members.items():
        parts.append(name.encode())
        state = {k: v for k, v in member.__dict__.items() if not k.startswith("_") or k == "_value_"}
        for key, value in sorted(state.items()):
            node.add(f"member:{name}.{key}", graph.visit(value, f"{node.name}.{name}"))
    boundary = space.get("_boundary_")
    node.local = digest_parts(node.local, [b"enum", ascii(getattr(boundary, "name", "")).encode(), *parts])
    skipped = AUTOMATIC | _ENUM | members.keys()
    for name in sorted(n for n in space if isinstance(n, str) and n not in skipped):
        value = space[name]
        if name == "_generate_next_value_":
            value = inner_function(value)  # a static method since Python 3.12
        if not _is_copied_down(cls, name, value):
            graph.member(node, name, value)


# What `enum` writes into an enumeration (CPython Lib/enum.py); members are read from their map.
_ENUM = frozenset(
    {
        "_member_names_", "_member_map_", "_value2member_map_", "_unhashable_values_", "_member_type_",
        "_hashable_values_", "_unhashable_values_map_", "_value_repr_", "_use_args_", "__new_member__",
        "_boundary_", "_flag_mask_", "_all_bits_", "_singles_mask_", "_inverted_", "__new__",
        "_sort_order_", "_iter_member_", "_any_unhashable_",
    }
)  # fmt: skip


def _is_copied_down(cls: type, name: str, value: Any) -> bool:
    """Tell what `enum` copies into each enumeration from what the class says (`__str__ = str.__str__`)."""
    if name == "_new_member_" and not is_a(value, types.FunctionType):
        return True  # the builtin's; a function is the `__new__` that the class defines
    inner = inner_function(value)
    bases = [base for base in mro_of(cls)[1:] if is_enumeration(base)]
    return any(inner_function(class_dict(base).get(name)) is inner for base in bases)
