"""The garbage collector is still while a graph is built, and on again afterwards, whatever happens."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from memofp import fingerprint
from memofp._fingerprint._collector import let_age, paused, resumed


@pytest.fixture(autouse=True)
def enabled() -> Iterator[None]:
    assert gc.isenabled()
    yield
    gc.enable()


class Seen:
    """Notes what it finds when it is asked for its value."""

    def __init__(self, error: type[BaseException] | None = None) -> None:
        self.found: list[bool] = []
        self.error = error

    def __memofp__(self) -> str:
        self.found.append(gc.isenabled())
        if self.error is not None:
            raise self.error
        return "seen"


def test_it_is_off_while_a_graph_is_built_and_on_again_afterwards() -> None:
    seen = Seen()
    fingerprint(lambda: seen)
    assert seen.found
    assert not any(seen.found)
    assert gc.isenabled()


def test_it_is_on_again_after_an_interrupt() -> None:
    seen = Seen(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        fingerprint(lambda: seen)
    assert gc.isenabled()


def test_who_has_switched_it_off_finds_it_off() -> None:
    gc.disable()
    fingerprint(lambda: 1)
    assert not gc.isenabled()
    kept = [[]]  # type: ignore[var-annotated] # any object that the collector knows
    with paused(), resumed():
        let_age()
        assert not gc.isenabled()
    assert not gc.isenabled()
    assert any(one is kept for one in gc.get_objects(0))


def test_what_was_made_is_old_at_once() -> None:
    gc.collect(0)
    frozen = gc.get_freeze_count()
    kept = [[]]  # type: ignore[var-annotated]
    with paused():
        assert any(one is kept for one in gc.get_objects(0))
        let_age()
        assert not any(one is kept for one in gc.get_objects(0))
    assert gc.isenabled()
    old = (1, 2) if frozen else (2,)
    assert any(one is kept for generation in old for one in gc.get_objects(generation))


def test_what_a_program_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        kept = [[]]  # type: ignore[var-annotated]
        with paused():
            let_age()
        assert gc.get_freeze_count() == count > 0
        assert not any(one is kept for one in gc.get_objects(0))
    finally:
        gc.unfreeze()


def test_it_is_on_while_a_module_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "collector_probe.py").write_text("import gc\nfound = gc.isenabled()\ndef f(): return found\n")
    monkeypatch.syspath_prepend(tmp_path)
    seen = Seen()

    def lazy() -> object:
        import collector_probe  # type: ignore[import-not-found] # made above

        return collector_probe.f(), seen

    fingerprint(lazy)
    assert sys.modules.pop("collector_probe").found
    assert seen.found
    assert not any(seen.found)
    assert gc.isenabled()


def test_threads_leave_it_on() -> None:
    def build() -> None:
        for i in range(50):
            fingerprint(eval(f"lambda: {i}"))

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.isenabled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.parametrize("in_builder", [False, True])
def test_a_child_finds_it_on(in_builder: bool) -> None:
    """Of a thread that builds and of one that does not, in the middle of it."""
    inside, done = threading.Event(), threading.Event()
    children: list[int] = []

    def fork() -> None:
        child = os.fork()
        if child == 0:
            os._exit(0 if gc.isenabled() != in_builder else 1)
        children.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    def build() -> None:
        with paused():
            inside.set()
            if in_builder:
                fork()
            done.wait()

    thread = threading.Thread(target=build)
    thread.start()
    inside.wait()
    if not in_builder:
        fork()
    done.set()
    thread.join()
    assert children == [0]
    assert gc.isenabled()
