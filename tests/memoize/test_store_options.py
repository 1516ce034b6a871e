"""Options that say how results are kept."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
import time
import warnings
from typing import Any

import numpy as np
import pytest

from memofp import MemofpWarning, UnstorableResultWarning, memoize
from memofp._memoize._raised import Raised


class Odd(Exception):
    """Takes other arguments than it hands on, so a plain pickle of it cannot be read."""

    def __init__(self, code: int, *, hint: str) -> None:
        super().__init__(f"code {code}")
        self.code = code
        self.hint = hint


class Slotted(Exception):
    __slots__ = ("__secret", "code", "hint")

    def __init__(self, code: int) -> None:
        self.code = code
        self.__secret = code + 1

    @property
    def reason(self) -> int:
        return self.__secret


class Missing(OSError):
    def __init__(self, name: str) -> None:
        super().__init__(2, "no such thing", name)


class Reduced(Exception):
    def __reduce__(self) -> tuple[Any, ...]:
        return Reduced, ("again",)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a"), ValueError(), ValueError("a", 1), Odd(3, hint="h"), Missing("n"), StopIteration(4),
        Slotted(3),
        FileNotFoundError(2, "gone", "f"), UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
        ImportError("no", name="n", path="p"),
        ExceptionGroup("several", [KeyError(1), ValueError(2)]), json.JSONDecodeError("bad", "doc", 2),
    ],
    ids=lambda e: type(e).__name__,
)  # fmt: skip
def test_stored_exceptions_come_back_as_they_were(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(Raised(error))).error
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert repr(again.args) == repr(error.args)
    fields = (
        "errno",
        "filename",
        "strerror",
        "start",
        "reason",
        "name",
        "path",
        "value",
        "code",
        "hint",
        "pos",
        "lineno",
    )
    for name in fields:
        assert getattr(again, name, None) == getattr(error, name, None)


def test_an_exception_that_pickles_itself_may() -> None:
    assert pickle.loads(pickle.dumps(Raised(Reduced("first")))).error.args == ("again",)


def test_exceptions_are_stored_if_asked_for(runs: list[object]) -> None:
    @memoize(exceptions=(LookupError, Odd))
    def f(x: int) -> int:
        runs.append(x)
        if x == 1:
            raise KeyError(x)
        if x == 2:
            raise Odd(x, hint="h")
        raise TypeError(x)

    for _ in range(2):
        with pytest.raises(KeyError, match="1"):
            f(1)
        with pytest.raises(Odd, match="code 2"):
            f(2)
        with pytest.raises(TypeError):
            f(3)
    assert runs == [1, 2, 3, 3]
    assert f.is_cached(1)
    assert not f.is_cached(3)
    assert f.cache_info()[:3] == (2, 4, 2)
    assert f.forget(1)
    with pytest.raises(KeyError):
        f(1)
    assert runs == [1, 2, 3, 3, 1]


def test_exceptions_are_not_stored_unless_asked_for(runs: list[object]) -> None:
    @memoize
    def f() -> int:
        runs.append(1)
        raise KeyError("a")

    for _ in range(2):
        with pytest.raises(KeyError):
            f()
    assert len(runs) == 2
    assert f.cache_info().entries == 0


def test_a_stored_exception_is_computed_again_once_nobody_asks_for_it(runs: list[object]) -> None:
    def f(fail: object) -> int:
        runs.append(1)
        raise KeyError("a")

    keeping, plain = memoize(exceptions=KeyError)(f), memoize(f)
    for g in (keeping, keeping, plain, plain):
        with pytest.raises(KeyError):
            g(0)
    assert len(runs) == 3


def test_coroutines_store_exceptions_and_share_them(runs: list[object]) -> None:
    @memoize(exceptions=(KeyError,))
    async def f(x: int) -> int:
        runs.append(x)
        await asyncio.sleep(0.05)
        raise KeyError(x)

    async def main() -> list[Any]:
        return await asyncio.gather(*[f(1) for _ in range(4)], return_exceptions=True)

    for _ in range(2):
        assert [repr(error) for error in asyncio.run(main())] == ["KeyError(1)"] * 4
    assert runs == [1]


def test_threads_share_a_stored_exception(runs: list[object]) -> None:
    @memoize(exceptions=(KeyError,))
    def f(x: int) -> int:
        runs.append(x)
        time.sleep(0.1)
        raise KeyError(x)

    caught: list[KeyError] = []

    def call() -> None:
        try:
            f(1)
        except KeyError as error:
            caught.append(error)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(caught) == 4
    assert runs == [1]


class Reverse:
    name = "reverse"

    def encode(self, value: str) -> bytes:
        return value[::-1].encode()

    def decode(self, data: bytes) -> str:
        return data.decode()[::-1]


def test_an_own_codec_writes_and_reads(runs: list[object]) -> None:
    def f(x: str) -> str:
        runs.append(x)
        return x

    own, plain = memoize(codec=Reverse())(f), memoize(f)
    assert [own("ab"), own("ab")] == ["ab", "ab"]
    assert runs == ["ab"]
    assert plain("ab") == "ab"  # cannot read it: computed again
    assert runs == ["ab", "ab"]


@pytest.mark.parametrize("name", ["zlib", "zstd"])
def test_compressed_entries_are_smaller_and_equal(name: Any) -> None:
    if name == "zstd":
        pytest.importorskip("zstandard")

    def f() -> bytes:
        return bytes(1_000_000)

    packed = memoize(compress=name)(f)
    assert packed() == packed() == f()
    assert packed.cache_info().hits == 1
    assert packed.cache_info().bytes < 50_000
    assert memoize(f)() == f()  # any function reads it


def test_mapped_arrays_are_read_only() -> None:
    @memoize(mmap=True)
    def f() -> Any:
        return np.arange(100_000)

    f()
    array = f()
    assert not array.flags.writeable
    assert array.sum() == np.arange(100_000).sum()
    del array


@pytest.mark.parametrize(
    ("options", "most"), [({"single_flight": False}, 3), ({"lock_timeout": 0}, 3), ({}, 1)]
)
def test_waiting_can_be_switched_off(options: Any, most: int, runs: list[object]) -> None:
    barrier = threading.Barrier(3)

    @memoize(**options, ignore=("wait",))
    def f(wait: Any) -> int:
        runs.append(1)
        time.sleep(0.3)
        return 1

    def call() -> None:
        barrier.wait(30)
        f(None)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(runs) == most


def test_results_that_cannot_be_stored_come_with_one_warning() -> None:
    @memoize
    def f(x: int) -> Any:
        return (n for n in range(x))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            assert list(f(3)) == [0, 1, 2]
    mine = [w for w in caught if issubclass(w.category, MemofpWarning)]
    assert [w.category for w in mine] == [UnstorableResultWarning]
    assert mine[0].filename == __file__
