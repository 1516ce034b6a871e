"""Resolve a reference against live objects: the namespace that runs, never the text."""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from memofp._code import DYNAMIC_NAMES, MODE_NAMES, ImportSpec, Ref
from memofp._fingerprint._boundary import Place, place_of_name
from memofp._fingerprint._foreign import (
    foreign_node,
    foreign_object,
    holds_users,
    public_module,
    registered_classes,
    users_members,
)
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._guards import ABSENT
from memofp._fingerprint._imports import absolute_import, import_module, place_of_import
from memofp._fingerprint._namespace import Namespace, module_name, whole_namespace
from memofp._fingerprint._node import ATOMS, Node, is_code, leaf
from memofp._fingerprint._raw import is_a, module_of, qualname_of
from memofp._fingerprint._reach import is_module_table, sees_globals
from memofp._fingerprint._views import use_of_method, view_node

__all__ = ["Context", "resolve"]

# Where a reference leads, and the attributes that are left when the chain leaves modules.
Found = tuple[int | bytes, tuple[str, ...]]


class Context:
    """Where a function's names are looked up.

    Attributes:
        graph: what is built.
        name: qualified name of the function.
        namespace: its globals, and what the graph knows of them.
        cells: free variable -> value or ABSENT.
        file: path of its source file.
        line: there, of the reference that is resolved.
        extra: edges beside the references'.
    """

    __slots__ = ("cells", "extra", "file", "graph", "line", "name", "namespace")

    def __init__(
        self,
        graph: Graph,
        name: str,
        namespace: Namespace,
        cells: dict[str, Any],
        file: str | None,
        line: int,
    ) -> None:
        self.graph = graph
        self.name = name
        self.namespace = namespace
        self.cells = cells
        self.file = file
        self.line = line
        self.extra: list[tuple[str, int | bytes]] = []

    def add_extra(self, label: str, target: int | bytes) -> None:
        """Add an edge beside the references'; each function that gets here does."""
        self.extra.append((label, target))
        self.graph.noted += 1

    @property
    def space(self) -> dict[str, Any]:
        """Return the globals themselves."""
        return self.namespace.space


def resolve(context: Context, ref: Ref) -> Found:
    """Return the target of a reference, and the attributes left behind when the chain leaves modules."""
    if ref.kind == "global":
        return _resolve_global(context, ref)
    if ref.kind == "globals":
        return whole_namespace(context.graph, context.space), ()
    if ref.kind == "import":
        return _resolve_import(context, ref)
    value = context.cells.get(ref.root, ABSENT)
    key = ("free", id(context.cells.get(ref.root)), context.name, ref.root)
    return _follow(context, value, ref, f"{context.name}.{ref.root}", key, "const")


def _resolve_global(context: Context, ref: Ref) -> Found:
    graph, namespace, name = context.graph, context.namespace, ref.root
    space = namespace.space
    value = namespace.bound[name] = space.get(name, ABSENT)
    if value is ABSENT:
        return _resolve_builtin(context, ref)
    if name in _RELIED_ON and _RELIED_ON[name] is not value:
        graph.open_world()  # what goes through it may be anybody's
    full = f"{namespace.module}.{name}"
    key = ("name", id(space), name)
    if not ref.attrs and name not in _TELLING_NAMES:  # most of them, without the questions of `_follow`
        if type(value) is FunctionType:
            return graph.visit(value, full), ()
        if id(type(value)) in ATOMS:
            return graph.slot("const", full, key, value), ()
    return _follow(context, value, ref, full, key, "const")


def _resolve_builtin(context: Context, ref: Ref) -> Found:
    """Resolve a name that the module does not bind; once a graph, as all modules mean the same by it."""
    graph, name = context.graph, ref.root
    builtins = context.space.get("__builtins__", sys.modules["builtins"])
    key = (id(builtins), name, ref.attrs, ref.use)
    found = graph.foreign.get(key)
    if found is None:
        space = builtins.__dict__ if is_a(builtins, ModuleType) else builtins
        value = space.get(name, ABSENT)
        graph.guards.builtin_name(space, name, value)
        where = ("name", id(space), name)
        noted = graph.noted
        found = _follow(context, value, ref, f"builtins.{name}", where, "const")
        if noted == graph.noted:
            graph.foreign[key] = found
    return found


