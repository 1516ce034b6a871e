"""Views: of a mapping only what the code can see counts; of a class only what somebody can name."""

from __future__ import annotations

from typing import Any

import pytest

import memofp

TABLE = """
    def one(x): return x + {one}
    def two(x): return x + {two}
    T = {{"a": one, "b": two}}
    class K:
        def first(self): return {one}
        def zorblet(self): return {two}
    def main(x):
        return {body}
"""


def digest(make: Any, body: str, one: int = 1, two: int = 2) -> str:
    return memofp.fingerprint(make(TABLE.format(body=body, one=one, two=two)).main).digest


@pytest.mark.parametrize(
    ("body", "sees"),
    [
        ("T['a'](x)", False),
        ("T['a'](x), T['b'](x)", True),
        ("T[x](x)", True),
        ("T.get('a')(x)", True),  # a method may be anything
        ("list(T)", True),
        ("[f(x) for f in T.values()]", True),
        ("'a' in T", False),
        ("len(T)", True),
        ("K().first()", False),
        ("K().first, K().zorblet", True),
        ("K", False),
        ("getattr(K(), 'first')", False),
        ("getattr(K(), 'zorblet')", True),
        ("getattr(K(), x)", True),
        ("'{0.first}'.format(K())", False),
        ("'{0.zorblet}'.format(K())", True),
        ("x.format(K())", True),
        ("vars(K)", True),
        ("[n for n in dir(K)]", False),  # the name is there whatever it does
        ("K.__dict__[x]", True),
        ("eval('K')", True),
    ],
)
def test_the_second_entry_counts_if_it_can_be_seen(body: str, sees: bool, make: Any) -> None:
    assert (digest(make, body) != digest(make, body, two=3)) == sees
    if "one" in body or "first" in body:
        assert digest(make, body) != digest(make, body, one=3)


def test_a_member_seen_late_counts_as_one_seen_early(make: Any) -> None:
    """Whether the class or the code that names its member is met first does not matter."""
    text = """
        class K:
            def zorblet(self): return {}
        def late(k): return k.zorblet()
        def main(x):
            return {}
    """
    for body in ("K(), late(x)", "late(K())", "late, K"):
        one = memofp.fingerprint(make(text.format(1, body)).main).digest
        assert one != memofp.fingerprint(make(text.format(2, body)).main).digest
