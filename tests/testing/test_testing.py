"""The helpers for users' own tests."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import memofp
from memofp import memoize
from memofp.testing import (
    assert_depends_on,
    assert_hits,
    assert_independent_of,
    assert_misses,
    isolated_cache,
)

ROOT = Path(__file__).parents[2]
TABLE = [1, 2]


class Model:
    @memoize
    def predict(self, x: int) -> int:
        return x + len(TABLE)

    @memoize
    @classmethod
    def make(cls, x: int) -> int:
        return x


def clean(x: int) -> int:
    return x + len(TABLE)


def unrelated() -> None:
    pass


@memoize
def inner(x: int) -> int:
    return x


@memoize(cache_dir="a-directory-of-its-own")
def score(x: int) -> int:
    return clean(x) + inner(x) + len(json.dumps(x))


def test_hits_and_misses_are_told_without_a_run() -> None:
    with isolated_cache():
        assert_misses(score, 1)
        score(1)
        assert_hits(score, 1)
        assert_hits(score, x=1)
        assert_misses(score, 2)
        info = score.cache_info()
        with pytest.raises(AssertionError, match=r"expected a hit of \S*score\(x=2\)"):
            assert_hits(score, 2)
        with pytest.raises(
            AssertionError, match=r"expected a miss of \S*score\(x=1\), but its result is stored"
        ):
            assert_misses(score, 1)
        assert score.cache_info() == info


def test_methods_and_coroutines() -> None:
    @memoize
    async def fetch(x: int) -> int:
        return x

    with isolated_cache():
        model = Model()
        assert_misses(model.predict, 1)
        model.predict(1)
        assert_hits(model.predict, 1)
        Model.make(1)
        assert_hits(Model.make, 1)
        assert_misses(fetch, 1)
        asyncio.run(fetch(1))
        assert_hits(fetch, 1)


def test_expired_entries_are_misses() -> None:
    @memoize(ttl=0.01)
    def f() -> int:
        return 1

    with isolated_cache():
        f()
        time.sleep(0.02)
        assert_misses(f)


def test_a_plain_function_is_refused() -> None:
    with pytest.raises(TypeError, match="not memoized"):
        assert_hits(clean, 1)


def test_without_memoization_nothing_is_asserted() -> None:
    with isolated_cache(), memofp.disabled(), pytest.raises(RuntimeError, match="MEMOFP_DISABLE"):
        assert_misses(score, 1)


HELPERS = {
    "function": clean,
    "memoized": inner,
    "module": json,
    "library": json.dumps,
    "label": "builtin:json.dumps",
    "constant": f"const:{__name__}.TABLE",
    "name": f"{__name__}.TABLE",
}


@pytest.mark.parametrize("kind", HELPERS)
def test_dependencies_are_found_by_object_and_by_name(kind: str) -> None:
    assert_depends_on(score, HELPERS[kind])
    with pytest.raises(AssertionError, match="depends on"):
        assert_independent_of(score, HELPERS[kind])


def test_what_is_not_reached_is_none() -> None:
    assert_independent_of(score, unrelated)
    assert_independent_of(score, Model)
    assert_independent_of(clean, asyncio)
    with pytest.raises(AssertionError, match=r"does not depend on \S*unrelated; it depends on .*clean"):
        assert_depends_on(score, unrelated)
    with pytest.raises(AssertionError, match=r"clean, used by self"):
        assert_independent_of(score, clean)
    with pytest.raises(TypeError, match="const:"):
        assert_depends_on(score, [1, 2])
    assert_depends_on(Model.predict, f"const:{__name__}.TABLE")


def test_a_function_is_no_dependency_of_itself() -> None:
    assert_independent_of(score, score)


def test_isolation_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOFP_DISABLE", "1")
    before = dict(os.environ)
    with isolated_cache(tmp_path / "one") as directory:
        assert directory == tmp_path / "one"
        score(1)
        with isolated_cache(tmp_path / "two"):
            assert_misses(score, 1)
        assert_hits(score, 1)
        assert os.environ["MEMOFP_CACHE_DIR"] == str(directory)
    assert dict(os.environ) == before
    assert not Path("a-directory-of-its-own").exists()


def test_a_temporary_directory_goes_at_the_end() -> None:
    with isolated_cache() as directory:
        score(1)
        assert directory.is_dir()
    assert not directory.exists()


CONFTEST = 'pytest_plugins = ["memofp.testing"]\n'
MODULE = """
import pytest
from memofp import memoize
from memofp.testing import assert_depends_on, assert_hits, assert_misses

def helper(x): return x

@memoize
def f(x): return helper(x)

pytestmark = pytest.mark.usefixtures("memofp_cache")

@pytest.mark.parametrize("n", [1, 2])
def test_isolated(n, memofp_cache):
    assert_misses(f, 1)
    f(1)
    assert_hits(f, 1)
    assert memofp_cache.is_dir()
    assert_depends_on(f, helper)

def test_fails():
    assert_hits(f, 1)
"""


def run(directory: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=directory, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_the_plugin_in_a_users_project(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mine.py").write_text(MODULE)
    finished = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "2 passed" in finished.stdout, finished.stdout
    assert "1 failed" in finished.stdout
    assert "AssertionError: expected a hit of test_mine.f(x=1)" in finished.stdout
    assert "memofp/testing.py" not in finished.stdout.replace(os.sep, "/")  # its frames are hidden
    assert not (tmp_path / ".memofp_cache").exists()


def test_plain_functions_need_no_pytest(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pytest'] = None\n"
        "import memofp.testing as t, memofp\n"
        "@memofp.memoize\n"
        "def f(): return 1\n"
        "with t.isolated_cache():\n"
        "    t.assert_misses(f); f(); t.assert_hits(f)\n"
    )
    (tmp_path / "p.py").write_text(program)
    finished = run(tmp_path, "p.py")
    assert finished.returncode == 0, finished.stderr


def test_importing_memofp_does_not_import_it(tmp_path: Path) -> None:
    finished = run(tmp_path, "-c", "import memofp, sys; print('memofp.testing' in sys.modules)")
    assert finished.stdout.strip() == "False"
