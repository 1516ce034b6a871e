"""Expand captured values: containers and instances by value, through the same reduction as arguments."""

from __future__ import annotations

import contextvars
import sys
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

from memofp._digest import digest_parts
from memofp._fingerprint._boundary import place_of_class
from memofp._fingerprint._foreign import foreign_node, foreign_object, foreign_singleton
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._guards import ABSENT
from memofp._fingerprint._node import ATOMS, Node, holds_address, leaf
from memofp._fingerprint._raw import (
    ByType,
    class_dict,
    exactly,
    flags_of,
    instance_dict,
    is_a,
    mro_of,
    name_of,
    type_name,
)
from memofp._fingerprint._reach import is_module_table
from memofp._values import Code, Leaf, Parts, Refusal, reduce_value

__all__ = ["expand_captured"]

_LOCKS = (
    type(threading.Lock()),
    type(threading.RLock()),
    threading.Condition,
    threading.Event,
    threading.Semaphore,
)
_COPIED = frozenset(
    {
        ".__module__", ".__name__", ".__qualname__", ".__doc__", ".__annotations__", ".__annotate__",
        ".__type_params__",
    }
)  # fmt: skip
_LONGEST_NAME = 200  # characters; names would grow with the square of the depth
_CONTAINERS = exactly(list, tuple, dict, set, frozenset)
_GUARDED = exactly(list, set, dict)
_GUARDED_BY_ITEMS = exactly(list, set)
_FROZEN = exactly(tuple, frozenset)


def expand_captured(graph: Graph, node: Node, obj: Any) -> None:
    """Fill in the node of a captured value."""
    if is_module_table(obj):
        node.local = b"sys.modules"
        graph.spot("sys.modules held as a value", node.name)
        return
    expander = _by_type if is_logging(obj) else _BY_TYPE.find(obj)
    if expander is not None:
        expander(graph, node, obj)
        return
    place = graph.place(place_of_class(type(obj)))
    if place.kind != "user":
        known_as = foreign_singleton(obj)
        if known_as is not None:
            node.local = b"foreign object"
            node.add("is", foreign_node(graph, place, *known_as))
            return
    fill(graph, node, obj, reduce_value(obj))


def fill(graph: Graph, node: Node, obj: Any, reduced: Leaf | Parts | Code | Refusal) -> None:
    """Fill in a node from one level of a value's decomposition."""
    if isinstance(reduced, Leaf):
        node.is_mutable = reduced.mutable
        see_texts(graph, obj)
        guard_leaf(graph, obj, reduced)
        if b" at 0x" in reduced.data and id(type(obj)) in _CONTAINERS:
            _fill_addressed(graph, node, obj)
        else:
            node.local = digest_parts(b"leaf", [reduced.data])
    elif isinstance(reduced, Parts):
        _fill_parts(graph, node, obj, reduced)
    elif isinstance(reduced, Code):
        if reduced.value is obj:
            _fill_opaque(graph, node, obj, "cannot be read by value")
        else:
            node.local = b"code"
            node.add("is", graph.visit(reduced.value, node.name))
    else:
        _fill_opaque(graph, node, obj, reduced.reason)


def _fill_parts(graph: Graph, node: Node, obj: Any, reduced: Parts) -> None:
    guard_parts(graph, obj, reduced)
    reduced = _without_wrapping(reduced)
    node.local = digest_parts(b"parts" if reduced.ordered else b"bag", [reduced.tag])
    node.is_data, node.is_mutable = True, reduced.mutable
    atoms: list[bytes] = []
    for i, (label, value) in enumerate(reduced.children):
        if id(type(value)) in ATOMS and reduced.ordered and not holds_address(value):
            # Long runs of atoms are one digest, not one edge each.
            found = reduce_value(value)
            assert isinstance(found, Leaf)
            if type(value) is str:
                graph.see_text(value, names_module=label != ".__module__")  # which says where it comes from
            atoms.append(b"%d" % i)
            atoms.append(found.data)
            continue
        target = _child(graph, _labelled(node.name, label), value)
        node.add(str(i) if reduced.ordered else "", target)
    if atoms:
        node.add("atoms", leaf("atoms", *atoms))


def _without_wrapping(reduced: Parts) -> Parts:
    """Leave out of a decorator's object what `functools.update_wrapper` copied from the function inside it.

    The function counts by itself, and which names are copied differs between versions of Python.
    """
    labels = [label for label, _ in reduced.children]
    if ".__wrapped__" not in labels:
        return reduced
    kept = [(label, value) for label, value in reduced.children if label not in _COPIED]
    tag = digest_parts(b"wrapper", [label.encode("utf-8", "surrogatepass") for label, _ in kept])
    return Parts(tag, kept, ordered=reduced.ordered, mutable=reduced.mutable, fresh=reduced.fresh)


