"""Edits behind names whose parts stand in the code, and names that lead on to others (rows 56 and 57)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

# No module of the standard library says these names, so only who computes them can reach them.
BOX = """
    class Box:
        def on_zorblet(self):
            return 1
        def zorblet_done(self):
            return 10
        def quixle(self):
            return 100
"""
ON = ("app.py", "return 1\n", "return 2\n")
DONE = ("app.py", "return 10\n", "return 20\n")
OTHER = ("app.py", "return 100\n", "return 200\n")

SPELLED = {
    "an f-string": """
    def main(x, kind="zorblet"):
        return getattr(Box(), f"on_{kind}")()
""",
    "a sum": """
    def main(x, kind="zorblet"):
        return getattr(Box(), "on_" + kind)()
""",
    "a sum of three": """
    def main(x, kind="zor"):
        return getattr(Box(), "on_" + kind + "blet")()
""",
    "percent": """
    def main(x, kind="zorblet"):
        return getattr(Box(), "on_%s" % (kind,))()
""",
    "percent without a tuple": """
    def main(x, kind="zorblet"):
        return getattr(Box(), "on_%s" % kind)()
""",
    "a template": """
    def main(x, kind="zorblet"):
        return getattr(Box(), "on_{}".format(kind))()
""",
    "a local": """
    def main(x, kind="zorblet"):
        name = f"on_{kind}"
        return getattr(Box(), name)()
""",
    "a loop over a display": """
    def main(x):
        for name in ("on_zorblet", "on_snarfle"):
            if hasattr(Box(), name):
                return getattr(Box(), name)()
""",
    "a comprehension": """
    def main(x):
        return [getattr(Box(), name)() for name in ["on_zorblet"]]
""",
    "either of two": """
    def main(x):
        return getattr(Box(), "on_zorblet" if x else "on_snarfle")()
""",
    "a method caller": """
    from operator import methodcaller
    def main(x, kind="zorblet"):
        return methodcaller(f"on_{kind}")(Box())
""",
    "a visitor of its own": """
    class Visitor(Box):
        def visit(self, kind):
            return getattr(self, f"on_{kind}")()
    def main(x):
        return Visitor().visit("zorblet")
""",
}
for how, rest in SPELLED.items():
    CASES += [
        miss(57, f"name spelled by {how}", BOX + rest, ON),
        hit(57, f"name that {how} cannot spell", BOX + rest, OTHER),
    ]
CASES += [
    miss(
        57,
        "name with a known end",
        BOX + '    def main(x, kind="zorblet"):\n        return getattr(Box(), f"{kind}_done")()\n',
        DONE,
    ),
    hit(
        57,
        "name with another end",
        BOX + '    def main(x, kind="zorblet"):\n        return getattr(Box(), f"{kind}_done")()\n',
        ON,
    ),
]


def unknown(name: str, rest: str) -> Case:
    """Describe a program that reaches `Box.quixle` by a name that only seems to be known."""
    return miss(57, f"name that only seems known, {name}", BOX + rest, OTHER)


CASES += [
    unknown(
        "a right operand with a say",
        """
    class Kind:
        def __radd__(self, left):
            return "quixle"
    def main(x):
        return getattr(Box(), "on_" + Kind())()
""",
    ),
    unknown(
        "a text with a say in percent",
        """
    class Kind(str):
        def __rmod__(self, left):
            return "quixle"
    def main(x):
        return getattr(Box(), "on_%s" % Kind("a"))()
""",
    ),
    unknown(
        "a left operand with a say",
        """
    class Kind:
        def __add__(self, right):
            return "quix" + "le"
    def main(x):
        return getattr(Box(), Kind() + "_done")()
""",
    ),
    unknown(
        "a local class with a say",
        """
    def main(x):
        class Kind:
            def __radd__(self, left):
                return "quix" + "le"
        return getattr(Box(), "on_" + Kind())()
""",
    ),
    unknown(
        "bound again",
        """
    def main(x):
        name = "on_zorblet"
        name += "x"
        for part in [("quix", "le")]:
            name = "".join(part)
        return getattr(Box(), name)()
""",
    ),
    unknown(
        "bound by a nested function",
        """
    def main(x):
        name = "on_zorblet"
        def change():
            nonlocal name
            name = "".join(["quix", "le"])
        change()
        return getattr(Box(), name)()
""",
    ),
    unknown(
        "unpacked",
        """
    def main(x):
        for name, _ in [("".join(["quix", "le"]), 1)]:
            return getattr(Box(), name)()
