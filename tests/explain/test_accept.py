"""Carry the entries of an older version over: `accept`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import memofp
from memofp import AcceptanceError

Write = Callable[[str], Any]

PROGRAM = """
RATE = 2

@memofp.memoize
def f(x):
    return x * RATE
"""
EDITED = PROGRAM.replace("x * RATE", "RATE * x")
FURTHER = PROGRAM.replace("x * RATE", "x + x")


def test_accepted_edit_is_served_the_older_entries(write: Write) -> None:
    write(PROGRAM).f(3)
    f = write(EDITED).f
    assert not f.is_cached(3)
    made = f.accept()
    assert f.is_cached(3)
    assert f(3) == 6
    assert f.cache_info()[:2] == (1, 0)
    assert any("self:sample.f" in line for line in made.shown)
    assert any("accepted" in detail for detail in f.explain(3).details)


def test_acceptance_holds_in_later_processes_and_not_for_later_edits(write: Write) -> None:
    write(PROGRAM).f(3)
    write(EDITED).f.accept()
    assert write(EDITED).f.is_cached(3)
    assert not write(FURTHER).f.is_cached(3)


def test_acceptances_form_chains(write: Write) -> None:
    write(PROGRAM).f(3)
    second = write(EDITED).f
    second.accept()
    second(4)
    third = write(FURTHER).f
    third.accept()
    assert third.is_cached(3)
    assert third.is_cached(4)


def test_undo_gives_each_version_its_own_entries_back(write: Write) -> None:
    write(PROGRAM).f(3)
    edited = write(EDITED).f
    edited.accept()
    edited(4)
    edited.accept(undo=True)
    assert not edited.is_cached(3)
    assert not edited.is_cached(4)
    original = write(PROGRAM).f
    assert original.is_cached(3)
    assert not original.is_cached(4)  # the other code computed it


def test_undo_keeps_what_todays_code_computed_before(write: Write) -> None:
    write(PROGRAM).f(3)
    edited = write(EDITED).f
    edited(5)
    edited.accept()
    assert edited.is_cached(3)
    edited.accept(undo=True)
    assert edited.is_cached(5)


def test_clear_takes_acceptances_back_too(write: Write) -> None:
    write(PROGRAM).f(3)
    edited = write(EDITED).f
    edited.accept()
    edited(4)
    edited.clear()
    edited(4)
    assert not write(PROGRAM).f.is_cached(4)  # the other code computed it
    with pytest.raises(AcceptanceError, match="never accepted"):
        write(EDITED).f.accept(undo=True)


def test_version_can_be_named(write: Write) -> None:
    first, second = write(PROGRAM).f, None
    first(3)
    second = write(FURTHER).f
    second(4)
    f = write(EDITED).f
    f.accept(first.fingerprint().digest[:8])
    assert f.is_cached(3)
    assert not f.is_cached(4)
    f.accept(second.fingerprint().digest[:8])
    assert f.is_cached(4)
    assert not f.is_cached(3)


def test_nothing_to_accept_is_an_error(write: Write) -> None:
    f = write(PROGRAM).f
    with pytest.raises(AcceptanceError, match="nothing to accept"):
        f.accept()
    f(3)
    with pytest.raises(AcceptanceError, match="nothing to accept"):
        f.accept()
    with pytest.raises(AcceptanceError, match="never accepted"):
        f.accept(undo=True)
    g = write(EDITED).f
    with pytest.raises(AcceptanceError, match="versions are"):
        g.accept("ffffffffffff")
    g.accept()
    with pytest.raises(AcceptanceError, match="accepted already"):
        g.accept()
    assert isinstance(AcceptanceError(), (memofp.MemofpError, LookupError))


def test_acceptance_of_one_function_is_none_of_anothers(write: Write) -> None:
    both = PROGRAM + PROGRAM.replace("def f", "def g")
    module = write(both)
    module.f(3)
    module.g(3)
    edited = write(both.replace("x * RATE", "RATE * x"))
    edited.f.accept()
    assert edited.f.is_cached(3)
    assert not edited.g.is_cached(3)


def test_methods_and_coroutines_are_accepted_too(write: Write) -> None:
    import asyncio

    text = """
RATE = 2

class C:
    @memofp.memoize(ignore=("self",))
    def m(self, x):
        return x * RATE

@memofp.memoize
async def g(x):
    return x * RATE
"""
    module = write(text)
    module.C().m(3)
    asyncio.run(module.g(3))
    edited = write(text.replace("x * RATE", "RATE * x"))
    edited.C().m.accept()
    edited.g.accept()
    assert edited.C().m.is_cached(3)
    assert edited.g.is_cached(3)
    assert edited.C.m.explain(edited.C(), 3).is_hit
