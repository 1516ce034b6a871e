"""Name what is not the user's: third-party and standard-library objects, by name and version."""

from __future__ import annotations

import abc
import functools
import sys
from types import FunctionType, MethodType, ModuleType
from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import Place, place_of_class, place_of_function
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node
from memofp._fingerprint._raw import (
    class_dict,
    flags_of,
    inner_function,
    is_a,
    module_of,
    mro_of,
    qualname_of,
)
from memofp._fingerprint._reach import note_power

__all__ = [
    "foreign_node",
    "foreign_object",
    "foreign_singleton",
    "holds_users",
    "public_module",
    "registered_classes",
    "users_members",
]

_HEAP_TYPE = 0x200  # Py_TPFLAGS_HEAPTYPE (CPython Include/object.h)

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


def foreign_node(graph: Graph, place: Place, module: str, name: str, spelled: str = "") -> int:
    """Return the node of a foreign object by its name, hanging below its package if it is third party.

    Args:
        graph: the graph.
        place: whose it is.
        module: public name of its module.
        name: dotted name within the module, "" for the module itself.
        spelled: the name under which code mentions it, "" if it is reached in another way.
    """
    full = f"{module}.{name}" if name else module
    note_power(graph, full, spelled)

    def make() -> Node:
        kind = "builtin" if place.kind == "python" else ""
        shown = full.removeprefix("builtins.")
        return Node(kind, shown, None, digest_parts(b"foreign", [full.encode()]))

    key = ("foreign", place.kind, full)
    index = graph.keyed(key, make)
    if place.kind == "package" and not graph.nodes[index].targets:
        graph.nodes[index].add("package", graph.package(place))
    return index


def foreign_object(graph: Graph, place: Place, obj: Any, spelled: str = "") -> int:
    """Return the node of a foreign function or class; for `spelled` see `foreign_node`."""
    if is_a(obj, type):
        return foreign_node(graph, place, public_module(str(module_of(obj))), qualname_of(obj), spelled)
    module = getattr(obj, "__module__", None)
    if not isinstance(module, str):
        owner = getattr(obj, "__objclass__", None)
        module = getattr(owner, "__module__", None) or "builtins"
    name = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None) or type(obj).__qualname__
    return foreign_node(graph, place, public_module(str(module)), str(name), spelled)


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


# ---- the user's own code in what is others' -----------------------------------------------------


def holds_users(graph: Graph, value: Any) -> bool:
    """Tell whether a value in a foreign module is, or wraps, code of the user's: a monkeypatch, a hook."""
    stack = [value]
    for _ in range(32):  # wrappers nest a few levels deep
        if not stack:
            return False
        one = stack.pop()
        if is_a(one, ModuleType):
            continue
        if is_a(one, FunctionType):
            if graph.place(place_of_function(one)).kind == "user":
                return True
            stack += _held_by(one)
        elif is_a(one, type):
            if graph.place(place_of_class(one)).kind == "user":
                return True
        elif is_a(one, (functools.partial, functools.partialmethod)):
            stack += [one.func, *one.args, *one.keywords.values()]
        elif is_a(one, MethodType):
            stack += [one.__func__, one.__self__]
        elif is_a(one, (staticmethod, classmethod)):
            stack.append(one.__func__)
        elif is_a(one, functools._lru_cache_wrapper):
            stack.append(one.__wrapped__)
        elif graph.place(place_of_class(type(one))).kind == "user":
            return True
    return False


def _held_by(function: FunctionType) -> list[Any]:
    """Return what a foreign decorator's function holds: its cells and what it wraps."""
    held = [function.__dict__["__wrapped__"]] if "__wrapped__" in function.__dict__ else []
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:
            continue
    return held


def users_members(graph: Graph, cls: type) -> list[tuple[str, Any]]:
    """Return (name, value) of the methods that the user put into a foreign class or its foreign bases."""
    found: list[tuple[str, Any]] = []
    for base in mro_of(cls):
        module = sys.modules.get(module_of(base)) if isinstance(module_of(base), str) else None
        if module is None or not flags_of(base) & _HEAP_TYPE:
            continue
        own = module.__dict__
        for name, value in list(class_dict(base).items()):
            function = inner_function(value.fget if type(value) is property else value)
            if (
                is_a(function, FunctionType)
                and function.__globals__ is not own
                and not _is_generated(function)
                and graph.place(place_of_function(function)).kind == "user"
            ):
                found.append((name, value))
    return found


def _is_generated(function: FunctionType) -> bool:
    """Tell code that a generator (attrs, namedtuple) built for a class: it lives in no module."""
    module = sys.modules.get(str(function.__globals__.get("__name__")))
    space = module.__dict__ if is_a(module, ModuleType) else None
    return function.__code__.co_filename.startswith("<") and function.__globals__ is not space


def registered_classes(graph: Graph, cls: type) -> list[type]:
    """Return the user's classes that an abstract base class was told to take for its subclasses."""
    if not is_a(cls, abc.ABCMeta) or "_abc_impl" not in class_dict(cls):
        return []
    # The registry's one reader (CPython Modules/_abc.c).
    from _abc import _get_dump  # type: ignore[import-not-found] # it has no stub

    classes = [c for reference in _get_dump(cls)[0] if (c := reference()) is not None]
    return [c for c in classes if graph.place(place_of_class(c)).kind == "user"]
