"""Name the modes: which names, seen in reachable code, make which side of a function or class count."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["modes_of"]

_SOURCES = frozenset({"getsource", "getsourcelines"})
_FRAMES = frozenset(
    {
        "_getframe", "currentframe", "inspect.stack", "getinnerframes", "getouterframes", "f_locals",
        "f_back",
    }
)  # fmt: skip
_MODES = {
    "docs": frozenset({"__doc__", "getdoc"}) | _SOURCES,
    "annotations": frozenset(
        {
            "__annotations__", "get_type_hints", "signature", "getfullargspec", "get_annotations",
            "__annotate__",
        }
    ) | _SOURCES,
    "names": frozenset({"__name__", "__qualname__", "__code__"}) | _SOURCES | _FRAMES,
    "modules": frozenset({"__module__"}),
    "sources": _SOURCES,
    "subclasses": frozenset({"__subclasses__"}),
    "members": frozenset({"dir"}),
    "order": frozenset({"vars"}),
    "lines": frozenset({"f_lineno", "co_firstlineno", "tb_lineno", "getsourcelines"}),
}  # fmt: skip


def modes_of(mentions: Collection[str]) -> frozenset[str]:
    """Return the modes that these names, seen in reachable code, switch on."""
    return frozenset(mode for mode, names in _MODES.items() if not names.isdisjoint(mentions))
