"""Facts on disk: a warm start parses nothing, and nothing damaged or planted is believed."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from code_tools import function_from_file

from memofp._code import _disk, _lookup, fact_of, flush_facts
from memofp._code._codes import code_digest
from memofp._code._facts import Fact, ImportSpec, Use
from memofp._code._kept import KeptFacts
from memofp._code._source import SourceTable
from memofp._digest import digest

TEXT = """
def f(x):
    import json as j
    return j.dumps(g(x, D["a"])), [lambda: x.attr, lambda y: "{0.name}".format(y)]
"""


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process knows, as a new one would."""
    monkeypatch.setattr(_lookup, "_texts", {})
    monkeypatch.setattr(_lookup, "_facts", {})


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(self: object, *args: object) -> None:
        raise AssertionError("a source text was parsed")

    monkeypatch.setattr(SourceTable, "__init__", build)


def cold(tmp_path: Path) -> tuple[Fact, object]:
    f = function_from_file(tmp_path / "m.py", TEXT)
    fact = fact_of(f.__code__, f.__globals__)
    flush_facts()
    return fact, f


def test_warm_start_parses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fact, f = cold(tmp_path)
    forget(monkeypatch)
    refuse(monkeypatch)
    assert fact_of(f.__code__, f.__globals__) == fact  # type: ignore[attr-defined] # a function


def test_facts_survive_the_disk(tmp_path: Path) -> None:
    fact, _ = cold(tmp_path)
    kept = KeptFacts()
    ((*_, added),) = kept.add(b"key", [("f", 2, 4, fact)])
    kept.add_exact(b"exact", added)
    back = KeptFacts(kept.to_bytes())
    assert back.exactly(b"another") is None
    assert back.candidates(b"another") is None
    read = back.exactly(b"exact")
    assert read == fact
    assert [type(field) for field in read] == [type(field) for field in fact]
    assert [type(ref) for ref in read.refs] == [type(ref) for ref in fact.refs]
    assert {type(ref.use) for ref in read.refs} == {Use}
    assert {type(spec) for ref in read.refs for spec in ref.imports} == {ImportSpec}
    (candidate,) = back.candidates(b"key") or ()
    assert candidate == ("f", 2, 4, fact)
    assert candidate[3] is read


def test_processes_that_write_one_file_lose_nothing(tmp_path: Path, facts_folder: Path) -> None:
    """Each of two processes has asked for one function of a text, at the same time."""
    names = [f"f{i}" for i in range(_lookup._FEW_FUNCTIONS + 2)]
    text = "\n".join(f"def {name}(): return len({name!r})" for name in names)
    space = function_from_file(tmp_path / "m.py", text, "f0").__globals__  # type: ignore[attr-defined] # a function
    texts = [_lookup._Text(text.encode(), str(tmp_path / "m.py"), b"digest") for _ in range(2)]
    for text_of_process, name in zip(texts, ("f0", "f1"), strict=True):
        assert text_of_process.find(space[name].__code__, frozenset()).from_source
    for text_of_process in texts:
        text_of_process.write()
    (path,) = facts_folder.glob("*.facts")
    kept = KeptFacts(_disk.read_facts(str(path)))
    for name in ("f0", "f1"):
        assert [c[0] for c in kept.candidates(code_digest(space[name].__code__)) or ()] == [name]
    assert kept.candidates(code_digest(space["f2"].__code__)) is None


def test_a_small_text_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "def f(): return 1\ndef g():\n    def inner(): return 2\n    return inner\n"
        "class C:\n    def m(self): return super().m()"
    )
    f = function_from_file(tmp_path / "m.py", text)
    fact_of(f.__code__, f.__globals__)
    flush_facts()
    forget(monkeypatch)
    refuse(monkeypatch)
    space = f.__globals__
    for other in (space["g"], space["C"].m):
        assert fact_of(other.__code__, space).from_source
    with pytest.raises(AssertionError, match="parsed"):
        fact_of(space["g"]().__code__, space)


