"""Names that expressions spell: what is known of them, and what is not."""

from __future__ import annotations

import re
import time

import pytest
from code_tools import fact_of_text
from hypothesis import given
from hypothesis import strategies as st

from memofp._code import identifiers, matches

CASES = [
    ("def f(x): return getattr(x, 'abc')", {"abc"}),
    ("def f(x, k): return getattr(x, f'on_{k}')", {"on_*"}),
    ("def f(x, k): return getattr(x, f'on_{k}_{k}_done')", {"on_*_done"}),
    ("def f(x, k): return getattr(x, 'on_' + k)", {"on_*|__radd__"}),
    ("def f(x, k): return getattr(x, k + '_done')", {"*_done|__add__|__radd__"}),
    ("def f(x, k): return getattr(x, 'on_%s' % k)", {"on_*|__rmod__"}),
    ("def f(x, k): return getattr(x, 'on_%s' % (k,))", {"on_*"}),
    ("def f(x, k): return getattr(x, 'on_{}'.format(k))", {"on_*"}),
    ("def f(x): return getattr(x, 'a' + 'b')", {"ab"}),
    ("def f(x, k): return getattr(x, 'a' if k else 'b')", {"a", "b"}),
    ("def f(x):\n    n = 'abc'\n    return getattr(x, n)", {"abc|f_locals"}),
    ("def f(x): return [getattr(x, n) for n in ('abc', 'abd')]", {"abc|f_locals", "abd|f_locals"}),
    ("def f(x): return [getattr(x, n) for n in {'abc': 1}]", {"abc|f_locals"}),
]
UNKNOWN = [
    "def f(x, k): return getattr(x, k)",
    "def f(x, k): return getattr(x, f'{k}')",
    "def f(x, k): return getattr(x, 'a*' + k)",
    "def f(x, k): return getattr(x, k or 'a')",
    "def f(x, k): return getattr(x, f'__{k}')",
    "def f(x, k): return getattr(x, '{a}}'.strip() + k)",
    "def f(x): return getattr(x, N)",
    "def f(x):\n    n = 'a'\n    n += 'b'\n    return getattr(x, n)",
    "def f(x, *n):\n    n = n or 'a'\n    return getattr(x, n)",
    "def f(x):\n    n, m = 'a', 'b'\n    return getattr(x, n)",
    "def f(x):\n    n = 'a'\n    def g(n): return getattr(x, n)\n    return g",
    "def f(x):\n    global n\n    n = 'a'\n    return getattr(x, n)",
    "def f(x):\n    with x as n: n = 'a' if n else n\n    return getattr(x, n)",
    "def f(x, k): return attrgetter(f'a_{k}')(x)",
    "def f(x, k): return attrgetter('a', k)(x)",
    "def f(p): return getattr(*p, 'a')",
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_known_parts_of_a_name_are_seen(text: str, expected: set[str]) -> None:
    fact = fact_of_text(text)
    assert fact.reach == ""
    assert expected <= fact.seen


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_names_reach_anything(text: str) -> None:
    assert fact_of_text(text).reach == "any"


def test_a_pattern_needs_all_its_parts() -> None:
    assert matches("on_*_done", "on_x_done")
    assert matches("on_*_done", "on__done")
    assert not matches("on_*_done", "on_done")
    assert not matches("on_*", "off_x")
    assert matches("abc", "abc")
    assert not matches("abc", "abcd")


def test_locals_that_name_each_other_take_no_time() -> None:
    lines = [f"    n{i} = n{j} + n{k} + 'a'" for i in range(20) for j in range(20) for k in range(4)]
    text = "def f(x):\n    n0 = 'a'\n" + "\n".join(lines) + "\n    return getattr(x, n7)"
    begun = time.perf_counter()
    assert fact_of_text(text).reach == "any"
    assert time.perf_counter() - begun < 5


@given(st.text() | st.text(alphabet=st.characters(max_codepoint=127)) | st.from_regex(r"[ab_1 .-]*"))
def test_identifiers_are_what_the_pattern_finds(text: str) -> None:
    assert identifiers(text) == re.findall(r"[^\W\d]\w*", text)