def _fill_addressed(graph: Graph, node: Node, obj: Any) -> None:
    """Take apart a container that holds a text with an address in it: such texts have nodes of their own."""
    kind = type(obj)
    node.local = digest_parts(b"texts", [kind.__name__.encode()])
    flat = [x for pair in obj.items() for x in pair] if kind is dict else list(obj)
    for i, item in enumerate(flat):
        node.add("" if is_a(obj, (set, frozenset)) else str(i), graph.visit(item, node.name))


def _labelled(name: str, label: str) -> str:
    """Return the name of a part; from some depth on, parts go by the name of the whole."""
    return name + label if len(name) < _LONGEST_NAME else name


def _child(graph: Graph, name: str, value: Any) -> int | bytes:
    """Return the target of a child: a live object's node, or a node for a part that stands for itself."""
    if type(value) is Leaf:
        return leaf("leaf", value.data)
    if type(value) is Code:
        return graph.visit(value.value, name)
    if type(value) is Parts or type(value) is Refusal:
        part = Node("", name, value)
        index = graph.add(part)
        fill(graph, part, None, value)
        return index
    return graph.visit(value, name)


def _fill_opaque(graph: Graph, node: Node, obj: Any, reason: str) -> None:
    """What cannot be read by value is its type, and a declared blind spot."""
    kind = type(obj)
    node.kind = "opaque"
    node.value = f"<{type_name(obj)}>"
    node.local = b"opaque"
    node.add("type", graph.visit(kind, name_of(kind)))
    graph.spot(f"captured value that {reason}", node.name)


def see_texts(graph: Graph, obj: Any) -> None:
    """Note the names in texts that builtin containers hold: code may take them for attribute names."""
    stack, seen = [obj], set()
    while stack:
        one = stack.pop()
        kind = type(one)
        if issubclass(kind, str):
            graph.see_text(str.__str__(one))
        elif id(kind) in _CONTAINERS and id(one) not in seen:
            seen.add(id(one))
            stack.extend(one)
            if kind is dict:
                stack.extend(one.values())


# ---- guards -------------------------------------------------------------------------------------


def guard_leaf(graph: Graph, obj: Any, reduced: Leaf) -> None:
    """Guard a value that was read whole."""
    kind = type(obj)
    if obj is None or id(kind) in ATOMS or (not reduced.mutable and id(kind) not in _GUARDED):
        if kind is tuple:
            _guard_nested(graph, obj)
        return
    if id(kind) in _GUARDED or kind is tuple:
        _guard_nested(graph, obj)
    else:
        _guard_by_reading(graph, obj, reduced.data)


def _guard_by_reading(graph: Graph, obj: Any, data: bytes) -> None:
    def read() -> object:
        found = reduce_value(obj)
        return found.data if isinstance(found, Leaf) else None

    graph.guards.probe(read, data)


def _guard_nested(graph: Graph, obj: Any) -> None:
    """Guard builtin containers within builtin containers, each by its own items."""
    stack = [obj]
    seen: set[int] = set()
    while stack:
        one = stack.pop()
        kind = type(one)
        if not (id(kind) in _GUARDED or kind is tuple) or id(one) in seen:
            continue
        seen.add(id(one))
        if kind is dict:
            graph.guards.mapping(one)
            stack.extend(one)
            stack.extend(one.values())
        else:
            if kind is not tuple:
                graph.guards.sequence(one)
            stack.extend(one)


def guard_parts(graph: Graph, obj: Any, reduced: Parts) -> None:
    """Guard a composite by the identity of its items, or by reading it again."""
    kind = type(obj)
    if obj is None or id(kind) in _FROZEN:
        return
    if kind is dict:
        graph.guards.mapping(obj)
        return
    if id(kind) in _GUARDED_BY_ITEMS:
        graph.guards.sequence(obj)
        return
    plain = not flags_of(kind) & 0x200 or is_a(obj, (dict, list, set, tuple, bytearray))
    space = instance_dict(obj)
    if space is not None and not reduced.fresh and not plain:
        graph.guards.mapping(space)
        _guard_class(graph, obj, kind)
        if not _has_slots(kind):
            return
    if (reduced.mutable or reduced.fresh) and graph.guards.wanted:
        _guard_parts_by_reading(graph, obj, reduced)


def _guard_class(graph: Graph, obj: Any, kind: type) -> None:
    """Guard which class an object is of, without asking the object if its class has a say in that."""
    own = mro_of(kind)[:-1]
    if any("__class__" in class_dict(base) or "__getattribute__" in class_dict(base) for base in own):
        graph.guards.probe(lambda: type(obj) is kind, True)
    else:
        graph.guards.attribute(obj, "__class__", kind)


def _has_slots(kind: type) -> bool:
    return any("__slots__" in class_dict(base) for base in mro_of(kind))


def _guard_parts_by_reading(graph: Graph, obj: Any, reduced: Parts) -> None:
    marks = _marks(reduced)

    def read() -> object:
        return _marks(reduce_value(obj))

    if read() == marks:
        graph.guards.probe(read, marks)
        return
    # What it is made of is made anew at each reading, so identities say nothing: compare digests.
    from memofp._fingerprint._isolated import isolated_digest

    graph.guards.probe(lambda: isolated_digest(obj), isolated_digest(obj))


