"""Definitions that are run again, as in a notebook."""

from __future__ import annotations

import functools
import itertools
import linecache
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from memofp import memoize, sticky
from memofp._errors import DecorationError

numbers = itertools.count()


class Notebook:
    """Cells that are run in one namespace."""

    def __init__(self, name: str, *, with_source: bool = True) -> None:
        self.module = types.ModuleType(name)
        self.with_source = with_source
        sys.modules[name] = self.module
        self.run("import functools, itertools\nimport memofp\nfrom memofp import memoize, sticky")

    def run(self, cell: str) -> Any:
        """Run a cell and return the namespace's `f`."""
        file = f"<cell {next(numbers)}>"
        if self.with_source:
            linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
        exec(compile(cell, file, "exec", dont_inherit=True), self.module.__dict__)
        return getattr(self.module, "f", None)


@pytest.fixture(params=[True, False], ids=["source", "no-source"])
def notebook(request: pytest.FixtureRequest) -> Iterator[Notebook]:
    name = f"notebook{next(numbers)}"
    yield Notebook(name, with_source=request.param)
    del sys.modules[name]


CELL = """
@sticky
@functools.lru_cache(maxsize=8)
def f(x):
    return g(x) + 1
"""


def test_the_state_survives_a_second_run(notebook: Notebook) -> None:
    notebook.run("def g(x): return x")
    f = notebook.run(CELL)
    f(1)
    assert notebook.run(CELL) is f
    assert f.cache_info().currsize == 1
    assert notebook.run(CELL.replace("+ 1", "+ 1  # one\n").replace("(x)", "(  x )")) is f


@pytest.mark.parametrize(
    ("old", "new"), [("+ 1", "+ 2"), ("maxsize=8", "maxsize=9"), ("lru_cache(maxsize=8)", "cache")]
)
def test_another_meaning_is_another_object(notebook: Notebook, old: str, new: str) -> None:
    notebook.run("def g(x): return x")
    f = notebook.run(CELL)
    other = notebook.run(CELL.replace(old, new))
    assert other is not f
    assert notebook.run(CELL.replace(old, new)) is other
    assert notebook.run(CELL) not in (f, other)  # only the last one is kept


def test_an_edited_helper_takes_the_new_definition(notebook: Notebook) -> None:
    notebook.run("def g(x): return x")
    f = notebook.run(CELL)
    notebook.run("def g(x): return x * 2")
    assert notebook.run(CELL) is not f
    assert notebook.module.f(3) == 7


def test_a_redefined_but_equal_helper_keeps_it(notebook: Notebook) -> None:
    notebook.run("def g(x): return x")
    f = notebook.run(CELL)
    notebook.run("def g(x):\n    return x")
    assert notebook.run(CELL) is f


def test_recursion(notebook: Notebook) -> None:
    cell = "@sticky\n@functools.cache\ndef f(n):\n    return n and n * f(n - 1) + 1"
    f = notebook.run(cell)
    assert notebook.run(cell) is f
    assert notebook.run(cell.replace("+ 1", "+ 2")) is not f


def test_annotations_count(notebook: Notebook) -> None:
    cell = "@sticky\ndef f(x: int) -> int:\n    return x"
    f = notebook.run(cell)
    assert notebook.run(cell) is f
    assert notebook.run(cell.replace("x: int", "x: str")) is not f


def test_the_docstring_is_taken_over() -> None:
    notebook = Notebook("sticky_docs")
    cell = '@sticky\ndef f(x):\n    """One."""\n    return x'
    f = notebook.run(cell)
    assert notebook.run(cell.replace("One", "Two")) is f
    assert f.__doc__ == "Two."


