"""A cache with two ordinary functions and a hostile one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from memofp._manifest import BlindSpot, Dependency, Manifest
from memofp._store import ResultStore, open_store

CODE = "document.title='owned'"
HOSTILE = f'</script><script>{CODE}</script><img src=x onerror="{CODE}">&\u2028\'"`'


def manifest_of(name: str, source: str) -> Manifest:
    helper = f"{name}.helper"
    digest = f"{sum(source.encode()):032x}"
    return Manifest(
        (
            Dependency(
                "self",
                name,
                digest,
                "a",
                f"/p/{name}.py",
                3,
                f"def f():\n    {name}",
                None,
                (f"func:{helper}",),
            ),
            Dependency("func", helper, digest, digest, f"/p/{name}.py", 9, source, uses=(f"const:{name}.K",)),
            Dependency("const", f"{name}.K", "c", "c", value=name),
            Dependency("python", "3.13", "d", value="3.13"),
        ),
        (BlindSpot(f"exec of built text {name}", name, f"/p/{name}.py", 4),) if "script" in name else (),
    )


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ResultStore]:
    """Return a store with functions `shop.load`, `shop.count` and one with a hostile name."""
    patch = pytest.MonkeyPatch()
    patch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    store = open_store(tmp_path_factory.mktemp("cache") / "<b>cache</b>")
    number = 0
    for function, count, size, seconds in (
        ("shop.load", 30, 4000, 2.0),
        ("shop.count", 60, 10, 0.5),
        (f"evil.{HOSTILE}", 3, 500, 0.1),
    ):
        for version, source in (("0" * 32, "return x * 2"), ("1" * 32, f"return x * 3 # {function}")):
            for index in range(count):
                number += 1
                arguments = f"x={index}, text={HOSTILE!r}" if "evil" in function else f"x={index}"
                store.save(
                    number.to_bytes(16, "big"),
                    b"x" * size,
                    function=function,
                    version=version,
                    duration_s=seconds,
                    arguments=arguments,
                )
            store.save_manifest(function, version, manifest_of(function, source))
    for key in range(1, 12):
        store.load(key.to_bytes(16, "big"))
    yield store
    store.close()
    patch.undo()
