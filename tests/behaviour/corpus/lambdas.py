"""Lambdas in every position."""

OUTER = 7

simple = lambda x: x * 2
captured = (lambda n: lambda x: x * n)(OUTER)
several = lambda a, b, *c, d=1, **e: (a, b, c, d, e)
default = lambda x, d={"a": 1, "b": lambda: 2}: d["b"]() + x
nested = lambda x: lambda y: x + y
lambda_default = lambda x=lambda: 1: x()
left, right = lambda x: x * 20, lambda x: x + 10
one, two, three, four = (lambda x: x + 101), lambda x: x + 102, \
    lambda x: (
        x + 103
    ), (lambda
        x: x + 104)
listed = [lambda x: x + 201, lambda x: x + 202]
mapped = {"a": lambda x: x + 301, "b": lambda x: x + 302}
passed = sorted([3, 1, 2], key=lambda x: -x), max([1], key=lambda x: x)
comprehended = [lambda x: x + k for k in (401, 402)]
formatted = f"{(lambda x: x + 501)(1)}"
with_walrus = lambda x: (y := x + 1) * y
conditional = lambda x: "yes" if x else "no"
with_comprehension = lambda x: [[j for j in range(i)] for i in range(x)]
integer, boolean, decimal, zero, negative = lambda: 1, lambda: True, lambda: 1.0, lambda: 0.0, lambda: -0.0


def deco(f):
    return f


decorated = deco(lambda x: x + 601)


class Holder:
    attribute = lambda self, x: x + 701
    table = {"k": lambda x: x + 702}


def uses_holder(x):
    return Holder().attribute(x), Holder.table["k"](x)


def uses_lists(x):
    return [f(x) for f in listed], {k: f(x) for k, f in mapped.items()}, [f(x) for f in comprehended]


in_list_0, in_list_1 = listed
in_map = mapped["b"]
same_0, same_1 = comprehended  # they share one cell
