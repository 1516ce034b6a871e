"""Edits of pydantic models and attrs classes, of what views leave out, and of names that come late."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import find_spec

from cases import Case, miss
from cases_generators import edited, kept

CASES: list[Case] = []
MODEL_CASES: list[Case] = []
ATTRS_CASES: list[Case] = []

MODEL = """
    from pydantic import BaseModel, ConfigDict, Field, PrivateAttr
    from pydantic import computed_field, field_serializer, field_validator, model_validator
    from typing import Annotated, Optional
    from annotated_types import Gt
    def make(): return [1]
    class Inner(BaseModel):
        z: int = 1
    class M(BaseModel):
        model_config = ConfigDict(str_to_lower=True)
        a: int = 2
        b: str = Field(default="X", max_length=5)
        c: list = Field(default_factory=make)
        d: Inner = Inner()
        e: Annotated[int, Gt(3)] = 4
        _p: int = PrivateAttr(default=7)
        @field_validator("a")
        @classmethod
        def check(cls, v): return v + 10
        @model_validator(mode="after")
        def whole(self):
            self._p = self._p + 1
            return self
        @computed_field
        @property
        def twice(self) -> int: return self.a * 2
        @field_serializer("b")
        def ser(self, v): return v + "!"
        def helper(self): return self._p + 100
    def main(x):
        m = M(a=x, b="QQ")
        try:
            M(e=3); ok = True
        except ValueError: ok = False
        return m.model_dump(), m.helper(), ok, M().a
"""

ATTRS = """
    import attrs
    from attrs import define, field, validators, Factory
    def conv(v): return int(v) + 1
    def chk(inst, a, v):
        if v > 100: raise ValueError("big 100")
    @define
    class A:
        a: int = 1
        b: int = field(default=2, converter=conv)
        c: list = Factory(lambda: [3])
        d: int = field(default=4, validator=chk, kw_only=True)
        e: int = field(init=False)
        @e.default
        def _e(self): return self.a + 5
        def __attrs_post_init__(self): self.c.append(6)
        def m(self): return self.a + 7
    def main(x):
        try: A(d=101)
        except ValueError as err: r = str(err)
        return repr(A()), A(2, 3).m(), r
