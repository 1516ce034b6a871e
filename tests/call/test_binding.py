"""Binding: as the interpreter binds, with the function's own errors."""

from __future__ import annotations

from functools import lru_cache, partial, wraps
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memofp._call import make_binder, parameter_names


def plain(a: Any, b: Any = 2, /, c: Any = 3, *rest: Any, k: Any, d: Any = 5, **more: Any) -> None:
    pass


class Sample:
    def method(self, a: Any, b: Any = 2) -> None:
        pass

    def __call__(self, a: Any) -> None:
        pass


def test_defaults_are_applied() -> None:
    binder = make_binder(plain)
    assert binder.names == ("a", "b", "c", "rest", "k", "d", "more")
    assert binder.bind(1, k=4) == (1, 2, 3, (), 4, 5, {})


def test_positional_and_keyword_forms_of_a_call_bind_alike() -> None:
    def f(a, b=2):
        pass

    bind = make_binder(f).bind
    assert bind(1, 2) == bind(1, b=2) == bind(a=1, b=2) == bind(b=2, a=1) == bind(1)


def test_extra_keywords_keep_their_order() -> None:
    bind = make_binder(plain).bind
    assert list(bind(1, k=1, x=1, y=2)[-1]) == ["x", "y"]
    assert list(bind(1, y=2, k=1, x=1)[-1]) == ["y", "x"]


def test_ignored_parameters_are_left_out() -> None:
    binder = make_binder(plain, ("a", "rest", "more"))
    assert binder.names == ("b", "c", "k", "d")
    assert binder.bind(1, 2, 3, 4, k=4, z=1) == (2, 3, 4, 5)


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(),
        lambda f: f(1),
        lambda f: f(1, 2, 3, c=4, k=5),
        lambda f: f(k=1),
    ],
)
def test_wrong_arguments_raise_the_functions_own_error(call: Any) -> None:
    with pytest.raises(TypeError) as own:
        call(plain)
    with pytest.raises(TypeError) as bound:
        call(make_binder(plain).bind)
    assert str(bound.value) == str(own.value)


def error_of(function: Any, arguments: Any, keywords: Any) -> str | None:
    try:
        function(*arguments, **keywords)
    except TypeError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "target", [Sample().method, partial(Sample().method, 1), partial(plain, 1, k=3), Sample()]
)
def test_wrong_arguments_of_methods_and_partials_raise_their_own_error(target: Any) -> None:
    for arguments in ((), (1, 2, 3, 4)):
        for keywords in ({}, {"a": 1}, {"z": 1}):
            own = error_of(target, arguments, keywords)
            assert error_of(make_binder(target).bind, arguments, keywords) == own


def test_defaults_are_the_live_objects() -> None:
    def f(a, items=[], *, table={}):
        pass

    values = make_binder(f).bind(1)
    assert values[1] is f.__defaults__[0]
    assert values[2] is f.__kwdefaults__["table"]


def test_what_a_method_or_partial_fixes_by_position_is_no_argument() -> None:
    assert make_binder(Sample().method).names == ("a", "b")
    fixed = make_binder(partial(plain, 1, c=7, k=8))
    assert fixed.names == ("b", "c", "rest", "k", "d", "more")
    assert fixed.bind(5) == (5, 7, (), 8, 5, {})
    assert fixed.bind(c=9) == (2, 9, (), 8, 5, {})
    assert parameter_names(Sample()) == ("a",)


def test_a_partial_of_a_partial_and_of_a_method() -> None:
    binder = make_binder(partial(partial(Sample().method, 1), b=4))
    assert binder.names == ("b",)
    assert binder.bind() == (4,)


def test_positional_arguments_beyond_the_named_ones() -> None:
    def f(*rest):
        pass

    assert make_binder(partial(f, 1)).bind(2) == ((1, 2),)


def test_lru_cache_hands_its_arguments_on() -> None:
    @lru_cache
    def f(a, b=2):
        pass

    assert make_binder(f).bind(1) == (1, 2)


def test_a_wrapper_binds_by_its_own_parameters() -> None:
    """It could tell `f(1)` from `f(a=1)`, whatever `__wrapped__` says."""

    @wraps(plain)
    def wrapper(*args, **kwargs):
        pass

    bind = make_binder(wrapper).bind
    assert bind(1) == ((1,), {})
    assert bind(a=1) == ((), {"a": 1})


def test_callables_without_a_known_signature_take_anything() -> None:
    assert make_binder(max).bind(1, key=2) == ((1,), {"key": 2})


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


@st.composite
def signatures(draw: st.DrawFn) -> tuple[str, list[str]]:
    names = draw(NAMES)
    only = draw(st.integers(0, len(names)))
    keyword_from = draw(st.integers(only, len(names)))
    has_default = False
    parts: list[str] = []
    for index, name in enumerate(names):
        has_default = (has_default and index != keyword_from) or draw(st.booleans())
        if index == keyword_from:
            parts.append("*rest" if draw(st.booleans()) else "*")
        parts.append(f"{name}={index}" if has_default else name)
        if index + 1 == only:
            parts.append("/")
    if draw(st.booleans()):
        parts.append("**more")
    return ", ".join(parts), names


@given(signatures(), st.lists(st.integers(), max_size=7), st.data())
def test_binds_like_the_interpreter_for_any_signature(
    signature: tuple[str, list[str]], positional: list[int], data: st.DataObject
) -> None:
    text, names = signature
    space: dict[str, Any] = {}
    exec(f"def f({text}): return locals()", space)
    function = space["f"]
    keywords = data.draw(st.dictionaries(st.sampled_from([*names, "extra"]), st.integers(), max_size=4))
    binder = make_binder(function)
    own = error_of(function, positional, keywords)
    assert error_of(binder.bind, positional, keywords) == own
    if own is None:
        bound = dict(zip(binder.names, binder.bind(*positional, **keywords), strict=True))
        assert bound == function(*positional, **keywords)
