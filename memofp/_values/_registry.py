"""Find the rule for a value: registered hashers, `__memofp__()`, and the rules of this package."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from memofp._errors import ConfigurationError
from memofp._values._builtins import EXACT, reduce_subclass
from memofp._values._objects import (
    describe,
    reduce_enum,
    reduce_exception,
    reduce_foreign,
    reduce_instance,
    reduces_itself,
)
from memofp._values._origin import class_part, dotted_name, is_standard, mro_of
from memofp._values._parts import Bare, Code, Leaf, Node, Parts, Refusal, pack
from memofp._values._plain import ATOMS, CONTAINERS
from memofp._values._refusals import find_refusal
from memofp._values._state import class_dict, layout_of
from memofp._values._stdlib import CODE_NAMES, CODE_TYPES, EXACT_NAMES

__all__ = ["Rule", "is_plain_instance", "reduce_content", "reduce_value", "register_hasher", "rule_of"]

Rule = Callable[[Any], Node]

# Library -> module of this package whose `rules()` gives its classes, subclasses included.
_LIBRARIES = {
    "numpy": "_arrays",
    "pandas": "_pandas",
    "polars": "_polars",
    "pyarrow": "_arrow",
    "scipy": "_sparse",
    "torch": "_torch",
}
# Classes of the standard library whose instances do not change, so that it does not count who shares them.
_IMMUTABLE = frozenset(
    {
        *(f"ipaddress.IPv{v}{kind}" for v in "46" for kind in ("Address", "Network", "Interface")),
        *(f"operator.{name}" for name in ("itemgetter", "attrgetter", "methodcaller")),
        *(f"urllib.parse.{name}" for name in ("ParseResult", "SplitResult", "DefragResult")),
        *(f"inspect.{name}" for name in ("Signature", "Parameter")),
        "statistics.NormalDist",
        "string.Template",
    }
)
_NODES = frozenset({Leaf, Parts, Code, Refusal, Bare})
_CACHE_LIMIT = 4096

_hashers: dict[int | str, tuple[object, Callable[[Any], object]]] = {}
# Rule with hooks, rule without, and the class.  By identity: a metaclass may define __eq__ or __hash__.
_rules: dict[int, tuple[Rule, Rule, type]] = {}


def register_hasher(kind: type | str, function: Callable[[Any], object]) -> None:
    """Hash values of a type by what a function makes of them.

    Args:
        kind: a class, or its dotted name ("package.module.Class") to wait for its import.
            Subclasses are included; the nearest registered base wins.
        function: takes the value and returns what is hashed in its place, together with the class.
            Its own code counts.

    Raises:
        ConfigurationError: for a builtin type that is hashed directly.
    """
    if not isinstance(kind, type | str):
        raise ConfigurationError(f"register_hasher takes a class or its dotted name, not {kind!r}")
    if not callable(function):
        raise ConfigurationError(f"register_hasher takes a function, not {function!r}")
    name = kind if isinstance(kind, str) else dotted_name(kind)
    if name in {dotted_name(k) for k in ATOMS | CONTAINERS}:
        raise ConfigurationError(f"no hasher can be registered for the builtin type {name!r}")
    _hashers[kind if isinstance(kind, str) else id(kind)] = (kind, function)
    _rules.clear()


def reduce_value(value: object) -> Node:
    """Take a value apart by one level, calling no code of its class that need not run.

    Returns:
        A `Leaf`, `Parts`, `Code` or `Refusal`; each of these, given as value, stands for itself.
    """
    rules = _rules.get(id(type(value)))
    return rules[0](value) if rules is not None else _find_rules(type(value))[0](value)


def rule_of(kind: type) -> Rule:
    """Return what takes values of a class apart, as `reduce_value` does."""
    return (_rules.get(id(kind)) or _find_rules(kind))[0]


def is_plain_instance(kind: type) -> bool:
    """Tell whether instances of a class are reduced to the class and its raw attributes."""
    return rule_of(kind) is reduce_instance


def _find_rules(kind: type) -> tuple[Rule, Rule, type]:
    if type(kind) is type and kind in _NODES:
        return (_itself, _itself, kind) if kind is not Bare else (_bare, _bare, kind)
    bare = _find_rule(kind)
    found = (_find_hook(kind) or bare, bare, kind)
    if len(_rules) > _CACHE_LIMIT:
        _rules.clear()
    _rules[id(kind)] = found
    return found


def _itself(value: Any) -> Node:
    node: Node = value
    return node


def _bare(value: Any) -> Node:
    kind = type(value.value)
    return (_rules.get(id(kind)) or _find_rules(kind))[1](value.value)


def _find_hook(kind: type) -> Rule | None:
    for base in mro_of(kind):
        found = _hashers.get(id(base)) or _hashers.get(dotted_name(base))
        if found is not None:
            return _registered(kind, found[1])
        if "__memofp__" in class_dict(base):
            return _own_method(kind, class_dict(base)["__memofp__"])
    return None


def _registered(kind: type, function: Callable[[Any], object]) -> Rule:
    name = dotted_name(kind)

    def rule(value: Any) -> Node:
        try:
            result = function(value)
        except Exception as error:  # noqa: BLE001 # the user's function may raise anything; the refusal carries it on
            return Refusal(f"is a {name}, whose registered hasher raised {describe(error)}", name, error)
        if type(result) is kind:
            result = Bare(result)
        children = [(".__class__", class_part(kind)), ("{hasher}", function), ("", result)]
        return Parts(pack("registered", name), children, fresh=True)

    return rule


def _own_method(kind: type, method: Any) -> Rule:
    name = dotted_name(kind)

    def rule(value: Any) -> Node:
        try:
            result = method.__get__(value, kind)()
        except Exception as error:  # noqa: BLE001 # as above
            return Refusal(f"is a {name}, whose __memofp__() raised {describe(error)}", name, error)
        if type(result) is kind:
            result = Bare(result)
        return Parts(pack("__memofp__", name), [(".__class__", class_part(kind)), ("", result)], fresh=True)

    return rule


def _find_rule(kind: type) -> Rule:
    """Find the rule for a class, hooks aside; from the special to the general."""
    if type(kind) is type and kind in EXACT:
        return EXACT[kind]
    if any(base is type for base in mro_of(kind)):  # `in` would ask the metaclass
        return lambda value: Code("class", value)
    name = dotted_name(kind)
    if name in EXACT_NAMES and is_standard(kind):
        return EXACT_NAMES[name]
    for base in mro_of(kind):
        code = (CODE_TYPES.get(base) if type(base) is type else None) or CODE_NAMES.get(dotted_name(base))
        if code is not None:
            return partial(Code, code)
    return _library_rule(kind) or _general_rule(kind)


def _library_rule(kind: type) -> Rule | None:
    rules: dict[int, Rule] = {}
    for library in {dotted_name(base).partition(".")[0] for base in mro_of(kind)}:
        if library in _LIBRARIES and library in sys.modules:
            found = import_module(f"memofp._values.{_LIBRARIES[library]}").rules()
            rules.update((id(base), rule) for base, rule in found.items())
    return next((rules[id(base)] for base in mro_of(kind) if id(base) in rules), None)


def _general_rule(kind: type) -> Rule:
    refusal = find_refusal(kind)
    if refusal is not None:
        return lambda _: refusal
    bases = mro_of(kind)
    if any(base is BaseException for base in bases):
        return reduce_exception
    names = {dotted_name(base) for base in bases}
    if "enum.Enum" in names:
        return reduce_enum
    rule = _object_rule(kind, names)
    if "datetime.tzinfo" in names or (is_standard(kind) and dotted_name(kind) in _IMMUTABLE):
        return _immutable(rule)
    return rule


def _immutable(rule: Rule) -> Rule:
    def immutable(value: Any) -> Node:
        node = rule(value)
        if type(node) is Parts:
            node.mutable = False
        return node

    return immutable


def reduce_content(value: Any) -> Node:
    """Reduce an instance of a subclass of a builtin."""
    return reduce_subclass(value) or reduce_foreign(value)


def _object_rule(kind: type, names: set[str]) -> Rule:
    bases = mro_of(kind)
    plain = layout_of(kind).plain
    if plain and "pydantic.main.BaseModel" in names:
        return reduce_instance  # what it gives to pickle holds the values of cached properties
    if reduces_itself(kind):
        return reduce_foreign
    if any(type(base) is type and base in EXACT for base in bases):
        return reduce_content
    return reduce_instance if plain else reduce_foreign
