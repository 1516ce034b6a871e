"""Compare what collections yield, faster than in a C loop: unpack each into as many locals as it has items.

The interpreter compares two locals in half the time in which `map` fetches two items and calls `is_`.
The code depends on nothing but the number of items, so that all collections of one size share it.
"""

from __future__ import annotations

import sys
from functools import cache
from types import CodeType, FunctionType

from memofp._fingerprint._checks import CHANGED, Check, Items, items_check

__all__ = ["unpacked_checks"]

_LARGEST = 64  # items for which code is written: it takes 4 us an item
_HAS_FAST_DISPLAYS = sys.version_info >= (3, 13)  # they take a view's items without an iterator


def unpacked_checks(guarded: Items) -> list[Check]:
    """Return checks of what collections yield, one for each size and one for those that are large."""
    alike: dict[tuple[int, bool], Items] = {}
    large: Items = []
    for source, items in guarded:
        entry = (source, items)
        if len(items) > _LARGEST:
            large.append(entry)
        else:
            alike.setdefault((len(items), _HAS_FAST_DISPLAYS and type(source) is not list), []).append(entry)
    checks = [_check(*kind, entries) for kind, entries in alike.items()]
    rest = items_check(large)
    return checks if rest is None else [*checks, rest]


def _check(size: int, is_display: bool, entries: Items) -> Check:
    # The values are a default and not constants: the collector does not look into code objects.
    rows = tuple([(source, *items) for source, items in entries])
    return FunctionType(_code(size, is_display), {"CHANGED": CHANGED}, f"items_{size}", (rows,))


@cache
def _code(size: int, is_display: bool) -> CodeType:
    now = "".join([f"a{i}, " for i in range(size)])
    then = "".join([f"b{i}, " for i in range(size)])
    test = " or ".join([f"a{i} is not b{i}" for i in range(size)]) or "False"
    text = f"""def check(rows):
 try:
  for source, {then}in rows:
   [{now}] = {"[*source]" if is_display else "source"}
   if {test}: return False
  return True
 except CHANGED:
  return False"""
    space: dict[str, FunctionType] = {}
    exec(compile(text, "<memofp guards>", "exec", dont_inherit=True), space)
    return space["check"].__code__
