"""`report`: write a cache directory as one HTML page."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from memofp._cli._progress import Progress
from memofp._cli._screen import Screen
from memofp._store import open_existing

if TYPE_CHECKING:
    from memofp._report._gather import State
    from memofp._store import ResultStore

__all__ = ["add_command", "run"]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the argument parser."""
    parser = commands.add_parser(
        "report",
        help="write a page about a cache directory",
        description="Write one HTML page, which needs no network, about what a cache holds: functions "
        "by seconds saved and by size, hits and misses over time, versions, dependency graphs, entries.",
    )
    parser.add_argument("directory", metavar="CACHE_DIR", help="the cache directory")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="memofp-report.html", help="the page (default %(default)s)"
    )
    parser.add_argument(
        "--check", action="store_true", help="import the functions, and mark the versions that are stale"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Write the page; return 0."""
    from memofp._report import gather, page

    store = open_existing(options.directory)
    try:
        with Progress(f"reading {options.directory}"):
            text = page(gather(store, _states(store) if options.check else None))
    finally:
        store.close()
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(text)
    screen.line(f"{os.path.abspath(options.output)}: {len(text) / 1000:.0f} kB")
    return 0


def _states(store: ResultStore) -> State:
    from memofp._cli._check import check_functions

    checks = {check.function: check for check in check_functions(store, store.functions())}
    return lambda function, version: checks[function].state_of(version)