def test_what_a_decorator_reads_counts() -> None:
    notebook = Notebook("sticky_reads")
    notebook.run("SIZE = 8")
    cell = CELL.replace("maxsize=8", "maxsize=SIZE").replace("g(x)", "x")
    f = notebook.run(cell)
    assert notebook.run(cell) is f
    notebook.run("SIZE = 9")
    assert notebook.run(cell) is not f

    notebook.run("def deco(f):\n    @functools.wraps(f)\n    def w(x): return f(x)\n    return w")
    cell = "@sticky\n@deco\ndef f(x): return x"
    f = notebook.run(cell)
    assert notebook.run(cell) is f
    notebook.run("def deco(f):\n    @functools.wraps(f)\n    def w(x): return f(x) + 1\n    return w")
    assert notebook.run(cell) is not f


def test_a_stateful_decorator_keeps_its_state(notebook: Notebook) -> None:
    hiding = "def counted(f):\n    def w(x):\n        w.calls += 1\n        return f(x)\n"
    hiding += "    w.calls = 0\n    return w"
    notebook.run(hiding)
    cell = "@sticky\n@counted\ndef f(x): return x"
    with pytest.raises(DecorationError, match="inside of a function"):
        notebook.run(cell)  # the decorator hides what it wraps
    notebook.run(hiding.replace("    def w", "    @functools.wraps(f)\n    def w"))
    f = notebook.run(cell)
    f(1)
    assert notebook.run(cell).calls == 1


def test_classes_keep_their_instances() -> None:
    notebook = Notebook("sticky_classes")
    cell = "@sticky\nclass f:\n    x: int = 1\n    def m(self): return self.x"
    kind = notebook.run(cell)
    instance = kind()
    assert isinstance(instance, notebook.run(cell + "  # same"))
    assert not isinstance(instance, notebook.run(cell.replace("= 1", "= 2")))


def test_above_memoize_the_counts_stay() -> None:
    notebook = Notebook("sticky_memoize")
    cell = "@sticky\n@memoize\ndef f(x): return x"
    f = notebook.run(cell)
    f(1)
    assert notebook.run(cell).cache_info().misses == 1
    assert notebook.run(cell.replace("@memoize", "@memoize(version=2)")) is not f


def test_another_namespace_is_another_definition() -> None:
    cell = "@sticky\ndef f(x): return x"
    first = Notebook("sticky_twice").run(cell)
    assert Notebook("sticky_twice").run(cell) is not first


def test_a_failing_definition_leaves_the_namespace_alone(notebook: Notebook) -> None:
    f = notebook.run("def f(x): return x")
    with pytest.raises(ZeroDivisionError):
        notebook.run("@sticky\ndef f(x=1/0): return x")
    assert notebook.module.f is f


def test_what_is_refused() -> None:
    def local() -> None:
        pass

    with pytest.raises(DecorationError, match="inside of a function"):
        sticky(local)
    with pytest.raises(DecorationError, match="no Python function"):
        sticky(len)
    with pytest.raises(DecorationError, match="no Python function"):
        sticky(functools.partial(len))


def module_level(x: int) -> int:
    return x


def test_the_type_stays() -> None:
    assert sticky(module_level) is module_level
    decorated = memoize(module_level)
    assert sticky(decorated) is decorated


@pytest.mark.filterwarnings("ignore")
def test_compiled_code_survives() -> None:
    pytest.importorskip("numba", reason="numba is not installed")
    notebook = Notebook("sticky_numba")
    notebook.run("import numba\nSTEP = 1\n@numba.njit\ndef helper(x):\n    return x")
    cell = "@sticky\n@numba.njit\ndef f(x):\n    return helper(x) + STEP"
    f = notebook.run(cell)
    assert f(1) == 2
    again = notebook.run("# again\n" + cell)
    assert again is f
    assert len(again.signatures) == 1
    assert notebook.run(cell.replace("njit", "njit(fastmath=True)")) is not f
    notebook.run("STEP = 2")
    assert notebook.run(cell)(1) == 3
    notebook.run("@numba.njit\ndef helper(x):\n    return x * 10")
    assert notebook.run(cell)(1) == 12
