"""Keep the garbage collector still while a graph is built.

A graph is tens of thousands of objects of which none can go before it is done.  The collector would visit
them again and again as they become more, which took a seventh of a fingerprint.
"""

from __future__ import annotations

import gc
import os
from _thread import get_ident
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["let_age", "paused", "resumed"]

_pausing: set[int] = set()  # threads that have switched it off, and will switch it on again


@contextmanager
def paused() -> Iterator[None]:
    """In a `with` block automatic collection is off, for all threads, as there is one collector."""
    mine = gc.isenabled()
    if mine:
        _pausing.add(get_ident())
        gc.disable()
    try:
        yield
    finally:
        if mine:
            gc.enable()
            _pausing.discard(get_ident())


@contextmanager
def resumed() -> Iterator[None]:
    """In a `with` block inside that, it is on again: for code of the user's that may run for long."""
    mine = get_ident() in _pausing
    if mine:
        gc.enable()
    try:
        yield
    finally:
        if mine:
            gc.disable()


def let_age() -> None:
    """Let the collector take for old what was made since: it stays, and the next call would pay for a visit.

    To freeze all objects and to unfreeze them puts them into the oldest generation without a look at them
    (https://docs.python.org/3/library/gc.html#gc.unfreeze).  A program that has frozen objects of its own
    (before it forks, say) keeps them so; CPython 3.12 has frozen some itself.
    """
    if get_ident() not in _pausing:
        return
    if gc.get_freeze_count():
        gc.collect(0)
    else:
        gc.freeze()
        gc.unfreeze()


def _resume_in_child() -> None:
    """Switch it on in a forked child, where the threads that would do so are gone."""
    if _pausing and get_ident() not in _pausing:
        gc.enable()
    _pausing.intersection_update({get_ident()})


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_resume_in_child)
