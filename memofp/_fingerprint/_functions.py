"""Expand functions: the user's by their code and everything that it reads, others by name."""

from __future__ import annotations

from operator import itemgetter
from types import FunctionType, MethodType, ModuleType
from typing import Any

from memofp._code import Fact, Ref, fact_of
from memofp._digest import digest, digest_parts
from memofp._fingerprint._annotations import add_live_annotations
from memofp._fingerprint._boundary import Place, place_of_function
from memofp._fingerprint._foreign import foreign_object
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._guards import ABSENT
from memofp._fingerprint._importable import computes_import
from memofp._fingerprint._imports import package_of
from memofp._fingerprint._namespace import Followed, Namespace, module_name
from memofp._fingerprint._node import Node
from memofp._fingerprint._raw import class_dict, inner_function, instance_dict, is_a, mro_of
from memofp._fingerprint._resolve import Context, resolve

__all__ = ["expand_function"]

_TARGET, _REST = itemgetter(0), itemgetter(1)
_NO_CELLS: dict[str, Any] = {}
_OWN_PACKAGE = frozenset({"__name__", "__package__"})


def expand_function(graph: Graph, node: Node, function: FunctionType) -> None:
    """Fill in the node of a Python function."""
    namespace = graph.namespace(function.__globals__)
    file = function.__code__.co_filename
    place = namespace.places.get(file)
    if place is None:
        place = namespace.places[file] = graph.place(place_of_function(function))
    if place.kind == "user":
        _expand_own(graph, node, function, namespace)
    else:
        _expand_foreign(graph, node, function, place)


def cell_values(function: FunctionType) -> dict[str, Any]:
    """Return the free variables' values; an empty cell gives ABSENT."""
    if function.__closure__ is None:
        return _NO_CELLS
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__, strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            found[name] = ABSENT
    return found


def _expand_own(graph: Graph, node: Node, function: FunctionType, namespace: Namespace) -> None:
    code = function.__code__
    if not node.kind:
        node.kind = "func"
    name = node.name = f"{namespace.module}.{function.__qualname__}"
    fact = fact_of(code, function.__globals__)
    node.file = code.co_filename
    node.line = fact.line or code.co_firstlineno
    node.source = fact.source or None
    context = _context_of(graph, node, function, namespace)
    if fact.bare_calls and (graph.options.neutral or graph.options.neutral_names):
        fact = _without_neutral(context, function, fact)
    node.fact = fact
    graph.guards.function(function)
    if fact.mentions:
        graph.mention(fact.mentions)
    graph.visibility.see(fact.seen)
    if fact.reach == "any":
        graph.open_world()
    elif fact.reach:
        graph.visibility.note_owner(function, fact.reach)
    if fact.dotted:
        graph.say_dotted(fact.dotted)
    if computes_import(fact):
        graph.computes_imports()
        if any(ref.root in _OWN_PACKAGE for ref in fact.refs):  # `import_module("." + name, __package__)`
            graph.say_dotted({f"{package_of(function.__globals__)}."})
    for spot in fact.spots:
        graph.spot(spot.what, name, node.file, spot.line or None)
    rests = _add_references(context, node, fact)
    defaults = function.__defaults__ or ()
    body, count = fact.body, b"%d" % len(defaults)
    # As `digest_parts` would, in one step.
    parts = (len(body), body, len(rests), rests, len(count), count)
    node.local = digest(b"8:function%d:%b%d:%b%d:%b" % parts)
    node.more = _function_extras
    _add_live_parts(graph, node, function)
    node.late = _add_annotated


def _context_of(graph: Graph, node: Node, function: FunctionType, namespace: Namespace) -> Context:
    return Context(graph, node.name, namespace, cell_values(function), node.file, node.line or 0)


def _add_annotated(graph: Graph, node: Node) -> None:
    """Add what annotations stand for, for code that reads annotations."""
    assert node.fact is not None
    if node.fact.annotation_refs:
        context = _context_of(graph, node, node.obj, graph.namespace(node.obj.__globals__))
        for i, ref in enumerate(node.fact.annotation_refs):
            node.add(f"annotated:{i}", resolve(context, ref)[0])
    add_live_annotations(graph, node, node.obj)


def _without_neutral(context: Context, function: FunctionType, fact: Fact) -> Fact:
    """Return the fact without the bare calls of callables that the caller declared neutral."""
    dropped = frozenset(chain for chain in fact.bare_calls if _names_neutral(context, chain))
    return fact_of(function.__code__, function.__globals__, dropped) if dropped else fact


def _names_neutral(context: Context, chain: tuple[str, ...]) -> bool:
    if ".".join(chain) in context.graph.options.neutral_names:
        return True
    builtins = context.space.get("__builtins__")
    space = builtins if isinstance(builtins, dict) else getattr(builtins, "__dict__", {})
    value = context.space.get(chain[0], space.get(chain[0], ABSENT))
    return value is not ABSENT and any(_leads_to(value, chain[1:], n) for n in context.graph.options.neutral)


