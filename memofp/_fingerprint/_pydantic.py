"""Read pydantic models: fields, static defaults by value, factories and validators by code."""

from __future__ import annotations

from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._annotations import add_annotation
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node

__all__ = ["add_schema", "is_pydantic", "is_pydantic_machinery"]

_MARKS = ("__pydantic_core_schema__", "__pydantic_fields__", "__pydantic_decorators__")


def is_pydantic(space: Any) -> bool:
    """Tell whether a class namespace is that of a pydantic model."""
    return any(mark in space for mark in _MARKS)


def is_pydantic_machinery(name: object) -> bool:
    """Tell whether pydantic wrote this name into a model's namespace."""
    return isinstance(name, str) and (
        name.startswith("__pydantic_")
        or name in ("__signature__", "__private_attributes__", "__class_vars__", "__fields__")
        or name == "__fields_set__"
        or name in ("model_computed_fields", "model_fields", "model_config", "_calculate_keys")
    )  # fmt: skip


def add_schema(graph: Graph, node: Node, space: Any) -> None:
    """A pydantic model is its fields, static defaults by value, factories and validators by code."""
    schema = Node("schema", node.name, None, b"schema")
    index = graph.keyed(("schema", id(node.obj)), lambda: schema)
    node.add("schema", index)
    fields = space.get("__pydantic_fields__") or {}
    private = space.get("__private_attributes__") or {}
    for name, info in (*fields.items(), *private.items()):
        schema.local = digest_parts(schema.local, [name.encode()])
        for attr in sorted(a for a in getattr(type(info), "__slots__", ()) if a not in _FIELD_NOISE):
            value = getattr(info, attr, None)
            if value is None or type(value).__name__ == "PydanticUndefinedType":
                continue
            if attr == "annotation":
                add_annotation(graph, schema, f"{name}.type", value)
            else:
                schema.add(f"{name}.{attr}", graph.visit(value, f"{node.name}.{name}.{attr}"))
    config = space.get("model_config")
    if isinstance(config, dict):
        schema.add("config", graph.visit(dict(config), f"{node.name}.model_config"))


_FIELD_NOISE = frozenset(
    {"_attributes_set", "_original_assignment", "_original_annotation", "_complete", "_qualifiers"}
)
