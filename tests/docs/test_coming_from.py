"""Execute each row of the page for those who come from another memoizer."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import itertools
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import memofp
from memofp import _config

PAGE = Path(__file__).parents[2] / "docs" / "coming-from.md"
numbers = itertools.count()

PRELUDES = {
    "functools": "from functools import lru_cache",
    "joblib": "from joblib import Memory, expires_after\nmemory = Memory('.cache', verbose=0)",
    "diskcache": "from diskcache import Cache, memoize_stampede\ncache = Cache('.cache')",
    "cachier": "from cachier import cachier, disable_caching",
    "checkpointer": "from checkpointer import HashBy, NoHash, checkpoint\ncheckpoint.verbosity = 0",
    "memofp": "from memofp import By, Ignore, clear, configure, disabled, memoize",
}
PLAIN = {  # what other rows of a section stand on
    "functools": "@lru_cache",
    "joblib": "@memory.cache",
    "diskcache": "@cache.memoize()",
    "cachier": "@cachier(cache_dir='.cache')",
    "checkpointer": "@checkpoint(directory='.cache')",
    "memofp": "@memoize(cache_dir='.cache')",
}
SAMPLE = """
from datetime import timedelta
from typing import Annotated
{prelude}

def note():
    with open("ran", "a") as file:
        file.write("x")

STEP = 0

{decorator}
def f({x}, {y}):
    note()
    return abs(x) + y + STEP
