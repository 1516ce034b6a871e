"""Edits of what a call reaches through modules and imports (rows 29-34)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

TWO_MODULES = """
    import pkg.util
    from pkg.util import shared as common
    def main(x):
        return pkg.util.f(x) + common(x)
    === pkg/__init__.py
    === pkg/util.py
    def f(x):
        return x * 2
    def g(x):
        return x * 20
    def shared(x):
        return base(x) + 1
    def base(x):
        return x - 7
"""

CASES += [
    miss(29, "via module attribute", TWO_MODULES, ("pkg/util.py", "x * 2\n", "x * 3\n")),
    miss(29, "via an alias, transitively", TWO_MODULES, ("pkg/util.py", "x - 7", "x - 8")),
    miss(
        29,
        "via a package imported under a name",
        """
        import pkg.util as u
        def main(x):
            return u.f(x)
        === pkg/__init__.py
        === pkg/util.py
        def f(x):
            return x * 2
        """,
        ("pkg/util.py", "x * 2", "x * 3"),
    ),
    miss(
        29,
        "constant of a module",
        """
        import settings
        def main(x):
            return x * settings.FACTOR
        === settings.py
        FACTOR = 2
        OTHER = 3
        """,
        ("settings.py", "FACTOR = 2", "FACTOR = 5"),
    ),
    hit(30, "another function of that module", TWO_MODULES, ("pkg/util.py", "x * 20", "x * 30")),
    hit(
        30,
        "another constant of that module",
        """
        import settings
        def main(x):
            return x * settings.FACTOR
        === settings.py
        FACTOR = 2
        OTHER = 3
        """,
        ("settings.py", "OTHER = 3", "OTHER = 5"),
    ),
    miss(
        31,
        "lazy import of a name",
        """
        def main(x):
            from pkg.util import f
            return f(x)
        === pkg/__init__.py
        === pkg/util.py
        def f(x):
            return x * 2
        """,
        ("pkg/util.py", "x * 2", "x * 3"),
    ),
    hit(
        31,
        "neighbour of a lazily imported name",
        """
        def main(x):
            from util import f
            return f(x)
        === util.py
        def f(x):
            return x * 2
        def g(x):
            return 1
        """,
        ("util.py", "return 1", "return 2"),
    ),
    miss(
        31,
        "lazy import of a module",
        """
        def main(x):
            import util as u
            return u.f(x)
        === util.py
        def f(x):
            return x * 2
        """,
        ("util.py", "x * 2", "x * 3"),
    ),
    miss(
        31,
        "import_module of a constant name",
        """
        import importlib
        def main(x):
            return importlib.import_module('util').f(x)
        === util.py
        def f(x):
            return x * 2
        """,
        ("util.py", "x * 2", "x * 3"),
    ),
    miss(
        32,
        "lazy relative import",
        """
        from pkg.go import main
        === pkg/__init__.py
        === pkg/go.py
        def main(x):
            from .util import f
            return f(x)
        === pkg/util.py
        def f(x):
            return x * 2
        """,
        ("pkg/util.py", "x * 2", "x * 3"),
    ),
    miss(
        32,
        "lazy relative import of a module",
        """
        from pkg.sub.go import main
        === pkg/__init__.py
        === pkg/sub/__init__.py
        === pkg/sub/go.py
        def main(x):
            from .. import util
            return util.f(x)
        === pkg/util.py
        def f(x):
            return x * 2
        """,
        ("pkg/util.py", "x * 2", "x * 3"),
    ),
    miss(
        33,
        "re-export",
        """
        import pkg
        def main(x):
            return pkg.f(x)
        === pkg/__init__.py
        from .util import f
        === pkg/util.py
        def f(x):
            return x * 2
        """,
        ("pkg/util.py", "x * 2", "x * 3"),
    ),
    miss(
        33,
        "module getattr",
        """
        import pkg
        def main(x):
            return pkg.f(x)
        === pkg/__init__.py
        def __getattr__(name):
            if name == "f":
                from .util import f
                return f
            raise AttributeError(name)
        === pkg/util.py
        def f(x):
            return x * 2
        """,
        ("pkg/util.py", "x * 2", "x * 3"),
    ),
    miss(
        34,
        "same name in two modules",
        """
        import a, b
        def main(x):
            return a.h(x) + b.h(x)
        === a.py
        def h(x):
            return x * 2
        === b.py
        def h(x):
            return x * 2
        """,
        ("a.py", "x * 2", "x * 3"),
    ),
    miss(
        34,
        "same name in two modules, exchanged",
        """
        import a, b
        def main(x):
            return a.h(x) - b.h(x)
        === a.py
        def h(x):
            return x * 2
        === b.py
        def h(x):
            return x * 3
        """,
        ("a.py", "x * 2", "x * 3"),
        ("b.py", "x * 3", "x * 2"),
    ),
]

PLUGINS = """
    import importlib
    TABLE = {1: 'plugins.first', 3: ('plugins.second', 'f')[0]}
    def main(x):
        return importlib.import_module(TABLE[x]).f(x)
    def built(x):
        return importlib.import_module('plugins.' + str(x)).f(x)
    def formatted(x):
        return __import__(f'plugins.{x}', None, None, ['f']).f(x)
    def shown(x):
        return __import__('plugins.%s' % x, None, None, ['f']).f(x)
    def alias(x, find=importlib.import_module):
        return find(TABLE[x]).f(x)
    def unnamed(x):
        return importlib.import_module(str(x)).f(x)
    === plugins/__init__.py
    === plugins/first.py
    def f(x):
        return x * 10
    === plugins/second.py
    from tools import help_second
    def f(x):
        return help_second(x)
    === plugins/third.py
    from . import inner
    def f(x):
        return inner.g(x)
    === plugins/inner.py
    def g(x):
        return f"{x}7"
    === tools.py
    def help_second(x):
        return x * 2
    === other.py
    def f(x):
        return x * 3
