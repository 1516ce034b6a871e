"""Pairing: running code is found in the text that it was made from, and in no other."""

from __future__ import annotations

import codecs
import os
import sys
import types
import zipfile
from pathlib import Path

import pytest
from code_tools import function_from_file

from memofp._code import fact_of
from memofp._code._codes import code_digest, exact_digest
from memofp._code._reading import read_source
from memofp._code._source import SourceTable


def test_lambdas_on_a_line_are_told_apart(tmp_path: Path) -> None:
    lambdas = "lambda x: x + 1, lambda x: x + 2, (lambda x: x + 1), lambda x, y={1: 2}: x"
    text = f"def f():\n    return [{lambdas}]\n"
    f = function_from_file(tmp_path / "m.py", text)
    sources = [fact_of(one.__code__, one.__globals__).source for one in f()]
    assert sources == ["lambda x: x + 1", "lambda x: x + 2", "lambda x: x + 1", "lambda x, y={1: 2}: x"]


def test_lambdas_of_equal_bytecode_keep_their_own_constants(tmp_path: Path) -> None:
    text = "pair = lambda: 0.0, lambda: -0.0, lambda: 1, lambda: True\ndef f(): return pair\n"
    bodies = {
        fact_of(one.__code__, one.__globals__).body for one in function_from_file(tmp_path / "m.py", text)()
    }
    assert len(bodies) == 4


def test_lambda_in_a_lambda(tmp_path: Path) -> None:
    f = function_from_file(tmp_path / "m.py", "f = lambda x=(lambda: 1): (lambda: x() + 2)\n")
    assert fact_of(f.__code__, f.__globals__).source == "lambda x=(lambda: 1): (lambda: x() + 2)"
    inner = f()
    assert fact_of(inner.__code__, inner.__globals__).source == "lambda: x() + 2"


def test_edited_text_is_no_source_of_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    f = function_from_file(path, "def f(x): return x + 1\n")
    path.write_text("def f(x): return x + 2\n")
    assert not fact_of(f.__code__, f.__globals__).from_source