def _follow(context: Context, value: Any, ref: Ref, name: str, key: tuple[object, ...], kind: str) -> Found:
    """Follow a chain of attributes as long as it leads through modules."""
    graph, attrs = context.graph, ref.attrs
    for i, attr in enumerate(attrs):
        if not is_a(value, ModuleType):
            break
        place = graph.place_of_module(value)
        if place.kind != "user":
            return _follow_foreign(context, ref, value, attrs[i:], place)
        space = value.__dict__
        name = f"{module_name(space)}.{attr}"
        key, kind = ("name", id(space), attr), "mod"
        value = module_attribute(context, value, attr)
    else:
        i = len(attrs)
    rest = attrs[i:] if attrs else ()
    if type(value) is FunctionType and attrs and not rest and attrs[-1] not in _TELLING_NAMES:
        return graph.visit(value, name), ()  # most of them
    if value is ABSENT:
        return leaf("absent"), rest
    if ref.use.kind == "store" and is_a(value, ModuleType):
        return leaf("stored", ".".join(rest).encode()), rest  # assigned to, not read
    known = _known_power(context, ref, value, rest)
    if known is not None:
        return known, rest
    view = view_node(graph, kind, name, key, value, use_of_method(rest, ref.use))
    return (graph.slot(kind, name, key, value) if view is None else view), rest


def _follow_foreign(
    context: Context, ref: Ref, module: ModuleType, attrs: tuple[str, ...], place: Place
) -> Found:
    """Follow a chain into a foreign module; once a graph, as it leads to the same from everywhere."""
    graph, key = context.graph, (id(module), attrs, ref.use)
    found = graph.foreign.get(key)
    if found is None:
        noted = graph.noted
        found = _foreign_chain(context, ref, module, attrs, place), ()
        if noted == graph.noted:
            graph.foreign[key] = found
    return found


def _known_power(context: Context, ref: Ref, value: Any, rest: tuple[str, ...]) -> int | bytes | None:
    """Return the target for a builtin that sees more than its arguments; None for anything else."""
    graph = context.graph
    if is_module_table(value):
        return _loaded_modules(context, ref, rest)
    if is_a(value, type) and rest:
        graph.visibility.note_unbound(value, rest[0])
    if rest or not is_a(value, (BuiltinFunctionType, FunctionType, type)):
        return None
    spelled = (ref.attrs or (ref.root,))[-1]
    if sees_globals(value) and not (ref.kind == "global" and not ref.attrs and spelled in _SPELLED_GLOBALS):
        context.add_extra("globals", whole_namespace(graph, context.space))
        graph.spot(f"{value.__name__} under another name", context.name, context.file, context.line)
    name = qualname_of(value) if is_a(value, type) else value.__qualname__
    if name != spelled or name not in _TELLING_NAMES:
        return None
    place = place_of_name(module_of(value) if is_a(value, type) else value.__module__)
    return foreign_object(graph, place, value, spelled) if graph.place(place).kind != "user" else None


_RELIED_ON: dict[str, Any] = {"super": super, "str": str}  # by what is said of a method's reach
_SPELLED_GLOBALS = frozenset({"eval", "exec", "globals"})
_TELLING_NAMES = DYNAMIC_NAMES | MODE_NAMES


def _loaded_modules(context: Context, ref: Ref, rest: tuple[str, ...]) -> int | bytes:
    """Return the target for `sys.modules`: the modules that constants name; all else cannot be followed."""
    if ref.use.kind == "keys" and not rest and "__main__" not in ref.use.keys:
        node = Node("", "sys.modules", None, b"loaded modules")
        for key in ref.use.keys:
            module = import_module(context, str(key))
            node.add("module", leaf("absent") if module is None else context.graph.visit(module, str(key)))
        return context.graph.add(node)
    if ref.use.kind != "member":
        context.graph.spot("module looked up in sys.modules", context.name, context.file, context.line)
    return leaf("sys.modules")


def module_attribute(context: Context, module: ModuleType, attr: str) -> Any:
    """Return a user module's attribute, by `__getattr__` (PEP 562) if need be; ABSENT if there is none."""
    graph = context.graph
    space = module.__dict__
    value = space.get(attr, ABSENT)
    if value is not ABSENT:
        graph.guards.name(space, attr, value)
        return value
    if "__getattr__" in space:
        try:
            value = getattr(module, attr)
        except RecursionError:
            graph.spot("module __getattr__ that recurses", f"{module_name(space)}.{attr}")
        except Exception:  # noqa: BLE001 -- a user's hook may raise anything; the name is absent then
            value = ABSENT
        if attr not in space:
            hook = space["__getattr__"]
            graph.guards.name(space, "__getattr__", hook)
            if is_code(hook):  # what it returns at the next call depends on what it reads
                context.add_extra(f"hook:{attr}", graph.visit(hook, f"{module_name(space)}.__getattr__"))
            return value
    graph.guards.name(space, attr, space.get(attr, ABSENT))
    return value


