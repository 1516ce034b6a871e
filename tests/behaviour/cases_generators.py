"""Edits of what writes classes: descriptors, metaclasses, data classes, enums, protocols (rows 53 and 54)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []


def edited(row: int, files: str, *pairs: tuple[str, str, str]) -> list[Case]:
    """Describe one program and edits of it, each (name, old, new), that must change the key."""
    return [miss(row, name, files, ("app.py", old, new)) for name, old, new in pairs]


def kept(row: int, files: str, *pairs: tuple[str, str, str]) -> list[Case]:
    """Describe one program and edits of it that must not change the key."""
    return [hit(row, name, files, ("app.py", old, new)) for name, old, new in pairs]


DATA = """
    import dataclasses
    from dataclasses import dataclass, field, KW_ONLY
    from typing import ClassVar
    def make():
        return [1]
    class Twice:
        def __get__(self, instance, owner=None):
            return 7 if instance is None else instance.__dict__["_zorb"]
        def __set__(self, instance, value):
            instance.__dict__["_zorb"] = value * 2
    @dataclass(order=True)
    class Base:
        n: int = 1
        hidden: int = field(default=5, repr=False, compare=False)
        count: ClassVar[int] = 11
        # here
    @dataclass
    class D(Base):
        items: list = field(default_factory=make)
        zorb: int = Twice()
        tag: str = field(default="t", metadata={"m": 1})
        _: KW_ONLY
        k: int = 3
        __version__ = 4
        def __post_init__(self):
            self.items.append(100)
        def __str__(self):
            return f"<{self.n}>"
    def main(x):
        d = D(2, zorb=4)
        return (repr(d), str(d), d.k, D.__version__, D.count,
                Base(1) < Base(2), [f.metadata for f in dataclasses.fields(d)])
"""

CASES += edited(
    54,
    DATA,
    ("default of an inherited field", "n: int = 1", "n: int = 9"),
    ("default of a hidden field", "default=5", "default=6"),
    ("field shown", "default=5, repr=False", "default=5, repr=True"),
    ("field compared", "repr=False, compare=False", "repr=False, compare=True"),
    ("class variable", "= 11", "= 12"),
    ("factory's body", "return [1]", "return [2]"),
    ("setter of a descriptor that is a field", "value * 2", "value * 3"),
    (
        "getter of a descriptor that is a field",
        'else instance.__dict__["_zorb"]',
        'else -instance.__dict__["_zorb"]',
    ),
    ("metadata of a field", '"m": 1', '"m": 2'),
    ("default of a keyword-only field", "k: int = 3", "k: int = 4"),
    ("constant between double underscores", "__version__ = 4", "__version__ = 5"),
    ("post-init", "append(100)", "append(101)"),
    ("method beside generated ones", 'f"<{self.n}>"', 'f"[{self.n}]"'),
    ("field renamed", "tag: str", "mark: str"),
    (
        "fields in another order",
        'tag: str = field(default="t", metadata={"m": 1})\n    _: KW_ONLY\n',
        '_: KW_ONLY\n    tag: str = field(default="t", metadata={"m": 1})\n',
    ),
)
CASES += kept(
    54,
    DATA,
    ("comment in a data class", "# here", "# there\n"),
    ("docstring of a data class", "class D(Base):\n", 'class D(Base):\n    """Hold data."""\n'),
)
CASES += [
    miss(
        54,
        f"flag {flag} of a data class",
        f"""
        from dataclasses import dataclass
        @dataclass({flag}=True)
        class D:
            a: int = 0
            b: int = 1
        def main(x):
            d = D()
            try:
                d.q = 1
            except (AttributeError, TypeError):
                return 0
            try:
                match d:
                    case D(0):
                        return 1
            except TypeError:
                return 2
            try:
                return D(1)
            except TypeError:
                return 3
        """,
        ("app.py", f"{flag}=True", f"{flag}=False"),
    )
    for flag in ("slots", "match_args", "kw_only", "frozen")
]
CASES += [
    miss(
        54,
        "method of a data class in built text",
        '''
        SOURCE = """
        from dataclasses import dataclass
        @dataclass
        class D:
            a: int = 1
            def __add__(self, other):
                return self.a + 10
        """
        import textwrap
        space = {"__name__": __name__}
        exec(textwrap.dedent(SOURCE), space)
        D = space["D"]
        def main(x):
            return D() + 1
        ''',
        ("app.py", "+ 10", "+ 20"),
        portable=False,
    ),
    miss(
        12,
        "types of a data class's fields, read",
        """
        import dataclasses
        @dataclasses.dataclass
        class D:
            a: int = 0
        def main(x):
            return [f.type for f in dataclasses.fields(D)]
        """,
        ("app.py", "a: int", "a: str"),
    ),
]

ENUM = """
    import enum
    from enum import Enum, Flag, IntEnum, auto
    class Kind(Enum):
        A = 1
        B = "b"
        __secret = 5
        _ignore_ = ["skip"]
        skip = 9
        @property
        def twice(self):
            return self.value * 2
        @classmethod
        def _missing_(cls, value):
            return cls.A
        @staticmethod
        def shift(v):
            return v + 1000
        def hidden(self):
            return self.__secret
        def __str__(self):
            return f"kind {self.name}"
    class Auto(Enum):
        def _generate_next_value_(name, start, count, last):
            return name.lower()
        ONE = auto()
    class Pair(Enum):
        P = (1, 2)
        def __init__(self, a, b):
            self.total = a + b
    class Made(Enum):
        def __new__(cls, v):
            made = object.__new__(cls)
            made._value_ = v
            made.extra = v * 7
            return made
        M = 3
    class Bits(Flag, boundary=enum.KEEP):
        R = 1
        W = 2
        RW = 3
    class Level(IntEnum):
        LOW = 1
    class Text(str, Enum):
        T = "t"
        __str__ = str.__str__
    def bits(v):
        try:
            return str(Bits(v))
        except ValueError:
            return "no"
    def main(x):
        k = Kind.A
        return (str(k), k.twice, Kind("zz"), Kind.shift(1), k.hidden(), Auto.ONE.value, Pair.P.total,
                Made.M.extra,
                bits(8), Level.LOW + 1, str(Text.T), [m.name for m in Kind], list(Bits.RW))
