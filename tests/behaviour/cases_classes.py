"""Edits of classes: bases, descriptors, metaclasses, data classes (rows 50, 51, 53-55 and 67)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

CLASSES = """
    class Meta(type):
        def __call__(cls, *a):
            made = super().__call__(*a)
            made.mark = 1
            return made
    class Base(metaclass=Meta):
        rate = 2
        def __init_subclass__(cls, **options):
            cls.level = 10
        def __init__(self, n=4):
            self.n = n
        def _hidden(self, x):
            return x * self.rate
        @property
        def double(self):
            return self.n * 2
    class Descr:
        def __get__(self, instance, owner):
            return 77
    class Child(Base):
        field = Descr()
        def _hidden(self, x):
            return super()._hidden(x) + 1
        def go(self, x):
            return self._hidden(x) + self.double + self.field + self.mark + self.level
    def main(x):
        return Child().go(x)
"""

CASES += [
    miss(50, "inherited private method", CLASSES, ("app.py", "x * self.rate", "x + self.rate")),
    miss(50, "inherited class attribute", CLASSES, ("app.py", "rate = 2", "rate = 3")),
    miss(50, "inherited default", CLASSES, ("app.py", "n=4", "n=5")),
    miss(
        50,
        "base in another module",
        """
        from base import Base
        class C(Base):
            pass
        def main(x):
            return C().f(x)
        === base.py
        class Base:
            def f(self, x):
                return x * 2
        """,
        ("base.py", "x * 2", "x * 3"),
    ),
    miss(
        50,
        "class used through an instance",
        CLASSES + "\n    box = Child()\n    def use(x):\n        return box.go(x)\n",
        ("app.py", "x * self.rate", "x + self.rate"),
        target="use",
    ),
    miss(
        51,
        "patched method",
        """
        class Base:
            def _m(self):
                return 1
        class C(Base):
            pass
        Base._m = lambda self: 2
        def main(x):
            return C()._m() + x
        """,
        ("app.py", "self: 2", "self: 3"),
    ),
    miss(53, "property", CLASSES, ("app.py", "self.n * 2", "self.n * 3")),
    miss(53, "descriptor", CLASSES, ("app.py", "return 77", "return 78")),
    miss(53, "metaclass", CLASSES, ("app.py", "made.mark = 1", "made.mark = 2")),
    miss(53, "super", CLASSES, ("app.py", "super()._hidden(x) + 1", "super()._hidden(x) + 2")),
    miss(53, "init_subclass", CLASSES, ("app.py", "cls.level = 10", "cls.level = 11")),
    hit(
        53,
        "comment and docstring in a class",
        CLASSES,
        ("app.py", "    rate = 2", "    # how much\n    rate = 2"),
    ),
    miss(
        53,
        "static and class methods",
        """
        class Tool:
            @staticmethod
            def s(x):
                return x + 1
            @classmethod
            def c(cls, x):
                return cls.s(x) * 2
        def main(x):
            return Tool.c(x)
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    miss(
        55,
        "hook of a visitor",
        """
        import ast
        class Names(ast.NodeVisitor):
            def __init__(self):
                self.found = []
            def visit_Name(self, node):
                self.found.append(node.id)
        def main(text):
            names = Names()
            names.visit(ast.parse(text))
            return names.found
        """,
        ("app.py", "node.id)", "node.id * 2)"),
        arguments="('a + b',)",
    ),
    miss(
        55,
        "hook of a class from site-packages",
        """
        from third import Walker
        class Mine(Walker):
            def visit_item(self, item):
                return item * 2
        def main(x):
            return Mine().walk([x, x])
        === lib/site-packages/third.py
        class Walker:
            def walk(self, items):
                return [getattr(self, "visit_" + "item")(i) for i in items]
        """,
        ("app.py", "item * 2", "item * 3"),
        path=("", "lib/site-packages"),
    ),
]

