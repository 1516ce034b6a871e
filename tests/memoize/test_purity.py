"""A call that changes what its own key depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from memofp import ImpureFunctionWarning, memoize

counts: list[int] = []


def test_a_changed_global_is_named_located_and_not_stored() -> None:
    counts.clear()

    @memoize
    def impure(x: int) -> int:
        counts.append(x)
        return len(counts)

    with pytest.warns(ImpureFunctionWarning, match=r"counts") as caught:
        assert impure(1) == 1
    (warning,) = caught
    assert Path(warning.filename) == Path(__file__)
    assert "impure" in str(warning.message)
    assert "not stored" in str(warning.message)
    assert impure.cache_info().entries == 0
    with pytest.warns(ImpureFunctionWarning):
        assert impure(1) == 2


def test_a_changed_mutable_default_is_seen() -> None:
    @memoize
    def impure(x: int, seen: list[int] = []) -> int:
        seen.append(x)
        return len(seen)

    with pytest.warns(ImpureFunctionWarning):
        assert impure(1) == 1
    with pytest.warns(ImpureFunctionWarning):
        assert impure(1) == 2


def test_a_changed_closure_is_seen() -> None:
    total = 0

    @memoize
    def impure(x: int) -> int:
        nonlocal total
        total += x
        return total

    with pytest.warns(ImpureFunctionWarning, match="total"):
        assert impure(1) == 1


def test_call_is_checked_too() -> None:
    counts.clear()

    @memoize
    def impure() -> int:
        counts.append(1)
        return len(counts)

    with pytest.warns(ImpureFunctionWarning):
        impure.call()
    assert impure.cache_info().entries == 0


def test_state_that_ends_as_it_began_is_no_change() -> None:
    counts.clear()

    @memoize
    def tidy(x: int) -> int:
        counts.append(x)
        return counts.pop()

    assert tidy(1) == 1
    assert tidy.is_cached(1)