"""
CASES += edited(
    54,
    ENUM,
    ("value of a member", "    A = 1\n", "    A = 2\n"),
    ("private constant of an enum", "__secret = 5", "__secret = 6"),
    ("property of an enum", "self.value * 2", "self.value * 3"),
    ("_missing_ of an enum", "return cls.A", "return cls.B"),
    ("static method of an enum", "v + 1000", "v + 1001"),
    ("__str__ of an enum", 'f"kind {self.name}"', 'f"sort {self.name}"'),
    ("_generate_next_value_", "name.lower()", "name.title()"),
    ("__init__ of an enum", "a + b", "a - b"),
    ("__new__ of an enum", "v * 7", "v * 8"),
    ("boundary of a flag", "enum.KEEP", "enum.STRICT"),
    ("value of a flag", "    W = 2\n", "    W = 4\n"),
    ("member of an int enum", "LOW = 1", "LOW = 2"),
    ("__str__ taken from str", "    __str__ = str.__str__\n", ""),
    ("members in another order", '    A = 1\n    B = "b"\n', '    B = "b"\n    A = 1\n'),
)
CASES += kept(
    54, ENUM, ("docstring of an enum", "class Kind(Enum):\n", 'class Kind(Enum):\n    """Sort."""\n')
)

META = """
    import abc
    from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar, runtime_checkable
    T = TypeVar("T")
    class Named:
        def __set_name__(self, owner, name):
            self.name = name
        def __get__(self, instance, owner=None):
            return f"{self.name}!"
    class Registered:
        known = {}
        def __init_subclass__(cls, /, key=None, **options):
            cls.known[key] = cls
            cls.tag = f"tag {key}"
    class One(Registered, key="one"):
        def run(self):
            return 1
    class Two(Registered, key="two"):
        def run(self):
            return 2
    class Point(NamedTuple):
        x: int = 0
        y: int = 3
        def norm(self):
            return self.x + self.y
    class Shape(abc.ABC):
        @property
        @abc.abstractmethod
        def area(self): ...
        def describe(self):
            return f"area {self.area}"
    class Square(Shape):
        area = 4
    class Stack(Generic[T]):
        def __class_getitem__(cls, item):
            return (cls.__name__, 40)
    class Meta(type):
        @property
        def label(cls):
            return "label"
        def __iter__(cls):
            return iter([6])
        def __instancecheck__(cls, instance):
            return instance == 3
    class WithMeta(metaclass=Meta):
        field = Named()
    @runtime_checkable
    class Runs(Protocol):
        def zorblet(self): ...
    class Quick:
        def zorblet(self):
            return 1
    class Hooked(abc.ABC):
        @classmethod
        def __subclasshook__(cls, other):
            return other is int
    class Virtual(abc.ABC): pass
    class Other(abc.ABC): pass
    class Stranger: pass
    Virtual.register(Stranger)
    def decorate(cls):
        cls.added = lambda self: 8
        return cls
    @decorate
    class Decorated: pass
    def make(name):
        return type(name, (Decorated,), {"made": lambda self: 70})
    Made = make("Made")
    class Movie(TypedDict):
        name: str
    def main(x):
        return (One().run(), Registered.known["two"]().run(), One.tag, Point(1).norm(), Point(),
                Square().describe(), Stack[int],
                WithMeta.label, list(WithMeta), isinstance(x, WithMeta), WithMeta().field,
                        isinstance(Quick(), Runs),
                isinstance(x, Hooked), isinstance(Stranger(), Virtual), isinstance(Stranger(), Other),
                Decorated().added(), Made().made(), Movie(name="m"))
