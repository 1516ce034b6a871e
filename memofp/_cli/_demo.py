"""`demo`: run a memoized project on the standard library's source, edit a helper, run it again."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from memofp._cli import _demo_words as words
from memofp._cli._demo_run import PACKAGE, DemoError, Run, copy_project, library_files, run_project
from memofp._cli._inspect import functions_table
from memofp._cli._screen import Column, Screen, Table
from memofp._explain._diff import source_diff
from memofp._explain._units import seconds_text

__all__ = ["add_command", "run"]

FED_BY = {"aggregate": "measure"}  # whose results are whose arguments


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the argument parser."""
    parser = commands.add_parser(
        "demo",
        help="see it work, on the source of the standard library",
        description="Run a small memoized project on the standard library's source, edit a helper in a copy "
        "of it, and run it again. Needs no network and leaves nothing behind.",
    )
    parser.add_argument(
        "--keep", metavar="DIR", help="make the copy and the cache in DIR and leave them there"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Give the demonstration; return 0 if exactly the expected entries were computed, 1 if not."""
    with _scratch(options.keep) as directory:
        return Demo(directory, screen, is_kept=options.keep is not None).show()


@contextmanager
def _scratch(keep: str | None) -> Iterator[Path]:
    """Yield a directory with a copy of the project, which goes away afterwards if it is not to be kept."""
    directory = Path(tempfile.mkdtemp(prefix="memofp-demo-")) if keep is None else Path(keep).absolute()
    try:
        copy_project(directory)
        yield directory
    finally:
        if keep is None:
            shutil.rmtree(directory, ignore_errors=True)


class Demo:
    """The demonstration in one scratch directory."""

    def __init__(self, directory: Path, screen: Screen, is_kept: bool) -> None:
        self.directory = directory
        self.is_kept = is_kept
        self.cache = directory / "cache"
        self.screen = screen
        self.files = library_files()
        self.expected = True
        self._hash_seed = 0

    def show(self) -> int:
        """Go through all steps and return the exit code."""
        for line in words.INTRODUCTION.format(files=len(self.files), package=PACKAGE).splitlines():
            self.screen.line(line)
        each = len(self.files)
        first = self.step(words.FIRST, {"parse": each, "vocabulary": each, "measure": each, "aggregate": 1})
        again = self.step(words.AGAIN, {})
        speed_up = first.seconds / max(again.seconds, 1e-9)
        self.screen.line(
            f"  {seconds_text(first.seconds - again.seconds)} saved; {speed_up:.0f} times as fast."
        )
        self.edit(words.COMMENT_EDIT)
        self.step("", {})
        self.edit(words.HELPER_EDIT)
        edited = self.step("", {"measure": each, "aggregate": 1})
        self.explain(again, edited)
        self.conclude(edited)
        return 0 if self.expected else 1

    def step(self, heading: str, want: dict[str, int]) -> Run:
        """Run the project in a new process, show what it did, and compare with what it should compute."""
        if heading:
            self.screen.heading(heading)
        self._hash_seed += 1
        found = run_project(self.directory, self.cache, self.files, self._hash_seed)
        self.screen.table(_run_table(found))
        if found.computed != want or found.hits + sum(want.values()) != 3 * len(self.files) + 1:
            self.expected = False
            wanted = ", ".join(f"{name} ({count})" for name, count in want.items()) or "nothing"
            self.screen.line(f"  NOT AS EXPECTED: {wanted} should have been computed.", "bold red")
        return found

    def edit(self, edit: words.Edit) -> None:
        """Edit a file of the copy and show the edit."""
        self.screen.heading(edit.heading)
        path = self.directory / PACKAGE / edit.file
        before = path.read_text("utf-8")
        if edit.old not in before:
            raise DemoError(f"{path} does not hold {edit.old!r}")
        after = before.replace(edit.old, edit.new, 1)
        path.write_text(after, "utf-8")
        self._show_diff(before, after, f"{PACKAGE}/{edit.file}")

    def explain(self, before: Run, after: Run) -> None:
        """Show for each function why its entries were computed again, or why they were not."""
        from memofp._call import changed_dependencies
        from memofp._store import open_existing

        self.screen.heading("Why")
        store = open_existing(self.cache)
        names = {summary.function.rpartition(".")[2]: summary.function for summary in store.functions()}
        for name in after.functions:
            versions = before.versions[name], after.versions[name]
            older, newer = (store.load_manifest(names[name], version) for version in versions)
            if versions[0] == versions[1]:
                self._explain_same_code(name, name in after.computed)
            elif older is None or newer is None:
                self.screen.line(f"  {name}: its code changed, but the store has no list of its dependencies")
            else:
                for change in changed_dependencies(older, newer):
                    self.screen.line(
                        f"  {name}: computed again: {self._relative(change.describe())}", "yellow"
                    )
                    texts = [side.source or "" if side else "" for side in (change.before, change.after)]
                    self._show_diff(texts[0], texts[1], "")
        store.close()

    def _explain_same_code(self, name: str, is_computed: bool) -> None:
        feeder = FED_BY.get(name)
        if is_computed and feeder:
            self.screen.line(
                f"  {name}: computed again: same code, but {feeder} gave it other arguments", "yellow"
            )
        elif not is_computed:
            self.screen.line(
                f"  {name}: nothing that it reads has changed, so its entries are still good", "green"
            )
        else:
            self.screen.line(f"  {name}: computed again, and nothing says why", "bold red")

    def _relative(self, text: str) -> str:
        return text.replace(f"{self.directory}{os.sep}", "")

    def _show_diff(self, before: str, after: str, file: str) -> None:
        for mark, text in source_diff(before, after, file):
            self.screen.line(f"      {mark}{text}".rstrip(), {"+": "green", "-": "red"}.get(mark, "dim"))

    def conclude(self, last: Run) -> None:
        """Show what the project found out, and what is in the cache."""
        from memofp._store import open_existing

        self.screen.heading("What the project found out")
        for label, text in _findings(last.figures):
            self.screen.line(f"  {label}: {text}")
        store = open_existing(self.cache)
        self.screen.table(functions_table(self._relative(str(self.cache)), store.functions()))
        store.close()
        kept = words.KEPT.format(cache=self.cache) if self.is_kept else words.NOT_KEPT
        for line in words.CONCLUSION.format(kept=kept).splitlines():
            self.screen.line(line)


def _run_table(run: Run) -> Table:
    columns = [
        Column("function"),
        Column("computed", True),
        Column("from the cache", True),
        Column("saved", True),
    ]
    rows = [
        [
            name,
            f"{counts['misses']:.0f}",
            f"{counts['hits']:.0f}",
            seconds_text(counts["seconds_saved"]) if counts["hits"] else "-",
        ]
        for name, counts in run.functions.items()
    ]
    totals = [f"in {seconds_text(run.seconds)}", str(sum(run.computed.values())), str(run.hits), ""]
    return Table("", columns, list(rows), totals)


def _findings(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "functions", f"{figures['functions']}, half of them of complexity {figures['median']} or less"
    winding = (f"{name} ({where}, {score})" for score, where, name in figures["most winding"])
    yield "most winding", ", ".join(winding)
    file, words = figures["most words"]
    yield "richest comments", f"{file}, {words} different words"
