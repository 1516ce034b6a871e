"""Edits of what wraps, holds or hides code and data: decorators, containers, patches, imports."""

from __future__ import annotations

from cases import Case, hit, miss
from cases_generators import edited, kept

CASES: list[Case] = []

WRAPPERS = """
    import contextlib
    import functools
    import operator
    class cached(functools.cached_property):
        def __get__(self, instance, owner=None):
            return super().__get__(instance, owner) + 1
    class static(staticmethod):
        def __get__(self, instance, owner=None):
            inner = super().__get__(instance, owner)
            return lambda *a: inner(*a) + 2
    class prop(property):
        def __get__(self, instance, owner=None):
            return super().__get__(instance, owner) * 3
    class Counted:
        def __init__(self, f, step):
            self.f, self.step = f, step
        def __call__(self, *a):
            return self.f(*a) + self.step
    def counted(step):
        return lambda f: Counted(f, step)
    class C:
        @cached
        def a(self): return 10
        @static
        def b(x): return x + 20
        @prop
        def c(self): return 30
        @functools.singledispatchmethod
        def d(self, v): return "any"
        @d.register
        def _(self, v: int): return v + 40
        def _e(self, k, v): return (k, v, 50)
        e = functools.partialmethod(_e, "k")
        @property
        def f(self): return self._f
        @f.setter
        def f(self, v): self._f = v + 60
        @f.deleter
        def f(self): self._f = "gone 70"
        @counted(5)
        def g(v): return v
        @functools.lru_cache(typed=False)
        def h(self, v): return [v]
    @contextlib.contextmanager
    def opened(n):
        yield n + 80
    @counted(6)
    def step(x): return x
    def later(n):
        LOG.append(n)
    LOG = ()
    @functools.singledispatch
    def kind(v): return "other"
    kind.register(str, lambda v: "text")
    pick = operator.itemgetter(1)
    call = operator.methodcaller("d", 3)
    add = functools.partial(functools.partial(operator.add, 90), )
    def main(x):
        c = C()
        c.f = 1
        f = c.f
        del c.f
        with opened(1) as o, contextlib.ExitStack() as stack:
            made = []
            stack.callback(lambda: made.append(o + 7))
        return (c.a, c.b(1), c.c, c.d("s"), c.d(1), c.e(2), f, c.f, C.g(1), c.h(1) is c.h(1.0), o, made,
                step(x), kind("s"), kind(1),
                pick([x, 100]), call(c), add(x))
"""
CASES += edited(
    38,
    WRAPPERS,
    ("own kind of cached property", "owner) + 1", "owner) + 2"),
    ("own kind of static method", "inner(*a) + 2", "inner(*a) + 3"),
    ("own kind of property", "owner) * 3", "owner) * 4"),
    ("call of a decorator's object", "self.f(*a) + self.step", "self.f(*a) - self.step"),
    ("state of a decorator's object", "@counted(6)", "@counted(7)"),
    ("state of a method's decorator", "@counted(5)", "@counted(8)"),
    ("body under cached_property", "return 10", "return 11"),
    ("body under a static method", "x + 20", "x + 21"),
    ("default of singledispatchmethod", '"any"', '"none"'),
    ("registration of singledispatchmethod", "v + 40", "v + 41"),
    ("class of a registration", "v: int): return v + 40", "v: float): return v + 40"),
    ("function of partialmethod", "(k, v, 50)", "(k, v, 51)"),
    ("argument of partialmethod", '(_e, "k")', '(_e, "kk")'),
    ("setter", "v + 60", "v + 61"),
    ("deleter", '"gone 70"', '"gone 71"'),
    ("typed lru_cache", "typed=False", "typed=True"),
    ("body under contextmanager", "n + 80", "n + 81"),
    ("callback of ExitStack", "o + 7", "o + 8"),
    ("lambda registered with singledispatch", '"text"', '"str"'),
    ("class registered with singledispatch", "register(str,", "register(bytes,"),
    ("itemgetter", "itemgetter(1)", "itemgetter(0)"),
    ("methodcaller", 'methodcaller("d", 3)', 'methodcaller("d", 4)'),
    ("partial of a partial", "operator.add, 90", "operator.add, 91"),
)
CASES += kept(
    38,
    WRAPPERS,
    ("global that only an unused helper reads", "LOG = ()", "LOG = (1,)"),
    ("body of an unused helper", "LOG.append(n)", "LOG.append(n + 1)"),
)

