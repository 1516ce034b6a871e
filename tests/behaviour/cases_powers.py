"""Edits behind computed names, namespaces and texts that are run (rows 27, 33, 55 and 56)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

# No module of the standard library says the name `zorblet`, so only who computes it can reach it.
BOX = """
    class Box:
        @property
        def zorblet(self):
            return 1
        def other(self):
            return 10
"""
EDIT = ("app.py", "return 1\n", "return 2\n")


def computed(name: str, rest: str, box: str = BOX) -> Case:
    """Describe a program that reaches `Box.zorblet` by a name that it computes."""
    return miss(56, f"computed name by {name}", box + rest, EDIT)


CASES += [
    computed(
        "an alias of getattr",
        """
    fetch = getattr
    def main(x):
        return fetch(Box(), 'zor' + 'blet')
""",
    ),
    computed(
        "an imported alias",
        """
    from operator import attrgetter as take
    def main(x):
        return take('zor' + 'blet')(Box())
""",
    ),
    computed(
        "a partial of getattr",
        """
    import functools
    fetch = functools.partial(getattr, Box())
    def main(x):
        return fetch('zor' + 'blet')
""",
    ),
    computed(
        "getattr in a table",
        """
    OPS = {'get': getattr}
    def main(x):
        return OPS['get'](Box(), 'zor' + 'blet')
""",
    ),
    computed(
        "getattr as a default",
        """
    def main(x, get=getattr):
        return get(Box(), 'zor' + 'blet')
""",
    ),
    computed(
        "getattr in a closure",
        """
    def make(get):
        return lambda o, n: get(o, n)
    take = make(getattr)
    def main(x):
        return take(Box(), 'zor' + 'blet')
""",
    ),
    computed(
        "map over getattr",
        """
    def main(x):
        return list(map(getattr, [Box()], ['zor' + 'blet']))
""",
    ),
    computed(
        "a static method",
        """
    class A:
        @staticmethod
        def look(o, n):
            return getattr(o, 'zor' + n)
    def main(x):
        return A.look(Box(), 'blet')
""",
    ),
    computed(
        "a method called with another object",
        """
    class A:
        def look(self, n):
            return getattr(self, 'zor' + n)
    def main(x):
        return A.look(Box(), 'blet')
""",
    ),
    computed(
        "a wrapped method",
        """
    import functools
    def inner(f):
        @functools.wraps(f)
        def wrapper(self, n):
            return f(self.box, n)
        return wrapper
    class A:
        def __init__(self):
            self.box = Box()
        @inner
        def look(self, n):
            return getattr(self, 'zor' + n)
    def main(x):
        return A().look('blet')
""",
    ),
    miss(
        56,
        "computed name by a borrowed method",
        """
        class A:
            def look(self, n):
                return getattr(self, "zor" + n)()
        class Box:
            look = A.look
            def zorblet(self):
                return 1
        def main(x):
            return Box().look("blet") if A else 0
        """,
        EDIT,
    ),
    computed(
        "a template that is given",
        """
    def show(t):
        return t.format(Box())
    def main(x):
        return show('{0.zor' + 'blet}')
""",
    ),
    computed(
        "format_map",
        """
    def show(t):
        return t.format_map({'b': Box()})
    def main(x):
        return show('{b.zor' + 'blet}')
""",
    ),
    computed(
        "str.format",
        """
    def main(x):
        return str.format('{0.zor' + 'blet}', Box())
""",
    ),
    computed(
        "an alias of str.format",
        """
    show = str.format
    def main(x):
        return show('{0.zor' + 'blet}', Box())
""",
    ),
    computed(
        "a template of a class of its own",
        """
    class T(str): pass
    TT = T('{0.zorblet}')
    def main(x):
        return TT.format(Box())
""",
    ),
    computed(
        "a long template",
        """
    TT = '{0.zorblet}' + ' ' * 70000
    def main(x):
        return TT.format(Box()).strip()
""",
    ),
    computed(
        "a global template",
        """
    TT = '{0.' + 'zorblet}'
    def main(x):
        return TT.format(Box())
""",
    ),
    computed(
        "string.Formatter",
        """
    import string
    def main(x):
        return string.Formatter().format('{0.zor' + 'blet}', Box())
""",
    ),
    computed(
        "__getattribute__",
        """
    def main(x):
        return Box().__getattribute__('zor' + 'blet')
""",
    ),
    computed(
        "object.__getattribute__",
        """
    def main(x):
        return object.__getattribute__(Box(), 'zor' + 'blet')
""",
    ),
    computed(
        "the class's dictionary",
        """
    def main(x):
        return Box.__dict__['zor' + 'blet'].fget(Box())
""",
    ),
    computed(
        "vars of the class",
        """
    def main(x):
        return vars(Box)['zor' + 'blet'].fget(Box())
""",
    ),
    computed(
        "vars of the type",
        """
    def main(x):
        return vars(type(Box()))['zor' + 'blet'].fget(Box())
""",
    ),
    computed(
        "getmembers",
        """
    import inspect
    def main(x):
        return [v for n, v in inspect.getmembers(Box()) if n.startswith('zor')]
""",
    ),
    computed(
        "dir and getattr",
        """
    def main(x):
        return [getattr(Box(), n) for n in dir(Box) if n[:3] == 'zor']
""",
    ),
    computed(
        "reduce over getattr",
        """
    import functools
    def main(x):
        return functools.reduce(getattr, ['zor' + 'blet'], Box())
