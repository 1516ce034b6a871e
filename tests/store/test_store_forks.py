"""A fork while another thread is at work."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_helpers import run_python

from memofp._store._uses import Uses


@pytest.mark.parametrize("name", ["memofp._store._collector", "memofp._store._accepted", "fractions"])
def test_fork_while_a_thread_imports(directory: Path, name: str) -> None:
    """The child imports what its parent had only half imported."""
    done = run_python(
        """
        import faulthandler, importlib.abc, importlib.util, os, sys, threading
        import memofp
        from memofp._store import Hit, open_store
        slow = sys.argv[2]
        begun, go_on = threading.Event(), threading.Event()
        class Slow(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name != slow or begun.is_set(): return None
                sys.meta_path.remove(self)
                spec = importlib.util.find_spec(name)
                execute = spec.loader.exec_module
                def exec_module(module):
                    begun.set(); go_on.wait(50)
                    execute(module)
                spec.loader.exec_module = exec_module
                return spec
        sys.meta_path.insert(0, Slow())
        thread = threading.Thread(target=importlib.import_module, args=(slow,))
        thread.start()
        assert begun.wait(20)
        pid = os.fork()
        if pid == 0:
            faulthandler.dump_traceback_later(20, exit=True)
            store = open_store(sys.argv[1])
            ok = store.save(b"k" * 16, 1, function="f", version="0"*32, duration_s=1.0)
            ok &= isinstance(store.load(b"k" * 16), Hit)
            ok &= importlib.import_module(slow) is sys.modules[slow]
            os._exit(0 if ok else 1)
        status = os.waitpid(pid, 0)[1]
        go_on.set()
        thread.join()
        print(status, sys.modules[slow].__name__)
        """,
        directory,
        name,
    )
    assert done.stdout.split() == ["0", name]


def test_fork_waits_until_diskcache_has_made_the_database(directory: Path) -> None:
    """Its connections are its own; a child forked meanwhile would find SQLite locked for good."""
    done = run_python(
        """
        import os, sys, threading, time
        from memofp._store import Hit, _diskcache, open_store
        begun, ended = threading.Event(), threading.Event()
        lay_out = _diskcache.lay_out
        def slow(directory):
            begun.set(); time.sleep(0.3)
            lay_out(directory)
            ended.set()
        _diskcache.lay_out = slow
        store = open_store(sys.argv[1])
        def save(n): return store.save(n.to_bytes(16, "big"), n, function="f", version="0"*32, duration_s=1.0)
        thread = threading.Thread(target=save, args=(1,))
        thread.start()
        assert begun.wait(20)
        pid = os.fork()
        if pid == 0:
            os._exit(0 if ended.is_set() and save(2) else 1)
        status = os.waitpid(pid, 0)[1]
        thread.join()
        print(status, [isinstance(store.load(n.to_bytes(16, "big")), Hit) for n in (1, 2)])
        """,
        directory,
    )
    assert done.stdout == "0 [True, True]\n"


def test_hits_that_come_while_others_are_reported() -> None:
    reported: list[dict[tuple[int, ...], object]] = []

    class Backend:
        def use(self, uses: dict[tuple[int, ...], object]) -> None:
            reported.append(uses)

    class Token(tuple[int, ...]):
        """Hashing it is where another thread comes in between."""

        def __hash__(self) -> int:
            if waiting:
                waiting[(len(waiting) + 100,)] = [1, 0.0, 0.0]
            return super().__hash__()

    waiting: dict[tuple[int, ...], list[float]] = {}
    uses = Uses(Backend())  # type: ignore[arg-type] # all of it that is used
    uses.add((1, 1), 5.0, 2.0)
    uses.add(Token((2, 1)), 6.0, 3.0)
    uses.add((3, 1), 7.0, 4.0)
    waiting = uses._waiting
    uses.report()
    assert [use.hits for use in reported[0].values()][:3] == [1, 1, 1]
