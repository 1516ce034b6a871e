"""What a memoized function does when it is called, and the ways to look after its entries."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import memofp
from memofp import UnhashableArgumentError, memoize


def test_second_call_does_not_run_the_function(runs: list[object]) -> None:
    @memoize
    def double(x: int) -> int:
        runs.append(x)
        return x * 2

    assert [double(2), double(2), double(3)] == [4, 4, 6]
    assert runs == [2, 3]


def test_forms_of_one_call_share_an_entry(runs: list[object]) -> None:
    @memoize
    def add(a: int, b: int = 2) -> int:
        runs.append((a, b))
        return a + b

    assert add(1) == add(1, 2) == add(1, b=2) == add(a=1, b=2) == add(b=2, a=1) == 3
    assert runs == [(1, 2)]
    assert add.key(1) == add.key(b=2, a=1)
    assert add.key(1) != add.key(2)


def test_extra_keywords_count_in_their_order() -> None:
    @memoize
    def names(**extra: int) -> list[str]:
        return list(extra)

    assert names(a=1, b=2) == ["a", "b"]
    assert names(b=2, a=1) == ["b", "a"]


def test_values_of_different_types_do_not_share() -> None:
    @memoize
    def show(x: object) -> str:
        return repr(x)

    assert [show(v) for v in (1, True, 1.0, "1", b"1", -0.0, 0.0)] == [
        "1", "True", "1.0", "'1'", "b'1'", "-0.0", "0.0",
    ]  # fmt: skip


def test_key_is_32_hexadecimal_characters_and_runs_nothing(runs: list[object]) -> None:
    @memoize
    def f(x: int) -> int:
        runs.append(x)
        return x

    assert len(f.key(1)) == 32
    assert bytes.fromhex(f.key(1))
    assert runs == []


def test_none_is_a_result_like_any_other(runs: list[object]) -> None:
    @memoize
    def nothing() -> None:
        runs.append("ran")

    assert nothing() is None
    assert nothing() is None
    assert runs == ["ran"]


def test_a_hit_is_a_fresh_object() -> None:
    @memoize
    def items() -> list[int]:
        return [1]

    items().append(2)
    items().append(3)
    assert items() == [1]


def test_exceptions_are_not_stored(runs: list[object]) -> None:
    @memoize
    def fail(x: int) -> None:
        runs.append(x)
        raise KeyError(x)

    for _ in range(2):
        with pytest.raises(KeyError, match="1"):
            fail(1)
    assert runs == [1, 1]
    assert not fail.is_cached(1)


@pytest.mark.parametrize(
    ("args", "kwargs"), [((), {}), ((1, 2, 3), {}), ((1,), {"c": 2}), ((1,), {"a": 1})], ids=str
)
def test_wrong_arguments_raise_the_functions_own_error(args: tuple[int, ...], kwargs: dict[str, int]) -> None:
    @memoize
    def f(a, b=2):
        return a

    with pytest.raises(TypeError) as own:
        f.__wrapped__(*args, **kwargs)
    for method in (f, f.key, f.is_cached, f.call, f.forget):
        with pytest.raises(TypeError) as ours:
            method(*args, **kwargs)
        assert str(ours.value) == str(own.value)


def test_an_unhashable_argument_is_refused_before_anything_runs(runs: list[object]) -> None:
    @memoize
    def f(x: object, lock: object) -> None:
        runs.append("ran")

    for method in (f, f.key, f.is_cached, f.call):
        with pytest.raises(UnhashableArgumentError) as caught:
            method(1, threading.Lock())
        assert caught.value.path.startswith("lock")
        assert "ignore=('lock',)" in str(caught.value)
    assert runs == []


def test_ignored_arguments_do_not_count(runs: list[object]) -> None:
    @memoize(ignore=("lock",))
    def f(x: int, lock: object) -> int:
        runs.append(x)
        return x

    assert f(1, threading.Lock()) == f(1, threading.Lock()) == 1
    assert runs == [1]


def test_ignoring_another_parameter_is_another_key() -> None:
    def f(a: int, b: int) -> int:
        return a - b

    assert memoize(ignore=("a",))(f).key(1, 2) != memoize(ignore=("b",))(f).key(2, 1)


def test_version_is_a_part_of_the_key() -> None:
    def f() -> int:
        return 1

    keys = {memoize(version=v)(f).key() for v in (None, "", 1, 2, "two", (1, 2))}
    assert len(keys) == 6
    assert memoize(version=1)(f).key() == memoize(version="1")(f).key()


@pytest.mark.parametrize("ttl", [60, timedelta(minutes=1)])
def test_results_expire(ttl: Any, runs: list[object], clock: Any) -> None:
    @memoize(ttl=ttl)
    def f() -> int:
        runs.append(1)
        return len(runs)

    assert [f(), f()] == [1, 1]
    clock.ahead_s = 61.0
    assert not f.is_cached()
    assert f() == 2


def test_a_shorter_ttl_holds_for_entries_stored_under_a_longer_one(clock: Any) -> None:
    def f() -> int:
        return 1

    long, short = memoize(ttl=100)(f), memoize(ttl=50)(f)
    long()
    clock.ahead_s = 51.0
    assert long.is_cached()
    assert not short.is_cached()
    short()
    assert short.cache_info().misses == 1


def test_call_computes_and_stores_whatever_is_there(runs: list[object]) -> None:
    @memoize
    def f() -> int:
        runs.append(1)
        return len(runs)

    assert [f(), f.call(), f()] == [1, 2, 2]


def test_forget_removes_one_call() -> None:
    @memoize
    def f(x: int) -> int:
        return x

    f(1)
    f(2)
    assert f.is_cached(1)
    assert f.forget(1)
    assert not f.forget(1)
    assert not f.is_cached(1)
    assert f.is_cached(2)


def test_clear_removes_this_function_and_nothing_else() -> None:
    @memoize
    def f(x: int) -> int:
        return x

    @memoize
    def g(x: int) -> int:
        return -x

    for x in range(3):
        f(x)
        g(x)
    assert f.clear() == 3
    assert [f.is_cached(x) for x in range(3)] == [False] * 3
    assert [g.is_cached(x) for x in range(3)] == [True] * 3
    assert f.clear() == 0


def test_memofp_clear_takes_decorated_and_bare_functions() -> None:
    @memoize
    def f(x: int) -> int:
        return x

    f(1)
    assert memofp.clear(f) == 1
    f(1)
    assert memofp.clear(f.__wrapped__) == 1
    assert not f.is_cached(1)


def test_clear_removes_all_versions() -> None:
    factor = 2

    @memoize
    def f(x: int) -> int:
        return x * factor

    f(1)
    factor = 3
    assert f(1) == 3
    assert f.cache_info().entries == 2
    assert f.clear() == 2


def test_cache_info_counts() -> None:
    @memoize
    def slow(x: int) -> int:
        time.sleep(0.02)
        return x

    slow(1)
    slow(1)
    slow(2)
    slow(1)
    info = slow.cache_info()
    assert (info.hits, info.misses, info.entries) == (2, 2, 2)
    assert info.bytes > 0
    assert info.seconds_saved == pytest.approx(0.04, rel=0.5)


def test_looks_like_the_function() -> None:
    def f(a: int, b: str = "x") -> float:
        """Say what it does."""
        return 1.0

    f.note = "kept"  # type: ignore[attr-defined]
    f.key = "hidden"  # type: ignore[attr-defined]
    m = memoize(f)
    assert m.__wrapped__ is f
    assert (m.__name__, m.__qualname__, m.__module__, m.__doc__) == (
        f.__name__,
        f.__qualname__,
        f.__module__,
        f.__doc__,
    )
    assert m.__signature__ == inspect.signature(f) == inspect.signature(m)
    assert m.note == "kept"  # type: ignore[attr-defined]
    assert len(m.key(1)) == 32
    assert inspect.get_annotations(m) == inspect.get_annotations(f)
    assert "f" in repr(m)


def test_recursion_with_other_keys_nests() -> None:
    @memoize
    def fib(n: int) -> int:
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    assert fib(150) == 9969216677189303386214405760200
    assert fib.cache_info().misses == 151


def test_mutual_recursion_nests() -> None:
    @memoize
    def even(n: int) -> bool:
        return n == 0 or odd(n - 1)

    @memoize
    def odd(n: int) -> bool:
        return n != 0 and even(n - 1)

    assert even(20)


def test_endless_recursion_is_the_same_error_as_without() -> None:
    @memoize
    def loop(n: int) -> int:
        return loop(n)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(400)
    try:
        with pytest.raises(RecursionError):
            loop(1)
    finally:
        sys.setrecursionlimit(limit)
    assert loop.cache_info().entries == 0


def test_the_same_key_in_several_threads_runs_once(runs: list[object]) -> None:
    @memoize
    def slow(x: int) -> int:
        runs.append(x)
        time.sleep(0.1)
        return x

    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(slow(1))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1] * 8
    assert runs == [1]


def test_other_keys_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2, timeout=20)

    @memoize(ignore=("meeting",))
    def meet(x: int, meeting: threading.Barrier) -> int:
        meeting.wait()
        return x

    threads = [threading.Thread(target=meet, args=(x, both)) for x in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meet.cache_info().misses == 2


def test_changed_arguments_are_described_as_they_came(cache: Path) -> None:
    from memofp._store import open_store

    @memoize
    def drain(items: list[int]) -> int:
        total = sum(items)
        items.clear()
        return total

    assert drain([1, 2]) == 3
    assert drain([1, 2]) == 3
    functions = open_store(cache).functions()
    (entry,) = open_store(cache).entries(functions[0].function)
    assert entry.arguments == "items=[1, 2]"


def test_a_live_change_of_code_is_seen() -> None:
    def one() -> int:
        return 1

    def two() -> int:
        return 2

    helper = one

    @memoize
    def f() -> int:
        return helper()

    assert f() == 1
    key = f.key()
    helper = two
    assert f() == 2
    assert f.key() != key
    helper = one
    assert f.key() == key


def test_a_changed_default_is_seen() -> None:
    @memoize
    def f(x: int, y: int = 1) -> int:
        return x + y

    assert f(1) == 2
    f.__wrapped__.__defaults__ = (5,)
    assert f(1) == 6


def test_fingerprint_of_decorated_and_bare_agree() -> None:
    @memoize
    def f(x: int) -> int:
        return x

    assert f.fingerprint().digest == memofp.fingerprint(f).digest == memofp.fingerprint(f.__wrapped__).digest
    assert next(iter(f.fingerprint().manifest)).startswith("self:")