""",
    ),
    unknown(
        "a default",
        """
    def main(x, name="quix" + "le"):
        name = name or "on_zorblet"
        return [getattr(Box(), part)() for part in (name, "".join(["quix", "le"]))]
""",
    ),
    unknown(
        "a starred display",
        """
    def main(x):
        return [getattr(Box(), name)() for name in ("on_zorblet", *["".join(["quix", "le"])])][1]
""",
    ),
    unknown(
        "an attrgetter's chain",
        """
    from operator import attrgetter
    class Outer:
        on_box = Box()
    def main(x, kind="box.quix" + "le"):
        return attrgetter(f"on_{kind}")(Outer)()
""",
    ),
    unknown(
        "a prefix of a name that leads on",
        """
    def main(x, rest="attribute__"):
        return getattr(Box(), f"__get{rest}")("quix" + "le")()
""",
    ),
]

GADGET = """
    class Gadget:
        @property
        def zorblet(self):
            return 1
"""


def leads_on(name: str, rest: str) -> Case:
    """Describe a program that reaches `Gadget.zorblet` through what a constant name leads to."""
    return miss(56, f"constant name leads to {name}", GADGET + rest, ON)


CASES += [
    leads_on(
        "format",
        """
    def main(x):
        return getattr("{0.zor" + "blet}", "format")(Gadget())
""",
    ),
    leads_on(
        "format_map",
        """
    def main(x):
        return getattr("{g.zor" + "blet}", "format_map")({"g": Gadget()})
""",
    ),
    leads_on(
        "format by a method caller",
        """
    from operator import methodcaller
    def main(x):
        return methodcaller("format", Gadget())("{0.zor" + "blet}")
""",
    ),
    leads_on(
        "__getattribute__",
        """
    def main(x):
        return getattr(Gadget(), "__getattribute__")("zor" + "blet")
""",
    ),
    leads_on(
        "__getattribute__ of its own object",
        """
    class Show(str):
        def __call__(self, box):
            return getattr(self, "format")(box)
    def main(x):
        return Show("{0.zor" + "blet}")(Gadget())
""",
    ),
    leads_on(
        "attrgetter",
        """
    import operator
    def main(x):
        return getattr(operator, "attrgetter")("zor" + "blet")(Gadget())
""",
    ),
    leads_on(
        "getattr",
        """
    import builtins
    def main(x):
        return getattr(builtins, "getattr")(Gadget(), "zor" + "blet")
""",
    ),
    leads_on(
        "the class's dictionary",
        """
    def main(x):
        return getattr(Gadget, "__dict__")["zor" + "blet"].fget(Gadget())
""",
    ),
    leads_on(
        "the second of an attrgetter's names",
        """
    from operator import attrgetter
    def main(x):
        return attrgetter("__class__", "zor" + "blet")(Gadget())[1]
""",
    ),
    leads_on(
        "the place of a starred name",
        """
    def main(x):
        pair = Gadget(), "zor" + "blet"
        return getattr(*pair, None)
""",
    ),
    leads_on(
        "a field of a Formatter",
        """
    import string
    def main(x):
        return string.Formatter().get_field("0.zor" + "blet", (Gadget(),), {})[0]
""",
    ),
    leads_on(
        "a name that pkgutil resolves",
        """
    import pkgutil
    def main(x):
        return pkgutil.resolve_name("app:Gadget.zor" + "blet").fget(Gadget())
""",
    ),
    leads_on(
        "a name that xmlrpc resolves",
        """
    from xmlrpc.server import resolve_dotted_attribute
    def main(x):
        return resolve_dotted_attribute(Gadget(), "zor" + "blet")
""",
    ),
    leads_on(
        "an alias of vformat",
        """
    import string
    show = string.Formatter().vformat
    def main(x):
        return show("{0.zor" + "blet}", (Gadget(),), {})
""",
    ),
    leads_on(
        "an alias of a Formatter's format",
        """
    import string
    show = string.Formatter().format
    def main(x):
        return show("{0.zor" + "blet}", Gadget())
""",
    ),
    leads_on(
        "vformat",
        """
    import string
    def main(x):
        return string.Formatter().vformat("{0.zor" + "blet}", (Gadget(),), {})
