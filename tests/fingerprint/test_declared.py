"""Declared dependencies, neutral callables and policies for packages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import memofp
from memofp._errors import ConfigurationError
from memofp._fingerprint import Watch


def function(x: int) -> int:
    return x


def digest(*declared: Any, **options: Any) -> str:
    return memofp.fingerprint(function, depends_on=list(declared), **options).digest


def test_order_does_not_count_and_nothing_is_nothing() -> None:
    assert digest(1, "a") == digest("a", 1)
    assert digest() == memofp.fingerprint(function).digest
    assert digest(1) != digest()
    assert digest(1) != digest(True)
    assert digest([1, {"a": 2}]) != digest([1, {"a": 3}])


def test_files_by_content(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    absent = digest(memofp.File(path))
    path.write_text("1")
    one = digest(memofp.File(path))
    path.write_text("2")
    two = digest(memofp.File(str(path)))
    assert len({absent, one, two}) == 3
    path.write_text("1")
    os.utime(path, (1, 1))
    assert digest(memofp.File(path)) == one
    path.write_text("")
    assert digest(memofp.File(path)) not in (absent, one)


def test_files_by_pattern(tmp_path: Path) -> None:
    pattern = memofp.File(str(tmp_path / "*.csv"))
    seen = {digest(pattern)}
    (tmp_path / "a.csv").write_text("1")
    seen.add(digest(pattern))
    (tmp_path / "b.csv").write_text("1")
    seen.add(digest(pattern))
    (tmp_path / "b.csv").rename(tmp_path / "c.csv")
    seen.add(digest(pattern))
    (tmp_path / "c.csv").write_text("2")
    seen.add(digest(pattern))
    assert len(seen) == 5
    last = digest(pattern)
    (tmp_path / "other.txt").write_text("3")
    assert digest(pattern) == last


def test_a_file_that_changes_between_two_calls_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("1")
    watch = Watch(function, depends_on=[memofp.File(path)])
    before = watch.current()
    assert watch.current() is before
    path.write_text("22")
    assert watch.current().digest != before.digest


def test_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(function, depends_on=[memofp.EnvVar("MEMOFP_SAMPLE")])
    monkeypatch.delenv("MEMOFP_SAMPLE", raising=False)
    seen = {watch.current().digest}
    for value in ("", "a", "b"):
        monkeypatch.setenv("MEMOFP_SAMPLE", value)
        seen.add(watch.current().digest)
    assert len(seen) == 4


def test_packages_by_version() -> None:
    one = memofp.fingerprint(function, depends_on=[memofp.Package("xxhash")])
    assert one.digest != digest()
    (found,) = [d for d in one.manifest.dependencies if d.kind == "package"]
    assert (found.name, bool(found.value)) == ("xxhash", True)
    with pytest.raises(ConfigurationError, match="no-such-thing"):
        digest(memofp.Package("no-such-thing"))


def test_functions_and_modules(make: Any) -> None:
    texts = "def h(x): return x + 1\nK = 1", "def h(x): return x + 2\nK = 1", "def h(x): return x + 1\nK = 2"
    modules = [make(text, "declared") for text in texts]
    assert digest(modules[0].h) != digest(modules[1].h)
    assert digest(modules[0].h) == digest(modules[2].h)
    assert len({digest(m) for m in modules}) == 3


# ---- neutral ----------------------------------------------------------------------------------

NEUTRAL = """
    import logging
    log = logging.getLogger("sample")
    def say(x): print(x)
    def main(x):
        {}
        return x + 1
"""


@pytest.mark.parametrize(
    "line", ["print(x)", "print('one', x); print()", "log.debug('a %s', x)", "say(x)", "logging.info('x')"]
)
def test_neutral_calls_do_not_count(line: str, make: Any) -> None:
    import logging

    with_line, without = make(NEUTRAL.format(line)), make(NEUTRAL.format("pass"))
    neutral = [print, with_line.log.debug, with_line.say, logging.info]
    plain = memofp.fingerprint(without.main).digest
    assert memofp.fingerprint(with_line.main, neutral=neutral).digest == plain
    assert memofp.fingerprint(with_line.main).digest != plain


@pytest.mark.parametrize(
    "line", ["y = print(x)", "log.info(x)", "len(x)", "x.append(print(x))", "x.debug(1)"]
)
def test_other_statements_count(line: str, make: Any) -> None:
    with_line, without = make(NEUTRAL.format(line)), make(NEUTRAL.format("pass"))
    neutral = [print, with_line.log.debug]
    plain = memofp.fingerprint(without.main).digest
    assert memofp.fingerprint(with_line.main, neutral=neutral).digest != plain


# ---- packages ---------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that installs a version of a package and returns a function that uses it."""

    def install(version: str, body: str) -> Any:
        site = tmp_path / version / "site-packages"
        (site / "third").mkdir(parents=True)
        (site / "third" / "__init__.py").write_text(f"def f(x): return {body}\n")
        (site / f"Third_Dist-{version}.dist-info").mkdir()
        (site / f"Third_Dist-{version}.dist-info" / "top_level.txt").write_text("third\n")
        module = ModuleType("third")
        module.__file__ = str(site / "third" / "__init__.py")
        monkeypatch.setitem(sys.modules, "third", module)
        text = Path(module.__file__).read_text()
        exec(compile(text, module.__file__, "exec", dont_inherit=True), module.__dict__)
        space: dict[str, Any] = {"third": module, "__name__": "here"}
        exec("def f(x): return third.f(x)", space)
        return space["f"]

    return install


def test_a_package_is_its_name_and_version(installed: Any) -> None:
    first, edited, newer = installed("1.0", "x"), installed("1.0+a", "x + 1"), installed("2.0", "x")
    found = [memofp.fingerprint(f) for f in (first, edited, newer)]
    assert len({f.digest for f in found}) == 3
    (package,) = [d for d in found[0].manifest.dependencies if d.kind == "package"]
    assert (package.label, package.value) == ("package:third_dist", "1.0")


@pytest.mark.parametrize("name", ["third", "third_dist"])
def test_policies(installed: Any, name: str) -> None:
    first, edited = installed("1.0", "x"), installed("2.0", "x")
    assert (
        memofp.fingerprint(first, packages={name: None}).digest
        == memofp.fingerprint(edited, packages={name: None}).digest
    )
    for f in (first, edited):
        assert memofp.fingerprint(f, packages={name: "version"}).digest == memofp.fingerprint(f).digest
    source = [memofp.fingerprint(f, packages={name: "source"}) for f in (first, edited)]
    assert source[0].digest == source[1].digest
    assert not [d for d in source[0].manifest.dependencies if d.kind == "package"]
    assert memofp.fingerprint(installed("3.0", "x + 1"), packages={name: "source"}).digest != source[0].digest
