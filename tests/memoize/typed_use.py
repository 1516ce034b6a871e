"""What type checkers must make of memoized functions.  They read this file; nobody runs it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, assert_type

import memofp
from memofp import clear, configure, disabled, fingerprint, memoize, register_hasher, sticky
from memofp.testing import assert_depends_on, assert_hits, assert_misses, isolated_cache


@memoize
def bare(a: int, b: str = "x", *, c: bytes = b"") -> float:
    return 1.0


@memoize(ttl=timedelta(minutes=1), ignore=("b",), version=3, cache_dir="somewhere")
def parametrised(a: int, b: str = "x") -> list[int]:
    return [a]


class Rot13:
    name = "rot13"

    def encode(self, value: Any) -> bytes:
        return b""

    def decode(self, data: bytes) -> Any:
        return data


@memoize(
    ttl=60, on_expiry="refresh", exceptions=(KeyError, OSError), compress="zlib", codec=Rot13(), mmap=False,
    single_flight=False, lock_timeout=timedelta(seconds=3), verbose=True,
)  # fmt: skip
def full(a: int) -> str:
    return ""


@sticky
@memoize
def kept(a: int) -> str:
    return ""


@sticky
class Kept:
    x: int = 1


@memoize()
def empty(a: int) -> int:
    return a


@memoize
async def coroutine(a: int) -> str:
    return str(a)


class Model:
    @memoize
    def method(self, y: int) -> float:
        return 1.0

    @memoize(ttl=1)
    def optioned(self, y: int) -> float:
        return 1.0

    @memoize
    async def waiting(self, y: int) -> bytes:
        return b""

    @memoize
    @classmethod
    def above_class(cls, y: int) -> str:
        return ""

    @memoize(ttl=1)
    @classmethod
    def above_class_optioned(cls, y: int) -> str:
        return ""

    @classmethod
    @memoize
    def below_class(cls, y: int) -> str:
        return ""

    @memoize
    @staticmethod
    def above_static(y: int) -> str:
        return ""

    @staticmethod
    @memoize
    def below_static(y: int) -> str:
        return ""


assert_type(bare(1), float)
assert_type(bare(1, "y", c=b""), float)
assert_type(bare.key(1, b="y"), str)
assert_type(bare.call(1), float)
assert_type(bare.is_cached(1), bool)
assert_type(bare.forget(1), bool)
assert_type(bare.clear(), int)
assert_type(bare.cache_info().seconds_saved, float)
assert_type(bare.fingerprint().digest, str)
assert_type(bare.__wrapped__(1), float)
assert_type(parametrised(1), list[int])
assert_type(empty(1), int)
bare("wrong")  # type: ignore[arg-type]
bare(1, d=2)  # type: ignore[call-arg]
bare.key("wrong")  # type: ignore[arg-type]
memoize(tll=3)  # type: ignore[call-overload]


async def main() -> None:
    assert_type(await coroutine(1), str)
    assert_type(await coroutine.call(1), str)
    assert_type(coroutine.key(1), str)
    assert_type(await Model().waiting(1), bytes)
    assert_type(Model().waiting.key(1), str)


model = Model()
assert_type(model.method(1), float)
assert_type(model.optioned(1), float)
assert_type(model.method.key(1), str)
assert_type(model.method.call(1), float)
assert_type(Model.method(model, 1), float)
assert_type(Model.method.key(model, 1), str)
model.method("wrong")  # type: ignore[arg-type]
model.method.key("wrong")  # type: ignore[arg-type]
assert_type(Model.above_class(1), str)
assert_type(model.above_class(1), str)
assert_type(Model.above_class.key(1), str)
assert_type(Model.above_class_optioned(1), str)
assert_type(Model.below_class(1), str)
assert_type(model.below_class(1), str)
assert_type(Model.above_static(1), str)
assert_type(model.above_static(1), str)
assert_type(model.above_static.key(1), str)
assert_type(Model.below_static(1), str)
assert_type(model.below_static(1), str)

callback: Callable[[int], int] = empty
async_callback: Callable[[int], Coroutine[Any, Any, str]] = coroutine
assert_type(memoize(lambda: 1)(), int)
assert_type(memoize(functools.partial(empty.__wrapped__, 1))(), int)

assert_type(clear(bare), int)
assert_type(clear(empty.__wrapped__), int)
assert_type(fingerprint(bare).digest, str)
configure(cache_dir="x", python_in_key=False, progress=True, max_bytes=10**9, max_age=timedelta(days=1))
configure(max_entries="many")  # type: ignore[arg-type]
memoize(on_expiry="never")  # type: ignore[call-overload]
memoize(compress="rar")  # type: ignore[call-overload]
memoize(codec=3)  # type: ignore[call-overload]
assert_type(full(1), str)
assert_type(kept(1), str)
assert_type(kept.key(1), str)
assert_type(Kept().x, int)
with isolated_cache() as directory:
    assert_hits(bare, 1, b="x")
    assert_misses(model.method, 1)
    assert_hits(bare, "wrong")  # type: ignore[arg-type]
    assert_type(directory.name, str)
assert_depends_on(bare, empty)
with disabled():
    bare(1)
register_hasher(Model, lambda value: 1)
try:
    bare(1)
except memofp.UnhashableArgumentError as error:
    assert_type(error.path, str)
