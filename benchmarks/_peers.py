"""memofp and its peers, each as a way to decorate a function, with what it takes to install them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["DECORATORS", "INSTALL", "PEERS", "decorate", "open_diskcache"]

Function = Callable[..., Any]
PEERS = ("memofp", "joblib", "diskcache", "checkpointer", "cachier")
INSTALL = {
    "joblib": "pip install joblib",
    "checkpointer": "pip install checkpointer",
    "cachier": "pip install cachier",
    "numpy": "pip install numpy",
    "pandas": "pip install pandas pyarrow",
    "polars": "pip install polars",
}


def with_memofp(function: Function, directory: Path, **options: Any) -> Function:
    import memofp

    return memofp.memoize(cache_dir=directory, **options)(function)


def with_joblib(
    function: Function, directory: Path, mmap_mode: str | None = None, **options: Any
) -> Function:
    import joblib

    memory = joblib.Memory(directory, verbose=0, mmap_mode=mmap_mode)
    return memory.cache(function, **options)  # type: ignore[no-any-return]


def open_diskcache(directory: Path) -> Any:
    import diskcache

    return diskcache.Cache(str(directory), size_limit=1 << 40)  # its default of 1 GB would evict


def with_diskcache(function: Function, directory: Path) -> Function:
    return open_diskcache(directory).memoize()(function)  # type: ignore[no-any-return]


def with_checkpointer(function: Function, directory: Path) -> Function:
    from checkpointer import checkpoint

    return checkpoint(directory=directory, verbosity=0)(function)  # type: ignore[no-any-return]


def with_cachier(function: Function, directory: Path) -> Function:
    from cachier import cachier

    # One file an entry: a single file for all of them is written anew at every miss.
    return cachier(cache_dir=directory, separate_files=True)(function)  # type: ignore[no-any-return]


DECORATORS: dict[str, Callable[..., Function]] = {
    "memofp": with_memofp,
    "joblib": with_joblib,
    "diskcache": with_diskcache,
    "checkpointer": with_checkpointer,
    "cachier": with_cachier,
}


def decorate(name: str, function: Function, directory: Path) -> Function:
    """Return a function memoized by one of them, with its entries in a directory."""
    return DECORATORS[name](function, directory)
