"""Classes of every kind, used by functions."""
import abc
import collections
import dataclasses
import enum
import functools
import typing


class Base:
    """Base."""

    rate = 2
    __slots__ = ("n", "__private")

    def __init__(self, n=1):
        self.n = n
        self.__private = n

    def scaled(self, x):
        return x * self.rate + self.__private

    @property
    def double(self):
        return self.n * 2

    @double.setter
    def double(self, value):
        self.n = value // 2

    @staticmethod
    def static(x):
        return x + 1

    @classmethod
    def make(cls, *a):
        return cls(*a)

    def __add__(self, other):
        return type(self)(self.n + other.n)


class Mixin:
    def describe(self):
        return f"{__class__.__name__}: {self.n}"


class Child(Mixin, Base):
    rate = 3

    def scaled(self, x):
        return super().scaled(x) + 1

    @functools.cached_property
    def slow(self):
        return self.scaled(10)

    class Inner:
        depth: int = 2

        def go(self):
            return self.depth


class Meta(type):
    def __new__(mcls, name, bases, space, **options):
        space["mark"] = options.get("mark", 0)
        return super().__new__(mcls, name, bases, space)

    def __call__(cls, *a):
        return super().__call__(*a)


class Made(metaclass=Meta, mark=5):
    def get(self):
        return self.mark


class Abstract(abc.ABC):
    @abc.abstractmethod
    def go(self): ...

    @classmethod
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        cls.registered = True


class Concrete(Abstract):
    def go(self):
        return self.registered


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else self.name

    def __set__(self, instance, value):
        raise AttributeError(self.name)


class Described:
    field = Descriptor()
    other = Descriptor()


@dataclasses.dataclass
class Plain:
    a: int
    b: list = dataclasses.field(default_factory=list)
    c: typing.ClassVar[int] = 4

    def total(self):
        return self.a + len(self.b) + self.c


@dataclasses.dataclass(frozen=True, order=True, slots=True, kw_only=True)
class Frozen:
    x: float = 1.5
    y: "str" = "q"

    def __post_init__(self):
        assert self.x


class Pair(typing.NamedTuple):
    left: int
    right: int = 3

    def both(self):
        return self.left + self.right


Old = collections.namedtuple("Old", ["p", "q"], defaults=[1])


class Color(enum.Enum):
    RED = 1
    BLUE = "b"
    CRIMSON = RED

    def shout(self):
        return self.name.upper()


class Level(enum.IntEnum):
    LOW = enum.auto()
    HIGH = enum.auto()


class Access(enum.Flag):
    R = enum.auto()
    W = enum.auto()
    RW = R | W


class Names(str, enum.Enum):
    A = "a"


class Typed(typing.TypedDict, total=False):
    key: int


class Speaks(typing.Protocol):
    def speak(self) -> str: ...


class Box(typing.Generic[typing.TypeVar("T")]):
    def __init__(self, item):
        self.item = item


class Failure(ValueError):
    def __init__(self, code, *rest):
        super().__init__(code, *rest)
        self.code = code


class Rows(list):
    def first(self):
        return self[0]


class Missing(dict):
    def __missing__(self, key):
        return key


def use_base(x): return Base(x).scaled(x), Base.static(1), Base.make().double, Base(1) + Base(2)
def use_child(x): return Child(x).slow, Child().describe(), Child.Inner().go()
def use_meta(): return Made().get()
def use_abstract(): return Concrete().go()
def use_described(): return Described().field, Described.other
def use_plain(x): return Plain(x).total()
def use_frozen(): return Frozen() < Frozen(x=2.0)
def use_pair(x): return Pair(x).both()
def use_old(x): return Old(x)
def use_color(): return Color.RED.shout(), list(Color)
def use_level(): return Level.HIGH > Level.LOW
def use_access(): return Access.R | Access.W, Access.RW
def use_names(): return Names.A == "a"
def use_typed(): return Typed(key=1)
def use_speaks(x): return isinstance(x, Speaks)
def use_box(x): return Box(x).item
def use_failure(x): raise Failure(x)
def use_rows(x): return Rows([x]).first()
def use_missing(x): return Missing()[x]
def use_member(color=Color.BLUE): return color.value


instance = Child(4)
frozen = Frozen(x=3.0)
method = instance.scaled
unbound = Base.scaled


def use_instance(x): return instance.scaled(x), frozen.x
def use_method(x): return method(x), unbound(instance, x)


def local_class(x):
    class Local(Base):
        value = x
        rate = 9

        def get(self):
            return self.value, x, super().scaled(1)

    return Local().get()
