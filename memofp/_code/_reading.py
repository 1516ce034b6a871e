"""Read the source text behind a code object, and tell where in it the code stands."""

from __future__ import annotations

import os
import stat
from types import CodeType
from typing import Any

from memofp._code._facts import Fact

__all__ = ["Candidate", "Neutral", "read_source", "spot_of"]

Neutral = frozenset[tuple[str, ...]]  # dotted callees
Candidate = tuple[str, int, int, Fact]  # name, first line, first column, fact


def read_source(filename: str, module_globals: dict[str, Any] | None) -> bytes | None:
    """Return the source bytes behind a code object's file name, None if there are none to be had.

    Looks at the file system, at the cells of a notebook or REPL (`linecache`), and at the module's loader
    (a zip archive, say).
    """
    if not (filename.startswith("<") and filename.endswith(">")):
        try:
            # A pipe or a terminal (`python /dev/stdin`) cannot be read twice, and would hold us up.
            if stat.S_ISREG(os.stat(filename).st_mode):
                with open(filename, "rb") as file:
                    return file.read()
        except (OSError, ValueError):  # no such file, or no name of a file
            pass
    import linecache

    cached = linecache.cache.get(filename)
    if cached is not None and len(cached) > 2:
        return "".join(cached[2]).encode("utf-8", "surrogatepass")
    return _source_from_loader(filename, module_globals)


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
