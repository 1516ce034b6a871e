"""Look through what stands for code without being a plain function: partials, properties, caches, methods."""

from __future__ import annotations

import functools
import gc
import sys
import types
from collections.abc import Callable
from typing import Any

from memofp._code import DYNAMIC_NAMES, TEMPLATE_METHODS
from memofp._digest import digest_parts
from memofp._fingerprint._boundary import PYTHON, place_of_class, place_of_function, place_of_module
from memofp._fingerprint._declared import declared_target
from memofp._fingerprint._foreign import foreign_node, foreign_object, foreign_singleton
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._guards import ABSENT
from memofp._fingerprint._node import Node, is_code, memoized_extras
from memofp._fingerprint._raw import ByType, instance_dict, is_a, is_memoized, module_of, name_of

__all__ = ["expand_wrapper"]

_DESCRIPTORS: tuple[type, ...] = (
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
_WRAPPED = frozenset(functools.WRAPPER_ASSIGNMENTS) | {"__wrapped__"}
# What `functools` itself keeps in an instance of these, and what is copied from the function.
_OWN_STATE = _WRAPPED | {"func", "args", "keywords", "attrname", "lock", "dispatcher", "__isabstractmethod__"}
_Expander = Callable[[Graph, Node, Any], None]


def expand_wrapper(graph: Graph, node: Node, obj: Any) -> bool:
    """Fill in the node of a wrapper that is known here; return False for anything else."""
    expander = _EXPANDERS.find(obj)
    if expander is not None:
        expander(graph, node, obj)
        return True
    if is_memoized(obj):
        _expand_memoized(graph, node, obj)
        return True
    inner = wrapped_by(graph, obj)
    if inner is not None:
        node.local = b"wrapper"
        node.add("type", graph.visit(type(obj), name_of(type(obj))))
        node.add("wrapped", graph.visit(inner, node.name))
        return True
    return False


def wrapped_by(graph: Graph, obj: Any) -> Any:
    """Return the user's function inside another library's callable object, None if there is none.

    Numba's dispatchers keep the function in `py_func`, most others in `__wrapped__`.
    """
    if graph.place(place_of_class(type(obj))).kind == "user" or is_a(obj, type):
        return None
    if str(module_of(type(obj))).partition(".")[0] == "numba":
        return getattr(obj, "py_func", None)
    inner = (instance_dict(obj) or {}).get("__wrapped__")
    return inner if callable(inner) else None


def _expand_memoized(graph: Graph, node: Node, obj: Any) -> None:
    """A memoized function stands for its own code and for what it declares, not for its wrapper."""
    version, *declared = memoized_extras(obj)
    node.local = digest_parts(b"memoized", [ascii(version).encode()])
    node.add("wrapped", graph.visit(obj.__wrapped__, node.name))
    for item in declared:
        node.add("declared", declared_target(graph, item))


def _expand_method(graph: Graph, node: Node, obj: types.MethodType) -> None:
    if is_a(obj.__func__, types.FunctionType):
        place = graph.place(place_of_function(obj.__func__))
        known_as = foreign_singleton(obj) if place.kind != "user" else None
        if known_as is not None:
            node.local = b"foreign object"
            node.add("is", foreign_node(graph, place, *known_as))
            return
    node.local = b"method"
    node.add("func", graph.visit(obj.__func__, node.name))
    node.add("self", graph.visit(obj.__self__, f"{node.name}.__self__"))


def _expand_builtin(graph: Graph, node: Node, obj: types.BuiltinFunctionType) -> None:
    owner = obj.__self__
    held = getattr(sys.modules.get(str(obj.__module__)), "__dict__", {}).get(obj.__name__)
    if held is obj and not is_a(owner, types.ModuleType):
        owner = None  # `random.random`: a method of a generator that the module keeps for itself
    if owner is None or is_a(owner, types.ModuleType):
        place = place_of_module(owner) if is_a(owner, types.ModuleType) else PYTHON
        node.local = b"builtin"
        node.add("is", foreign_object(graph, graph.place(place), obj))
        return
    node.local = digest_parts(b"builtin method", [obj.__name__.encode()])
    node.add("self", graph.visit(owner, f"{node.name}.__self__"))


def _expand_method_wrapper(graph: Graph, node: Node, obj: types.MethodWrapperType) -> None:
    node.local = digest_parts(b"method wrapper", [obj.__name__.encode()])
    node.add("self", graph.visit(obj.__self__, f"{node.name}.__self__"))


def _expand_descriptor(graph: Graph, node: Node, obj: Any) -> None:
    node.local = digest_parts(b"descriptor", [obj.__name__.encode()])
    if obj.__name__ in TEMPLATE_METHODS or obj.__name__ in DYNAMIC_NAMES:
        graph.open_world()  # `str.format` as a value: its template may be any text
    node.add("of", graph.visit(obj.__objclass__, name_of(obj.__objclass__)))


def _expand_partial(graph: Graph, node: Node, obj: functools.partial[Any]) -> None:
    node.local = b"partial"
    if type(obj) is not functools.partial:
        node.add("type", graph.visit(type(obj), node.name))
    graph.guards.attribute(obj, "func", obj.func)
    graph.guards.attribute(obj, "args", obj.args)
    graph.guards.mapping(obj.keywords)
    _add_partial(graph, node, obj)


def _add_partial(graph: Graph, node: Node, obj: Any) -> None:
    inner = graph.visit(obj.func, node.name)
    node.add("func", inner)
    name = graph.nodes[inner].name if isinstance(inner, int) and graph.nodes[inner].name else node.name
    for i, value in enumerate(obj.args):
        node.add(f"a{i}", _argument(graph, f"{name}.args[{i}]", node, i, value))
    for key, value in sorted(obj.keywords.items()):
        node.add(f"k:{key}", _argument(graph, f"{name}.{key}", node, key, value))
    extra = {k: v for k, v in getattr(obj, "__dict__", {}).items() if k not in ("func", "args", "keywords")}
    for key, value in sorted(extra.items()):
        node.add(f".{key}", graph.visit(value, f"{name}.{key}"))


def _argument(graph: Graph, name: str, node: Node, which: object, value: Any) -> int | bytes:
    if is_code(value):
        return graph.visit(value, name)
    return graph.slot("partial", name, ("partial", id(node.obj), which), value)


def _expand_partialmethod(graph: Graph, node: Node, obj: functools.partialmethod[Any]) -> None:
    node.local = b"partialmethod"
    _add_partial(graph, node, obj)
    _add_subclass(graph, node, obj, functools.partialmethod)


def _expand_property(graph: Graph, node: Node, obj: property) -> None:
    node.local = b"property"
    for label, function in (("get", obj.fget), ("set", obj.fset), ("delete", obj.fdel)):
        if function is not None:
            node.add(label, graph.visit(function, node.name))
    _add_subclass(graph, node, obj, property)


def _expand_cached_property(graph: Graph, node: Node, obj: functools.cached_property[Any]) -> None:
    node.local = b"cached property"
    node.add("func", graph.visit(obj.func, node.name))
    _add_subclass(graph, node, obj, functools.cached_property)


def _expand_bound_holder(graph: Graph, node: Node, obj: Any) -> None:
    kind = staticmethod if is_a(obj, staticmethod) else classmethod
    node.local = kind.__name__.encode()
    node.add("func", graph.visit(obj.__func__, node.name))
    _add_subclass(graph, node, obj, kind)


def _expand_lru_cache(graph: Graph, node: Node, obj: Any) -> None:
    # What it holds is no part of what it does; whether 1 and 1.0 are one argument is.
    node.local = b"lru_cache typed" if obj.cache_parameters()["typed"] else b"lru_cache"
    space: dict[str, Any] = obj.__dict__
    said, called = space.get("__wrapped__", ABSENT), _cached_function(obj)
    if said is not ABSENT:
        graph.guards.name(space, "__wrapped__", said)
        node.add("wrapped", graph.visit(said, node.name))
    if called is ABSENT:
        graph.spot("lru_cache whose function cannot be found", node.name)
    elif called is not said:  # `functools.wraps(other)(lru_cache(f))` calls f and says other
        node.add("calls", graph.visit(called, node.name))
    _add_attributes(graph, node, obj, _WRAPPED)


def _cached_function(obj: Any) -> Any:
    """Return the function that an `lru_cache` calls, ABSENT if it cannot be told.

    The object visits, after the results that it holds, its function, then the `object()` that parts
    keyword arguments from others (CPython Modules/_functoolsmodule.c, lru_cache_tp_traverse).
    """
    held = gc.get_referents(obj)
    for i in range(len(held) - 1, 0, -1):
        if type(held[i]) is object:
            return held[i - 1]
    return ABSENT


def _expand_single_method(graph: Graph, node: Node, obj: functools.singledispatchmethod[Any]) -> None:
    node.local = b"singledispatchmethod"
    node.add("func", graph.visit(obj.func, node.name))
    node.add("dispatcher", graph.visit(obj.dispatcher, node.name))
    _add_subclass(graph, node, obj, functools.singledispatchmethod)


def _add_subclass(graph: Graph, node: Node, obj: Any, kind: type) -> None:
    """Add what a user's class derived from a known wrapper does beside it, and what its instance holds."""
    if type(obj) is not kind:
        node.add("type", graph.visit(type(obj), node.name))
        _add_attributes(graph, node, obj, _OWN_STATE)


def _add_attributes(graph: Graph, node: Node, obj: Any, known: frozenset[str]) -> None:
    space = instance_dict(obj) or {}
    for name in sorted(map(str, space.keys() - known)):
        node.add(f".{name}", graph.visit(space.get(name), f"{node.name}.{name}"))


def expand_singledispatch(graph: Graph, node: Node, obj: Any) -> None:
    """A generic function is its registry: which class goes to which function, in no order."""
    node.local = b"singledispatch"
    registry = dict(obj.registry)
    graph.guards.probe(lambda: [*map(id, obj.registry), *map(id, obj.registry.values())],
                       [*map(id, registry), *map(id, registry.values())])  # fmt: skip
    for cls, function in registry.items():
        pair = Node("", node.name, (cls, function), b"registration")
        pair.add("class", graph.visit(cls, name_of(cls) if is_a(cls, type) else "class"))
        pair.add("function", graph.visit(function, node.name))
        node.add("registered", graph.add(pair))


def is_singledispatch(obj: types.FunctionType) -> bool:
    """Tell whether a function is what `functools.singledispatch` returns (CPython Lib/functools.py)."""
    return obj.__code__.co_qualname == "singledispatch.<locals>.wrapper" and "registry" in obj.__dict__


_EXPANDERS: ByType[_Expander] = ByType((
    (types.MethodType, _expand_method),
    (types.BuiltinFunctionType, _expand_builtin),
    (types.MethodWrapperType, _expand_method_wrapper),
    (_DESCRIPTORS, _expand_descriptor),
    (functools.partial, _expand_partial),
    (functools.partialmethod, _expand_partialmethod),
    (property, _expand_property),
    (functools.cached_property, _expand_cached_property),
    ((staticmethod, classmethod), _expand_bound_holder),
    (functools._lru_cache_wrapper, _expand_lru_cache),
    (functools.singledispatchmethod, _expand_single_method),
))  # fmt: skip

__all__ += ["expand_singledispatch", "is_singledispatch", "wrapped_by"]