"""

MODEL_CASES += edited(
    54,
    MODEL,
    ("pydantic default", "a: int = 2", "a: int = 3"),
    ("pydantic factory", "return [1]", "return [2]"),
    ("pydantic inner default", "z: int = 1", "z: int = 9"),
    ("pydantic constraint", "Gt(3)", "Gt(2)"),
    ("pydantic private", "default=7", "default=8"),
    ("pydantic validator", "v + 10", "v + 11"),
    ("pydantic model validator", "self._p + 1\n", "self._p + 2\n"),
    ("pydantic computed", "self.a * 2", "self.a * 3"),
    ("pydantic serializer", 'v + "!"', 'v + "?"'),
    ("pydantic method", "+ 100", "+ 101"),
    ("pydantic config", "str_to_lower=True", "str_to_lower=False"),
    ("pydantic type", "a: int = 2", "a: float = 2"),
)
MODEL_CASES += kept(
    54,
    MODEL,
    ("pydantic doc", "class M(BaseModel):\n", 'class M(BaseModel):\n    """Doc."""\n'),
)
ATTRS_CASES += edited(
    54,
    ATTRS,
    ("attrs default", "a: int = 1", "a: int = 9"),
    ("attrs field default", "default=2", "default=9"),
    ("attrs converter", "int(v) + 1", "int(v) + 2"),
    ("attrs factory", "[3]", "[4]"),
    ("attrs validator", "big 100", "big!"),
    ("attrs default method", "self.a + 5", "self.a + 6"),
    ("attrs post init", "append(6)", "append(7)"),
    ("attrs method", "self.a + 7", "self.a + 8"),
    ("attrs kw_only", "kw_only=True", "kw_only=False"),
    ("attrs frozen", "@define\n", "@define(frozen=False, order=True)\n"),
)
CASES += [
    miss(
        46,
        "__class__ cell super in nested",
        """
        class A:
            def f(self): return 1
        class B(A):
            def f(self):
                g = lambda: super(B, self).f()
                return [super(B, self).f() for _ in range(1)], g()
        def main(x): return B().f()
        """,
        ("app.py", "return 1\n", "return 2\n"),
    ),
    miss(
        46,
        "type hints as data dispatch",
        """
        def a(x: int): return "i"
        def b(x: str): return "s"
        FN = [a, b]
        def main(x): return [f.__annotations__["x"].__name__ for f in FN]
        """,
        ("app.py", "x: str", "x: float"),
    ),
    miss(
        46,
        "__init_subclass__ in base reading annotations",
        """
        class Base:
            def __init_subclass__(cls): cls.f = list(cls.__annotations__)
        class A(Base):
            a: int
            b: int
        def main(x): return A.f
        """,
        ("app.py", "    b: int\n", "    c: int\n"),
    ),
    miss(
        46,
        "default dict key by enum",
        """
        import enum
        class K(enum.Enum): A = 1; B = 2
        T = {K.A: lambda x: x + 1, K.B: lambda x: x + 2}
        def main(x): return T[K.A](x)
        """,
        ("app.py", "x + 1", "x + 9"),
    ),
    miss(
        46,
        "dict subclass with missing",
        """
        class D(dict):
            def __missing__(self, k): return k + "1"
        T = D(a=1)
        def main(x): return T["zz"]
        """,
        ("app.py", '"1"', '"2"'),
    ),
    miss(
        46,
        "iterates keys of dict with function keys",
        """
        def a(): return 1
        def b(): return 2
        T = {a: 1, b: 2}
        def main(x): return [k() for k in T]
        """,
        ("app.py", "return 2", "return 3"),
    ),
    miss(
        46,
        "max over function set",
        """
        def a(x): return x + 1
        def b(x): return x + 2
        S = {a, b}
        def main(x): return sorted(f(x) for f in S)
        """,
        ("app.py", "x + 2", "x + 3"),
    ),
    miss(
        46,
        "dict values through get then call",
        """
        def a(x): return x + 1
        T = {"a": a}
        def main(x):
            f = T.get("a")
            return f(x)
        """,
        ("app.py", "x + 1", "x + 3"),
    ),
    miss(
        46,
        "keys view aliasing via update",
        """
        def a(x): return x + 1
        T = {"a": a, "b": len}
        def main(x):
            t = {}
            t.update(T)
            return t["a"](x)
        """,
        ("app.py", "x + 1", "x + 3"),
    ),
    miss(
        46,
        "augmented subscript",
        """
        T = {"a": 1, "b": 2}
        def main(x):
            t = dict(T); t["a"] += 5
            return t
        """,
        ("app.py", '"b": 2', '"b": 3'),
    ),
    miss(
        46,
        "in with values needed",
        """
        T = {"a": [1]}
        def main(x):
            return "a" in T and T["a"]
        """,
        ("app.py", "[1]", "[2]"),
    ),
    miss(
        46,
        "key True vs 1",
        """
        T = {1: "x", 2: "y"}
        def main(x): return T[True]
        """,
        ("app.py", '"x"', '"z"'),
    ),
    miss(
        46,
        "membership key type",
        """
        T = {1: "x"}
        def main(x): return "1" in T
        """,
        ("app.py", "{1:", '{"1":'),
    ),
    miss(
        46,
        "view: not present then present",
        """
        T = {"b": 1}
        def main(x):
            try: return T["a"]
            except KeyError: return None
        """,
        ("app.py", '"b": 1', '"a": 1'),
    ),
    miss(
        46,
        "star args dict",
        """
        def g(**k): return k
        T = {"a": 1}
        def main(x): return g(**T)
        """,
        ("app.py", '"a": 1', '"a": 2'),
    ),
    miss(
        46,
        "walrus global",
        """
        T = {"a": 1, "b": 2}
        def main(x):
            return (t := T)["b"]
        """,
        ("app.py", '"b": 2', '"b": 3'),
    ),
    miss(
        46,
        "comparison chain with in",
        """
        T = {"a": 1, "b": 2}
        def main(x):
            return "a" in T in [{"a": 1, "b": 1 + 1}]
        """,
        ("app.py", '"b": 2', '"b": 3'),
    ),
    miss(
        46,
        "del subscript",
        """
        T = {"a": 1, "b": 2}
        def main(x):
            t = T
            return len(t)
        """,
        ("app.py", '"b": 2', '"b": 3, "c": 1'),
    ),
    miss(
        46,
        "functools.reduce with method names",
        """
        class A:
            def zorba(self): return 1
            def zorbb(self): return 2
        def main(x): return [getattr(A(), n)() for n in ("zorba", "zorbb")]
        """,
        ("app.py", "return 2", "return 3"),
    ),
    miss(
        46,
        "operator.methodcaller const in partial",
        """
        import operator
        class A:
            def zorba(self): return 1
        call = operator.methodcaller("zorba")
        def main(x): return call(A())
        """,
        ("app.py", "return 1", "return 3"),
    ),
    miss(
        46,
        "setattr then read through property setter by computed name",
        """
        class A:
            @property
            def zorba(self): return self._z
            @zorba.setter
            def zorba(self, v): self._z = v + 1
        def main(x):
            a = A()
            for k, v in {"zor" + "ba": 3}.items(): setattr(a, k, v)
            return a._z
        """,
        ("app.py", "v + 1", "v + 2"),
    ),
    miss(
        46,
        "kwargs into init with setattr self",
        """
        class A:
            def __init__(self, **k):
                for n, v in k.items(): setattr(self, n, v)
            @property
            def zorba(self): return self._z
            @zorba.setter
            def zorba(self, v): self._z = v + 1
        def main(x): return A(**{"zor" + "ba": 3})._z
        """,
        ("app.py", "v + 1", "v + 2"),
    ),
    miss(
        46,
        "dataclasses.replace with property",
        """
        import dataclasses
        @dataclasses.dataclass
        class A:
            zorba: int = 1
            def __post_init__(self): self.zorba += 1
        def main(x): return dataclasses.replace(A(), **{"zor"+"ba": 5}).zorba
        """,
        ("app.py", "+= 1", "+= 2"),
    ),
    miss(
        46,
        "SimpleNamespace of functions via vars",
        """
        import types
        def f(x): return x + 1
        NS = types.SimpleNamespace(zorba=f)
        def main(x): return vars(NS)["zor" + "ba"](x)
        """,
        ("app.py", "x + 1", "x + 2"),
    ),
    miss(
        46,
        "module vars",
        """
        import util
        def main(x): return vars(util)["zor" + "ba"](x)
        === util.py
        def zorba(x): return x + 1
        """,
        ("util.py", "x + 1", "x + 2"),
    ),
    miss(
        46,
        "module passed to helper",
        """
        import util
        def call(m, n, x): return getattr(m, n)(x)
        def main(x): return call(util, "zor" + "ba", x)
        === util.py
        def zorba(x): return x + 1
        """,
        ("util.py", "x + 1", "x + 2"),
    ),
    miss(
        46,
        "context manager class in with",
        """
        class CM:
            def __enter__(self): return 1
            def __exit__(self, *a): return True
        def main(x):
            with CM() as c: raise ValueError
            return c
        """,
        ("app.py", "return 1", "return 2"),
    ),
    miss(
        46,
        "xml sax style callback by name",
        """
        import html.parser
        class P(html.parser.HTMLParser):
            def __init__(self):
                super().__init__(); self.o = []
            def handle_starttag(self, tag, attrs): self.o.append(tag + "1")
        def main(x):
            p = P(); p.feed("<a>"); return p.o
        """,
        ("app.py", '"1"', '"2"'),
    ),
    miss(
        46,
        "unittest-like prefix discovery",
        """
        class T:
            def test_zorba(self): return 1
        def run(c): return [getattr(c(), n)() for n in sorted(vars(c)) if n.startswith("test_")]
        def main(x): return run(T)
        """,
        ("app.py", "return 1", "return 2"),
    ),
    miss(
        46,
        "sort key attrgetter in other module constant",
        """
        import operator
        KEY = "zor" + "ba"
        class A:
            def __init__(self, v): self.v = v
            @property
            def zorba(self): return -self.v
        def main(x): return [a.v for a in sorted([A(1), A(2)], key=operator.attrgetter(KEY))]
        """,
        ("app.py", "-self.v", "self.v"),
    ),
    miss(
        46,
        "inspect.getattr_static alias",
        """
        from inspect import getattr_static as gs
        class A:
            zorba = 5
        def main(x): return gs(A, "zor" + "ba")
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "type.mro walk",
        """
        class A:
            zorba = 5
        class B(A): pass
        def main(x): return [c.__dict__["zor" + "ba"] for c in B.__mro__ if "zor" + "ba" in c.__dict__]
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "super with computed",
        """
        class A:
            def zorba(self): return 5
        class B(A):
            def go(self): return getattr(super(), "zor" + "ba")()
        def main(x): return B().go()
        """,
        ("app.py", "return 5", "return 6"),
    ),
    miss(
        46,
        "cls computed in classmethod",
        """
        class A:
            zorba = 5
            @classmethod
            def go(cls): return getattr(cls, "zor" + "ba")
        def main(x): return A.go()
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "cls named self reads dict",
        """
        class A:
            zorba = 5
            @classmethod
            def go(self): return self.__dict__["zor" + "ba"]
        def main(x): return A.go()
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "self type dict",
        """
        class A:
            zorba = 5
            def go(self): return self.__class__.__dict__["zor" + "ba"]
        def main(x): return A().go()
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "receiver from nested function",
        """
        class Box:
            zorba = 5
        class A:
            def make(self):
                def visit(node, n): return getattr(node, "zor" + n)
                return visit
        V = A().make()
        def main(x): return V(Box(), "ba")
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "same method in two classes by mixin instance",
        """
        class Mix:
            def look(self, n): return getattr(self, "zor" + n)
        class A(Mix):
            zorba = 5
        def main(x): return A().look("ba")
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "types.MethodType rebinding",
        """
        import types
        class Mix:
            def look(self, n): return getattr(self, "zor" + n)
        class Box:
            zorba = 5
        def main(x):
            return types.MethodType(Mix.look, Box())("ba")
        """,
        ("app.py", "= 5", "= 6"),
    ),
    miss(
        46,
        "method via __func__",
        """
        class Mix:
            def look(self, n): return getattr(self, "zor" + n)
        class Box:
            zorba = 5
        def main(x):
            return Mix().look.__func__(Box(), "ba")
        """,
        ("app.py", "= 5", "= 6"),
    ),
]

# Other interpreters have these packages in other versions, or not at all; 3.11 does not know the syntax.
for package, cases in (("pydantic", MODEL_CASES), ("attrs", ATTRS_CASES)):
    CASES += [replace(case, portable=False) for case in cases if find_spec(package)]
CASES = [replace(case, portable=case.portable and "PEP" not in case.name) for case in CASES]
if sys.version_info < (3, 12):
    CASES = [case for case in CASES if "PEP" not in case.name]