""",
    ),
    computed(
        "a delegating __getattr__",
        """
    class Proxy:
        def __init__(self):
            self.inner = Box()
        def __getattr__(self, name):
            return getattr(self.inner, name)
    def main(x):
        return getattr(Proxy(), 'zor' + 'blet')
""",
    ),
    hit(
        56,
        "a member that no name can reach",
        BOX
        + """
    def main(x):
        return Box().other()
""",
        EDIT,
    ),
    hit(
        56,
        "a member that a constant name does not reach",
        BOX
        + """
    def main(x):
        return getattr(Box(), 'other')()
""",
        EDIT,
    ),
    hit(
        56,
        "a member that a template does not name",
        BOX
        + """
    def main(x):
        return '{0}'.format(Box().other())
""",
        EDIT,
    ),
    hit(
        56,
        "a member of a class whose sibling class method looks for its own",
        BOX
        + """
    class A:
        @classmethod
        def look(cls, n):
            return getattr(cls, "on_" + n)()
        @staticmethod
        def on_x():
            return 5
    def main(x):
        return A().look("x"), Box().other()
""",
        EDIT,
    ),
    computed(
        "a method of a class in a variable",
        """
    class A:
        def look(self, n):
            return getattr(self, "zor" + n)
    def main(x):
        a = A
        return a.look(Box(), "blet")
""",
    ),
]

HELPER = """
    def h(x):
        return x + 1
"""


def helper(name: str, rest: str, **options: object) -> Case:
    """Describe a program that reaches a global helper in a roundabout way."""
    return miss(56, f"helper by {name}", HELPER + rest, ("app.py", "x + 1\n", "x + 2\n"), **options)


CASES += [
    helper(
        "an alias of eval",
        """
    ev = eval
    def main(x):
        return ev('h(3)')
""",
    ),
    helper(
        "builtins.eval",
        """
    import builtins
    def main(x):
        return builtins.eval('h(3)')
""",
    ),
    helper(
        "eval of built text",
        """
    def main(x):
        return eval('h' + '(x)')
""",
    ),
    helper(
        "exec",
        """
    def main(x):
        space = {}
        exec('r = h(3)', globals(), space)
        return space['r']
""",
    ),
    helper(
        "builtins.globals",
        """
    import builtins
    def main(x):
        return builtins.globals()['h'](x)
""",
    ),
    helper(
        "an alias of globals",
        """
    names = globals
    def main(x):
        return names()['h'](x)
""",
    ),
    helper(
        "its own module",
        """
    import sys
    def main(x):
        return sys.modules[__name__].h(x)
""",
    ),
    helper(
        "its own module, computed",
        """
    import sys
    def main(x):
        return getattr(sys.modules[__name__], 'h')(x)
""",
    ),
    helper(
        "its own module, modules imported",
        """
    from sys import modules
    def main(x):
        return modules[__name__].h(x)
""",
    ),
    helper(
        "__globals__",
        """
    def main(x):
        return main.__globals__['h'](x)
""",
    ),
    helper(
        "f_globals",
        """
    import sys
    def main(x):
        return sys._getframe().f_globals['h'](x)
""",
    ),
    helper(
        "vars of its module",
        """
    import sys
    def main(x):
        return vars(sys.modules[__name__])['h'](x)
""",
    ),
    miss(
        56,
        "module by sys.modules",
        """
        import sys, util
        def main(x):
            return sys.modules["util"].h(x)
        === util.py
        def h(x): return x + 1
        """,
        ("util.py", "x + 1", "x + 2"),
    ),
    miss(
        56,
        "module by modules",
        """
        from sys import modules
        import util
        def main(x):
            return modules["util"].h(x)
        === util.py
        def h(x): return x + 1
        """,
        ("util.py", "x + 1", "x + 2"),
    ),
    miss(
        33,
        "object in a module's place",
        """
        def main(x):
            from obj import f
            return f(x)
        === obj.py
        import sys
        class M:
            def f(self, x): return x + 1
        sys.modules[__name__] = M()
        """,
        ("obj.py", "x + 1", "x + 2"),
    ),
    miss(
        33,
        "state behind a module's __getattr__",
        """
        import lazy
        def main(x):
            return lazy.rate * x
        === lazy.py
        RATES = {"rate": 2}
        def __getattr__(name):
            return RATES[name] + 1
        """,
        ("lazy.py", "+ 1", "+ 2"),
    ),
    miss(
        27,
        "imports of one name in getter and setter",
        """
        class C:
            @property
            def v(self):
                try: import a as m
                except ImportError: import b as m
                return m.f()
            @v.setter
            def v(self, value):
                try: import c as m
                except ImportError: import b as m
                self.w = m.f()
        def main(x):
            c = C()
            c.v = 3
            return c.v, c.w
        === a.py
        def f(): return 1
        === b.py
        === c.py
        def f(): return 10
        """,
        ("c.py", "10", "11"),
    ),
    miss(
        27,
        "imports of one name in getter and setter, the other one",
        """
        class C:
            @property
            def v(self):
                try: import a as m
                except ImportError: import b as m
                return m.f()
            @v.setter
            def v(self, value):
                try: import c as m
                except ImportError: import b as m
                self.w = m.f()
        def main(x):
            c = C()
            c.v = 3
            return c.v, c.w
        === a.py
        def f(): return 1
        === b.py
        === c.py
        def f(): return 10
        """,
        ("a.py", "return 1", "return 2"),
    ),
]
