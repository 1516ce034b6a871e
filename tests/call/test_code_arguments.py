"""Code among the arguments can use what the function's own code cannot name."""

from __future__ import annotations

from typing import Any

import pytest

from memofp import UnhashableArgumentError, memoize


class Account:
    def total(self) -> int:
        return 1

    def describe_balance_in_words(self) -> str:
        return "one"


def take(how: Any) -> Any:
    return how(Account())


def by_words(account: Any) -> Any:
    return account.describe_balance_in_words()


def test_edit_of_a_method_that_only_the_argument_names_is_seen(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = memoize(cache_dir=tmp_path)(take)
    assert f(by_words) == "one"
    before = f.key(by_words), f.key(1)
    monkeypatch.setattr(Account, "describe_balance_in_words", lambda self: "two")
    assert f.key(by_words) != before[0]
    assert f.key(1) == before[1]  # nobody can name it there
    assert f(by_words) == "two"


def in_words() -> str:
    return "words"


class Ledger:
    def balance_in_words_for_the_record(self) -> str:
        return in_words()


def read(how: Any) -> Any:
    return how(Ledger())


def by_record(ledger: Any) -> Any:
    return ledger.balance_in_words_for_the_record()


def test_patch_behind_a_method_that_only_the_argument_names_is_seen(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = memoize(cache_dir=tmp_path)(read)
    assert f(by_record) == f(by_record) == "words"
    monkeypatch.setitem(globals(), "in_words", lambda: "other words")
    assert f(by_record) == "other words"


def test_refused_call_leaves_no_trace_in_the_next_key(tmp_path: Any) -> None:
    f = memoize(cache_dir=tmp_path)(take)
    key = f.key(1)
    with pytest.raises(UnhashableArgumentError):
        f.key([by_words, (n for n in ())])
    assert f.key(1) == key
