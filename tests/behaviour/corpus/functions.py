"""Plain functions: every kind of parameter, statement and expression."""
import os
import os.path as osp
from math import pi, sqrt as root

K = 3
TABLE = {"a": [1, 2, (3, 4.5)], 2: {None: b"x"}, (1, "t"): {1, 2, 3}, -0.0: 1j, True: ...}
names = ["b", "a"]


def positional(a, b, /, c, d=1, *rest, e, f="x", **more):
    return a, b, c, d, rest, e, f, more


def only_keywords(*, a=K, b=(1, 2), c=frozenset({"x", "y"})):
    return a * len(b), c


def constants():
    return 1, True, 1.0, -0.0, 1e400, -1e400, 2j, "a", b"a", None, ..., (), (1, (2, "b")), 10**30, "\udc80\n\x00é"


def folded():
    return 60 * 60 * 24, "ab" * 3, -1, (1, 2) + (3,), 2**10, not False, "a" "b"


def arithmetic(a, b):
    a += 1; a -= 2; a *= 3; a /= 4; a //= 5; a %= 6; a **= 2; a @= b; a >>= 1; a <<= 1; a &= 3; a |= 4; a ^= 5
    return a + b - a * b / a // b % a ** b @ a << b >> a & b | a ^ ~b


def comparisons(a, b, c):
    return a < b <= c != a == b > c >= a, a is b, a is not None, a in b, a not in (1, 2, 3), not (a and b or not c)


def branches(x):
    if x > 1:
        return "more"
    elif x == 1 and names:
        return "one"
    else:
        pass
    return "a" if x else "b" if names else "c"


def loops(n):
    total = 0
    for i in range(n):
        if i == 3:
            continue
        if i > 7:
            break
        total += i
    else:
        total = -total
    while n:
        n -= 1
        if n == 2:
            break
    else:
        total -= 1
    for i, (j, *k) in enumerate([(1, 2, 3)]):
        total += i + j + len(k)
    return total


def assignments(x):
    a = b = c = x
    (d, e), [f, *g] = (a, b), [c, 1, 2]
    x.attr = a
    x[0], x[1:2], x[::2], x[..., None] = a, [b], [], 0
    h: int = 4
    i: str
    (j): int = 5
    del a, x[0], x.attr
    return b, d, e, f, g, h, j


def raising(x):
    try:
        if x < 0:
            raise ValueError("negative") from None
        if x == 0:
            raise KeyError
        raise RuntimeError from ValueError(x)
    except (KeyError, ValueError) as error:
        return repr(error)
    except RuntimeError:
        raise
    else:
        return 1
    finally:
        x = None


def asserting(x):
    assert x, f"no {x!r}"
    assert isinstance(x, int)
    return x


def scoping(x):
    global late
    late = x
    count = 0

    def inner():
        nonlocal count
        count += 1
        return count, K, pi

    inner()
    return inner(), late


def calls(f, *a, **k):
    return f(1, *a, x=2, *names, **k, **{"y": 3}), f(*a)(**k), f((yes for yes in a)), print(*a, sep="", end="\n")


def builtins_and_modules(path):
    return osp.join(path, os.sep), os.path.basename(path), root(2) + pi, len(path), sorted(names, key=str.lower), max(1, 2)


def slices(x):
    return x[1], x[-1], x[1:], x[:1], x[:], x[::2], x[1:2:3], x[1, 2], x[1:2, ::3], x[()], x[(1,)], x[*names]


def chained(x):
    return x.a.b().c[0](1).d


def docstring_only():
    """Say nothing."""


def statement_only():
    "not a docstring?"
    "a second constant"
    pass
    ...
    return __name__


def same_docstring():
    """Other words."""


def many_returns(x):
    if x:
        return
    return None


def deleted(x):
    y = x
    del y
    try:
        return y
    except UnboundLocalError:
        return -1


def uses_table(k):
    return TABLE[k], TABLE.get(K)


def reads_locals(x):
    y = x
    return sorted(locals())


def star_index(x, y):
    return x[*y], [*x, *y], (*x, 1), {*x, *y}, {**x, "a": 1, **y}


def imports_inside():
    import json as j, collections.abc
    from itertools import chain, repeat as again
    return j.dumps([1]), collections.abc.Sized, chain(), again(1)
