"""F-strings, bytes, formats: 3.12 parses f-strings anew."""

WIDTH = 8


def plain(x):
    return f"a{x}b"


def conversions(x):
    return f"{x!r} {x!s} {x!a}"


def formats(x):
    return f"{x:>10} {x:{WIDTH}.{WIDTH - 2}f} {x!r:^{WIDTH}}"


def nested(x):
    return f"{f'{x}' + 'y'} {', '.join(f'<{i}>' for i in x)}"


def escaped(x):
    return f"{{{x}}} {{}} \n {x}%"


def debug(x):
    return f"{x=} {x + 1 = } {x=!s} {x=:>5}"


def concatenated(x):
    return "a" f"{x}" "b" f"c{x}d" R"\e"


def empty():
    return f"", f"{''}", f"only text"


def multi_line(x):
    return f"""
    {x}
      {x + 1}
    """


def with_lambda(x):
    return f"{(lambda y: y + 1)(x)}", f"{x if x else 'none'}", f"{ {'a': 1}['a'] }"


def percent(x):
    return "%s and %(a)s" if x else "%5.2f %%" % 1.0


def raw(x):
    return r"\d+" + "\\d" + b"\\d\xff".hex() + "\N{SNOWMAN}" + "é\u0301"