"""


class Row(NamedTuple):
    library: str
    what: str
    there: str
    here: str


def rows() -> Iterator[Row]:
    library = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := re.match(r"## (?:.*\b)?(functools|joblib|diskcache|cachier|checkpointer)\b", line):
            library = heading[1]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if library and line.startswith("|") and cells[0] and not cells[0].startswith("---"):
            there, here = (re.match("`([^`]+)`", cell)[1] for cell in cells[1:])  # type: ignore[index]
            yield Row(library, cells[0], there, here)


class Trial:
    """A module with a function `f`, and one row's code for it."""

    def __init__(self, directory: Path, library: str, code: str) -> None:
        self.code = code
        self.directory = directory
        x, y, decorator = "x", "y=2", PLAIN[library]
        if code.startswith("@"):
            decorator = code
        elif code.startswith("x:"):
            x = code
        elif code.startswith("y:"):
            y = code
        name = f"trial_{library}_{next(numbers)}"
        text = SAMPLE.format(prelude=PRELUDES[library], decorator=decorator, x=x, y=y)
        (directory / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        self.module = importlib.import_module(name)
        self.f: Callable[..., Any] = self.module.f

    def run(self) -> Any:
        return eval(self.code, self.module.__dict__)

    @property
    def count(self) -> int:
        file = self.directory / "ran"
        return len(file.read_text()) if file.exists() else 0


def keeps(trial: Trial) -> bool:
    return trial.f(1) == trial.f(1) == 3 and trial.count == 1


def leaves_out_y(trial: Trial) -> bool:
    return trial.f(1, y=2) == trial.f(1, y=3) and trial.count == 1


def runs_again(trial: Trial) -> bool:
    trial.f(1)
    trial.run()
    trial.f(1)
    return trial.count == 2


def tells(trial: Trial) -> bool:
    before = trial.run()
    trial.f(1)
    return not before and bool(trial.run())


def is_bare(trial: Trial) -> bool:
    trial.f(1)
    return trial.run()(1) == 3 and trial.count == 2


def counts(trial: Trial) -> bool:
    trial.f(1)
    trial.f(1)
    return trial.run().hits == 1


def has_a_key(trial: Trial) -> bool:
    keys = [trial.run(), eval(trial.code.replace("(1)", "(2)"), trial.module.__dict__)]
    return keys[0] == trial.run() != keys[1]


def captures(trial: Trial) -> bool:
    trial.f(1)
    trial.module.STEP = 10  # type: ignore[attr-defined]
    reinit = getattr(trial.f, "reinit", None)
    if reinit is not None:
        reinit()
    return trial.f(1) == 13


def is_bounded(trial: Trial) -> bool:
    if not trial.code.startswith("@"):
        trial.run()
    return keeps(trial)


CHECKS: dict[str, Callable[[Trial], bool]] = {
    "keep results": keeps,
    "tell 1 from 1.0": lambda trial: bool(keeps(trial) and trial.f(1.0) and trial.count == 2),
    "a bounded number": is_bounded,
    "a bounded size": is_bounded,
    "counts": counts,
    "forget all": runs_again,
    "forget one call": runs_again,
    "run it anyway": lambda trial: bool(trial.f(1) == 3 and trial.run() and trial.count == 2),
    "run it and keep nothing": lambda trial: bool(trial.run() == 3 and trial.f(1) and trial.count == 2),
    "the bare function": is_bare,
    "leave an argument out": leaves_out_y,
    "let results expire": keeps,
    "refresh early": keeps,
    "refresh behind": keeps,
    "wait so long at most": keeps,
    "map arrays": keeps,
    "compress": keeps,
    "say what happens": keeps,
    "is it stored?": tells,
    "the key": has_a_key,
    "switch off": lambda trial: bool((trial.run(), trial.f(1), trial.f(1))) and trial.count == 2,
    "another digest of an argument": lambda trial: trial.f(-1) == trial.f(1) and trial.count == 1,
    "captured values": captures,
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before, loaded = _config.current, set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    memofp.configure(cache_dir=tmp_path / ".memofp")
    suspensions = _config._suspensions
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the other libraries' own
        yield tmp_path
    _config._suspensions = suspensions
    _config.restore(before)
    for name in set(sys.modules) - loaded:
        # checkpointer takes for the user's what lies below the working directory of its import.
        if name.startswith(("trial_", "edited_", "checkpointer")):
            del sys.modules[name]
    if "cachier" in sys.modules:
        sys.modules["cachier"].enable_caching()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # connections that other libraries left open would fail whichever test comes next


def find(library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")


ROWS = list(rows())
IDS = [f"{row.library}-{row.what}".replace(" ", "_") for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_is_written_there(row: Row, project: Path) -> None:
    find(row.library)
    assert CHECKS[row.what](Trial(project, row.library, row.there))


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_is_written_here(row: Row, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(project, "memofp", row.here)
    assert CHECKS[row.what](trial)
    if "ttl" in row.here:
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + 61)
        trial.f(1)
        end = time.monotonic() + 30
        while trial.count < 2 and time.monotonic() < end:
            time.sleep(0.01)  # a refresh runs behind
        assert trial.count == 2


def test_all_sections_have_rows() -> None:
    found = [len([row for row in ROWS if row.library == name]) for name in PRELUDES if name != "memofp"]
    assert min(found) >= 5
    assert len(ROWS) >= 40


EDITS = {
    "the function itself": ("abs(x) + y", "abs(x) * y"),
    "a helper that it calls": ("return 0  #", "return 5  #"),
    "a constant that it reads": ("STEP = 0", "STEP = 7"),
    "a comment": ("    note()\n    return", "    note()  # note it\n    return"),
}


def edit_table() -> list[tuple[str, str, str]]:
    """Return (library, edit, what the page says) for each cell of the first table."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines() if "|" in line]
    names = ["functools", *lines[0][2:]]
    table = lines[2 : 2 + 5]
    return [(name, row[0], text) for row in table for name, text in zip(names, row[1:], strict=True)]


def load(directory: Path, name: str, text: str) -> ModuleType:
    """Import a module as a new process would."""
    sys.modules.pop(name, None)
    (directory / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    return importlib.import_module(name)


CELLS = edit_table()


@pytest.mark.parametrize(
    ("library", "edit", "said"), CELLS, ids=[f"{c[0]}-{c[1].replace(' ', '_')}" for c in CELLS]
)
def test_what_happens_after_an_edit(library: str, edit: str, said: str, project: Path) -> None:
    find(library)
    name = f"edited_{next(numbers)}"
    text = SAMPLE.format(prelude=PRELUDES[library], decorator=PLAIN[library], x="x", y="y=2")
    text = text.replace("STEP = 0", "STEP = 0\n\ndef helper():\n    return 0  #\n").replace(
        "+ STEP", "+ STEP + helper()"
    )
    if library == "functools":
        assert said == "a new process computes anew"
        return
    load(project, name, text).f(1)
    if edit == "back to the code before":
        load(project, name, text.replace(*EDITS["the function itself"])).f(1)
        runs = 0 if "old" in said else 1
        before = len((project / "ran").read_text())
        load(project, name, text).f(1)
    else:
        runs = 0 if "old" in said else 1
        before = len((project / "ran").read_text())
        load(project, name, text.replace(*EDITS[edit])).f(1)
    assert len((project / "ran").read_text()) - before == runs
