"""Keys agree between processes, hash seeds, directories and orders of asking."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import memofp

PROGRAM = """
    import enum, collections, functools, weakref, threading, logging, re
    class Kind(enum.Flag):
        A = 1
        B = 2
    class Node:
        def __init__(self, parent=None):
            self.parent, self.kids = parent, set()
            self.lock = threading.Lock()
            if parent is not None: parent.kids.add(self)
    root = Node()
    for _ in range(3): Node(root)
    NAMES = {"x", "y", "zz", Kind.A}
    TABLE = {len: {"a", "b"}, Node: frozenset({1, "b"})}
    LOG = logging.getLogger("x")
    def even(n): return n == 0 or odd(n - 1)
    def odd(n): return n != 0 and even(n - 1)
    @functools.singledispatch
    def kind(v): return repr(even)
    @kind.register(int)
    def _(v): return [repr(odd), str(root)]
    TEXT = [repr(even), {"f": repr(Node)}]
    CACHED = functools.lru_cache(odd)
    def main(x):
        return even(x), root, NAMES, TABLE, LOG, kind(x), TEXT, re.compile("a"), CACHED(x), weakref.ref(root)
    if __name__ == "__main__":
        import sys, memofp
        names = ["main", "even", "odd", "kind", "CACHED"]
        for name in (names if sys.argv[1] == "0" else names[::-1]):
            globals()[name + "_digest"] = memofp.fingerprint(globals()[name]).digest
        print([globals()[n + "_digest"] for n in names])
"""


def test_processes_agree(tmp_path: Path) -> None:
    seen = set()
    for i, (seed, order) in enumerate([("0", "0"), ("1", "1"), ("2", "0"), ("random", "1")]):
        folder = tmp_path / ("d" * (i + 1))
        folder.mkdir()
        (folder / "program.py").write_text(textwrap.dedent(PROGRAM))
        facts = "" if i == 2 else str(tmp_path / "facts")
        root = str(Path(memofp.__file__).parent.parent)
        env = {**os.environ, "PYTHONHASHSEED": seed, "MEMOFP_FACTS_DIR": facts, "PYTHONPATH": root}
        run = [sys.executable, "program.py", order]
        done = subprocess.run(
            run, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        seen.add(done.stdout)
    assert len(seen) == 1
