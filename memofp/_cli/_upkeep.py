"""`prune`, `clear`, `verify` and `repair`: look after a cache directory."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from memofp._cli._inspect import find_function
from memofp._cli._progress import Progress
from memofp._cli._screen import Column, Screen, Table
from memofp._errors import StoreError
from memofp._explain._units import bytes_text
from memofp._store import open_existing

if TYPE_CHECKING:
    from memofp._store import ResultStore, Verdict

__all__ = ["add_command", "age", "size"]

_SIZES = {"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12}
_SIZES |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_AGES = {"": 1, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
FINDINGS_SHOWN = 50


def size(text: str) -> int:
    """Read a size: `500`, `200MB`, `1.5 GiB`."""
    return int(_quantity(text, _SIZES))


def age(text: str) -> float:
    """Read a duration in seconds: `90`, `12h`, `30d`."""
    return _quantity(text, _AGES)


def _quantity(text: str, units: dict[str, float] | dict[str, int]) -> float:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", text)
    if match is None or match[2].lower() not in units:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write a number and one of {', '.join(filter(None, units))}"
        )
    return float(match[1]) * units[match[2].lower()]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands to the argument parser."""
    parser = _add(commands, "prune", "remove what has expired and what exceeds limits", run_prune)
    parser.add_argument(
        "--max-bytes", type=size, metavar="SIZE", help="evict what saves least beyond this: 200MB"
    )
    parser.add_argument(
        "--max-entries", type=int, metavar="N", help="evict what saves least beyond this number"
    )
    parser.add_argument("--max-age", type=age, metavar="AGE", help="remove entries that are older: 12h, 30d")
    parser = _add(commands, "clear", "remove the entries of a function", run_clear)
    parser.add_argument(
        "function", metavar="FUNCTION", nargs="?", help="its qualified name, or its last parts"
    )
    parser.add_argument(
        "--version", metavar="VERSION", help="of one version: the first characters of its name"
    )
    parser.add_argument("--all", action="store_true", help="of all functions")
    _add(commands, "verify", "read and check every entry; exit code 1 if something is wrong", run_verify)
    _add(commands, "repair", "remove what is broken and keep the rest", run_repair)


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, run: object
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.add_argument("directory", metavar="CACHE_DIR", help="the cache directory")
    parser.add_argument("--json", action="store_true", help="write JSON: sizes in bytes")
    parser.set_defaults(run=run)
    return parser


def run_prune(options: argparse.Namespace, screen: Screen) -> int:
    """Remove what has expired, what exceeds the limits and what crashes left; return 0."""
    limits = {
        "max_bytes": options.max_bytes,
        "max_entries": options.max_entries,
        "max_age_s": options.max_age,
    }
    store = open_existing(options.directory, **limits)
    try:
        with Progress(f"pruning {_amount(store)} in {options.directory}"):
            pruned = store.prune()
    finally:
        store.close()
    if options.json:
        screen.line(json.dumps(asdict(pruned)))
    else:
        screen.line(
            f"{options.directory}: {pruned.expired} expired or too old, {pruned.evicted} evicted, "
            f"{pruned.orphans} files without an entry; {bytes_text(pruned.freed_bytes)} freed"
        )
    return 0


def _amount(store: ResultStore) -> str:
    summaries = store.functions()
    return f"{sum(s.entries for s in summaries)} entries ({bytes_text(sum(s.size_bytes for s in summaries))})"


def run_clear(options: argparse.Namespace, screen: Screen) -> int:
    """Remove entries; return 0 if there were any and 1 if there were none."""
    if (options.function is None) != options.all or (options.all and options.version):
        raise StoreError("clear takes the name of a function, or --all")
    store = open_existing(options.directory)
    try:
        with Progress(f"clearing {options.directory}"):
            removed = _clear(options, store)
    finally:
        store.close()
    if options.json:
        screen.line(json.dumps({"removed": removed}))
    else:
        for name, count in removed.items():
            screen.line(f"{name}: {count} {'entry' if count == 1 else 'entries'} removed")
        if not removed:
            screen.line(f"{options.directory}: there were no entries")
    return 0 if any(removed.values()) else 1


def _clear(options: argparse.Namespace, store: ResultStore) -> dict[str, int]:
    """Remove what is asked for; return how many entries of which function there were."""
    summaries = store.functions()
    if options.all:
        return {summary.function: store.clear(summary.function) for summary in summaries}
    function = find_function(summaries, options.function, options.directory)
    if options.version is None:
        return {function: store.clear(function)}
    matching = [v.version for v in store.versions(function) if v.version.startswith(options.version)]
    if len(matching) != 1:
        names = ", ".join(version.version[:8] for version in store.versions(function))
        raise StoreError(f"{function} has no single version {options.version!r}; its versions are {names}")
    return {function: store.clear(function, matching[0])}


def run_verify(options: argparse.Namespace, screen: Screen) -> int:
    """Check every entry; return 0 if all is well and 1 if not."""
    store = open_existing(options.directory)
    try:
        with Progress(f"checking {_amount(store)} in {options.directory}"):
            verdict = store.verify()
    finally:
        store.close()
    _show(verdict, options, screen, "verify")
    return 0 if verdict.is_sound else 1


def run_repair(options: argparse.Namespace, screen: Screen) -> int:
    """Remove what is broken; return 0."""
    store = open_existing(options.directory)
    try:
        with Progress(f"repairing {_amount(store)} in {options.directory}"):
            verdict = store.repair()
    finally:
        store.close()
    _show(verdict, options, screen, "repair")
    return 0


def _show(verdict: Verdict, options: argparse.Namespace, screen: Screen, command: str) -> None:
    if options.json:
        screen.line(json.dumps({**asdict(verdict), "is_sound": verdict.is_sound}))
        return
    found = verdict.findings
    if verdict.is_sound:
        screen.line(f"{options.directory}: {verdict.entries} entries, nothing is wrong", "green")
        return
    rows = [[finding.kind, finding.what, finding.detail] for finding in found[:FINDINGS_SHOWN]]
    title = "What was wrong" if command == "repair" else "What is wrong"
    screen.table(Table(title, [Column("kind"), Column("what"), Column("detail")], list(rows)))
    if len(found) > FINDINGS_SHOWN:
        screen.line(f"  and {len(found) - FINDINGS_SHOWN} more; --json lists them all")
    if command == "verify":
        screen.line(f"  {verdict.entries} entries were read; `repair` removes what is broken", "yellow")
    else:
        kept = sum(finding.kind == "foreign" for finding in found)
        note = f"; {kept} under another signing key were left to their owner" if kept else ""
        screen.line(f"  {verdict.entries} entries were read; what was broken is removed{note}", "green")