DATA = """
    import enum
    from collections import namedtuple
    from dataclasses import dataclass, field
    from typing import NamedTuple
    def make():
        return [1]
    @dataclass(order=True)
    class Point:
        x: int
        y: int = 5
        tags: list = field(default_factory=make)
        def norm(self):
            return abs(self.x)
    class Pair(NamedTuple):
        a: int
        b: int = 7
    Old = namedtuple("Old", "p q", defaults=[3])
    class Color(enum.Enum):
        RED = 1
        BLUE = 2
    class Flag(enum.IntFlag):
        R = 1
        W = 2
    def use_point(x):
        return Point(x).y, Point(x).tags, Point(1) < Point(2)
    def use_pair(x):
        return Pair(x).b
    def use_old(x):
        return Old(x).q
    def use_color(x):
        return [c.value for c in Color]
    def use_member(x):
        return Color.RED.value * x
    def use_flag(x):
        return int(Flag.R | Flag.W)
"""

CASES += [
    miss(54, "dataclass default", DATA, ("app.py", "y: int = 5", "y: int = 6"), target="use_point"),
    miss(
        54, "dataclass order", DATA, ("app.py", "order=True", "order=True, frozen=True"), target="use_point"
    ),
    miss(54, "dataclass factory", DATA, ("app.py", "return [1]", "return [2]"), target="use_point"),
    miss(
        54,
        "order of dataclass fields",
        """
        from dataclasses import dataclass
        @dataclass
        class P:
            a: int
            b: int
        def main(x):
            return P(x, 2).a
        """,
        ("app.py", "a: int\n    b: int", "b: int\n    a: int"),
    ),
    miss(
        54,
        "dataclass field compared",
        DATA,
        ("app.py", "y: int = 5", "y: int = field(default=5, compare=False)"),
        target="use_point",
    ),
    miss(54, "NamedTuple default", DATA, ("app.py", "b: int = 7", "b: int = 8"), target="use_pair"),
    miss(54, "namedtuple default", DATA, ("app.py", "defaults=[3]", "defaults=[4]"), target="use_old"),
    miss(54, "namedtuple fields", DATA, ("app.py", '"p q"', '"q p"'), target="use_old", arguments="(3,)"),
    miss(54, "enum value", DATA, ("app.py", "BLUE = 2", "BLUE = 3"), target="use_color"),
    miss(
        54, "enum member added", DATA, ("app.py", "BLUE = 2", "BLUE = 2\n    GREEN = 3"), target="use_color"
    ),
    miss(54, "enum member's value", DATA, ("app.py", "RED = 1", "RED = 4"), target="use_member"),
    miss(54, "flag value", DATA, ("app.py", "W = 2", "W = 4"), target="use_flag"),
    hit(54, "another class", DATA, ("app.py", "y: int = 5", "y: int = 6"), target="use_color"),
    hit(
        54,
        "comment in a dataclass",
        DATA,
        ("app.py", "    x: int\n", "    # across\n    x: int\n"),
        target="use_point",
    ),
    miss(
        67,
        "class of an argument",
        """
        class Box:
            n = 2
            def go(self):
                return self.n * 2
        def main(box):
            return box.go()
        """,
        ("app.py", "self.n * 2", "self.n * 3"),
        arguments="(Box(),)",
        by="key",
    ),
    miss(
        67,
        "base of an argument's class",
        """
        class Base:
            def go(self):
                return 2
        class Box(Base):
            pass
        def main(boxes):
            return boxes[0].go()
        """,
        ("app.py", "return 2", "return 3"),
        arguments="([Box()],)",
        by="key",
    ),
    miss(
        67,
        "function as an argument",
        """
        def h(x):
            return x * 2
        def main(f):
            return f(3)
        """,
        ("app.py", "x * 2", "x * 3"),
        arguments="(h,)",
        by="key",
    ),
    hit(
        67,
        "comment in the class of an argument",
        """
        class Box:
            def go(self):
                return 2
        def main(box):
            return box.go()
        """,
        ("app.py", "return 2", "# two\n        return 2"),
        arguments="(Box(),)",
        by="key",
    ),
    hit(
        67,
        "another class than the argument's",
        """
        class Box:
            def go(self):
                return 2
        class Other:
            n = 1
        def main(box):
            return box.go()
        """,
        ("app.py", "n = 1", "n = 2"),
        arguments="(Box(),)",
        by="key",
    ),
]
