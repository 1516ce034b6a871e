"""Generate a package of many functions in many modules, for the rows about fingerprints."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["importable", "write_project"]

FUNCTION = '''
def f{i}_{j}(values, depth=0):
    """Work on the values of step {i}, {j}."""
    if depth > LIMIT:
        return [value for value in values if value is not None]
    total = sum(value * FACTOR for value in values) + {i}
    try:
        rest = {{name: total - {j} for name in NAMES}}
    except (TypeError, ValueError) as error:
        raise RuntimeError(f"step {i}.{j} failed at {{depth}}") from error
    values = [total, len(rest), *values[{j}:]]
    return {call}
'''


def write_project(folder: Path, name: str, *, modules: int = 200, functions: int = 5) -> Path:
    """Write a package whose `root.first` and `root.second` reach each of its functions; return its folder."""
    package = folder / name
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text("")
    for i in range(modules):
        # Each calls the next function of its module; the last ones call two further modules, as in a heap.
        later = [k for k in (2 * i + 1, 2 * i + 2) if k < modules]
        lines = ["import math", *(f"from {name} import m{k}" for k in later)]
        lines += [f"FACTOR = {i} + 0.5", "LIMIT = 9", f"NAMES = ('a', 'b', 'c{i}')"]
        lines += [_function(i, j, functions, later) for j in range(functions)]
        (package / f"m{i}.py").write_text("\n".join(lines) + "\n")
    root = f"from {name} import m0\n\n\ndef first(x):\n    return m0.f0_0([x])\n\n\n"
    (package / "root.py").write_text(root + "def second(x):\n    return m0.f0_0([x, x])\n")
    return package


def _function(i: int, j: int, functions: int, later: list[int]) -> str:
    if j + 1 < functions:
        call = f"f{i}_{j + 1}(values, depth + 1)"
    else:
        call = " + ".join(["math.floor(total)", *(f"m{k}.f{k}_0(values, depth + 1)" for k in later)])
    return FUNCTION.format(i=i, j=j, call=call)


@contextmanager
def importable(package: Path) -> Iterator[None]:
    """Let a package be imported inside a `with` block."""
    sys.path.insert(0, str(package.parent))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(package.parent))