@pytest.mark.parametrize(
    "text",
    [b"def f(x): return (\n", b"\x00\x01", b"# -*- coding: no-such -*-\n", b"def f(x): return '\xff'\n", b""],
    ids=["syntax", "binary", "unknown-encoding", "not-utf8", "empty"],
)
def test_text_that_cannot_be_read_is_none(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "m.py"
    f = function_from_file(path, "def f(x): return g(x)\n")
    path.write_bytes(text)
    fact = fact_of(f.__code__, f.__globals__)
    assert not fact.from_source
    assert [r.root for r in fact.refs] == ["g"]


@pytest.mark.parametrize(
    "text",
    [
        "# -*- coding: latin-1 -*-\ndef f(x): return 'é'\n".encode("latin-1"),
        codecs.BOM_UTF8 + "def f(x): return 'é'\n".encode(),
        "# coding: utf-8\r\ndef f(x): return 'é'\r\n".encode(),
    ],
    ids=["latin-1", "bom", "crlf"],
)
def test_encodings_say_the_same(tmp_path: Path, text: bytes) -> None:
    f = function_from_file(tmp_path / "m.py", text)
    plain = function_from_file(tmp_path / "n.py", "def f(x): return 'é'\n")
    found = fact_of(f.__code__, f.__globals__)
    assert found.from_source
    assert found.body == fact_of(plain.__code__, plain.__globals__).body


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    f = function_from_file(path, "def f(x): return g(x)\n")
    path.unlink()
    assert not fact_of(f.__code__, f.__globals__).from_source


def test_source_in_a_zip_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped_module.py", "def f(x):\n    return x + 1  # why\n")
    monkeypatch.syspath_prepend(str(archive))
    import zipped_module  # type: ignore[import-not-found] # made above

    fact = fact_of(zipped_module.f.__code__, vars(zipped_module))
    assert fact.from_source
    assert "why" in fact.source
    monkeypatch.delitem(sys.modules, "zipped_module")


class RaisingLoader:
    def get_source(self, name: str) -> str:
        raise RuntimeError("no source today")


@pytest.mark.parametrize("filename", ["nowhere.py", "/dev/null", "a\0b", "", "/", "<string>"])
def test_odd_file_names(filename: str) -> None:
    code = compile("def f(x): return g(x)", "m", "exec").co_consts[0].replace(co_filename=filename)
    space = {"__name__": "m", "__loader__": RaisingLoader(), "__builtins__": {}}
    fact = fact_of(code, space)
    assert [r.root for r in fact.refs] == ["g"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_source(str(tmp_path / "pipe"), {}) is None


def test_digest_leaves_names_and_places_out(tmp_path: Path) -> None:
    one = function_from_file(tmp_path / "m.py", "def f(x): return x + 1\n")
    other = function_from_file(tmp_path / "n.py", "\n\n\ndef f(x): return (x\n    + 1)\n")
    assert code_digest(one.__code__) == code_digest(other.__code__)
    renamed = other.__code__.replace(co_name="g", co_qualname="g", co_filename="elsewhere")
    assert code_digest(renamed) == code_digest(one.__code__)
    assert code_digest(one.__code__.replace(co_consts=(None, 2))) != code_digest(one.__code__)


def test_digest_sorts_frozensets_and_nests() -> None:
    texts = ["lambda x: x in {'a', 'b', 'c'}", "lambda x: x in {'a', 'c', 'b'}"]
    first, second = (code_digest(eval(t).__code__) for t in texts)
    assert first == second
    deep: types.CodeType = eval("lambda: 1").__code__
    for _ in range(3000):
        deep = deep.replace(co_consts=(deep,))
    assert len(code_digest(deep)) == 16


TWO_LINES = "def f(x):\n    g = lambda: (x, 'a', (1, 2))\n    return [sum(i for i in x), g]\n"


def exact_of(text: str, filename: str = "m.py") -> bytes | None:
    return exact_digest(compile(text, filename, "exec").co_consts[0])


def test_exact_digest_covers_all_but_the_file_s_name() -> None:
    assert exact_of(TWO_LINES) is not None
    assert exact_of(TWO_LINES) == exact_of(TWO_LINES, "/another/n.py")
    changes = [("def", "\ndef"), ("f(", "h("), ("[sum", "[ sum"), ("1,", "1.0,")]
    changed = [TWO_LINES.replace(old, new) for old, new in changes]
    assert len({exact_of(text) for text in [TWO_LINES, *changed]}) == 1 + len(changes)


@pytest.mark.parametrize(
    "text", ["def f(x): return x in {'a', 'b'}", "def f(x): return ((1, (2,)),)", "def f(): return 'm.py', 1"]
)
def test_no_exact_digest_where_it_would_not_tell_all(text: str) -> None:
    assert exact_of(text) is None


@pytest.mark.parametrize("const", [bytearray(b"a"), memoryview(b"a"), (bytearray(b"a"),), Ellipsis.__class__])
def test_no_exact_digest_of_constants_that_no_compiler_makes(const: object) -> None:
    code = compile("def f(): return b'a'", "m.py", "exec").co_consts[0]
    assert exact_digest(code) is not None
    assert exact_digest(code.replace(co_consts=(None, const))) is None


def test_exact_digest_of_code_nested_deeply_or_elsewhere() -> None:
    deep: types.CodeType = eval("lambda: 1").__code__
    assert exact_digest(deep.replace(co_consts=(deep.replace(co_filename="elsewhere"),))) is None
    for _ in range(3000):
        deep = deep.replace(co_consts=(deep,))
    assert exact_digest(deep) is None


def test_every_function_of_a_text_is_paired() -> None:
    text = b"class A:\n  def a(self): return lambda: 1\n  @property\n  def b(self): return list(self)\n"
    table = SourceTable(text, "m.py")
    assert {code.co_name for _, code in table.functions()} == {"a", "b", "<lambda>"}
