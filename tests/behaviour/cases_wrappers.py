"""Edits under decorators and wrappers, computed names, recursion (rows 35-39 and 56-59)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

DECORATED = """
    import functools
    def times(n):
        def deco(f):
            @functools.wraps(f)
            def inner(*a):
                return f(*a) * n
            return inner
        return deco
    @times(2)
    def one(x):
        return x + 1
    @times(2)
    def two(x):
        return x + 100
    def main(x):
        return one(x) + two(x)
    @times(5)
    def itself(x):
        return x + 1
"""

CASES += [
    miss(
        35, "first of two under one decorator", DECORATED, ("app.py", "x + 1\n@times(2)", "x + 2\n@times(2)")
    ),
    miss(35, "second of two under one decorator", DECORATED, ("app.py", "x + 100", "x + 101")),
    miss(36, "decorator body", DECORATED, ("app.py", "f(*a) * n", "f(*a) - n")),
    miss(36, "decorator argument", DECORATED, ("app.py", "@times(2)\ndef one", "@times(3)\ndef one")),
    hit(36, "another function's decorator argument", DECORATED, ("app.py", "@times(5)", "@times(6)")),
    miss(37, "own decorator's argument", DECORATED, ("app.py", "@times(5)", "@times(6)"), target="itself"),
    miss(
        37,
        "own body under a decorator",
        DECORATED,
        (
            "app.py",
            "@times(5)\ndef itself(x):\n    return x + 1",
            "@times(5)\ndef itself(x):\n    return x + 2",
        ),
        target="itself",
    ),
    hit(
        37,
        "decorator added that returns the function",
        "def main(x):\n    return x\n",
        ("app.py", "def main", "def same(f):\n    return f\n@same\ndef main"),
    ),
    miss(
        38,
        "body under lru_cache that says it wraps another",
        """
        import functools
        def other(x):
            return 0
        def f(x):
            return x + 1
        g = functools.wraps(other)(functools.lru_cache(f))
        g(1), g(2.5)
        def main(x):
            return g(x)
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    miss(
        38,
        "body under lru_cache",
        """
        import functools
        @functools.lru_cache
        def h(x):
            return x * 2
        def main(x):
            return h(x)
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        38,
        "body under contextmanager",
        """
        import contextlib
        @contextlib.contextmanager
        def doubled(x):
            yield x * 2
        def main(x):
            with doubled(x) as y:
                return y
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        38,
        "body under cached_property",
        """
        import functools
        class Box:
            @functools.cached_property
            def size(self):
                return 2
        def main(x):
            return Box().size * x
        """,
        ("app.py", "return 2", "return 3"),
    ),
    miss(
        39,
        "singledispatch body",
        """
        import functools
        @functools.singledispatch
        def show(x):
            return "any"
        @show.register
        def _(x: int):
            return "int"
        def main(x):
            return show(x)
        """,
        ("app.py", '"int"', '"number"'),
    ),
    miss(
        39,
        "singledispatch registration added",
        """
        import functools
        @functools.singledispatch
        def show(x):
            return "any"
        def main(x):
            return show(x)
        """,
        ("app.py", "def main", "@show.register\ndef _(x: int):\n    return 'int'\ndef main"),
    ),
]

CASES += [
    miss(
        56,
        "getattr with a constant name",
        """
        import util
        def main(x):
            return getattr(util, 'h')(x)
        === util.py
        def h(x):
            return x * 2
        """,
        ("util.py", "x * 2", "x * 3"),
    ),
    miss(
        56,
        "getattr with a computed name",
        """
        import util
        def main(x):
            return getattr(util, 'h' + str(x))(x)
        === util.py
        def h3(x):
            return x * 2
        """,
        ("util.py", "x * 2", "x * 3"),
    ),
    miss(
        56,
        "getattr with a computed name on an instance",
        """
        class Tool:
            def do_a(self, x):
                return x * 2
        def main(x):
            return getattr(Tool(), "do_" + "a")(x)
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        56,
        "globals",
        """
        def h(x):
            return x * 2
        def main(x):
            return globals()['h'](x)
        """,
        ("app.py", "x * 2", "x * 3"),
        warns=("BlindSpotWarning",),
    ),
    miss(
        56,
        "eval",
        """
        def h(x):
            return x * 2
        def main(x):
            return eval('h(x)')
        """,
        ("app.py", "x * 2", "x * 3"),
        warns=("BlindSpotWarning",),
    ),
    miss(
        58,
        "mutual recursion",
        """
        def even(n):
            return n == 0 or odd(n - 1)
        def odd(n):
            return n != 0 and even(n - 1)
        def main(x):
            return even(x)
        """,
        ("app.py", "return n != 0 and", "return n > 0 and"),
    ),
    miss(
        58,
        "direct recursion",
        """
        def fact(n):
            return 1 if n < 2 else n * fact(n - 1)
        def main(x):
            return fact(x)
        """,
        ("app.py", "n * fact", "n + fact"),
    ),
    miss(
        58,
        "bodies of a cycle exchanged",
        """
        def a(n):
            return n and b(n - 1) + 1
        def b(n):
            return n and a(n - 1) + 2
        def main(x):
            return a(x)
        """,
        ("app.py", "b(n - 1) + 1", "b(n - 1) + 2"),
        ("app.py", "a(n - 1) + 2", "a(n - 1) + 1"),
    ),
    hit(
        59,
        "member of a cycle renamed",
        """
        def even(n):
            return n == 0 or odd(n - 1)
        def odd(n):
            return n != 0 and even(n - 1)
        def main(x):
            return even(x)
        """,
        ("app.py", "or odd(", "or uneven("),
        ("app.py", "def odd", "def uneven"),
    ),
    hit(
        59,
        "members of a cycle reordered",
        """
        def even(n):
            return n == 0 or odd(n - 1)
        def odd(n):
            return n != 0 and even(n - 1)
        def main(x):
            return even(x)
        """,
        (
            "app.py",
            "",
            """
        def main(x):
            return even(x)
        def odd(n):
            return n != 0 and even(n - 1)
        def even(n):
            return n == 0 or odd(n - 1)
        """,
        ),
    ),
]