""",
    ),
    miss(
        56,
        "constant name leads to the globals",
        """
        def h():
            return 1
        def main(x):
            return getattr(main, "__globals__")["h"]()
        """,
        ON,
    ),
    miss(
        56,
        "a parser sets attributes of an object that it is given",
        """
        import argparse
        class Options:
            def _set(self, value):
                self.size = int(value or 0) * 1
            zor_blet = property(None, _set)
        def main(x):
            parser = argparse.ArgumentParser()
            parser.add_argument("--zor-blet")
            options = Options()
            parser.parse_args(["--zor-blet", "3"], options)
            return options.size
        """,
        ("app.py", "* 1", "* 2"),
    ),
    miss(
        56,
        "a parser's method by a name with a known begin",
        """
        import argparse
        class Options:
            def _set(self, value):
                self.size = int(value or 0) * 1
            zor_blet = property(None, _set)
        def main(x, what="args"):
            parser = argparse.ArgumentParser()
            parser.add_argument("--zor-blet")
            options = Options()
            getattr(parser, "parse_" + what)(["--zor-blet", "3"], options)
            return options.size
        """,
        ("app.py", "* 1", "* 2"),
    ),
    hit(
        57,
        "name that begins like a parser's method",
        """
        class Box:
            def parse_zorblet(self):
                return 1
            def quixle(self):
                return 100
        def main(x, what="zorblet"):
            return getattr(Box(), "parse_" + what)()
        """,
        OTHER,
    ),
    hit(
        56,
        "a parser with a namespace of its own",
        BOX
        + """
    import argparse
    def main(x):
        parser = argparse.ArgumentParser()
        parser.add_argument("--zor-blet")
        return parser.parse_args(["--zor-blet", "3"]).zor_blet, Box().on_zorblet()
""",
        OTHER,
    ),
]

MIXED = """
    class Finder:
        def __getattr__(self, name):
            return getattr(self, name[1:] + name[:1])
    class Gadget:
        @property
        def zorblet(self):
            return 1
"""


def mixed(name: str, rest: str, **options: object) -> Case:
    """Describe a program that makes a class in which a method finds the members of another base."""
    return miss(57, f"class made of several, {name}", MIXED + rest, ON, **options)


CASES += [
    mixed(
        "a local class",
        """
    def main(x):
        class Both(Finder, Gadget): pass
        return Both().tzorble
""",
    ),
    mixed(
        "a metaclass that adds a base",
        """
    class Meta(type):
        def __new__(meta, name, bases, space):
            return super().__new__(meta, name, (*bases, Gadget) if space.get("both") else bases, space)
    def main(x):
        class Both(Finder, metaclass=Meta):
            both = True
        return Both().tzorble
""",
    ),
    mixed(
        "an object that stands for bases",
        """
    class Bases:
        def __mro_entries__(self, bases):
            return Finder, Gadget
    def main(x):
        class Both(Bases()): pass
        return Both().tzorble
""",
    ),
    mixed(
        "type",
        """
    def main(x):
        return type("Both", (Finder, Gadget), {})().tzorble
""",
    ),
    mixed(
        "type with bases from elsewhere",
        """
    BASES = Finder, Gadget
    def main(x):
        return type("Both", BASES, {})().tzorble
""",
    ),
    mixed(
        "types.new_class",
        """
    import types
    def main(x):
        return types.new_class("Both", (Finder, Gadget))().tzorble
""",
    ),
    mixed(
        "make_dataclass",
        """
    from dataclasses import make_dataclass
    def main(x):
        return make_dataclass("Both", [], bases=(Finder, Gadget))().tzorble
""",
    ),
    mixed(
        "new bases",
        """
    class Base: pass
    class Both(Base): pass
    def main(x):
        Both.__bases__ = Finder, Gadget
        return Both().tzorble
""",
        warns=("ImpureFunctionWarning",),
    ),
    miss(
        57,
        "a local class that a foreign base looks through",
        """
        import cmd
        class Commands:
            def do_zorblet(self, rest):
                self.said = 1
        def main(x):
            class Shell(Commands, cmd.Cmd): pass
            shell = Shell()
            shell.onecmd("".join(["zor", "blet"]))
            return shell.said
        """,
        ("app.py", "self.said = 1", "self.said = 2"),
    ),
    miss(
        57,
        "super's hook hands on to another object",
        """
        import codecs
        class Gadget:
            @property
            def zorblet(self):
                return 1
        class Reader(codecs.StreamReader):
            def __getattr__(self, name):
                return super().__getattr__("".join(["zor", "blet"]))
        def main(x):
            return Reader(Gadget()).snarfle
        """,
        ON,
    ),
    miss(
        57,
        "super's hook hands on by a base of the user's",
        """
        class Gadget:
            @property
            def zorblet(self):
                return 1
        class Base:
            def __getattr__(self, name):
                return getattr(Gadget(), name[1:] + name[:1])
        class Reader(Base):
            def __getattr__(self, name):
                return super().__getattr__("tzor" + "ble")
        def main(x):
            return Reader().snarfle
        """,
        ON,
    ),
    miss(
        57,
        "another super",
        """
        class Gadget:
            @property
            def zorblet(self):
                return 1
        def super():
            return Gadget()
        class Reader:
            def __getattr__(self, name):
                return super().__getattribute__("".join(["zor", "blet"]))
        def main(x):
            return Reader().snarfle
        """,
        ON,
    ),
    miss(
        57,
        "super's own attributes",
        """
        class Reader:
            @property
            def zorblet(self):
                return 1
            def __getattribute__(self, name):
                return super().__getattribute__(name[1:] + name[:1])
        def main(x):
            return Reader().tzorble
        """,
        ON,
    ),
    hit(
        57,
        "super's own attributes are not another class's",
        BOX
        + """
    class Reader:
        def __getattribute__(self, name):
            return super().__getattribute__(name)
        def __getattr__(self, name):
            return super().__getattr__(self, name) if name[:2] == "__" else 3
    def main(x):
        return Reader().snarfle, Box().on_zorblet()
