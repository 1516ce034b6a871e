"""Disk memoization that fingerprints code.

Edit a helper, and exactly the stored results that depend on it are computed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import memofp._forks  # noqa: F401 # before any thread can import the rest of memofp
from memofp._config import configure, disabled
from memofp._errors import (
    AcceptanceError,
    BlindSpotWarning,
    ImpureFunctionWarning,
    MemofpError,
    MemofpWarning,
    StoreWarning,
    UnhashableArgumentError,
    UnstorableResultWarning,
)
from memofp._memoize._decorator import clear, explain, fingerprint, memoize

if TYPE_CHECKING:
    from memofp._explain import Explanation
    from memofp._fingerprint import EnvVar, Package
    from memofp._memoize._sticky import sticky
    from memofp._values import By, File, Ignore, register_hasher

__all__ = [
    "AcceptanceError",
    "BlindSpotWarning",
    "By",
    "EnvVar",
    "Explanation",
    "File",
    "Ignore",
    "ImpureFunctionWarning",
    "MemofpError",
    "MemofpWarning",
    "Package",
    "StoreWarning",
    "UnhashableArgumentError",
    "UnstorableResultWarning",
    "clear",
    "configure",
    "disabled",
    "explain",
    "fingerprint",
    "memoize",
    "register_hasher",
    "sticky",
]

# Public names whose modules load at first use.
_LAZY = {
    "By": "memofp._values",
    "EnvVar": "memofp._fingerprint",
    "Explanation": "memofp._explain",
    "File": "memofp._values",
    "Ignore": "memofp._values",
    "Package": "memofp._fingerprint",
    "register_hasher": "memofp._values",
    "sticky": "memofp._memoize._sticky",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(module), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