def test_code_that_was_moved_has_its_fact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines above were edited under a living process: its code is found by its bytecode."""
    text = "def f(): return g\ndef h(): return g"
    f = function_from_file(tmp_path / "m.py", text)
    (tmp_path / "m.py").write_text("\n\n" + text)
    assert fact_of(f.__code__, f.__globals__).line == 3
    assert fact_of(f.__globals__["h"].__code__, f.__globals__).line == 4


def test_functions_of_a_module_share_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def g(): return len(X)\ndef f(): return len(Y)\ndef h(): return g, f"
    h = function_from_file(tmp_path / "m.py", text, "h")
    functions = [h.__globals__["f"], h.__globals__["g"]]  # type: ignore[attr-defined] # a function
    for is_warm in (False, True):
        one, other = (fact_of(f.__code__, f.__globals__) for f in functions)
        assert one.refs[0] is other.refs[0]
        assert one.refs[1] != other.refs[1]
        assert (one.lines, other.lines) == ((2, 2), (1, 1))
        flush_facts()
        if not is_warm:
            forget(monkeypatch)
            refuse(monkeypatch)


def test_edited_text_has_facts_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts_folder: Path
) -> None:
    fact, _ = cold(tmp_path)
    forget(monkeypatch)
    other = function_from_file(tmp_path / "m.py", TEXT.replace("import json", "import pickle"))
    assert fact_of(other.__code__, other.__globals__).refs != fact.refs
    flush_facts()
    assert len(list(facts_folder.glob("*.facts"))) == 2


def signed(body: bytes) -> bytes:
    return digest(body) + body


DAMAGE = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "one bit": lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
    "another thing": lambda data: signed(marshal.dumps([1, 2])),
    "planted": lambda data: data.replace(b"pickle", b"marsha").replace(b"json", b"yaml"),
    "binary": lambda data: os.urandom(200),
    "no marshal": lambda data: signed(os.urandom(200)),
    "cut and signed": lambda data: signed(data[16:-20]),
    "no checksum": lambda data: data[16:],
    "deep": lambda data: signed(b"(\x01\x00\x00\x00" * 100_000),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_facts_are_made_anew(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts_folder: Path
) -> None:
    fact, f = cold(tmp_path)
    (path,) = facts_folder.glob("*.facts")
    path.write_bytes(DAMAGE[name](path.read_bytes()))
    forget(monkeypatch)
    assert fact_of(f.__code__, f.__globals__) == fact  # type: ignore[attr-defined] # a function


SHAPES = {
    "nothing": lambda facts, refs, exact, places: (),
    "a fifth": lambda *parts: (*parts, 5),
    "no lists": lambda *parts: (1, 2, 3, 4),
    "no facts": lambda facts, refs, exact, places: ([], refs, exact, places),
    "no references": lambda facts, refs, exact, places: (facts, [], exact, places),
    "odd references": lambda facts, refs, exact, places: (facts, [(1,)] * len(refs), exact, places),
    "short facts": lambda facts, refs, exact, places: ([fact[:-1] for fact in facts], refs, exact, places),
    "odd indices": lambda facts, refs, exact, places: (facts, refs, dict.fromkeys(exact, "a"), b""),
    "no indices": lambda facts, refs, exact, places: (facts, refs, [], places),
    "odd places": lambda facts, refs, exact, places: (facts, refs, {}, b"odd"),
    "places of another form": lambda facts, refs, exact, places: (facts, refs, {}, marshal.dumps([1])),
    "no places": lambda facts, refs, exact, places: (
        facts, refs, {}, marshal.dumps(dict.fromkeys(marshal.loads(places), 3))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_facts_of_another_shape_are_made_anew(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts_folder: Path
) -> None:
    fact, f = cold(tmp_path)
    (path,) = facts_folder.glob("*.facts")
    good = path.read_bytes()
    path.write_bytes(signed(marshal.dumps(SHAPES[name](*marshal.loads(good[16:])))))
    forget(monkeypatch)
    assert fact_of(f.__code__, f.__globals__) == fact  # type: ignore[attr-defined] # a function
    flush_facts()
    assert marshal.loads(path.read_bytes()[16:]) == marshal.loads(good[16:])


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners here")
def test_folder_that_others_may_write_is_not_used(tmp_path: Path, facts_folder: Path) -> None:
    facts_folder.mkdir()
    facts_folder.chmod(0o777)
    cold(tmp_path)
    assert list(facts_folder.iterdir()) == []


def test_folder_that_is_a_link_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts_folder: Path
) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    facts_folder.symlink_to(tmp_path / "real")
    cold(tmp_path)
    assert list((tmp_path / "real").iterdir()) == []


def test_facts_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOFP_FACTS_DIR", "")
    fact, _ = cold(tmp_path)
    assert fact.from_source


def test_a_file_in_the_folder_s_place_costs_nothing(tmp_path: Path, facts_folder: Path) -> None:
    facts_folder.write_text("not a folder")
    fact, _ = cold(tmp_path)
    assert fact.from_source


def full(*args: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("call", "fault"), [("open", full), ("write", full), ("write", lambda *args: 3)])
def test_full_disk_loses_nothing(
    call: str, fault: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts_folder: Path
) -> None:
    f = function_from_file(tmp_path / "m.py", TEXT)
    fact = fact_of(f.__code__, f.__globals__)
    monkeypatch.setattr(os, call, fault)
    flush_facts()
    monkeypatch.undo()
    assert fact.from_source
    assert list(facts_folder.iterdir()) == []


@pytest.mark.parametrize("call", ["replace", "write"])
def test_full_disk_keeps_what_was_there(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts_folder: Path
) -> None:
    cold(tmp_path)
    (path,) = facts_folder.iterdir()
    before = path.read_bytes()
    monkeypatch.setattr(os, call, full)
    _disk.write_facts(str(path), b"others")
    monkeypatch.undo()
    assert [path] == list(facts_folder.iterdir())
    assert path.read_bytes() == before


def test_tree_that_another_thread_lets_go_of_is_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fingerprint that is done in one thread takes the trees away from under another one."""
    f = function_from_file(tmp_path / "m.py", TEXT)
    candidates = SourceTable.candidates

    def interrupted(table: SourceTable, *args: Any) -> Any:
        flush_facts()
        return candidates(table, *args)

    monkeypatch.setattr(SourceTable, "candidates", interrupted)
    touch = _lookup._touch
    monkeypatch.setattr(_lookup, "_touch", lambda text: (touch(text), flush_facts()))
    assert fact_of(f.__code__, f.__globals__).from_source
    other = f.__globals__["other"] = function_from_file(tmp_path / "m.py", TEXT, "f")
    assert fact_of(other.__code__, other.__globals__).from_source


def test_few_trees_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [
        function_from_file(tmp_path / f"m{i}.py", f"def f(): return {i}\ndef g(): return -{i}")
        for i in range(20)
    ]
    parses: list[object] = []
    init = SourceTable.__init__
    monkeypatch.setattr(
        SourceTable, "__init__", lambda self, *args: (parses.append(args[1]), init(self, *args))[1]
    )
    for f in made:
        assert fact_of(f.__code__, f.__globals__).from_source
    assert len(_lookup._with_trees) == _lookup._MOST_PARSED
    for _ in range(5):
        for f in made:
            g = f.__globals__["g"]
            assert fact_of(g.__code__.replace(), g.__globals__).from_source
    assert len(parses) <= 20 * _lookup._MOST_PARSES
    flush_facts()
    assert _lookup._with_trees == []


def test_a_warm_start_loads_no_parser() -> None:
    """Syntax trees, and all that is loaded for them, are for texts that nobody has read yet."""
    loaded = "{'ast', 'dis', 'inspect', 'json'} & sys.modules.keys()"
    program = f"import memofp._fingerprint; print(*sorted({loaded}))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == []
