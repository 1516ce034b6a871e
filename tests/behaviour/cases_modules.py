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
