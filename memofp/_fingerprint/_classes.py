"""Expand classes: the whole live namespace, bases and metaclass, without what generators wrote into it."""

from __future__ import annotations

import enum
import types
from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import place_of_class
from memofp._fingerprint._foreign import foreign_object
from memofp._fingerprint._graph import ATOMS, Graph, Node, is_code
from memofp._fingerprint._resolve import module_name

__all__ = ["class_name", "expand_class"]

# What CPython and `abc` put into every class; none of it says what the class does.
_AUTOMATIC = frozenset(
    {
        "__module__", "__qualname__", "__dict__", "__weakref__", "__doc__", "__annotations__", "__firstlineno__",
        "__static_attributes__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__abstractmethods__",
        "_abc_impl", "__parameters__", "__orig_bases__", "__type_params__", "__classcell__", "__classdictcell__",
        "__subclasshook__",
    }
)  # fmt: skip
_PROTOCOL = frozenset(
    {
        "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__", "__non_callable_proto_members__",
        "__callable_proto_members_only__", "__init__",
    }
)  # fmt: skip
_NAMED_TUPLE = frozenset(
    {"__new__", "_make", "_replace", "__replace__", "__repr__", "_asdict", "__getnewargs__", "__match_args__"}
)
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
    node.kind = "class"
    node.name = class_name(cls)
    # The name counts: results carry it, and `repr` shows it.
    node.local = digest_parts(b"class", [cls.__name__.encode("utf-8", "surrogatepass")])
    node.extras = {
        "docs": _doc_text(space.get("__doc__")),
        "names": cls.__qualname__.encode("utf-8", "surrogatepass"),
        "modules": node.name.encode("utf-8", "surrogatepass"),
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
        _add_enum(graph, node, cls, space)
        return
    skipped = _AUTOMATIC
    if "_is_protocol" in space:
        skipped = skipped | _PROTOCOL
    if (
        "__pydantic_core_schema__" in space
        or "__pydantic_fields__" in space
        or "__pydantic_decorators__" in space
    ):
        _add_schema(graph, node, space)
        skipped = skipped | {n for n in space if isinstance(n, str) and _is_pydantic_machinery(n)}
    generated = _generated(cls, space)
    for name in sorted(n for n in space if isinstance(n, str)):
        value = space[name]
        if name == "__doc__" and value is not None and not isinstance(value, str):
            _add_member(graph, node, name, value)  # a descriptor, which is code
        if name in skipped or isinstance(value, _SLOT_DESCRIPTORS):
            continue
        if name in generated and _is_generated(value):
            continue
        if name == "__dataclass_fields__":
            _add_fields(graph, node, value)
        elif name == "__dataclass_params__":
            node.local = digest_parts(node.local, [_slots_text(value)])
        elif name == "__slots__":
            node.local = digest_parts(
                node.local, [ascii(value if isinstance(value, str) else list(value)).encode()]
            )
        else:
            _add_member(graph, node, name, value)
    if _reads_annotations(graph, cls):
        _add_annotations(graph, node, "annotation", space)
    else:
        annotations = space.get("__annotations__")
        if isinstance(annotations, dict):
            text = ascii([(k, _annotation_text(v)) for k, v in annotations.items()])
            node.extras["annotations"] = text.encode()


def _add_member(graph: Graph, node: Node, name: str, value: Any) -> None:
    label = f"{node.name}.{name}"
    if is_code(value):
        node.add(f".{name}", graph.visit(value, label))
    else:
        node.add(f".{name}", graph.slot("const", label, ("member", id(node.obj), name), value))


def _locate(node: Node, space: Any) -> None:
    """Take file and first line from the first method that has them."""
    for value in space.values():
        function = getattr(value, "__func__", value)
        if isinstance(function, types.FunctionType) and not function.__code__.co_filename.startswith("<"):
            if function.__qualname__.startswith(node.name.rpartition(".")[2]):
                node.file = function.__code__.co_filename
                node.line = space.get("__firstlineno__") or function.__code__.co_firstlineno
                return


# ---- what generators write ----------------------------------------------------------------------


def _generated(cls: type, space: Any) -> frozenset[str]:
    """Return the names that a class generator (dataclasses, attrs, namedtuple) may have written."""
    if "__dataclass_fields__" in space or "__attrs_attrs__" in space:
        dunders = [n for n in space if isinstance(n, str) and n.startswith("__")]
        return frozenset(dunders) - {"__dataclass_fields__", "__dataclass_params__", "__attrs_attrs__"}
    if issubclass(cls, tuple) and "_fields" in space and "_make" in space:
        return _NAMED_TUPLE
    return frozenset()


def _is_generated(value: Any) -> bool:
    """Tell a generated method from one that the user wrote: its code has no file of the user's."""
    function = getattr(value, "__func__", value)
    if not isinstance(function, types.FunctionType):
        return not is_code(value)
    filename = function.__code__.co_filename
    if filename.startswith("<") and not filename.startswith(("<ipython", "<stdin", "<string-cell")):
        return function.__globals__.get("__name__") != "__console__"
    from memofp._fingerprint._boundary import place_of_function

    return place_of_function(function).kind != "user"


def _add_fields(graph: Graph, node: Node, fields: dict[str, Any]) -> None:
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


def _slots_text(value: Any) -> bytes:
    # `_DataclassParams` gained flags over the versions; one that is off says nothing.
    on = [name for name in type(value).__slots__ if getattr(value, name, False)]
    return ",".join(sorted(on)).encode()


def _add_enum(graph: Graph, node: Node, cls: Any, space: Any) -> None:
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
        if name in members or name in _AUTOMATIC or not _is_users_own(graph, value):
            continue
        _add_member(graph, node, name, value)


def _is_users_own(graph: Graph, value: Any) -> bool:
    from memofp._fingerprint._boundary import place_of_function

    for attr in ("__func__", "fget", "func", "__wrapped__"):
        value = getattr(value, attr, value)
    return isinstance(value, types.FunctionType) and graph.place(place_of_function(value)).kind == "user"


# ---- pydantic -----------------------------------------------------------------------------------


def _is_pydantic_machinery(name: str) -> bool:
    return (
        name.startswith("__pydantic_")
        or name in ("__signature__", "__private_attributes__", "__class_vars__", "__fields__", "__fields_set__")
        or name in ("model_computed_fields", "model_fields", "model_config", "_calculate_keys")
    )  # fmt: skip


def _add_schema(graph: Graph, node: Node, space: Any) -> None:
    """A pydantic model is its fields, static defaults by value, factories and validators by code."""
    schema = Node("schema", node.name, None, b"schema")
    index = graph.keyed(("schema", id(node.obj)), lambda: schema)
    node.add("schema", index)
    for name, info in (space.get("__pydantic_fields__") or {}).items():
        schema.local = digest_parts(schema.local, [name.encode()])
        for attr in sorted(a for a in getattr(type(info), "__slots__", ()) if a not in _FIELD_NOISE):
            value = getattr(info, attr, None)
            if value is None or type(value).__name__ == "PydanticUndefinedType":
                continue
            if attr == "annotation":
                _add_annotation(graph, schema, f"{name}.type", value)
            else:
                schema.add(f"{name}.{attr}", graph.visit(value, f"{node.name}.{name}.{attr}"))
    config = space.get("model_config")
    if isinstance(config, dict):
        schema.add("config", graph.visit(dict(config), f"{node.name}.model_config"))


_FIELD_NOISE = frozenset(
    {"_attributes_set", "_original_assignment", "_original_annotation", "_complete", "_qualifiers"}
)


# ---- annotations that count ---------------------------------------------------------------------


def _reads_annotations(graph: Graph, cls: type) -> bool:
    """Tell whether a third-party base or metaclass may build behaviour from annotations."""
    kinds = (*cls.__mro__[1:], type(cls))
    return any(graph.place(place_of_class(base)).kind == "package" for base in kinds)


def _add_annotations(graph: Graph, node: Node, label: str, space: Any) -> None:
    annotations = space.get("__annotations__")
    if isinstance(annotations, dict):
        graph.guards.mapping(annotations)
        for name, value in annotations.items():
            _add_annotation(graph, node, f"{label}:{name}", value)


def _add_annotation(graph: Graph, node: Node, label: str, value: Any) -> None:
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