def _foreign_chain(
    context: Context, ref: Ref, module: ModuleType, attrs: tuple[str, ...], place: Place
) -> int | bytes:
    """Return the node of something named inside a foreign module: its name, and the package."""
    graph = context.graph
    base = public_module(str(module.__dict__.get("__name__", "?")))
    index = foreign_node(graph, place, base, ".".join(attrs), attrs[-1])
    value: Any = module
    for i, attr in enumerate(attrs):
        if is_module_table(value):
            return _loaded_modules(context, ref, attrs[i:])
        if not is_a(value, ModuleType):
            break
        space = value.__dict__
        value = space.get(attr, ABSENT)
        if value is ABSENT:
            break
        graph.guards.name(space, attr, value)
    if is_module_table(value):
        return _loaded_modules(context, ref, ())
    if sees_globals(value):
        context.add_extra("globals", whole_namespace(graph, context.space))
    if is_a(value, type) and (users_members(graph, value) or registered_classes(graph, value)):
        return graph.visit(value, ".".join(attrs))
    if value is not ABSENT and holds_users(graph, value):
        # Somebody put the user's own code into a module of others (a monkeypatch, a hook).
        return graph.keyed(("patched", index, id(value)), lambda: _patched(graph, index, value, attrs))
    return index


def _patched(graph: Graph, index: int, value: Any, attrs: tuple[str, ...]) -> Any:
    node = Node("", ".".join(attrs), value, b"patched")
    node.add("by", graph.visit(value, ".".join(attrs)))
    node.add("of", index)
    return node


# ---- imports in function bodies ---------------------------------------------------------------


def _resolve_import(context: Context, ref: Ref) -> Found:
    """Resolve a name that import statements in the body bind; several of them: all that they can mean."""
    found = [_resolve_spec(context, ref, spec) for spec in ref.imports]
    if len(found) == 1:
        return found[0]
    key = ("imports", id(context.space), ref.imports, ref.attrs, ref.use)

    def make() -> Node:
        node = Node("", f"{context.name}.{ref.root}", None, b"imports")
        for i, (target, rest) in enumerate(found):
            node.add(f"{i}:{'.'.join(rest)}", target)
        return node

    return context.graph.keyed(key, make), ()


def _resolve_spec(context: Context, ref: Ref, spec: ImportSpec) -> Found:
    graph = context.graph
    full = absolute_import(spec, context.space)
    if full is None:
        graph.spot("relative import outside a package", context.name, context.file, context.line)
        return leaf("no import", spec.module.encode()), ref.attrs
    place = graph.place(place_of_import(full))
    if place.kind != "user":
        base = full.partition(".")[0] if spec.binds_top else full
        tail = (*((spec.item,) if spec.item else ()), *ref.attrs)
        loaded = sys.modules.get(base)
        if is_a(loaded, ModuleType) and tail:
            return _foreign_chain(context, ref, loaded, tail, place), ()
        return foreign_node(graph, place, public_module(base), ".".join(tail)), ()
    module = import_module(context, full)
    if module is None:
        return leaf("no import", full.encode()), ref.attrs
    if ref.use.kind == "import":
        return leaf("import"), ()  # what it did stands in live objects
    if not is_a(module, ModuleType):  # a module that put an object in its own place
        tail = (*((spec.item,) if spec.item else ()), *ref.attrs)
        return graph.slot("mod", full, ("module", id(module)), module), tail
    if spec.binds_top:
        module = sys.modules.get(full.partition(".")[0], module)
    if spec.item is None:
        return _follow(context, module, ref, module_name(module.__dict__), ("module", id(module)), "mod")
    value = module_attribute(context, module, spec.item)
    if value is ABSENT:
        value = import_module(context, f"{full}.{spec.item}", quiet=True) or ABSENT
    name = f"{module_name(module.__dict__)}.{spec.item}"
    return _follow(context, value, ref, name, ("name", id(module.__dict__), spec.item), "mod")