"""
WITHIN = """
    from plugins.go import main
    === plugins/__init__.py
    === plugins/go.py
    import importlib
    def main(x):
        return importlib.import_module('.' + 'first'[:x + 9], __package__).f(x)
    === plugins/first.py
    def f(x):
        return x * 10
"""
FIRST = ("plugins/first.py", "x * 10", "x * 11")
SECOND = ("plugins/second.py", "help_second(x)", "help_second(x + 1)")
THIRD = ("plugins/third.py", "inner.g(x)", "inner.g(x * 2)")
INNER = ("plugins/inner.py", "{x}7", "{x}8")
TOOLS = ("tools.py", "x * 2", "x * 3")

CASES += [
    miss(32, "module that a table of names tells", PLUGINS, SECOND),
    miss(32, "another one of the table", PLUGINS, FIRST),
    miss(32, "module that it imports in turn", PLUGINS, TOOLS),
    hit(32, "module that no table tells", PLUGINS, THIRD),
    hit(32, "module that nobody names", PLUGINS, ("other.py", "x * 3", "x * 4")),
    miss(32, "any module behind a prefix", PLUGINS, THIRD, target="built", arguments="('third',)"),
    miss(32, "what one behind a prefix imports", PLUGINS, INNER, target="built", arguments="('third',)"),
    miss(32, "any module of a formatted name", PLUGINS, THIRD, target="formatted", arguments="('third',)"),
    miss(32, "any module of a printed name", PLUGINS, THIRD, target="shown", arguments="('third',)"),
    miss(32, "module of a table under another name", PLUGINS, SECOND, target="alias"),
    miss(32, "module of the own package", WITHIN, FIRST),
]

CASES += [
    hit(
        32,
        "module that is named by what says where a function comes from",
        """
        import functools, importlib
        import pkg.tools
        class Carrier:
            def __init__(self, f):
                functools.update_wrapper(self, f)
            def __call__(self, x):
                return self.__wrapped__(x)
            def __reduce__(self):
                return getattr, (importlib.import_module(self.__wrapped__.__module__), 'f')
        carried = Carrier(pkg.tools.f)
        def main(x):
            return carried(x)
        === pkg/__init__.py
        === pkg/tools.py
        def f(x):
            return x * 2
        def g(x):
            return x * 3
        """,
        ("pkg/tools.py", "x * 3", "x * 4"),
    ),
]
