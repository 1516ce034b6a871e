"""Let a forked child import what another thread of its parent was importing at the fork.

The lock of a module that is being imported comes along with the fork, its owner does not, so the child would
wait for ever at the same import (https://github.com/python/cpython/issues/50970 lists such locks).  memofp
imports most of itself at first use, in whatever thread that happens.
"""

from __future__ import annotations

import os
import sys
from typing import Any

__all__: list[str] = []

# Whose imports memofp begins.  Others may have effects that must not happen twice.
_BEGUN = {"memofp", "cloudpickle", "diskcache", "typing_extensions", "xxhash", *sys.stdlib_module_names}


def _forget_broken_imports() -> None:
    """Take imports that nobody will end for not begun."""
    from _thread import get_ident

    # Private, and the same from Python 3.3 to 3.14: where it is missing, forks are as CPython leaves them.
    locks: dict[str, Any] = getattr(sys.modules.get("_frozen_importlib"), "_module_locks", {})
    for name, reference in list(locks.items()):
        lock = reference()
        if name.partition(".")[0] in _BEGUN and getattr(lock, "owner", None) not in (None, get_ident()):
            locks.pop(name, None)
            for loaded in [other for other in sys.modules if other == name or other.startswith(f"{name}.")]:
                del sys.modules[loaded]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_broken_imports)
