"""Help where Python 3.13 stopped handing the class on: `@classmethod` above `@memoize`."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["explain_missing_class"]


def explain_missing_class(function: Any, error: TypeError) -> None:
    """Add a note to an error for wrong arguments if the class may be the one that is missing.

    Since 3.13 a classmethod no longer binds what it wraps through `__get__`, so
    `C.method.key(1)` reaches the memoized function without the class.
    """
    if sys.version_info >= (3, 13) and _is_below_classmethod(function):
        error.add_note(
            "below @classmethod only the call itself is given the class: write @memoize above @classmethod, "
            "or give the class as the first argument"
        )


def _is_below_classmethod(function: Any) -> bool:
    path = getattr(function, "__qualname__", "").split(".")
    owner: Any = sys.modules.get(getattr(function, "__module__", ""))
    for name in path[:-1]:
        owner = getattr(owner, name, None)
    return isinstance(owner, type) and isinstance(vars(owner).get(path[-1]), classmethod)
