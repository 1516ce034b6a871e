"""`memoize` itself, and `clear` and `fingerprint`, which take any function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from memofp._memoize._core import Core
from memofp._memoize._kinds import decorate
from memofp._memoize._memoized import Memoized
from memofp._memoize._methods import BoundMemoized, MemoizedClassMethod, MemoizedFunction
from memofp._memoize._options import check_options

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import timedelta

    from memofp._explain import Explanation
    from memofp._fingerprint import Fingerprint
    from memofp._memoize._options import Options
    from memofp._store import Codec

__all__ = ["Memoizer", "clear", "explain", "fingerprint", "memoize"]

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")


class Memoizer:
    """`memoize` with its options, ready for a function."""

    __slots__ = ("_options",)

    def __init__(self, options: Options) -> None:
        self._options = options

    @overload
    def __call__(  # type: ignore[overload-overlap] # a staticmethod is callable too; this one comes first
        self, function: staticmethod[P, R], /
    ) -> Memoized[P, R]: ...
    @overload
    def __call__(self, function: classmethod[C, P, R], /) -> MemoizedClassMethod[P, R]: ...
    @overload
    def __call__(self, function: Callable[P, R], /) -> MemoizedFunction[P, R]: ...
    def __call__(self, function: Any, /) -> Any:
        """Memoize a function."""
        return decorate(function, self._options)


@overload
def memoize(  # type: ignore[overload-overlap] # as above
    function: staticmethod[P, R], /
) -> Memoized[P, R]: ...
@overload
def memoize(function: classmethod[C, P, R], /) -> MemoizedClassMethod[P, R]: ...
@overload
def memoize(function: Callable[P, R], /) -> MemoizedFunction[P, R]: ...
@overload
def memoize(
    *,
    cache_dir: str | os.PathLike[str] | None = None,
    ignore: Iterable[str] = (),
    version: object = None,
    ttl: float | timedelta | None = None,
    on_expiry: Literal["recompute", "refresh"] = "recompute",
    exceptions: type[Exception] | Iterable[type[Exception]] = (),
    compress: Literal["zlib", "zstd"] | None = None,
    codec: Codec | None = None,
    mmap: bool = False,
    single_flight: bool = True,
    lock_timeout: float | timedelta | None = None,
    verbose: bool | None = None,
    strict: Literal["warn", "error"] | None = None,
    depends_on: Sequence[object] | None = None,
    neutral: Sequence[Callable[..., object] | str] | None = None,
    packages: Mapping[str, Literal["version", "source"] | None] | None = None,
) -> Memoizer: ...
def memoize(function: Any = ..., /, **options: Any) -> Any:
    """Keep a function's results on disk, under what the function does and what it is given.

    The key of a call is made of the function's fingerprint (its code and everything that
    the code reads: helpers, constants, closures, defaults, classes), its arguments and the
    minor version of Python.  Edit a helper, and exactly the results that depend on it are
    computed again; comments, layout, names of locals and unrelated code change nothing.

    Use it bare (`@memoize`) or with options (`@memoize(ttl=60)`), on functions, lambdas,
    `functools.partial` objects, coroutine functions, and on methods, above or below
    `@staticmethod` and `@classmethod`.  An instance's method has the instance as its first
    argument, so its state and its class's code are a part of the key, unless
    `ignore=("self",)`.  Above `@classmethod` keeps `C.method.key(...)` and its like
    working on every Python; below it, Python 3.13 hands them no class.  Builtins
    and classes are refused: the first have no code to follow, and the second would be
    no classes any more.  Generators are refused, because they can be consumed but once.

    Arguments are bound to parameters first, so `f(1, 2)`, `f(1, b=2)` and, with a default
    of 2, `f(1)` share an entry.  The order of keyword arguments counts only where the function could
    see it: among those that a `**kwargs` parameter collects.  Below another decorator, the
    parameters are the function's; above one, the wrapper's, which can often tell `f(1)`
    from `f(a=1)`: put `memoize` lowest.

    In coroutine functions a computation is shared by all coroutines of an event loop
    (asyncio) that ask for the same key; when the one that runs it is cancelled, another takes over.

    Args:
        function: what to memoize, when there are no options.
        **options: as listed here.
        cache_dir: where the entries live, taken at the first use; by default what `configure` says,
            else `MEMOFP_CACHE_DIR`, else `.memofp_cache` below the working directory.
        ignore: names of parameters that are left out of the key.
        version: anything that prints the same in every process; another one is another key.
        ttl: seconds or timedelta after which a result is computed again.
        on_expiry: `"refresh"` serves the expired result once more, and computes it again in the
            background: once for all threads and processes, with copies of the arguments (in the foreground
            where `copy.deepcopy` cannot make them), errors going to the log.  A program that ends before the
            refresh does loses it.
        exceptions: classes of exceptions that are stored as results are, and raised again by a hit, without
            their traceback and cause.  No others are stored.
        compress: `"zlib"`, or `"zstd"` (Python 3.14, or `pip install 'memofp[zstd]'`), for new entries.
        codec: an object with `name`, `encode(value) -> bytes` and `decode(bytes) -> value` that takes the
            place of memofp's own codecs.  Entries of another codec are misses.
        mmap: True gives big arrays read-only, on the mapped file, without a copy.
        single_flight: False lets every thread and process that misses a key compute it.
        lock_timeout: seconds or timedelta to wait for another that computes the same key, before
            computing it as well; by default as long as the other lives and is not stopped.
        verbose: whether the function says what it computes, waits for and finds: lines on stderr, or
            in the log `memofp` at INFO if the program shows that.  By default as `configure(progress=...)`.
        strict: `"warn"` or `"error"` when static analysis meets code that it cannot follow.
        depends_on: further things that the results depend on.
        neutral: callables whose bare expression statements do not count, such as `print`.
        packages: for names of packages, whether their version or their source counts, or
            nothing of them (None).

    Returns:
        A `Memoized` in the place of the function, or a decorator.

    Raises:
        DecorationError: this cannot be memoized, or an option is unknown or of a wrong type.
        ConfigurationError: an option's value makes no sense.
    """
    memoizer = Memoizer(check_options(options))
    return memoizer if function is ... else memoizer(function)


def clear(function: Callable[..., object]) -> int:
    """Remove every entry of a function, all its versions, and nothing else.

    Args:
        function: memoized, or bare: then its entries in the configured directory.

    Returns:
        How many entries there were.
    """
    if isinstance(function, (Memoized, BoundMemoized)):
        return function.clear()
    return Core(function, check_options({})).clear()


def explain(function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> Explanation:
    """Return why a call of a memoized function would be a hit or a miss, without running it.

    Args:
        function: memoized, or bare: then as if memoized without options.
        *args: of the call, by position.
        **kwargs: of the call, by name.
    """
    if isinstance(function, (Memoized, BoundMemoized)):
        return function.explain(*args, **kwargs)
    from memofp._memoize._asked import explain as explain_bare

    return explain_bare(Core(function, check_options({})), args, kwargs)


def fingerprint(
    function: Callable[..., object],
    *,
    depends_on: Sequence[object] = (),
    neutral: Iterable[Callable[..., object] | str] = (),
    packages: Mapping[str, Literal["version", "source"] | None] | None = None,
) -> Fingerprint:
    """Return the fingerprint of a function, memoized or not: `.digest` (hex) and `.manifest`.

    Args:
        function: any callable; of a memoized one, its own options hold where none are given.
        depends_on: declared dependencies, as for `memoize`.
        neutral: callables whose bare calls do not count, as for `memoize`.
        packages: how third-party packages count, as for `memoize`.
    """
    given = {"depends_on": depends_on, "neutral": neutral, "packages": packages}
    options = {name: value for name, value in given.items() if value}
    if isinstance(function, (Memoized, BoundMemoized)) and not options:
        return function.fingerprint()
    from memofp._fingerprint import fingerprint as fingerprint_of

    return fingerprint_of(function, **options)