HOLDERS = """
    import collections, contextvars, logging, re, threading, types, weakref
    class Node:
        def __init__(self, v, parent=None):
            self.v, self.parent, self.kids = v, parent, []
            if parent: parent.kids.append(self)
    root = Node(1)
    Node(2, root)
    class Held:
        n = 3
        def zorblet(self): return 4
    held = Held()
    ref = weakref.ref(held)
    table = weakref.WeakValueDictionary(a=held)
    var = contextvars.ContextVar("var", default=5)
    LOCK = threading.Lock()
    LOG = logging.getLogger("held")
    local = threading.local()
    OPS = {"add": lambda a: a + 6, "sub": lambda a: a - 7}
    STEPS = [lambda a: a + 8, (lambda a: a * 9)]
    FUNCS = {len, abs}
    LIMITS = types.MappingProxyType({"top": 10})
    NS = types.SimpleNamespace(deep=types.SimpleNamespace(leaf=11))
    Q = collections.deque([12], maxlen=3)
    DD = collections.defaultdict(lambda: 13)
    CM = collections.ChainMap({"a": 14}, {"b": 15})
    PATTERN = re.compile("a16")
    def outer():
        total = [17]
        def inner(a):
            return total[0] + a
        return inner
    inner = outer()
    registry = {}
    def register(f):
        registry[f.__name__] = f
        return f
    @register
    def one(a): return a + 18
    @register
    def two(a): return a + 19
    def main(x):
        with LOCK:
            LOG.debug("in")
            name = "on" + "e"
            return (root.kids[0].v, root.kids[0].parent.v, ref().n, table["a"].zorblet(), var.get(),
                    OPS["add"](x), STEPS[1](x),
                    len in FUNCS, LIMITS["top"], NS.deep.leaf, list(Q), Q.maxlen, DD.default_factory(),
                            CM["b"],
                    PATTERN.pattern, inner(x), registry[name](x))
"""
CASES += edited(
    52,
    HOLDERS,
    ("value in mutually referring instances", "Node(2, root)", "Node(20, root)"),
    ("root of mutually referring instances", "Node(1)", "Node(10)"),
    ("behind a weak reference", "n = 3", "n = 30"),
    ("method behind a weak mapping", "return 4", "return 40"),
    ("default of a context variable", "default=5", "default=50"),
    ("lambda under a constant key", "a + 6", "a + 60"),
    ("lambda in a list", "a * 9", "a * 90"),
    ("set of functions", "{len, abs}", "{abs}"),
    ("mapping proxy", '"top": 10', '"top": 100'),
    ("nested namespaces", "leaf=11", "leaf=110"),
    ("deque", "[12]", "[120]"),
    ("length of a deque", "maxlen=3", "maxlen=4"),
    ("factory of a defaultdict", "lambda: 13", "lambda: 130"),
    ("second map of a ChainMap", '"b": 15', '"b": 150'),
    ("pattern", '"a16"', '"a17"'),
    ("list in a closure", "[17]", "[170]"),
    ("function in a registry by decorator", "a + 18", "a + 180"),
    ("function in a registry, under another key", "a + 19", "a + 190"),
)
CASES += kept(
    52,
    HOLDERS,
    ("lambda under another constant key", "a - 7", "a - 70"),
    ("comment beside a lock", "LOCK = threading.Lock()", "LOCK = threading.Lock()  # ours"),
)
CASES += [
    miss(
        52,
        "rows shared or copied",
        """
        import copy
        G = [[0] * 2] * 2
        def main(x):
            g = copy.deepcopy(G)
            g[0][0] = 1
            return g
        """,
        ("app.py", "[[0] * 2] * 2", "[[0] * 2 for _ in range(2)]"),
    ),
    miss(
        52,
        "instances shared or copied",
        """
        import copy
        class N:
            def __init__(self): self.v = 0
        n = N()
        G = [n, n]
        def main(x):
            g = copy.deepcopy(G)
            g[0].v = 1
            return [i.v for i in g]
        """,
        ("app.py", "[n, n]", "[n, N()]"),
    ),
    hit(
        52,
        "equal constants in two places",
        """
        A = (1, 2)
        B = A
        def main(x):
            return A, B
        """,
        ("app.py", "B = A", "B = (1, 2)"),
    ),
    miss(
        46,
        "function that is a key, defined anew",
        """
        def f(): return 1
        D = {f: 10}
        def main(x):
            return D.get(f, 0)
        """,
        ("app.py", "D = {f: 10}\n", "D = {f: 10}\ndef f(): return 1\n"),
    ),
    miss(
        20,
        "first of two equal constants in a set",
        """
        def main(x):
            return {1, True}
        """,
        ("app.py", "{1, True}", "{True, 1}"),
    ),
    miss(
        20,
        "long integer",
        """
        K = 10 ** 5000
        def main(x):
            return K % 7
        """,
        ("app.py", "5000", "5001"),
    ),
    miss(
        20,
        "long integer in code",
        f"""
        def main(x):
            return 0x1{"0" * 5000} % 7
        """,
        ("app.py", "% 7", "% 11"),
    ),
    miss(
        7,
        "line number",
        """
        import sys
        def main(x):
            return sys._getframe().f_lineno
        """,
        ("app.py", "def main", "# here\ndef main"),
    ),
    hit(
        1,
        "address of a helper in a list",
        """
        def h(): return 1
        D = [repr(h), "a"]
        def main(x):
            return len(D), h()
        """,
        ("app.py", "def h", "USED = [object() for _ in range(99)]\ndef h"),
    ),
    miss(
        12,
        "alias of get_type_hints",
        """
        from typing import get_type_hints as hints
        def f(x: int): return x
        def main(x):
            return str(hints(f))
        """,
        ("app.py", "x: int", "x: str"),
    ),
    miss(
        12,
        "alias in an annotation",
        """
        from typing import get_type_hints
        A = int
        def f(x: A): return x
        def main(x):
            return str(get_type_hints(f))
        """,
        ("app.py", "A = int", "A = str"),
    ),
    miss(
        12,
        "class made from an annotation",
        """
        from typing import get_type_hints
        class Dep:
            def go(self): return 1
        def f(x: Dep): return x.go()
        def main(x):
            return f(**{k: v() for k, v in get_type_hints(f).items()})
        """,
        ("app.py", "return 1", "return 2"),
    ),
    miss(
        12,
        "class made from a text annotation",
        """
        from typing import get_type_hints
        class Dep:
            def go(self): return 1
        def f(x: "Dep"): return x.go()
        def main(x):
            return f(**{k: v() for k, v in get_type_hints(f).items()})
        """,
        ("app.py", "return 1", "return 2"),
    ),
    miss(
        12,
        "class made from a nested function's annotation",
        """
        import typing
        class Dep:
            def go(self): return 1
        def main(x):
            def inner(d: Dep): return d.go()
            return inner(typing.get_type_hints(inner)["d"]())
        """,
        ("app.py", "return 1", "return 2"),
    ),
    hit(
        11,
        "annotation of a nested function",
        """
        def main(x):
            def inner(d: int): return d
            return inner(x)
        """,
        ("app.py", "d: int", "d: str"),
    ),
    *(
        miss(
            62,
            f"standard function patched by {name}",
            f"""
            import functools, statistics
            class M:
                def go(self, *a): return 1
                @staticmethod
                def stat(*a): return 1
            def mine(n, *a): return 1
            statistics.mean = {patch}
            def main(x):
                return statistics.mean(x)
            """,
            ("app.py", f"{which}return 1", f"{which}return 2"),
        )
        for name, patch, which in (
            ("a partial", "functools.partial(mine, 0)", "def mine(n, *a): "),
            ("a bound method", "M().go", "def go(self, *a): "),
            ("a static method", "M.stat", "def stat(*a): "),
            ("a wrapper", "functools.wraps(statistics.mean)(lambda *a: mine(0, *a))", "def mine(n, *a): "),
            ("an instance", "type('P', (), {'__call__': mine})()", "def mine(n, *a): "),
        )
    ),
    miss(
        62,
        "standard class patched",
        """
        import fractions
        fractions.Fraction.limit = lambda self: 1
        def main(x):
            return fractions.Fraction(1, 2).limit()
        """,
        ("app.py", "self: 1", "self: 2"),
    ),
    miss(
        62,
        "helper of another module patched",
        """
        import util
        util.f = lambda x: x + 1
        def main(x):
            return util.g(x)
        === util.py
        def f(x): return x
        def g(x): return f(x)
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    miss(
        31,
        "relative import of a subpackage in a body",
        """
        from pkg.mod import go
        def main(x):
            return go(x)
        === pkg/__init__.py
        === pkg/mod.py
        def go(x):
            from .sub import deep as d
            from . import side
            return d.f(x) + side.K
        === pkg/side.py
        K = 5
        === pkg/sub/__init__.py
        === pkg/sub/deep.py
        def f(x): return x + 1
        """,
        ("pkg/sub/deep.py", "x + 1", "x + 2"),
    ),
    miss(
        33,
        "star import",
        """
        from util import *
        def main(x):
            return f(x)
        === util.py
        __all__ = ["f"]
        def f(x): return g(x)
        def g(x): return x + 1
        """,
        ("util.py", "x + 1", "x + 2"),
    ),
    miss(
        31,
        "fallback of an import",
        """
        try:
            from missing_module import f
        except ImportError:
            def f(x): return x + 1
        def main(x):
            return f(x)
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    miss(
        57,
        "definition under a condition",
        """
        import sys
        if sys.version_info > (3,):
            def f(x): return x + 1
        else:
            def f(x): return x + 5
        def main(x):
            return f(x)
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    hit(
        57,
        "definition under a condition that does not hold",
        """
        import sys
        if sys.version_info > (3,):
            def f(x): return x + 1
        else:
            def f(x): return x + 5
        def main(x):
            return f(x)
        """,
        ("app.py", "x + 5", "x + 6"),
    ),
    miss(
        24,
        "match with class patterns",
        """
        class P:
            __match_args__ = ("zorblet",)
            def __init__(self, v): self.v = v
            @property
            def zorblet(self): return self.v + 1
        def main(x):
            match P(x):
                case P(4): return "four"
                case P(zorblet=z): return z
        """,
        ("app.py", "self.v + 1", "self.v + 2"),
    ),
    miss(
        24,
        "walrus in a comprehension",
        """
        def h(x): return x + 1
        def main(x):
            return [y for i in range(x) if (y := h(i)) > 1], y
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    miss(
        24,
        "nonlocal counter",
        """
        def make():
            n = 5
            def bump(x):
                nonlocal n
                k = n + x
                return k
            return bump
        bump = make()
        def main(x):
            return bump(x)
        """,
        ("app.py", "n = 5", "n = 6"),
    ),
    miss(
        24,
        "helper awaited in an asynchronous comprehension",
        """
        import asyncio
        async def one(i): return i + 1
        async def all_of(n):
            async def numbers():
                for i in range(n):
                    yield i
            return [await one(i) async for i in numbers()]
        def main(x):
            return asyncio.run(all_of(x))
        """,
        ("app.py", "i + 1", "i + 2"),
    ),
]