"""
CASES += edited(
    53,
    META,
    ("__set_name__", "self.name = name", "self.name = name + '?'"),
    ("__get__ of a descriptor", 'f"{self.name}!"', 'f"{self.name}?"'),
    ("__init_subclass__", 'f"tag {key}"', 'f"mark {key}"'),
    ("class in a registry of subclasses", "return 2", "return 20"),
    ("keyword of a class", 'key="one"', 'key="uno"'),
    ("default of a named tuple", "y: int = 3", "y: int = 4"),
    ("method of a named tuple", "self.x + self.y", "self.x - self.y"),
    ("method of an abstract class", 'f"area {self.area}"', 'f"size {self.area}"'),
    ("attribute instead of an abstract property", "area = 4", "area = 5"),
    ("__class_getitem__", "40", "41"),
    ("property of a metaclass", 'return "label"', 'return "name"'),
    ("__iter__ of a metaclass", "[6]", "[7]"),
    ("__instancecheck__", "instance == 3", "instance == 4"),
    (
        "member that a runtime protocol asks for",
        "class Quick:\n    def zorblet",
        "class Quick:\n    def zorblex",
    ),
    (
        "protocol's member renamed",
        "class Runs(Protocol):\n    def zorblet",
        "class Runs(Protocol):\n    def zorblex",
    ),
    ("__subclasshook__", "other is int", "other is str"),
    ("virtual subclass", "Virtual.register(Stranger)", "Other.register(Stranger)"),
    ("class decorator", "lambda self: 8", "lambda self: 9"),
    ("class from type()", "lambda self: 70", "lambda self: 71"),
)
CASES += kept(
    53,
    META,
    ("annotation of a TypedDict", "name: str", "name: object"),
    ("docstring of a protocol's member", "class Quick:\n", 'class Quick:\n    """Is quick."""\n'),
    ("type variable renamed", 'T = TypeVar("T")', 'T = TypeVar("T")  # of things'),
)
CASES += [
    miss(
        53,
        "method made abstract",
        """
        import abc
        class C(abc.ABC):
            def go(self): return 1
            def zorblet(self): return 2
        def main(x):
            try:
                return C().go()
            except TypeError:
                return "abstract"
        """,
        ("app.py", "def zorblet", "@abc.abstractmethod\n    def zorblet"),
    ),
    miss(
        53,
        "virtual subclass of a standard class",
        """
        import collections.abc
        class C: pass
        collections.abc.Sequence.register(C)
        def main(x):
            return isinstance(C(), collections.abc.Sequence)
        """,
        ("app.py", "Sequence.register(C)", "Mapping.register(C)"),
    ),
    miss(
        53,
        "members in another order, listed",
        """
        class C:
            a = 1
            b = 2
        def main(x):
            return [n for n in vars(C) if len(n) == 1]
        """,
        ("app.py", "a = 1\n    b = 2", "b = 2\n    a = 1"),
    ),
    hit(
        53,
        "members in another order",
        """
        class C:
            def a(self): return 1
            def b(self): return 2
        def main(x):
            return C().a() + C().b()
        """,
        (
            "app.py",
            "def a(self): return 1\n    def b(self): return 2",
            "def b(self): return 2\n    def a(self): return 1",
        ),
    ),
    hit(
        53,
        "method that nobody names",
        """
        class C:
            def go(self): return 1
            def zorblet(self): return 2
        def main(x):
            return C().go()
        """,
        ("app.py", "return 2", "return 3"),
    ),
    miss(
        53,
        "private name in a nested class",
        """
        class Outer:
            __rate = 2
            class __Inner:
                __zeta = 3
                def go(self):
                    return self.__zeta
            def go(self):
                return self.__Inner().go() * self.__rate
        def main(x):
            return Outer().go()
        """,
        ("app.py", "__zeta = 3", "__zeta = 4"),
    ),
]
