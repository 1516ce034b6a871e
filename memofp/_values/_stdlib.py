"""Reduce the standard library's value types.

Rules are keyed by dotted name, so that no module is imported for a type that nobody uses.
Each holds for that exact class, and only if the library's module really has it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from memofp._values._builtins import buffer_field, entries, indexed
from memofp._values._objects import attribute_children
from memofp._values._origin import class_part
from memofp._values._parts import Node, Parts, Refusal, leaf, pack
from memofp._values._state import state_of

__all__ = [
    "CODE_NAMES",
    "CODE_TYPES",
    "DATETIME",
    "EXACT_NAMES",
    "gives_leaves",
    "leaf_fields",
    "reduce_datetime",
]


def _decimal(value: Any) -> Node:
    sign, digits, exponent = value.as_tuple()
    return leaf("decimal.Decimal", sign, digits, exponent)


def _time(value: Any) -> Node:
    fields = (value.hour, value.minute, value.second, value.microsecond, value.fold)
    return _with_zone("datetime.time", fields, value.tzinfo)


def reduce_datetime(value: Any) -> Node:
    date = (value.year, value.month, value.day)
    fields = (*date, value.hour, value.minute, value.second, value.microsecond, value.fold)
    return _with_zone("datetime.datetime", fields, value.tzinfo)


def _with_zone(name: str, fields: tuple[int, ...], zone: object) -> Node:
    if zone is None:
        return leaf(name, *fields)
    return Parts(pack(name, *fields), [(".tzinfo", zone)], mutable=False)


def _timezone(value: Any) -> Node:
    offset, *name = value.__getinitargs__()
    return leaf("datetime.timezone", offset.days, offset.seconds, offset.microseconds, *name)


def _zoneinfo(value: Any) -> Node:
    try:
        value.__reduce__()
    except Exception as error:  # noqa: BLE001 # pickle.PicklingError, without importing pickle
        return Refusal("is a time zone read from a file, which has no name", "zoneinfo.ZoneInfo", error)
    return leaf("zoneinfo.ZoneInfo", value.key)


def _path(name: str, value: Any) -> Node:
    return leaf(name, str(value))


def _pattern(value: Any) -> Node:
    if type(value.pattern) in (str, bytes):
        return leaf("re.Pattern", value.pattern, value.flags)
    return Parts(pack("re.Pattern", value.flags), [(".pattern", value.pattern)], mutable=False)


def _match(value: Any) -> Node:
    fields = pack("re.Match", value.pos, value.endpos, value.regs, value.lastindex)
    return Parts(fields, [(".re", value.re), (".string", value.string)], mutable=False)


def _ordered_dict(value: Any) -> Node:
    names, attributes = attribute_children(*state_of(value))
    return Parts(pack("collections.OrderedDict", names), [*attributes, *entries(value.items())])


def _defaultdict(value: Any) -> Node:
    children = [(".default_factory", value.default_factory), *entries(value.items())]
    return Parts(b"collections.defaultdict", children)


def _deque(value: Any) -> Node:
    return Parts(pack("collections.deque", value.maxlen), indexed(value))


def _namespace(value: Any) -> Node:
    names, children = attribute_children(*state_of(value))
    return Parts(pack("types.SimpleNamespace", names), children)


def _array(value: Any) -> Node:
    if value.typecode in "uw":  # unicode items; their width is the platform's
        return leaf("array.array", value.typecode, value.tounicode(), mutable=True)
    fields = (value.typecode, value.itemsize, len(value))
    return leaf("array.array", *fields, buffer_field(value), mutable=True)


def _alias(value: Any) -> Node:
    children = [("origin", value.__origin__), ("args", value.__args__)]
    unpacked = bool(getattr(value, "__unpacked__", False))
    return Parts(pack("types.GenericAlias", unpacked), children, mutable=False)


def _bytes_io(value: Any) -> Node:
    if value.closed:
        return leaf("closed io.BytesIO", mutable=True)
    view = value.getbuffer()
    try:
        return leaf("io.BytesIO", value.tell(), len(view), buffer_field(view), mutable=True)
    finally:
        view.release()


def _string_io(value: Any) -> Node:
    if value.closed:
        return leaf("closed io.StringIO", mutable=True)
    return leaf("io.StringIO", *value.__getstate__()[:3], mutable=True)  # text, newline, position


def _weakref(value: Any) -> Node:
    return Parts(b"weakref", [("()", value())], mutable=False)


def _struct(value: Any) -> Node:
    return leaf("struct.Struct", value.format)


def _safe_uuid(value: Any) -> Node:
    return leaf("uuid.UUID", value.int, value.is_safe.name)


def _chain_map(value: Any) -> Node:
    return Parts(b"collections.ChainMap", [(".__class__", class_part(type(value))), *indexed(value.maps)])


def _date(value: Any) -> Node:
    return leaf("datetime.date", value.year, value.month, value.day)


def _timedelta(value: Any) -> Node:
    return leaf("datetime.timedelta", value.days, value.seconds, value.microseconds)


def _fraction(value: Any) -> Node:
    return leaf("fractions.Fraction", value.numerator, value.denominator)


def _struct_sequence(value: Any) -> Node:
    _, (fields, more) = value.__reduce__()
    return leaf(type(value).__qualname__, tuple(fields), tuple(more.items()))


def leaf_fields(rule: Callable[[Any], Node], values: Sequence[Any]) -> tuple[str, list[Sequence[Any]]] | None:
    """Return the tag that a rule gives to the leaves of many values, and the columns of their fields.

    None if the rule is not known to give such leaves.
    """
    names = _FIELDS.get(rule)
    if names is not None:
        tag, *fields = names
        return tag, [list(map(attrgetter(field), values)) for field in fields]
    if isinstance(rule, partial) and rule.func is _path:
        return rule.args[0], [list(map(str, values))]
    if rule is _decimal:
        return "decimal.Decimal", list(zip(*(value.as_tuple() for value in values), strict=True))
    return None


DATETIME = ("year", "month", "day", "hour", "minute", "second", "microsecond", "fold")
_FIELDS: dict[Callable[[Any], Node], tuple[str, ...]] = {
    _date: ("datetime.date", "year", "month", "day"),
    _timedelta: ("datetime.timedelta", "days", "seconds", "microseconds"),
    _fraction: ("fractions.Fraction", "numerator", "denominator"),
    _safe_uuid: ("uuid.UUID", "int", "is_safe.name"),
}

EXACT_NAMES: dict[str, Callable[[Any], Node]] = {
    "_decimal.Decimal": _decimal,
    "decimal.Decimal": _decimal,
    "fractions.Fraction": _fraction,
    "datetime.date": _date,
    "datetime.time": _time,
    "datetime.datetime": reduce_datetime,
    "datetime.timedelta": _timedelta,
    "datetime.timezone": _timezone,
    "zoneinfo.ZoneInfo": _zoneinfo,
    "uuid.UUID": _safe_uuid,
    "re.Pattern": _pattern,
    "re.Match": _match,
    "collections.OrderedDict": _ordered_dict,
    "collections.defaultdict": _defaultdict,
    "collections.deque": _deque,
    "collections.ChainMap": _chain_map,
    "types.SimpleNamespace": _namespace,
    "types.GenericAlias": _alias,
    "types.UnionType": lambda value: Parts(b"types.UnionType", [("args", value.__args__)], mutable=False),
    "array.array": _array,
    "_io.BytesIO": _bytes_io,
    "_io.StringIO": _string_io,
    "_struct.Struct": _struct,
    "weakref.ReferenceType": _weakref,
    "time.struct_time": _struct_sequence,
    "os.stat_result": _struct_sequence,
    "weakref.KeyedRef": _weakref,
    **{
        f"{module}.{name}": partial(_path, f"pathlib.{name}")
        for module in ("pathlib", "pathlib._local")
        for name in ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")
    },
}

_LEAF_RULES = (_timezone, _zoneinfo, _struct, _array, _struct_sequence)


def gives_leaves(rule: Callable[[Any], Node]) -> bool:
    """Tell whether a rule mostly gives leaves, and runs no code of a user's."""
    return rule in _LEAF_RULES or getattr(rule, "__module__", "") == "memofp._values._arrays"


# Types whose meaning is code; the named ones with their subclasses.
CODE_TYPES: dict[type, str] = {
    types.FunctionType: "function",
    types.BuiltinFunctionType: "builtin",
    types.MethodType: "method",
    types.MethodWrapperType: "builtin",
    types.WrapperDescriptorType: "builtin",
    types.MethodDescriptorType: "builtin",
    types.ClassMethodDescriptorType: "builtin",
    types.GetSetDescriptorType: "builtin",
    types.MemberDescriptorType: "builtin",
    types.ModuleType: "module",
    types.CodeType: "code",
    property: "property",
    staticmethod: "staticmethod",
    classmethod: "classmethod",
}
CODE_NAMES: dict[str, str] = {
    "functools.partial": "partial",
    "functools.partialmethod": "partial",
    "functools.cached_property": "property",
    "functools.singledispatchmethod": "function",
    "functools._lru_cache_wrapper": "function",
}
