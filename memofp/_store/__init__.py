"""Keep results on disk: key to entry.

_open        one store a directory and process
_results     load and save; every fault ends here, as a miss or a warning
_entry       a value sealed into an entry, an entry opened into a value
_envelope    the signed head; _encode, _codecs the bytes; _secret the signing key
_protocol    what a backend owes; _disk the backend over diskcache's layout
_flight      one computation a key, across threads and processes
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memofp._store._codecs import Codec, check_codec
from memofp._store._open import close_all, open_existing, open_store
from memofp._store._outcome import Hit, Miss
from memofp._store._results import ResultStore

if TYPE_CHECKING:
    from memofp._store._compress import check_compression
    from memofp._store._flight import Flight, NoFlight
    from memofp._store._types import EntryInfo, Finding, FunctionSummary, Pruned, Verdict, VersionSummary

__all__ = [
    "Codec",
    "EntryInfo",
    "Finding",
    "Flight",
    "FunctionSummary",
    "Hit",
    "Miss",
    "NoFlight",
    "Pruned",
    "ResultStore",
    "Verdict",
    "VersionSummary",
    "check_codec",
    "check_compression",
    "close_all",
    "open_existing",
    "open_store",
]


def __getattr__(name: str) -> Any:
    """Load what no hit needs when somebody asks for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = {"check_compression": "_compress", "Flight": "_flight", "NoFlight": "_flight"}.get(
        name, "_types"
    )
    return getattr(import_module(f"memofp._store.{module}"), name)