""",
        OTHER,
    ),
]

UNBOUND = """
    class Finder:
        def __call__(self, name):
            return getattr(self, name)
    class Gadget:
        @property
        def zorblet(self):
            return 1
"""
WORD = '"".join(["zor", "blet"])'


def handed(name: str, rest: str) -> Case:
    """Describe a program in which a method that computes names of its own object reaches another's."""
    return miss(57, f"own object that is not, {name}", rest.replace("WORD", WORD), ON)


CASES += [
    handed(
        "a hook of a class in a variable",
        UNBOUND
        + """
    def main(x):
        k = Finder if Finder() else None
        return k.__call__(Gadget(), WORD)
""",
    ),
    handed(
        "a hook of a class by a constant name",
        UNBOUND
        + """
    def main(x):
        k = Finder if Finder() else None
        return getattr(k, "__call__")(Gadget(), WORD)
""",
    ),
    handed(
        "a text's format",
        GADGET
        + """
    class Text(str):
        def __call__(self, name, box):
            return getattr(self, name)(box)
    def main(x):
        return Text("{0.zor" + "blet}")("".join(["for", "mat"]), Gadget())
""",
    ),
    handed(
        "a class's __getattribute__",
        GADGET
        + """
    class Finder:
        @classmethod
        def look(cls, name, *rest):
            return getattr(cls, name)(*rest)
    def main(x):
        return Finder().look("".join(["__getattri", "bute__"]), Gadget(), WORD)
""",
    ),
    handed(
        "a subscripted class",
        GADGET
        + """
    class Finder:
        def __class_getitem__(cls, pair):
            return super().__getattribute__(*pair)
    def main(x):
        return Finder[Gadget(), WORD]
""",
    ),
    handed(
        "a metaclass's objects",
        """
    class Meta(type):
        def __call__(cls, name):
            return super().__getattribute__(name)
    class Gadget(metaclass=Meta):
        @property
        def zorblet(self):
            return 1
    def main(x):
        return Gadget(WORD).fget(3)
""",
    ),
    handed(
        "a foreign base that asks another",
        GADGET
        + """
    import codecs
    class Reader(codecs.StreamReader):
        def __call__(self, name):
            return getattr(self, name)
    def main(x):
        return Reader(Gadget())(WORD)
""",
    ),
    handed(
        "a property's function",
        GADGET
        + """
    class Finder:
        @property
        def look(self):
            return getattr(self, WORD)
    def main(x):
        k = Finder if Finder() else None
        return k.look.fget(Gadget())
""",
    ),
    hit(
        57,
        "a hook that looks at its own object",
        BOX
        + """
    class Finder:
        size = 3
        def __call__(self, name):
            return getattr(self, name)
    def main(x, name="size"):
        return Finder()(name), Box().on_zorblet()
""",
        OTHER,
    ),
]

FLAGS = """
    class Flags:
        strict = True
        @classmethod
        def show(cls, name):
            return str(getattr(cls, name)).upper()
"""
CASES += [
    hit(
        57,
        "a class method that shows its class's attributes",
        BOX
        + FLAGS
        + '    def main(x, name="strict"):\n        return Flags().show(name), Box().on_zorblet()\n',
        OTHER,
    ),
    miss(
        57,
        "a class method that shows its class's attributes to another str",
        GADGET
        + FLAGS
        + """
    class Name(str):
        pass
    def str(find):
        return Name(find(Gadget(), "".join(["zor", "blet"])))
    def main(x):
        return Flags().show("".join(["__getattri", "bute__"]))
""",
        ON,
    ),
]
