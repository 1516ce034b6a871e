"""Why a call is a hit or a miss."""

from __future__ import annotations

import functools
import html
import json
import logging
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import memofp

Write = Callable[[str], Any]

PROGRAM = """
RATE = 3

def inner(x):
    # a comment
    return x * 2

def helper(x):
    return inner(x) + RATE

@memofp.memoize
def f(x, data=None):
    return helper(x)
"""


def test_hit_says_when_it_was_stored(write: Write) -> None:
    f = write(PROGRAM).f
    f(1)
    found = f.explain(1)
    assert found.is_hit
    assert found.reason == "hit"
    assert found.arguments == "x=1, data=None"
    assert found.key == f.key(1)
    assert str(found).startswith("hit: sample.f(x=1, data=None): the result was stored just now")


def test_first_call_was_never_computed(write: Write, cache: Path) -> None:
    found = write(PROGRAM).f.explain(1)
    assert not found.is_hit
    assert found.reason == "never computed"
    assert str(cache) in found.summary


def test_asking_computes_and_counts_nothing(write: Write) -> None:
    f = write(PROGRAM).f
    f.explain(1)
    f(1)
    f.explain(1)
    assert f.cache_info()[:2] == (0, 1)
    assert next(f._core.store.entries("sample.f")).uses == 0


def test_edit_of_a_transitive_helper_is_named_with_path_place_and_diff(write: Write) -> None:
    write(PROGRAM).f(1)
    found = write(PROGRAM.replace("x * 2", "x * 3")).f.explain(1)
    assert found.reason == "code changed"
    (cause,) = found.causes
    assert cause.label == "func:sample.inner"
    assert cause.path == ("self:sample.f", "func:sample.helper", "func:sample.inner")
    assert cause.file is not None
    assert cause.file.endswith("sample.py")
    assert cause.line == 5
    assert [line for line in cause.diff if line[0] in "+-"] == ["-    return x * 2", "+    return x * 3"]
    text = str(found)
    assert "by way of self:sample.f -> func:sample.helper" in text
    assert "-    return x * 2" in text
    assert found.line.startswith("miss: sample.f(x=1, data=None): code changed: func:sample.inner at ")


def test_captured_value_is_shown_old_and_new(write: Write) -> None:
    write(PROGRAM).f(1)
    found = write(PROGRAM.replace("RATE = 3", "RATE = 4")).f.explain(1)
    assert found.reason == "captured value changed"
    (cause,) = found.causes
    assert (cause.before, cause.after) == ("3", "4")
    assert cause.line == 9  # of the function that reads it
    assert "const:sample.RATE: 3 -> 4" in str(cause)


def test_layout_and_moves_are_no_cause(write: Write) -> None:
    write(PROGRAM).f(1)
    moved = PROGRAM.replace("inner", "renamed").replace("x * 2", "x * 5").replace("helper", "other")
    found = write(moved).f.explain(1)
    (cause,) = found.causes
    assert "+    return x * 5" in cause.diff


def test_other_arguments_are_named(write: Write) -> None:
    f = write(PROGRAM).f
    f(1, data="a")
    f(2, data="b")
    found = f.explain(2, data="c")
    assert found.reason == "arguments differ"
    assert [(c.name, c.before, c.after) for c in found.argument_changes] == [("data", "'b'", "'c'")]
    assert "data: 'b' -> 'c'" in str(found)


def test_argument_that_is_too_long_to_show_is_told_apart(write: Write) -> None:
    f = write(PROGRAM).f
    f(1, data=list(range(100)))
    found = f.explain(1, data=[*range(99), 0])
    assert found.reason == "arguments differ"
    assert [change.name for change in found.argument_changes] == ["data"]


def test_same_arguments_under_older_code_count_for_more_than_others_under_todays(write: Write) -> None:
    f = write(PROGRAM).f
    f(1)
    f(2)
    edited = write(PROGRAM.replace("x * 2", "x * 3")).f
    edited(1)
    assert edited.explain(2).reason == "code changed"
    assert edited.explain(3).reason == "arguments differ"


def test_code_changed_and_arguments_never_stored_says_both(write: Write) -> None:
    write(PROGRAM).f(1)
    found = write(PROGRAM.replace("x * 2", "x * 3")).f.explain(7)
    assert found.reason == "code changed"
    assert any("not stored under the older version" in detail for detail in found.details)


def test_expired_entry(write: Write) -> None:
    f = write(PROGRAM.replace("@memofp.memoize", "@memofp.memoize(ttl=0.05)")).f
    f(1)
    time.sleep(0.1)
    assert f.explain(1).reason == "expired"
    f._core.store.prune()
    assert f.explain(1).reason == "expired"


def test_entry_beyond_a_shorter_ttl_of_today(write: Write) -> None:
    write(PROGRAM.replace("@memofp.memoize", "@memofp.memoize(ttl=100)")).f(1)
    time.sleep(0.1)
    assert (
        write(PROGRAM.replace("@memofp.memoize", "@memofp.memoize(ttl=0.05)")).f.explain(1).reason
        == "expired"
    )


