"""Decorators, partials, context managers, dispatch, coroutines."""
import asyncio
import contextlib
import functools
import itertools
import operator


def times(n, *, offset=0):
    def deco(f):
        @functools.wraps(f)
        def inner(*a, **k):
            return f(*a, **k) * n + offset

        return inner

    return deco


def bare(f):
    def inner(x):
        return f(x) + 1

    return inner


@times(2)
def doubled(x):
    return x


@times(3, offset=1)
@bare
@times(4)
def stacked(x):
    return x + 1


class Deco:
    def __init__(self, f):
        self.f = f
        functools.update_wrapper(self, f)

    def __call__(self, *a):
        return self.f(*a)


@Deco
def by_class(x):
    return x + 3


def uses_by_class(x):
    return by_class(x)


@functools.lru_cache(maxsize=16)
def cached(x):
    return doubled(x)


def uses_cached(x):
    return cached(x)


@functools.singledispatch
def show(x):
    return "object"


@show.register
def _(x: int):
    return "int"


@show.register(list)
@show.register(tuple)
def show_rows(x):
    return "rows"


def uses_show(x):
    return show(x)


@contextlib.contextmanager
def managed(x):
    try:
        yield x
    finally:
        x = None


def uses_managed(x):
    with managed(x) as a, managed(a) as (b), contextlib.suppress(KeyError):
        return a, b
    with (managed(1) as c, managed(2)):
        return c


def add(a, b, c=0):
    return a + b + c


part = functools.partial(add, 1, c=[2][0])
part_of_part = functools.partial(part, 5)
add_ten = functools.partial(add, b=10)


def uses_parts(x):
    return part(x), part_of_part(), add_ten(x)


class WithMethods:
    half = functools.partialmethod(lambda self, n, x: x // n, 2)

    @functools.singledispatchmethod
    def take(self, x):
        return x

    @take.register
    def _(self, x: str):
        return len(x)


def uses_methods(x):
    return WithMethods().half(x), WithMethods().take("a")


pick = operator.itemgetter(1, 2)
attr = operator.attrgetter("real", "imag")
call = operator.methodcaller("split", ",", maxsplit=1)


def uses_operators(x):
    return pick(x), attr(1), call("a,b,c"), functools.reduce(operator.add, x), list(itertools.accumulate(x))


async def waits(x):
    await asyncio.sleep(0)
    return x


async def gathers(n):
    return await asyncio.gather(*(waits(i) for i in range(n)))


async def agen(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


async def loops(n):
    out = [x async for x in agen(n) if x]
    async for x in agen(n):
        out.append(x)
    else:
        out.append(-1)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(print)
    return {x: await waits(x) async for x in agen(n)}, out


def runs(n):
    return asyncio.run(loops(n))


DISPATCH = {"add": add, "sub": lambda a, b: a - b, "part": part, int: doubled}


def dispatches(name, a, b):
    return DISPATCH[name](a, b)


def mutual_a(n):
    return n and mutual_b(n - 1)


def mutual_b(n):
    return n or mutual_c(n)


def mutual_c(n):
    return mutual_a(n) + mutual_c(n - 1)


def closure_of_closure(n):
    def one():
        m = n + 1

        def two():
            def three():
                return n, m

            return three()

        return two()

    return one()


made = times(7)(lambda x: x - 1)
