"""Read files, the source text behind a code object among them, and tell where in it the code stands."""

from __future__ import annotations

import os
import stat
from types import CodeType
from typing import Any

from memofp._code._facts import Fact

__all__ = ["Candidate", "Neutral", "read_regular", "read_source", "spot_of"]

Neutral = frozenset[tuple[str, ...]]  # dotted callees
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
Candidate = tuple[str, int, int, Fact]  # name, first line, first column (-1: none), fact


def read_source(filename: str, module_globals: dict[str, Any] | None) -> bytes | None:
    """Return the source bytes behind a code object's file name, None if there are none to be had.

    Looks at the file system, at the cells of a notebook or REPL (`linecache`), and at the module's loader
    (a zip archive, say).
    """
    if not (filename.startswith("<") and filename.endswith(">")):
        source = read_regular(filename)
        if source is not None:
            return source
    import linecache

    cached = linecache.cache.get(filename)
    if cached is not None and len(cached) > 2:
        return "".join(cached[2]).encode("utf-8", "surrogatepass")
    return _source_from_loader(filename, module_globals)


def read_regular(path: str) -> bytes | None:
    """Return what a regular file holds, None if there is no such file or it cannot be read.

    A pipe or a terminal (`python /dev/stdin`) cannot be read twice, and would hold us up: opening one does
    not wait here.
    """
    try:
        handle = os.open(path, _READ)
    except (OSError, ValueError):  # ValueError: no name of a file
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None
        found = os.read(handle, status.st_size + 1)
        if len(found) != status.st_size:  # it grows or shrinks, or its size is not known (`/proc`)
            while more := os.read(handle, 1 << 20):
                found += more
    except OSError:
        return None
    else:
        return found
    finally:
        os.close(handle)


def _source_from_loader(filename: str, module_globals: dict[str, Any] | None) -> bytes | None:
    loader = (module_globals or {}).get("__loader__")
    name = (module_globals or {}).get("__name__")
    if loader is None or not isinstance(name, str) or os.path.isabs(filename) is False:
        return None
    try:
        text = loader.get_source(name)
    except Exception:  # noqa: BLE001 -- a loader of the user's may raise anything; there is no source then
        return None
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None


def spot_of(code: CodeType) -> int:
    """Return the first column of a code object's instructions, -1 if positions are switched off."""
    columns = [column for _, _, column, _ in code.co_positions() if column is not None]
    return min(columns, default=-1)
