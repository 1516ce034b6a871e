"""Lambdas in every position, from a file, `exec`, stdin and an IPython cell."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from project import Project


@dataclass(frozen=True)
class Lambdas:
    """A program that makes lambdas.

    Attributes:
        name: the position, in a few words.
        program: what binds them.
        functions: expressions for the lambdas.
        sources: the text of each lambda alone.
        edit: old and new text within the first lambda.
    """

    name: str
    program: str
    functions: tuple[str, ...]
    sources: tuple[str, ...]
    edit: tuple[str, str]


ONE = [
    ("simple", "lambda x: x * 2"),
    ("several arguments", "lambda a, b=1, *c, d=2, **e: (a, b, c, d, e)"),
    ("default", "lambda x, k=2: x * k"),
    ("default dict with colons", "lambda x, d={'a': 1, 'b': lambda: 2}: d['a'] * x"),
    ("returns a lambda", "lambda x: lambda y: x + y * 2"),
    ("lambda as default", "lambda x=lambda: 2: x()"),
    ("walrus", "lambda x: (y := x * 2) + y"),
    ("conditional", "lambda x: x * 2 if x else -x"),
    ("nested comprehension", "lambda x: [[j * 2 for j in range(i)] for i in range(x)]"),
    ("string with a colon and a comma", "lambda x: {'a:b, c': x * 2}"),
]

CASES = [
    *(Lambdas(name, f"f = {text}\n", ("f",), (text,), ("2", "3")) for name, text in ONE),
    Lambdas(
        "captured variable",
        "def make(n):\n    return lambda x: x * n\nf, g = make(2), make(5)\n",
        ("f", "g"),
        ("lambda x: x * n", "lambda x: x * n"),
        ("make(2)", "make(3)"),
    ),
    Lambdas(
        "two on a line",
        "f, g = lambda x: x*2, lambda x: x+1\n",
        ("f", "g"),
        ("lambda x: x*2", "lambda x: x+1"),
        ("x*2", "x*3"),
    ),
    Lambdas(
        "four on three lines",
        "a, b, c, d = lambda x: x * 2, (lambda x: x + 2), lambda x: (\n"
        "    x + 4), \\\n    (lambda x: x + 5)\n",
        ("a", "b", "c", "d"),
        ("lambda x: x * 2", "lambda x: x + 2", "lambda x: (\n    x + 4)", "lambda x: x + 5"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "list",
        "fs = [lambda x: x * 2, lambda x: x + 2]\n",
        ("fs[0]", "fs[1]"),
        ("lambda x: x * 2", "lambda x: x + 2"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "dict values",
        "fs = {'a': lambda x: x * 2, 'b': lambda x: x + 2}\n",
        ("fs['a']", "fs['b']"),
        ("lambda x: x * 2", "lambda x: x + 2"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "arguments of a call",
        "def both(*fs):\n    return fs\nfs = both(lambda x: x * 2, lambda x: x + 2)\n",
        ("fs[0]", "fs[1]"),
        ("lambda x: x * 2", "lambda x: x + 2"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "comprehension",
        "fs = [lambda x, i=i: x * 2 + i for i in range(2)]\n",
        ("fs[0]", "fs[1]"),
        ("lambda x, i=i: x * 2 + i", "lambda x, i=i: x * 2 + i"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "f-string",
        "fs = []\ndef keep(f):\n    fs.append(f)\n    return ''\n"
        't = f"{keep(lambda x: x * 2)} {keep((lambda x: x + 2))}"\n',
        ("fs[0]", "fs[1]"),
        ("lambda x: x * 2", "lambda x: x + 2"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "equal bytecode, int and bool",
        "f, g = lambda: 2, lambda: True\n",
        ("f", "g"),
        ("lambda: 2", "lambda: True"),
        ("lambda: 2", "lambda: 1"),
    ),
    Lambdas(
        "equal bytecode, zero and negative zero",
        "f, g = lambda: 0.0, lambda: -0.0\n",
        ("f", "g"),
        ("lambda: 0.0", "lambda: -0.0"),
        ("lambda: 0.0", "lambda: 0"),
    ),
    Lambdas(
        "decorator call",
        "import functools\n"
        "def deco(n):\n    def inner(f):\n"
        "        return functools.wraps(f)(lambda *a: f(*a) * n)\n    return inner\n"
        "f, g = deco(1)(lambda x: x * 2), deco(1)(lambda x: x + 2)\n",
        ("f.__wrapped__", "g.__wrapped__"),
        ("lambda x: x * 2", "lambda x: x + 2"),
        ("x * 2", "x * 3"),
    ),
    Lambdas(
        "class attribute",
        "class C:\n    f = lambda self, x: x * 2\n    g = lambda self, x: x + 2\n",
        ("C.f", "C.g"),
        ("lambda self, x: x * 2", "lambda self, x: x + 2"),
        ("x * 2", "x * 3"),
    ),
]

Seen = tuple[list[str], list[str | None]]


def as_file(project: Project, program: str, seed: str) -> str:
    (project.root / "app.py").write_text(program)
    return project.run("app.py", hash_seed=seed)


def as_exec(project: Project, program: str, seed: str) -> str:
    (project.root / "app.py").write_text(f"exec({program!r}, {{'__name__': 'made'}})\n")
    return project.run("app.py", hash_seed=seed)


def as_stdin(project: Project, program: str, seed: str) -> str:
    return project.run("-", hash_seed=seed, stdin=program)


def as_cell(project: Project, program: str, seed: str) -> str:
    pytest.importorskip("IPython", reason="IPython is not installed")
    shell = "from IPython.core.interactiveshell import InteractiveShell\n"
    run = f"InteractiveShell.instance().run_cell({program!r}).raise_error()\n"
    (project.root / "app.py").write_text(shell + run)
    return project.run("app.py", hash_seed=seed, IPYTHONDIR=str(project.state))


WAYS = {"file": as_file, "exec": as_exec, "stdin": as_stdin, "cell": as_cell}


def split(printed: str) -> list[Seen]:
    """Return digests and sources of each case, in the order of `CASES`."""
    line = next(line for line in printed.splitlines() if line.startswith("ALL"))
    seen: list[Seen] = [tuple(pair) for pair in json.loads(line.removeprefix("ALL"))]  # type: ignore[misc]
    return seen


def combine(edited: bool) -> str:
    """Write one program that makes the lambdas of all cases, each case in functions of its own names."""
    parts = ["import json, memofp\nALL = []\ndef see(fs):\n    made = [memofp.fingerprint(f) for f in fs]\n"]
    parts.append("    texts = [m.manifest.dependencies[0].source for m in made]\n")
    parts.append("    ALL.append([[m.digest for m in made], texts])\n")
    for case in CASES:
        program = case.program
        if edited:
            assert case.edit[0] in program
            program = program.replace(*case.edit, 1)
        parts.append(f"{program}see([{', '.join(case.functions)}])\n")
    parts.append("print('ALL' + json.dumps(ALL))\n")
    return "".join(parts)


@pytest.fixture(scope="module", params=WAYS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Seen]]:
    """Return what two processes see of the lambdas, and a third one after the edits."""
    project = Project(tmp_path_factory.mktemp(request.param) / "project", tmp_path_factory.mktemp("state"))
    run = WAYS[request.param]
    return {
        "first": split(run(project, combine(edited=False), "1")),
        "second": split(run(project, combine(edited=False), "2")),
        "edited": split(run(project, combine(edited=True), "3")),
    }


NAMES = [case.name.replace(" ", "-") for case in CASES]
each_case = pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)


@each_case
def test_two_processes_give_the_same_digests(number: int, seen: dict[str, list[Seen]]) -> None:
    assert seen["first"][number][0] == seen["second"][number][0]


@each_case
def test_each_lambda_has_a_digest_of_its_own(number: int, seen: dict[str, list[Seen]]) -> None:
    digests = seen["first"][number][0]
    assert len(set(digests)) == len(digests)


@each_case
def test_editing_one_changes_it_and_not_its_neighbours(number: int, seen: dict[str, list[Seen]]) -> None:
    before, after = seen["first"][number][0], seen["edited"][number][0]
    assert before[0] != after[0]
    if CASES[number].name != "comprehension":  # one text made them all
        assert before[1:] == after[1:]


@each_case
def test_source_is_the_lambda_alone(
    number: int, seen: dict[str, list[Seen]], request: pytest.FixtureRequest
) -> None:
    sources = seen["first"][number][1]
    if sources == [None] * len(sources) and {"exec", "stdin"} & set(request.node.callspec.params.values()):
        pytest.skip("there is no source text to show")
    assert tuple(sources) == CASES[number].sources
