"""Renames, moves, annotations and unrelated code (rows 8-18)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

HELPER = '''
    """Score things."""
    import os.path as osp
    import math


    def clean(x):
        """Clean x."""
        y = x + 1
        return y * 2


    def main(x):
        total = clean(x)
        return total - 1
'''

CASES += [
    hit(
        8,
        "helper renamed",
        HELPER,
        ("app.py", "def clean", "def wash"),
        ("app.py", "total = clean", "total = wash"),
    ),
    hit(
        8,
        "helper of another module renamed",
        """
        import util
        def main(x):
            return util.f(x)
        === util.py
        def f(x):
            return x + 1
        """,
        ("app.py", "util.f", "util.g"),
        ("util.py", "def f", "def g"),
    ),
    hit(
        8,
        "module imported under another name",
        """
        import util
        def main(x):
            return util.f(x)
        === util.py
        def f(x):
            return x + 1
        """,
        ("app.py", "import util", "import util as tools"),
        ("app.py", "util.f", "tools.f"),
    ),
    hit(
        8,
        "constant renamed",
        """
        K = 3
        def main(x):
            return x * K
        """,
        ("app.py", "K = 3", "FACTOR = 3"),
        ("app.py", "* K", "* FACTOR"),
    ),
    hit(
        9,
        "helper moved",
        HELPER,
        (
            "app.py",
            'def clean(x):\n    """Clean x."""\n    y = x + 1\n    return y * 2\n',
            "from util import clean\n",
        ),
        (
            "util.py",
            "",
            """
        def clean(x):
            y = x + 1
            return y * 2
        """,
        ),
    ),
    hit(
        9,
        "helper with helper moved",
        """
        OFFSET = 1
        def inner(x):
            return x + OFFSET
        def outer(x):
            return inner(x) * 2
        def main(x):
            return outer(x)
        """,
        (
            "app.py",
            "",
            """
        from pkg.deep import outer
        def main(x):
            return outer(x)
        """,
        ),
        ("pkg/__init__.py", "", ""),
        (
            "pkg/low.py",
            "",
            """
        OFFSET = 1
        def inner(x):
            return x + OFFSET
        """,
        ),
        (
            "pkg/deep.py",
            "",
            """
        from . import low
        def outer(x):
            return low.inner(x) * 2
        """,
        ),
    ),
    hit(
        10,
        "functions reordered",
        """
        def a(x):
            return x + 1
        def b(x):
            return x + 2
        def main(x):
            return a(x) * b(x)
        """,
        (
            "app.py",
            "",
            """
        def main(x):
            return a(x) * b(x)
        def b(x):
            return x + 2
        def a(x):
            return x + 1
        """,
        ),
    ),
    hit(11, "annotation added", HELPER, ("app.py", "def clean(x):", "def clean(x: int) -> int:")),
    hit(11, "annotation of a local", HELPER, ("app.py", "y = x + 1", "y: int = x + 1")),
    hit(
        11,
        "annotation of a class attribute's type",
        """
        class Box:
            size: int = 2
        def main(x):
            return x * Box.size
        """,
        ("app.py", "size: int", "size: float"),
    ),
    miss(
        12,
        "annotation under get_type_hints",
        """
        from typing import get_type_hints
        def clean(x: int):
            return x
        def main(x):
            return sorted(map(str, get_type_hints(clean).values()))
        """,
        ("app.py", "x: int", "x: str"),
    ),
    miss(
        12,
        "annotation under __annotations__",
        """
        def clean(x: int):
            return x
        def main(x):
            return str(clean.__annotations__)
        """,
        ("app.py", "x: int", "x: str"),
    ),
    hit(
        13,
        "unrelated function added",
        HELPER,
        ("app.py", "def clean", "def other(x):\n    return x\n\n\ndef clean"),
    ),
    hit(13, "unrelated import", HELPER, ("app.py", "import math", "import math, json")),
    hit(
        13,
        "unrelated function and global edited",
        """
        K = 1
        def other(x):
            return x + K
        def main(x):
            return x
        """,
        ("app.py", "K = 1", "K = 2"),
        ("app.py", "x + K", "x - K"),
    ),
    hit(
        13,
        "unrelated method of another class",
        """
        class A:
            def f(self):
                return 1
        class B:
            def f(self):
                return 2
        def main(x):
            return A().f() + x
        """,
        ("app.py", "return 2", "return 3"),
    ),
    hit(
        14,
        "global of an attribute's name",
        """
        import os.path as osp
        join = 1
        def main(x):
            return osp.join('a', str(x))
        """,
        ("app.py", "join = 1", "join = 2"),
    ),
    hit(
        14,
        "global of a keyword's name",
        """
        key = 1
        def main(x):
            return sorted([x, 1], key=abs)
        """,
        ("app.py", "key = 1", "key = 2"),
    ),
    hit(
        14,
        "global of a local's name",
        """
        y = 1
        def main(x):
            y = x
            return y
        """,
        ("app.py", "y = 1\n", "y = 2\n"),
    ),
    hit(
        15,
        "comment above a decorated helper",
        """
        import functools
        @functools.lru_cache(maxsize=None)
        def helper(x):
            return x + 1
        def main(x):
            return helper(x)
        """,
        ("app.py", "@functools", "# remember\n# all\n@functools"),
    ),
    hit(
        15,
        "comment between decorator and helper",
        """
        def twice(f):
            def inner(x):
                return f(f(x))
            return inner
        @twice
        def helper(x):
            return x + 1
        def main(x):
            return helper(x)
        """,
        ("app.py", "@twice\n", "@twice\n# to be done\n"),
    ),
    hit(
        16,
        "sibling lambda on the line",
        "pair = lambda x: x * 2, lambda x: x + 1\nmain = pair[0]\n",
        ("app.py", "x + 1", "x + 5"),
    ),
    hit(
        16,
        "first of two lambdas edited, second used",
        "pair = lambda x: x * 2, lambda x: x + 1\nmain = pair[1]\n",
        ("app.py", "x * 2", "x * 20000"),
    ),
    hit(
        16,
        "sibling of a lambda of equal bytecode",
        """
        pair = lambda x: x + 1, lambda x: x + 1
        def main(x):
            return pair[0](x)
        use = pair[0]
        """,
        ("app.py", "x + 1\ndef", "x + 2\ndef"),
        target="use",
    ),
    miss(
        16,
        "the lambda itself",
        "pair = lambda x: x * 2, lambda x: x + 1\nmain = pair[1]\n",
        ("app.py", "x + 1", "x + 5"),
    ),
    hit(
        17,
        "constant spelled otherwise",
        """
        K = 1+1
        def main(x):
            return x + K
        """,
        ("app.py", "1+1", "2"),
    ),
    hit(17, "default spelled otherwise", "def main(x, k=1+1):\n    return x + k\n", ("app.py", "1+1", "2")),
    hit(
        18,
        "global set reordered",
        """
        K = {1, 'b', 3.0}
        def main(x):
            return x in K
        """,
        ("app.py", "{1, 'b', 3.0}", "{3.0, 1, 'b'}"),
    ),
    hit(
        18,
        "set literal in code reordered",
        "def main(x):\n    return x in {'a', 'b', 'c'}\n",
        ("app.py", "{'a', 'b', 'c'}", "{'c', 'a', 'b'}"),
    ),
    hit(
        18,
        "frozenset reordered",
        """
        K = frozenset(['a', 'b', 'c'])
        def main(x):
            return x in K
        """,
        ("app.py", "['a', 'b', 'c']", "['c', 'a', 'b']"),
    ),
    miss(
        18,
        "set with another member",
        """
        K = {1, 2}
        def main(x):
            return x in K
        """,
        ("app.py", "{1, 2}", "{1, 3}"),
    ),
]
