"""What `memoize` takes, and what it refuses when it decorates."""

from __future__ import annotations

import functools
import pickle
from datetime import timedelta
from typing import Any

import pytest

import memofp
from memofp import MemofpError, memoize
from memofp._errors import ConfigurationError, DecorationError


def function(a: int, b: int = 2) -> int:
    return a + b


def generator():
    yield 1


async def async_generator():
    yield 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"ignore": ("c",)}, DecorationError, "'c'.*signature is \\(a: 'int', b: 'int' = 2\\)"),
        ({"ignore": 3}, DecorationError, "ignore"),
        ({"ignore": (1,)}, DecorationError, "ignore"),
        ({"ttl": 0}, ConfigurationError, "positive"),
        ({"ttl": -1.5}, ConfigurationError, "positive"),
        ({"ttl": timedelta(0)}, ConfigurationError, "positive"),
        ({"ttl": float("nan")}, ConfigurationError, "positive"),
        ({"ttl": float("inf")}, ConfigurationError, "finite"),
        ({"ttl": "60"}, DecorationError, "seconds or a datetime.timedelta"),
        ({"ttl": True}, DecorationError, "seconds"),
        ({"cache_dir": ""}, ConfigurationError, "cache_dir"),
        ({"cache_dir": 3}, ConfigurationError, "cache_dir"),
        ({"cache_dir": b"x"}, ConfigurationError, "cache_dir"),
        ({"version": object()}, DecorationError, "prints? .*address|print their address"),
        ({"tll": 3}, DecorationError, "no option 'tll'.*ttl"),
        ({"on_expiry": "never"}, DecorationError, "'recompute' or 'refresh'"),
        ({"on_expiry": "refresh"}, ConfigurationError, "needs a ttl"),
        ({"exceptions": (KeyError, 3)}, DecorationError, "classes of exceptions.*3"),
        ({"exceptions": KeyboardInterrupt}, DecorationError, "never stored"),
        ({"exceptions": KeyError("x")}, DecorationError, "classes of exceptions"),
        ({"compress": "rar"}, ConfigurationError, "rar.*zlib"),
        ({"compress": 3}, DecorationError, "zlib"),
        ({"codec": "json"}, ConfigurationError, "name"),
        ({"mmap": 1}, DecorationError, "mmap.*True or False"),
        ({"mmap": True, "compress": "zlib"}, ConfigurationError, "not compressed"),
        ({"single_flight": "no"}, DecorationError, "single_flight"),
        ({"lock_timeout": "1"}, DecorationError, "lock_timeout.*seconds"),
        ({"lock_timeout": -1}, ConfigurationError, "not negative"),
        ({"verbose": "yes"}, DecorationError, "verbose"),
    ],
)
def test_options_are_checked_at_decoration(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        memoize(**options)(function)
    assert isinstance(caught.value, MemofpError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (generator, "generator function.*list"),
        (async_generator, "async generator function.*list"),
        (functools.partial(generator), "generator function.*list"),
        (len, "builtins.len.*def around"),
        (dict, "class"),
        (Exception, "class"),
        (property(function), "below @property"),
        (functools.cached_property(function), "below @cached_property"),
        (3, "takes a function"),
        ("directory", "by name"),
        (None, "takes a function"),
        (memoize(function), "memoized already.*__wrapped__"),
    ],
)
def test_what_cannot_be_memoized_is_refused_with_the_way_out(target: Any, words: str) -> None:
    with pytest.raises(DecorationError, match=words):
        memoize(target)


def test_options_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        memoize(function, ("a",))  # type: ignore[call-overload]


def test_bare_and_empty_and_parametrised_use() -> None:
    assert memoize(function)(1) == memoize()(function)(1) == memoize(ttl=9)(function)(1) == 3
    assert memoize(function, ttl=9)(1) == 3  # type: ignore[call-overload]


def test_one_name_may_be_ignored_as_a_string() -> None:
    f = memoize(ignore="b")(function)
    assert f.key(1, 2) == f.key(1, 3)


def test_a_wrapper_that_hides_a_parameter_says_so() -> None:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> int:
        return function(*args, **kwargs)

    with pytest.raises(DecorationError, match="below that decorator"):
        memoize(ignore=("b",))(wrapper)


def test_fingerprint_options_are_handed_on() -> None:
    def talk(x: int) -> int:
        print(x)
        return x

    def quiet(x: int) -> int:
        return x

    assert memoize(talk).key(1) != memoize(quiet).key(1)
    assert memoize(neutral=[print])(talk).key(1) == memoize(quiet).key(1)


class Timed:
    """A decorator that is a class."""

    def __init__(self, function: Any) -> None:
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


class Scale:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, x: int) -> int:
        return self.factor * x

    def plus(self, x: int) -> int:
        return self.factor + x


@pytest.mark.parametrize(
    ("target", "calls", "value"),
    [
        (lambda x, y=2: x + y, [((1,), {}), ((1, 2), {}), ((), {"x": 1})], 3),
        (functools.partial(function, 5), [((), {}), ((2,), {}), ((), {"b": 2})], 7),
        (functools.partial(function, b=5), [((2,), {}), ((2,), {"b": 5}), ((), {"a": 2})], 7),
        (functools.lru_cache(function), [((1,), {}), ((1, 2), {}), ((), {"a": 1})], 3),
        (Scale(3), [((2,), {}), ((), {"x": 2})], 6),
        (Scale(3).plus, [((2,), {}), ((), {"x": 2})], 5),
        (Timed(function), [((1,), {}), ((1,), {})], 3),
    ],
    ids=["lambda", "partial", "partial-keyword", "lru_cache", "object", "method", "class-decorator"],
)
def test_callables_of_every_kind(target: Any, calls: list[Any], value: object) -> None:
    m = memoize(target)
    for args, kwargs in calls:
        assert m(*args, **kwargs) == value
    info = m.cache_info()
    assert (info.hits, info.misses) == (len(calls) - 1, 1)
    assert m.clear() == 1


def test_two_lambdas_of_a_line_are_cleared_apart() -> None:
    f, g = memoize(lambda x: x + 1), memoize(lambda x: x + 2)
    assert (f(1), g(1)) == (2, 3)
    assert f.clear() == 1
    assert g.is_cached(1)


def test_two_partials_of_a_function_are_cleared_apart() -> None:
    f, g = memoize(functools.partial(function, 1)), memoize(functools.partial(function, 2))
    assert (f(1), g(1)) == (2, 3)
    assert f.clear() == 1
    assert g.is_cached(1)


def test_public_names_are_there() -> None:
    for name in memofp.__all__:
        assert getattr(memofp, name) is not None
    assert set(memofp.__all__) <= set(dir(memofp))
    with pytest.raises(AttributeError, match="no_such_name"):
        memofp.no_such_name
