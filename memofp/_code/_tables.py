"""Hold what all readers of code agree on: telling names, and the version of the canonical form."""

from __future__ import annotations

from collections.abc import Callable

__all__ = [
    "BY_NAME",
    "DYNAMIC_NAMES",
    "EMITTER_VERSION",
    "IMPORTERS",
    "LOCAL_CLASS",
    "MODE_NAMES",
    "NAMESPACES",
    "SUPER_HOOK",
    "TEMPLATE_METHODS",
    "dotted",
    "identifiers",
    "matches",
]

EMITTER_VERSION = 12  # goes up with every change of the canonical form or of a fact

# Reachable code that mentions one of these can see more of a function than its meaning.
MODE_NAMES = frozenset(
    {
        "__doc__", "getdoc", "__annotations__", "get_type_hints", "signature", "getfullargspec",
        "get_annotations", "__annotate__",
        "__name__", "__qualname__", "__module__", "__code__", "getsource", "getsourcelines",
        "_getframe", "currentframe", "inspect.stack", "getinnerframes", "getouterframes", "f_locals",
        "f_back", "__subclasses__", "dir", "vars", "f_lineno", "co_firstlineno", "tb_lineno",
    }
)  # fmt: skip

# Each takes or lists attributes by name; value: position of the name among the arguments, -1 for none.
BY_NAME = {
    "getattr": 1, "setattr": 1, "delattr": 1, "hasattr": 1, "getattr_static": 1, "attrgetter": 0,
    "methodcaller": 0, "__getattribute__": -1, "__getattr__": -1, "vars": -1, "getmembers": -1,
    "getmembers_static": -1, "classify_class_attrs": -1, "eval": -1, "exec": -1,
    "resolve_name": -1, "resolve_dotted_attribute": -1,
    "parse_args": -1, "parse_known_args": -1, "parse_intermixed_args": -1, "parse_known_intermixed_args": -1,
}  # fmt: skip
DYNAMIC_NAMES = frozenset(BY_NAME) | {"__dict__"}
TEMPLATE_METHODS = frozenset({"format", "format_map", "vformat", "get_field"})  # "{0.name}" names a member
IMPORTERS = frozenset({"import_module", "__import__"})  # they import what they are told by name
NAMESPACES = frozenset({"__globals__", "f_globals"})  # attributes that are the globals of some module
_LONGEST_NAME = 200  # characters of a module's name
_WORDS_APART = {i: " " for i in range(128) if not (chr(i).isalnum() or chr(i) == "_")}
_find: Callable[[str], list[str]] | None = None
# No identifiers: they stand for the call of a base's hook, and for a class that a function makes.
SUPER_HOOK = "super().__getattr__"
LOCAL_CLASS = "class"


def identifiers(text: str) -> list[str]:
    """Return the identifiers in a text, each of which may name an attribute."""
    if text.isascii():
        if text.isidentifier():
            return [text]
        return [name for word in text.translate(_WORDS_APART).split() if (name := word.lstrip("0123456789"))]
    global _find
    if _find is None:
        import re  # 3 ms, which a warm start can do without

        _find = re.compile(r"[^\W\d]\w*").findall
    return _find(text)


def dotted(text: str) -> str:
    """Return the dotted name that a text is or, before a computed part, begins with; "" if there is none.

    `"a.b"` and `"a.b."` give themselves, `"a.b.%s"` gives `"a.b."`.
    """
    name = text.partition("%")[0].partition("{")[0]
    if "." not in name or len(name) > _LONGEST_NAME or not (name.endswith(".") or len(name) == len(text)):
        return ""
    return name if all(part.isidentifier() for part in name.removesuffix(".").split(".")) else ""


def matches(pattern: str, name: str) -> bool:
    """Tell whether a name is one that a pattern with at most one `*` stands for."""
    first, star, last = pattern.partition("*")
    if not star:
        return name == first
    return len(name) >= len(first) + len(last) and name.startswith(first) and name.endswith(last)
