"""Comprehensions and generators, which 3.12 inlines and 3.11 does not."""

W = 5


def helper(x):
    return x * W


def listed(n):
    return [helper(i) for i in range(n)]


def filtered(n):
    return [i for i in range(n) if i % 2 if helper(i) > 3]


def nested(n):
    return [[helper(j) for j in range(i)] for i in range(n)]


def flattened(n):
    return [(i, j) for i in range(n) for j in range(i) if i != j]


def sets(n):
    return {i % 3 for i in range(n)}


def dicts(n):
    return {i: {j: helper(i + j) for j in range(i)} for i in range(n)}


def generators(n):
    return sum(helper(i) for i in range(n)), list((i, W) for i in range(n))


def shadowing(i):
    before = i
    rows = [i for i in range(3)]
    return before, i, rows


def capturing(n):
    fs = [lambda: i + n for i in range(n)]
    gs = [lambda k=k: k for k in range(n)]
    return [f() for f in fs], [g() for g in gs]


def of_the_class(n):
    class Local:
        size = 3
        rows = [helper(x) for x in range(size)]
        pairs = {k: v for k, v in zip("ab", rows)}

    return Local.rows, Local.pairs


def walrus(n):
    values = [y for i in range(n) if (y := helper(i)) > 2]
    while (n := n - 1) > 0:
        values.append(n)
    return values, y if values else None


def conditional(n):
    return ["a" if i else "b" for i in range(n)]


def unpacked(rows):
    return [a + b for a, (b, *c) in rows if c], [x for row in rows for x in (*row, 1)]


def generator(n):
    received = yield n
    yield from (i for i in range(received or 2))
    return "done"


def runs_generator(n):
    return list(generator(n))


def in_nested_function(n):
    def inner():
        return [helper(i) + n for i in range(n)]

    return inner()


def with_locals_of_two(n):
    return [(lambda x: [x + i + j for j in range(n)])(i) for i in range(n)]


def try_inside(n):
    try:
        return [1 // i for i in range(n)]
    except ZeroDivisionError as error:
        return [str(error) for _ in range(n)]


module_level = [helper(i) for i in range(3)]
module_lambdas = [lambda x, i=i: x + i for i in range(3)]


def uses_module_level(x):
    return module_level, [f(x) for f in module_lambdas]
