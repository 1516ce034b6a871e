"""Manifests: flat names, kinds, places, values; blind spots with their places; what strict does."""

from __future__ import annotations

from typing import Any

import pytest

import memofp
from memofp._errors import BlindSpotError, BlindSpotWarning
from memofp._fingerprint import Watch

TEXT = """
    import enum, functools, math, os.path
    RATE = 3
    NAMES = ["a", "b"]
    class Box:
        size = 2
        def area(self):
            return self.size * RATE
    def clean(x):
        return math.floor(x) + RATE
    part = functools.partial(clean, 1)
    stream = (i for i in range(3))
    def main(x, k=(1, 2)):
        part()
        getattr(x, NAMES[0])
        return [clean(x), Box().area(), os.path.join("a"), stream, len(NAMES)]
"""


def test_names_kinds_and_places(make: Any) -> None:
    module = make(TEXT, "shop")
    manifest = memofp.fingerprint(module.main).manifest
    names = set(manifest)
    assert names >= {
        "self:shop.main", "func:shop.clean", "class:shop.Box", "const:shop.RATE", "const:shop.NAMES",
        "partial:shop.clean.args[0]", "builtin:math.floor", "builtin:len", "builtin:os.path.join",
        "const:shop.main.<default 0>",
    }  # fmt: skip
    assert next(iter(manifest)) == "self:shop.main"
    assert [n for n in names if n.startswith("python:")]
    clean = manifest.find("func:shop.clean")
    assert clean is not None
    assert (clean.file, clean.line) == (module.__file__, 9)
    assert clean.source is not None
    assert clean.source.startswith("def clean")
    assert set(clean.uses) == {"builtin:math.floor", "const:shop.RATE"}
    rate = manifest.find("const:shop.RATE")
    assert rate is not None
    assert rate.value == "3"
    assert any(d.kind == "opaque" for d in manifest.dependencies)


def test_a_manifest_survives_json(make: Any) -> None:
    manifest = memofp.fingerprint(make(TEXT).main).manifest
    assert type(manifest).from_json(manifest.to_json()) == manifest


def test_two_helpers_of_one_name_have_two_lines(make: Any) -> None:
    make("def f(x): return x + 1", "left")
    make("def f(x): return x + 2", "right")
    module = make("import left, right\ndef main(x): return left.f(x) + right.f(x)")
    assert set(memofp.fingerprint(module.main).manifest) >= {"func:left.f", "func:right.f"}


def test_blind_spots_have_places(make: Any) -> None:
    module = make(TEXT, "shop")
    spots = memofp.fingerprint(module.main).manifest.blind_spots
    found = {(s.what, s.where, s.line) for s in spots}
    assert ("getattr with a computed name", "shop.main", 15) in found
    assert any("generator" in s.what for s in spots)
    assert all(s.file == module.__file__ for s in spots if s.line)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("return eval(x)", "eval of built text"),
        ("run = eval\n    return run(x)", None),
        ("return take(x, x)", None),
        ("return exec(x)", "exec of built text"),
        ("import importlib\n    return importlib.import_module(x)", "import_module of a computed name"),
        ("return x.__globals__", "namespace read from __globals__"),
        ("import sys\n    return sys.modules[x]", "module looked up in sys.modules"),
        (
            "import no_such_module as m\n    return m.f(x)",
            "lazy import of no_such_module that fails (ModuleNotFoundError)",
        ),
        ("from .. import m\n    return m.f(x)", "relative import outside a package"),
        ("return x + 1", None),
    ],
)
def test_what_is_a_blind_spot(body: str, what: str | None, make: Any) -> None:
    module = make(f"take = getattr\ndef main(x):\n    {body}\n")
    spots = [s.what for s in memofp.fingerprint(module.main).manifest.blind_spots]
    assert (what in spots) if what else not [s for s in spots if s.startswith(("lazy", "relative", "module"))]


def test_strict(make: Any) -> None:
    blind, clear = make("def main(x): return eval(x)").main, make("def main(x): return x + 1").main
    with pytest.warns(BlindSpotWarning, match="eval of built text"):
        Watch(blind, strict="warn").current()
    with pytest.raises(BlindSpotError, match=r"sample\.main .*:1"):
        Watch(blind, strict="error").current()
    Watch(blind).current()
    Watch(clear, strict="error").current()
