"""Edits of values that code captures: globals, defaults, closures, partials (rows 40-49)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []


def constant(before: str, after: str, row: int = 40, use: str = "K", header: str = "") -> Case:
    """Describe the change of a global constant `K` that the code uses."""
    files = f"{header}K = {before}\ndef main(x):\n    return repr({use})\n"
    return miss(row, f"{before} becomes {after}", files, ("app.py", f"K = {before}\n", f"K = {after}\n"))


ALIASED = """
    A = [1, [2]]
    B = A
    def main(x):
        return A is B
    def either(x):
        return len(A)
"""

CASES += [
    miss(41, "two globals are one list no more", ALIASED, ("app.py", "B = A", "B = [1, [2]]")),
    miss(41, "two globals are one list's copies", ALIASED, ("app.py", "B = A", "B = [*A]")),
    hit(
        41,
        "a global that is not read is another list's",
        ALIASED,
        ("app.py", "B = A", "B = []"),
        target="either",
    ),
    miss(
        41,
        "two defaults are one list no more",
        "L = []\ndef main(x, a=L, b=L):\n    return a is b\n",
        ("app.py", "b=L", "b=[]"),
    ),
    hit(
        41,
        "a list that is imported by its name, then by its module",
        """
        from util import TABLE, size
        def main(x):
            return TABLE[0], size()
        === util.py
        TABLE = [1, 2, 3]
        def size():
            return len(TABLE)
        """,
        ("app.py", "from util import TABLE, size", "import util\nfrom util import size"),
        ("app.py", "return TABLE[0]", "return util.TABLE[0]"),
    ),
    constant("1", "True"),
    constant("0.0", "-0.0"),
    constant("1", "1.0"),
    constant("'1'", "1"),
    constant("'a'", "b'a'"),
    constant("None", "0"),
    constant("1", "1 + 0j"),
    constant("float('nan')", "float('inf')"),
    constant("b'a'", "bytearray(b'a')"),
    constant("'a'", "'\\u0430'"),
    constant("range(3)", "range(4)"),
    constant("{'a': {'b': [1, 2]}}", "{'a': {'b': [1, 3]}}", 41),
    constant("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", 41),
    constant("[1, 2]", "(1, 2)", 41),
    constant("[[1], [2]]", "[[1, 2]]", 41),
    constant("[1, [True]]", "[1, [1]]", 41),
    constant("{1: 'a'}", "{True: 'a'}", 41),
    constant("{1, 2}", "frozenset({1, 2})", 41),
    constant("[0.0]", "[-0.0]", 41),
    constant("np.arange(5)", "np.arange(5.0)", 48, header="import numpy as np\n"),
    constant(
        "np.arange(100000)",
        "np.arange(100000) + (np.arange(100000) == 51000)",
        48,
        "K.sum()",
        "import numpy as np\n",
    ),
    constant("re.compile('a+')", "re.compile('a*')", 48, "K.findall('aab')", "import re\n"),
    constant("re.compile('a')", "re.compile('a', re.I)", 48, "K.findall('Aab')", "import re\n"),
    constant("itemgetter(0)", "itemgetter(1)", 48, "K([1, 2])", "from operator import itemgetter\n"),
    constant("attrgetter('real')", "attrgetter('imag')", 48, "K(x)", "from operator import attrgetter\n"),
    constant("Decimal('1.0')", "Decimal('1.00')", 48, header="from decimal import Decimal\n"),
    constant("timedelta(1)", "timedelta(2)", 48, header="from datetime import timedelta\n"),
    constant("PurePosixPath('a')", "PurePosixPath('b')", 48, header="from pathlib import PurePosixPath\n"),
    constant("OrderedDict(a=1)", "OrderedDict(a=2)", 48, header="from collections import OrderedDict\n"),
    constant("defaultdict(list)", "defaultdict(dict)", 48, header="from collections import defaultdict\n"),
    constant("len", "sum", 48, "K([1, 2])"),
    constant("math.floor", "math.ceil", 48, "K(1.5)", "import math\n"),
]

CASES += [
    hit(
        41,
        "constant spelled over lines",
        """
        K = {'a': [1, 2]}
        def main(x):
            return K
        """,
        ("app.py", "{'a': [1, 2]}", "{\n  'a': [\n1, 2],\n}"),
    ),
    hit(
        41,
        "constant built otherwise",
        """
        K = {'a': [1, 2]}
        def main(x):
            return K
        """,
        ("app.py", "{'a': [1, 2]}", "dict(a=list(range(1, 3)))"),
    ),
    hit(
        40,
        "equal string that is not interned",
        """
        K = 'ab'
        def main(x):
            return K
        """,
        ("app.py", "'ab'", "''.join(['a', 'b'])"),
    ),
    miss(
        42,
        "default from a global",
        """
        D = 2
        def main(x, d=D):
            return x * d
        """,
        ("app.py", "D = 2", "D = 3"),
    ),
    miss(
        42,
        "keyword-only default from a global",
        """
        D = 2
        def main(x, *, d=D):
            return x * d
        """,
        ("app.py", "D = 2", "D = 3"),
    ),
    miss(
        42,
        "a helper's default",
        """
        D = [2]
        def h(x, d=D):
            return x * d[0]
        def main(x):
            return h(x)
        """,
        ("app.py", "[2]", "[3]"),
    ),
    hit(
        42,
        "the global of a default rebound later",
        """
        D = 2
        def main(x, d=D):
            return x * d
        D = 5
        """,
        ("app.py", "D = 5", "D = 6"),
    ),
    miss(
        43,
        "callable default",
        """
        def two():
            return 2
        def main(x, f=two):
            return x * f()
        """,
        ("app.py", "return 2", "return 3"),
    ),
    miss(
        43,
        "lambda default",
        "def main(x, f=lambda: 2):\n    return x * f()\n",
        ("app.py", "lambda: 2", "lambda: 3"),
    ),
    miss(
        44,
        "closure",
        """
        def mk(n):
            def inner(x):
                return x * n
            return inner
        main = mk(2)
        """,
        ("app.py", "mk(2)", "mk(3)"),
    ),
    miss(
        44,
        "second of two closures",
        """
        def mk(n):
            return lambda x: x * n
        one, two = mk(1), mk(2)
        def main(x):
            return one(x) + two(x)
        """,
        ("app.py", "mk(2)", "mk(3)"),
    ),
    hit(
        44,
        "the other of two closures",
        """
        def mk(n):
            return lambda x: x * n
        one, two = mk(1), mk(2)
        def main(x):
            return one(x)
        """,
        ("app.py", "mk(2)", "mk(3)"),
    ),
    miss(
        44,
        "closure over a helper",
        """
        def mk(f):
            return lambda x: f(x)
        def h(x):
            return x * 2
        main = mk(h)
        """,
        ("app.py", "x * 2", "x * 3"),
    ),
    miss(
        45,
        "partial's argument",
        """
        from functools import partial
        def f(a, x):
            return a * x
        main = partial(f, 2)
        """,
        ("app.py", "partial(f, 2)", "partial(f, 3)"),
    ),
    miss(
        45,
        "partial's keyword",
        """
        from functools import partial
        def f(x, a=1):
            return a * x
        main = partial(f, a=2)
        """,
        ("app.py", "a=2", "a=3"),
    ),
    miss(
        45,
        "partial's list",
        """
        from functools import partial
        def f(x, a=None):
            return a
        main = partial(f, a=[1, 2])
        """,
        ("app.py", "[1, 2]", "[1, 3]"),
    ),
    miss(
        45,
        "partial's function",
        """
        from functools import partial
        def f(a, x):
            return a * x
        main = partial(f, 2)
        """,
        ("app.py", "a * x", "a + x"),
    ),
    miss(
        45,
        "partial as a helper",
        """
        from functools import partial
        def f(a, x):
            return a * x
        h = partial(f, 2)
        def main(x):
            return h(x)
        """,
        ("app.py", "a * x", "a + x"),
    ),
    miss(
        46,
        "dispatch values exchanged",
        """
        def a(x):
            return x + 1
        def b(x):
            return x + 2
        T = {'a': a, 'b': b}
        def main(x):
            return T['a'](x)
        """,
        ("app.py", "{'a': a, 'b': b}", "{'a': b, 'b': a}"),
    ),
    miss(
        46,
        "function in a dispatch dict edited",
        """
        def a(x):
            return x + 1
        def b(x):
            return x + 2
        T = {'a': a, 'b': b}
        def main(x):
            return T['a'](x)
        """,
        ("app.py", "x + 1", "x + 3"),
    ),
    miss(
        47,
        "lambda in a list",
        """
        L = [lambda x: x + 1, lambda x: x + 2]
        def main(x):
            return L[0](x)
        """,
        ("app.py", "x + 1", "x + 3"),
    ),
    miss(
        47,
        "last lambda in a list",
        """
        L = [lambda x: x + 1, lambda x: x + 2]
        def main(x):
            return L[-1](x)
        """,
        ("app.py", "x + 2", "x + 3"),
    ),
    miss(
        49,
        "helper made by exec",
        """
        TEXT = '''
        def h(x):
            return x * 2
        '''
        space = {}
        exec(TEXT, space)
        h = space["h"]
        def main(x):
            return h(x)
        """,
        ("app.py", "x * 2", "x * 3"),
        portable=False,
    ),
    miss(
        49,
        "helper of a helper made by exec",
        """
        def base(x):
            return x * 2
        exec("def h(x): return base(x)")
        def main(x):
            return h(x)
        """,
        ("app.py", "x * 2", "x * 3"),
        portable=False,
    ),
]
