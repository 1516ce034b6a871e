"""Turn a call into a key: bind the arguments, digest them, join them with the code's fingerprint.

_binding   parameters to values, by a function compiled per signature
_key       values, fingerprint, environment and options to a key
_describe  a call in one line, for people
_changes   what differs between two manifests

The last two are loaded by a miss and by an explanation, not by `import memofp`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memofp._call._binding import Binder, make_binder, parameter_names, peel
from memofp._call._key import Plan, environment, make_plan

if TYPE_CHECKING:
    from memofp._call._changes import Change, changed_dependencies, path_to
    from memofp._call._describe import describe_arguments, describe_call, split_arguments

__all__ = [
    "Binder",
    "Change",
    "Plan",
    "changed_dependencies",
    "describe_arguments",
    "describe_call",
    "environment",
    "make_binder",
    "make_plan",
    "parameter_names",
    "path_to",
    "peel",
    "split_arguments",
]


def __getattr__(name: str) -> Any:
    if name in ("describe_arguments", "describe_call", "split_arguments"):
        from memofp._call import _describe

        return getattr(_describe, name)
    if name in ("Change", "changed_dependencies", "path_to"):
        from memofp._call import _changes

        return getattr(_changes, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
