"""Run as a script: print the digest of every value of every table, to be compared between processes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from value_tools import of, use_names

_NEEDS = {
    "numpy": "numpy",
    "pandas": "pandas",
    "polars": "polars",
    "arrow": "pyarrow",
    "sparse": "scipy",
    "torch": "torch",
}
_ALL = ("builtins", "stdlib", "objects", "numpy", "pandas", "polars", "arrow", "sparse", "torch")
TABLES = [name for name in _ALL if find_spec(_NEEDS.get(name, "sys")) is not None]


def pairs(table: str, which: str) -> Iterator[tuple[str, object, object]]:
    """Return the pairs of a table that must `differ` or must `share`."""
    found: Iterator[tuple[str, object, object]] = getattr(import_module(f"pairs_{table}"), which)()
    return found


if __name__ == "__main__":
    use_names()
    for table in TABLES:
        for which in ("differ", "share"):
            for name, a, b in pairs(table, which):
                print(table, which, name, of(a), of(b))
