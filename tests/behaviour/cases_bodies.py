"""Edits of bodies, and of helpers wherever in a body they are named (rows 19-28)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

CASES += [
    miss(
        19,
        "helper",
        """
        def h(x):
            return x * 2
        def main(x):
            return h(x)
        """,
        ("app.py", "x * 2", "x * 3"),
        executes=("main", "h"),
    ),
    miss(
        19, "own body", "def main(x):\n    return x * 2\n", ("app.py", "x * 2", "x * 3"), executes=("main",)
    ),
    miss(
        19,
        "operator",
        """
        def h(x):
            return x * 2
        def main(x):
            return h(x)
        """,
        ("app.py", "x * 2", "x ** 2"),
    ),
    miss(20, "int becomes float", "def main(x):\n    return 1\n", ("app.py", "return 1", "return 1.0")),
    miss(20, "int becomes str", "def main(x):\n    return 1\n", ("app.py", "return 1", 'return "1"')),
    miss(20, "str becomes bytes", 'def main(x):\n    return "a"\n', ("app.py", '"a"', 'b"a"')),
    miss(20, "True becomes 1", "def main(x):\n    return True\n", ("app.py", "True", "1")),
    miss(20, "zero becomes negative", "def main(x):\n    return 0.0\n", ("app.py", "0.0", "-0.0")),
    miss(20, "Ellipsis becomes None", "def main(x):\n    return ...\n", ("app.py", "...", "None")),
    miss(21, "tuple split otherwise", "def main(x):\n    return (1, 23)\n", ("app.py", "(1, 23)", "(12, 3)")),
    miss(
        21,
        "strings split otherwise",
        "def main(x):\n    return ('a', 'bc')\n",
        ("app.py", "('a', 'bc')", "('ab', 'c')"),
    ),
    miss(
        21,
        "arguments split otherwise",
        """
        def h(*a):
            return len(a)
        def main(x):
            return h('a', 'b')
        """,
        ("app.py", "'a', 'b'", "'a, b'"),
    ),
    miss(
        22,
        "order within try",
        """
        log = []
        def main(x):
            out = []
            try:
                out.append(1)
                out.append(x // 0)
            except ZeroDivisionError:
                return out
        """,
        ("app.py", "out.append(1)\n        out.append(x // 0)", "out.append(x // 0)\n        out.append(1)"),
    ),
    miss(
        22,
        "line moved out of try",
        """
        def main(x):
            y = 0
            try:
                y = x
            finally:
                y += 1
            y += 2
            return y
        """,
        ("app.py", "y += 1\n    y += 2", "y += 1\n        y += 2"),
    ),
    miss(
        22,
        "else of a loop",
        """
        def main(x):
            y = 0
            for i in range(x):
                y += i
            else:
                y = 7
            return y
        """,
        ("app.py", "    else:\n        y = 7", "    if x:\n        y = 7"),
    ),
    miss(
        23,
        "keyword renamed",
        """
        def k(a=1, b=2):
            return a - b
        def main(x):
            return k(a=x)
        """,
        ("app.py", "k(a=x)", "k(b=x)"),
    ),
    miss(
        23,
        "attribute renamed",
        "def main(x):\n    return (x + 0.5).real\n",
        ("app.py", ".real", ".imag"),
    ),
    miss(
        24,
        "helper in a list comprehension",
        """
        def h(x):
            return x * 2
        def main(x):
            return [h(i) for i in range(x)]
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        24,
        "helper in a generator expression",
        """
        def h(x):
            return x * 2
        def main(x):
            return sum(h(i) for i in range(x))
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        24,
        "helper in a nested comprehension's condition",
        """
        def h(x):
            return x > 1
        def main(x):
            return {i: [j for j in range(i) if h(j)] for i in range(x)}
        """,
        ("app.py", "x > 1", "x > 0"),
    ),
    miss(
        25,
        "helper in a nested def",
        """
        def h(x):
            return x * 2
        def main(x):
            def inner(y):
                return h(y)
            return inner(x)
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        25,
        "helper in a nested lambda",
        """
        def h(x):
            return x * 2
        def main(x):
            return (lambda y: h(y))(x)
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        25,
        "helper three scopes down",
        """
        def h(x):
            return x * 2
        def main(x):
            def one():
                def two():
                    return [(lambda: h(i))() for i in range(x)]
                return two()
            return one()
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        26,
        "helper in a local class's method",
        """
        def h(x):
            return x * 2
        def main(x):
            class Local:
                def go(self):
                    return h(x)
            return Local().go()
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        26,
        "helper in a local class's body",
        """
        def h(x):
            return x * 2
        def main(x):
            class Local:
                value = h(3)
            return Local.value + x
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        27,
        "helper as an inner decorator",
        """
        def deco(f):
            return lambda: f() * 2
        def main(x):
            @deco
            def inner():
                return x
            return inner()
        """,
        ("app.py", "f() * 2", "f() * 3"),
    ),
    miss(
        27,
        "helper in an inner default",
        """
        def h():
            return 2
        def main(x):
            def inner(y=h()):
                return y
            return inner() + x
        """,
        ("app.py", "return 2", "return 3"),
    ),
    miss(
        28,
        "three deep",
        """
        from one import first
        def main(x):
            return first(x)
        === one.py
        import two
        def first(x):
            return two.second(x) + 1
        === two.py
        from three import third as t
        def second(x):
            return t(x) + 1
        === three.py
        def third(x):
            return x * 2
        """,
        ("three.py", "x * 2", "x * 3"),
        executes=("main", "first", "second", "third"),
    ),
    hit(
        28,
        "neighbour of a helper three deep",
        """
        from one import first
        def main(x):
            return first(x)
        === one.py
        import two
        def first(x):
            return two.second(x) + 1
        === two.py
        def second(x):
            return x * 2
        def other(x):
            return x * 5
        """,
        ("two.py", "x * 5", "x * 6"),
    ),
]