def test_expired_entry_that_is_refreshed_is_a_hit_still(write: Write) -> None:
    f = write(PROGRAM.replace("@memofp.memoize", '@memofp.memoize(ttl=0.05, on_expiry="refresh")')).f
    f(1)
    time.sleep(0.1)
    found = f.explain(1)
    assert found.is_hit
    assert "computed again in the background" in found.summary


def test_forgotten_cleared_and_evicted_entries(write: Write, cache: Path) -> None:
    from memofp._store import open_store

    f = write(PROGRAM).f
    f(1)
    f.forget(1)
    assert f.explain(1).reason == "forgotten"
    for x in range(10):
        f(x)
    open_store(cache, max_entries=2).prune()
    assert "evicted" in {f.explain(x).reason for x in range(10)}
    f.clear()
    f.clear()
    assert f.explain(99).reason == "cleared"


def test_damaged_entry(write: Write, cache: Path) -> None:
    f = write(PROGRAM).f
    f(1)
    f._core.store.close()
    with sqlite3.connect(cache / "cache.db") as connection:
        (value,) = connection.execute("SELECT value FROM Cache").fetchone()
        connection.execute("UPDATE Cache SET value = ?", (value[:-1] + b"\xff",))
    connection.close()
    found = f.explain(1)
    assert found.reason == "damaged"
    assert "signature" in str(found)


def test_entry_signed_by_another_key(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    f = write(PROGRAM).f
    f(1)
    f._core.store.close()
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "somebody else's")
    assert f.explain(1).reason == "signed by another key"


def test_other_options(write: Write) -> None:
    write(PROGRAM).f(1)
    found = write(PROGRAM.replace("@memofp.memoize", "@memofp.memoize(version=2)")).f.explain(1)
    assert found.reason == "options differ"


def test_other_python(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    f = write(PROGRAM).f
    f(1)
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))
    memofp.configure()
    found = f.explain(1)
    assert found.reason == "python changed"
    assert "Python 3.99" in found.summary


def test_disabled(write: Write) -> None:
    f = write(PROGRAM).f
    with memofp.disabled():
        assert f.explain(1).reason == "disabled"


def test_blind_spots_are_listed(write: Write) -> None:
    f = write("import importlib\n@memofp.memoize\ndef f(x):\n    return importlib.import_module(x)\n").f
    found = f.explain(1)
    assert found.blind_spots
    assert "what reading the code cannot follow" in str(found)


def test_public_function_takes_bare_functions_methods_and_partials(write: Write) -> None:
    module = write(
        PROGRAM + "\nclass C:\n    @memofp.memoize\n    def m(self, y):\n        return y\n\n"
        "    @classmethod\n    def k(cls, y):\n        return y\n"
    )
    assert memofp.explain(module.f, 1).reason == "never computed"
    module.C().m(1)
    assert module.C().m.explain(1).is_hit
    assert memofp.explain(module.C().m, 2).argument_changes[0].name == "y"
    assert memofp.explain(module.helper, 1).reason == "never computed"
    assert memofp.explain(functools.partial(module.helper, 1)).reason == "never computed"


def test_coroutine_functions_are_explained_without_awaiting(write: Write) -> None:
    import asyncio

    f = write("@memofp.memoize\nasync def f(x):\n    return x\n").f
    asyncio.run(f(1))
    assert f.explain(1).is_hit


def test_wrong_and_unhashable_arguments_are_errors(write: Write) -> None:
    f = write(PROGRAM).f
    with pytest.raises(TypeError, match="argument"):
        f.explain(1, 2, 3)
    with pytest.raises(memofp.UnhashableArgumentError):
        f.explain(memoryview(b"").__iter__())


def test_json_and_html_are_plain_and_escaped(write: Write) -> None:
    f = write(PROGRAM).f
    f(1, "<script>alert(1)</script>")
    found = f.explain(1, "<script>alert(2)</script>")
    assert json.loads(json.dumps(found.to_json()))["reason"] == "arguments differ"
    page = found._repr_html_()
    assert "<script>" not in page
    assert html.escape("<script>alert(2)") in page


def test_log_says_one_line_a_miss(write: Write, caplog: pytest.LogCaptureFixture) -> None:
    f = write(PROGRAM).f
    with caplog.at_level(logging.INFO, logger="memofp"):
        f(1)
        f(1)
        write(PROGRAM.replace("RATE = 3", "RATE = 4")).f(1)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("miss: sample.f(x=1, data=None): never computed")
    assert "const:sample.RATE: 3 -> 4" in lines[1]


def test_environment_asks_for_the_lines_too(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEMOFP_LOG", "miss")
    f = write(PROGRAM).f
    f(1)
    f(1)
    assert capsys.readouterr().err.count("memofp: miss: sample.f(x=1, data=None)") == 1


def test_silence_is_the_default(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write(PROGRAM).f(1)
    assert capsys.readouterr() == ("", "")