def _leads_to(value: Any, attrs: tuple[str, ...], wanted: Any) -> bool:
    """Tell whether a chain of attributes leads to a callable, without running a hook of an object's."""
    for i, attr in enumerate(attrs):
        if is_a(value, ModuleType):
            value = value.__dict__.get(attr, ABSENT)
        elif is_a(value, type):
            value = inner_function(_class_attribute(value, attr))
        elif i == len(attrs) - 1 and is_a(wanted, MethodType) and wanted.__self__ is value:
            return inner_function(_class_attribute(type(value), attr)) is wanted.__func__
        else:
            value = (instance_dict(value) or {}).get(attr, ABSENT)
    return value is wanted or (
        is_a(value, MethodType)
        and is_a(wanted, MethodType)
        and value.__func__ is wanted.__func__
        and value.__self__ is wanted.__self__
    )


def _class_attribute(cls: type, name: str) -> Any:
    return next((class_dict(base)[name] for base in mro_of(cls) if name in class_dict(base)), ABSENT)


def _function_extras(node: Node) -> dict[str, bytes]:
    """Return what of a function counts where code sees more of it than its meaning."""
    function, fact = node.obj, node.fact
    assert fact is not None
    source = digest(fact.source.encode("utf-8", "surrogatepass"))
    names = [fact.names, ascii((function.__name__, function.__qualname__)).encode()]
    return {
        "docs": _live_doc(function, fact),
        "annotations": fact.annotations,
        "names": digest_parts(b"names", names),
        "modules": ascii(module_name(function.__globals__)).encode(),
        "sources": source,
        "lines": b"%d " % (node.line or 0) + source,
    }


def _add_references(context: Context, node: Node, fact: Fact) -> bytes:
    """Add an edge for each reference; return, as bytes, the attributes behind those that end at an object."""
    # Equal references of one text are one object, see `KeptFacts`, so another function of the module may have
    # followed this one.
    followed = context.namespace.followed
    found: list[Any] = list(map(followed.get, map(id, fact.refs)))
    if None in found:
        for i, ref in enumerate(fact.refs):
            if found[i] is None:
                context.line = fact.lines[i]
                found[i] = _follow_first(context, ref, followed)
    targets: list[Any] = list(map(_TARGET, found))
    node.targets += targets if None not in targets else [target for target in targets if target is not None]
    for label, target in context.extra:
        node.add(label, target)
    return b"\0".join(map(_REST, found))


def _follow_first(context: Context, ref: Ref, followed: dict[int, Followed]) -> Followed:
    """Resolve a reference, and remember that if it is the same for every function of the module."""
    if not ref.loads:  # assigned and never read: no input, but its name is part of the effect
        return None, b"=" + ref.root.encode()
    graph = context.graph
    noted = graph.noted
    target, rest = resolve(context, ref)
    found = target, ".".join(rest).encode() if rest else b""
    # Else each function notes for itself what is to be noted.
    if ref.kind == "global" and noted == graph.noted:
        followed[id(ref)] = found
    return found


def _live_doc(function: FunctionType, fact: Fact) -> bytes:
    doc = function.__doc__
    return digest_parts(b"docs", [fact.docs, ascii(doc).encode() if isinstance(doc, str) else b""])


def _add_live_parts(graph: Graph, node: Node, function: FunctionType) -> None:
    """Add defaults and attributes: values that the code object does not hold."""
    if function.__defaults__:
        for i, value in enumerate(function.__defaults__):
            node.add(f"d{i}", _value(graph, f"{node.name}.<default {i}>", value))
    if function.__kwdefaults__:
        for key, value in sorted(function.__kwdefaults__.items()):
            node.add(f"k:{key}", _value(graph, f"{node.name}.<default {key}>", value))
    if function.__dict__:
        for key, value in sorted(function.__dict__.items(), key=lambda item: str(item[0])):
            node.add(f".{key}", _value(graph, f"{node.name}.{key}", value))


def _value(graph: Graph, name: str, value: Any) -> int | bytes:
    return graph.slot("const", name, ("slot", name, id(value)), value)


def _expand_foreign(graph: Graph, node: Node, function: FunctionType, place: Place) -> None:
    """A foreign function is its name; what a foreign decorator holds of the user's is looked through."""
    node.local = b"foreign function"
    node.add("is", foreign_object(graph, place, function))
    if function.__closure__ is None and not function.__dict__:
        return
    graph.guards.function(function)
    for name, value in cell_values(function).items():
        if value is not ABSENT:
            node.add(f"c:{name}", graph.visit(value, f"{function.__qualname__}.{name}"))
    for key, value in sorted(function.__dict__.items(), key=lambda item: str(item[0])):
        node.add(f".{key}", graph.visit(value, f"{function.__qualname__}.{key}"))
    for i, value in enumerate(function.__defaults__ or ()):
        node.add(f"d{i}", graph.visit(value, f"{function.__qualname__}.<default {i}>"))
    _add_annotations(graph, node, function)


def _add_annotations(graph: Graph, node: Node, function: FunctionType) -> None:
    """A foreign wrapper may read the annotations of what it wraps (validation, injection)."""
    for name, value in cell_values(function).items():
        if is_a(value, FunctionType) and graph.place(place_of_function(value)).kind == "user":
            fact = fact_of(value.__code__, value.__globals__)
            node.local = digest_parts(node.local, [name.encode(), fact.annotations])
            add_live_annotations(graph, node, value)
