"""What verbose functions say."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import memofp
from memofp import memoize
from memofp._memoize._progress import spoken_duration

ROOT = Path(__file__).parents[2]
SAVED = r"[0-9.e+-]+ m?s"


@pytest.fixture(autouse=True)
def quiet_log() -> Any:
    """Let the log show nothing, as in a program that has not set it up."""
    logger = logging.getLogger("memofp")
    level = logger.level
    logger.setLevel(logging.WARNING)
    yield
    logger.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_misses_and_hits_are_said_in_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    @memoize(verbose=True)
    def f(x: int, text: str = "a") -> int:
        return x

    f(1)
    f(1)
    computing, computed, hit = lines(capsys)
    assert re.fullmatch(r"memofp: computing \S+\.f\(x=1, text='a'\)", computing)
    assert re.fullmatch(rf"memofp: \S+\.f\(x=1, text='a'\) took {SAVED}, stored", computed)
    assert re.fullmatch(
        rf"memofp: \S+\.f\(x=1, text='a'\) is in the cache, stored \d\d:\d\d:\d\d: saves {SAVED}", hit
    )


def test_a_failure_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    @memoize(verbose=True)
    def f() -> int:
        raise KeyError("a")

    with pytest.raises(KeyError):
        f()
    assert re.search(rf"f\(\) raised KeyError after {SAVED}, not stored$", lines(capsys)[-1])


def test_configure_switches_it_on_for_all_but_those_that_do_not_want_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @memoize
    def f() -> int:
        return 1

    @memoize(verbose=False)
    def g() -> int:
        return 1

    f()
    assert lines(capsys) == []
    memofp.configure(progress=True)
    f()
    g()
    (line,) = lines(capsys)
    assert "f() is in the cache" in line
    memofp.configure(progress=False)
    f()
    assert lines(capsys) == []


def test_a_log_that_shows_it_gets_it(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    @memoize(verbose=True)
    def f() -> int:
        return 1

    with caplog.at_level(logging.INFO, "memofp"):
        f()
    assert lines(capsys) == []
    said = [record.getMessage() for record in caplog.records if record.levelname == "INFO"]
    assert any(text.startswith("computing ") for text in said)
    assert any(text.endswith(", stored") for text in said)


def test_coroutines_say_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    @memoize(verbose=True)
    async def f(x: int) -> int:
        return x

    asyncio.run(f(1))
    asyncio.run(f(1))
    computing, computed, hit = lines(capsys)
    assert "computing" in computing
    assert "stored" in computed
    assert "is in the cache" in hit


SCRIPT = """
import os, sys, time, memofp
@memofp.memoize(verbose=True)
def slow(x):
    open("started", "w").close()
    time.sleep(4)
    return x
slow(1)
"""


def test_waiting_for_another_process_names_it(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MEMOFP_CACHE_DIR": "c"}

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "script.py"], cwd=tmp_path, env=environment, text=True, stderr=subprocess.PIPE
        )

    first = start()
    end = time.monotonic() + 30
    while not (tmp_path / "started").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    second = start()
    said = second.communicate(timeout=60)[1].splitlines()
    first.communicate(timeout=60)
    who = (
        rf"process {first.pid} \(running since \d\d:\d\d:\d\d\)"
        if sys.platform == "linux"
        else "(process|another)"
    )
    assert re.search(rf"waiting since \d\d:\d\d:\d\d for {who}.*, which computes \S*slow\(x=1\)", said[0])
    assert "is in the cache" in said[1]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00123, "1.23 ms"), (0.5, "500 ms"), (3.21, "3.2 s"), (150, "2 min 30 s"), (7260, "2 h 01 min")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert spoken_duration(seconds) == text
