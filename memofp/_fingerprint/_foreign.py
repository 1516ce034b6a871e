"""Name what is not the user's: third-party and standard-library objects, by name and version."""

from __future__ import annotations

import sys
from types import FunctionType, MethodType, ModuleType
from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import Place
from memofp._fingerprint._graph import Graph, Node
from memofp._fingerprint._raw import is_a, module_of, qualname_of

__all__ = ["foreign_node", "foreign_object", "foreign_singleton", "public_module"]

# Modules that are one thing under several names: per platform, or moved between Python versions.
_PUBLIC = {
    "posixpath": "os.path", "ntpath": "os.path", "genericpath": "os.path", "posix": "os", "nt": "os",
    "_collections_abc": "collections.abc", "_io": "io", "_pyio": "io", "_sre": "re", "sre_compile": "re",
}  # fmt: skip


def public_module(name: str) -> str:
    """Return the public name of a module: `_functools` is `functools`, `pathlib._local` is `pathlib`."""
    if name in _PUBLIC:
        return _PUBLIC[name]
    parts = name.split(".")
    for i in range(1, len(parts)):
        if parts[i].startswith("_"):
            parts = parts[:i]
            break
    if parts[0].startswith("_") and parts[0].strip("_") and not parts[0].endswith("__"):
        parts[0] = parts[0].lstrip("_")
    return ".".join(parts)


def foreign_node(graph: Graph, place: Place, module: str, name: str) -> int:
    """Return the node of a foreign object by its name, hanging below its package if it is third party."""
    full = f"{module}.{name}" if name else module

    def make() -> Node:
        kind = "builtin" if place.kind == "python" else ""
        shown = full.removeprefix("builtins.")
        return Node(kind, shown, None, digest_parts(b"foreign", [full.encode()]))

    key = ("foreign", place.kind, full)
    index = graph.keyed(key, make)
    if place.kind == "package" and not graph.nodes[index].edges:
        graph.nodes[index].add("package", graph.package(place))
    return index


def foreign_object(graph: Graph, place: Place, obj: Any) -> int:
    """Return the node of a foreign function or class that was reached as an object."""
    if is_a(obj, type):
        return foreign_node(graph, place, public_module(str(module_of(obj))), qualname_of(obj))
    module = getattr(obj, "__module__", None)
    if not isinstance(module, str):
        owner = getattr(obj, "__objclass__", None)
        module = getattr(owner, "__module__", None) or "builtins"
    name = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None) or type(obj).__qualname__
    return foreign_node(graph, place, public_module(str(module)), str(name))


def foreign_singleton(obj: Any) -> tuple[str, str] | None:
    """Return (module, name) of an object that a foreign module itself holds: its state is that module's.

    `random.choice` is a method of the generator that `random` keeps; `os.environ` is the process's.
    """
    if is_a(obj, MethodType):
        function = obj.__func__
        if not is_a(function, FunctionType):
            return None
        return _bound_name(function.__module__, obj, function.__name__)
    return _bound_name(module_of(type(obj)), obj, None)


def _bound_name(module_name: Any, obj: Any, name: str | None) -> tuple[str, str] | None:
    module = sys.modules.get(module_name) if isinstance(module_name, str) else None
    if not is_a(module, ModuleType) or module_name == "builtins":
        return None
    space: dict[str, Any] = module.__dict__
    if name is not None:
        held = space.get(name)
        same = is_a(held, MethodType) and held.__func__ is obj.__func__ and held.__self__ is obj.__self__
        return (public_module(module_name), name) if same else None
    for key, value in list(space.items()):
        if value is obj:
            return public_module(module_name), key
    return None
