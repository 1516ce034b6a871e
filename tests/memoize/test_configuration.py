"""Where entries go, and how memoization is switched off."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import memofp
from memofp import _config, disabled, memoize
from memofp._errors import ConfigurationError


def test_the_options_directory_wins_over_the_configured_one(tmp_path: Path, cache: Path) -> None:
    @memoize(cache_dir=tmp_path / "mine")
    def f() -> int:
        return 1

    @memoize
    def g() -> int:
        return 1

    f()
    assert (tmp_path / "mine").is_dir()
    assert not cache.exists()
    g()
    assert cache.is_dir()


def test_configure_holds_from_the_next_call_on(tmp_path: Path) -> None:
    @memoize
    def f() -> int:
        return 1

    f()
    memofp.configure(cache_dir=tmp_path / "second")
    assert not f.is_cached()
    f()
    assert (tmp_path / "second").is_dir()
    assert f.cache_info().misses == 2


def test_options_left_out_stay(cache: Path) -> None:
    @memoize
    def f() -> int:
        return 1

    with_python = f.key()
    memofp.configure(python_in_key=False)
    assert f.key() != with_python
    f()
    assert cache.is_dir()
    memofp.configure(python_in_key=True)
    assert f.key() == with_python


@pytest.mark.parametrize(
    "options",
    [
        {"cache_dir": 3}, {"cache_dir": ""}, {"python_in_key": 1}, {"progress": "yes"}, {"max_bytes": "1 GB"},
        {"max_bytes": 0}, {"front_bytes": -1}, {"front_bytes": False},
        {"max_entries": True}, {"max_age": "a day"}, {"max_age": float("nan")},
        {"trusted_dirs": "one"}, {"trusted_dirs": [3]},
    ],
    ids=str,
)  # fmt: skip
def test_configure_checks_its_options(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="configure: "):
        memofp.configure(**options)


def test_default_directory_is_below_the_working_directory_of_the_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memofp.configure(cache_dir=None)

    @memoize
    def f(x: int) -> int:
        return x

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "one")
    f(1)
    monkeypatch.chdir(tmp_path / "two")
    f(2)
    memofp.configure()
    f(3)
    assert os.listdir(tmp_path / "one") == [".memofp_cache"]
    assert os.listdir(tmp_path / "two") == []
    assert f.cache_info().entries == 3


def test_the_environment_names_the_default_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memofp.configure(cache_dir=None)
    monkeypatch.setenv("MEMOFP_CACHE_DIR", str(tmp_path / "named"))

    @memoize
    def f() -> int:
        return 1

    f()
    assert (tmp_path / "named").is_dir()


def test_disabled_runs_the_function_and_counts_nothing(runs: list[object], cache: Path) -> None:
    @memoize
    def f() -> int:
        runs.append(1)
        return len(runs)

    assert f() == 1
    with disabled():
        assert f() == 2
        with disabled():
            assert f() == 3
        assert f.call() == 4
    assert f() == 1
    assert f.cache_info()[:2] == (1, 1)


def test_disabled_needs_no_hashable_arguments() -> None:
    @memoize
    def f(x: object) -> int:
        return 1

    with disabled():
        assert f(x for x in ()) == 1


def test_disabled_is_over_after_an_error() -> None:
    with pytest.raises(KeyError), disabled():
        raise KeyError

    @memoize
    def f() -> int:
        return 1

    f()
    assert f.is_cached()


@pytest.mark.parametrize(("word", "off"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_environment_switches_memoization_off(
    word: str, off: bool, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("MEMOFP_DISABLE", word)

    @memoize
    def f() -> int:
        return 1

    assert f() == 1
    assert cache.exists() is not off


def test_a_strange_word_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOFP_DISABLE", "perhaps")

    @memoize
    def f() -> int:
        return 1

    with pytest.raises(ConfigurationError, match="MEMOFP_DISABLE"):
        f()


HEAVY = ("diskcache", "sqlite3", "cloudpickle", "typing_extensions", "inspect", "asyncio", "numpy")


def test_importing_and_decorating_stay_light(tmp_path: Path) -> None:
    """Neither loads a heavy module, and no file is touched."""
    program = f"""
import sys
before = set(sys.modules)
from memofp import memoize
@memoize(ttl=60, ignore=("b",), version=3)
def f(a, b=2): return a
class C:
    @memoize
    def m(self): return 1
    @memoize
    @classmethod
    def c(cls): return 1
print(*sorted(set({HEAVY!r}) & set(sys.modules) - before))
"""
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(memofp.__file__).parent.parent)},
    )  # fmt: skip
    assert finished.stdout.strip() == ""
    assert os.listdir(tmp_path) == []


def test_limits_are_kept(tmp_path: Path) -> None:
    @memoize
    def f(x: int) -> int:
        return x

    memofp.configure(max_entries=10, max_age=timedelta(days=1), max_bytes=10**6)
    for x in range(40):
        f(x)
    assert f.cache_info().entries <= 11
    memofp.configure(max_entries=None, max_age=None, max_bytes=None)
    assert dict.fromkeys(_config.current.limits.values()) == {None: None}


def test_no_results_are_kept_in_memory_when_asked_so(tmp_path: Path) -> None:
    @memoize
    def f(x: int) -> int:
        return x

    memofp.configure(front_bytes=0)
    assert [f(1), f(1), f(1)] == [1, 1, 1]
    assert f._core.store.limits.front_bytes == 0


def test_trusted_directories_are_handed_on(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)

    @memoize(cache_dir=shared)
    def f() -> int:
        return 1

    if os.name == "posix":
        with pytest.warns(memofp.StoreWarning, match="trusted_dirs"):
            f()
    memofp.configure(trusted_dirs=[shared])
    f()
    assert f.is_cached()
