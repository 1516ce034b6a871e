"""Every rule is a pair: values that a function could tell apart differ, all others share a digest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pair_tables import TABLES, pairs
from value_tools import of

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.mark.parametrize("table", TABLES)
def test_values_that_a_function_can_tell_apart_differ(table: str) -> None:
    alike = [name for name, a, b in pairs(table, "differ") if of(a) == of(b)]
    assert alike == []


@pytest.mark.parametrize("table", TABLES)
def test_equal_values_share_a_digest(table: str) -> None:
    unlike = [name for name, a, b in pairs(table, "share") if of(a) != of(b)]
    assert unlike == []


@pytest.mark.parametrize("table", TABLES)
def test_a_value_has_one_digest(table: str) -> None:
    for name, a, b in [*pairs(table, "differ"), *pairs(table, "share")]:
        assert of(a) == of(a), name
        assert of([a, b]) != of([b, a]) or of(a) == of(b), name


def test_no_two_values_of_a_table_collide() -> None:
    seen: dict[str, str] = {}
    for table in TABLES:
        for name, a, b in pairs(table, "differ"):
            for side, value in (("a", a), ("b", b)):
                seen.setdefault(of(value), f"{table}: {name} {side}")
    assert len(seen) > 200


def test_digests_are_those_of_every_process() -> None:
    """Other hash seeds, another order of imports, another process: the same digests."""
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
        }
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(HERE / "pair_tables.py")],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) > 300