def _marks(reduced: object, depth: int = 4) -> object:
    """Return something that is equal as long as a value is made of the same objects."""
    if type(reduced) is Leaf:
        return reduced.data
    if type(reduced) is Parts:
        return (reduced.tag, [_marks(v, depth) for _, v in reduced.children])
    if type(reduced) is Code:
        return id(reduced.value)
    kind = type(reduced)
    if id(kind) in ATOMS:
        return (kind, ascii(reduced) if kind is float or kind is complex else reduced)
    if depth and (kind is tuple or kind is list):
        return (kind, [_marks(v, depth - 1) for v in reduced])  # type: ignore[attr-defined] # a sequence
    if depth and kind is dict:
        flat = [x for pair in reduced.items() for x in pair]  # type: ignore[attr-defined] # a dict
        return (kind, [_marks(v, depth - 1) for v in flat])
    return id(reduced)


# ---- values with rules of their own -------------------------------------------------------------


def _by_type(graph: Graph, node: Node, obj: Any) -> None:
    """Loggers, locks and thread-locals: what they hold at the moment is no input."""
    node.local = b"by type"
    node.add("type", graph.visit(type(obj), name_of(type(obj))))


def _expand_context_variable(graph: Graph, node: Node, obj: contextvars.ContextVar[Any]) -> None:
    """A context variable is its value in the current context."""
    node.local = digest_parts(b"context variable", [obj.name.encode()])

    def read() -> Any:
        try:
            return obj.get()  # with an argument it would hide the variable's own default
        except LookupError:
            return ABSENT

    value = read()
    graph.guards.probe(lambda: read() is value, True)
    if value is not ABSENT:
        node.add("value", graph.visit(value, f"{node.name}.value"))


def _expand_weak_reference(graph: Graph, node: Node, obj: weakref.ref[Any]) -> None:
    node.local = b"weak reference"
    value = obj()
    graph.guards.probe(lambda: obj() is value, True)
    if value is not None:
        node.add("value", graph.visit(value, f"{node.name}()"))


def _expand_weak_dict(graph: Graph, node: Node, obj: Any) -> None:
    node.local = digest_parts(b"weak mapping", [name_of(type(obj)).encode()])
    pairs = list(obj.items())
    marks = sorted((id(k), id(v)) for k, v in pairs)
    graph.guards.probe(lambda: sorted((id(k), id(v)) for k, v in obj.items()), marks)
    for key, value in pairs:
        pair = Node("", node.name, (key, value), b"pair")
        pair.add("k", graph.visit(key, f"{node.name} key"))
        pair.add("v", graph.visit(value, f"{node.name}[]"))
        node.add("", graph.add(pair))


def _expand_weak_set(graph: Graph, node: Node, obj: Any) -> None:
    node.local = b"weak set"
    items = list(obj)
    graph.guards.probe(lambda: sorted(map(id, obj)), sorted(map(id, items)))
    for item in items:
        node.add("", graph.visit(item, f"{node.name} item"))


def _expand_mapping_proxy(graph: Graph, node: Node, obj: types.MappingProxyType[Any, Any]) -> None:
    node.local = b"mapping proxy"
    copy = dict(obj)
    graph.guards.probe(
        lambda: [*map(id, obj), *map(id, obj.values())], [*map(id, copy), *map(id, copy.values())]
    )
    node.add("of", graph.visit(copy, node.name))


def _expand_code_object(_: Graph, node: Node, obj: types.CodeType) -> None:
    from memofp._code._codes import code_digest

    node.local = digest_parts(b"code object", [code_digest(obj)])


def _expand_environment(graph: Graph, node: Node, obj: Any) -> None:
    """`os.environ` and the standard streams are the process's, not the program's; see `EnvVar`."""
    node.local = b"process state"
    node.add("type", foreign_object(graph, graph.place(place_of_class(type(obj))), type(obj)))


def is_logging(obj: Any) -> bool:
    """Tell whether an object is a logger, handler or adapter, without loading `logging` for it."""
    module = sys.modules.get("logging")
    return module is not None and is_a(obj, (module.Logger, module.Handler, module.LoggerAdapter))


def _environment_types() -> tuple[type, ...]:
    import os

    return (type(os.environ),)


_BY_TYPE: ByType[Callable[[Graph, Node, Any], None]] = ByType((
    ((*_LOCKS, threading.local), _by_type),
    (contextvars.ContextVar, _expand_context_variable),
    (weakref.ref, _expand_weak_reference),
    ((weakref.WeakValueDictionary, weakref.WeakKeyDictionary), _expand_weak_dict),
    (weakref.WeakSet, _expand_weak_set),
    (types.MappingProxyType, _expand_mapping_proxy),
    (types.CodeType, _expand_code_object),
    (_environment_types(), _expand_environment),
))  # fmt: skip


def is_stream(obj: Any) -> bool:
    """Tell whether an object is one of the process's standard streams."""
    return any(
        obj is s for s in (sys.stdin, sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__, sys.__stdin__)
    )
