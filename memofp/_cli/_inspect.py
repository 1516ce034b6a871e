"""`inspect`: show what a cache directory holds."""

from __future__ import annotations

import argparse
import difflib
import itertools
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from memofp._cli._check import Check, check_functions, check_table
from memofp._cli._screen import Column, Screen, Table
from memofp._errors import StoreError
from memofp._explain._units import ago, bytes_text, moment, seconds_text, shorten
from memofp._store import open_existing

if TYPE_CHECKING:
    from memofp._manifest import Dependency, Manifest
    from memofp._store import EntryInfo, FunctionSummary, ResultStore, VersionSummary

__all__ = ["add_command", "find_function", "functions_table", "run"]

SHORT = 8  # characters of a digest that are shown in tables
ENTRIES_SHOWN = 20


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the argument parser."""
    parser = commands.add_parser(
        "inspect",
        help="show what a cache directory holds",
        description="List a directory's functions, or one function's versions, dependencies and entries.",
    )
    parser.add_argument("directory", metavar="CACHE_DIR", help="the cache directory")
    parser.add_argument(
        "function", metavar="FUNCTION", nargs="?", help="qualified name of a function, or its last parts"
    )
    parser.add_argument("--json", action="store_true", help="write JSON: sizes in bytes, times in seconds")
    parser.add_argument(
        "--limit", type=int, default=ENTRIES_SHOWN, metavar="N", help="entries to list (default %(default)s)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="import the functions and say which versions are stale; exit code 1 if there are any",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Show a directory or one of its functions; return the exit code."""
    store = open_existing(options.directory)
    try:
        summaries = store.functions()
        name = ""
        if options.function is not None:
            name = find_function(summaries, options.function, options.directory)
            summaries = [summary for summary in summaries if summary.function == name]
        checks = check_functions(store, summaries) if options.check else []
        if options.function is None:
            _show_functions(screen, options, summaries, checks)
            if not options.json:
                _note_acceptances(screen, store, summaries)
        else:
            _show_function(screen, options, store, name, checks[0] if checks else None)
    finally:
        store.close()
    return 1 if any(check.stale for check in checks) else 0


def find_function(summaries: Sequence[FunctionSummary], wanted: str, directory: str) -> str:
    """Return the full name of the one function that is meant.

    Raises:
        StoreError: no function, or more than one, has this name or ends with it.
    """
    names = [summary.function for summary in summaries]
    if wanted in names:
        return wanted
    ending = [name for name in names if name.endswith(f".{wanted}")]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise StoreError(f"{wanted!r} may be any of {', '.join(sorted(ending))}; give more of its name")
    last_parts = {name.rpartition(".")[2]: name for name in names}
    near = difflib.get_close_matches(wanted, [*last_parts, *names], 3) or sorted(names)[:3]
    near = list(dict.fromkeys(last_parts.get(name, name) for name in near))
    hint = f"; did you mean {' or '.join(near)}?" if near else "; the cache has no entries"
    raise StoreError(f"{os.fspath(directory)} has no entries of a function {wanted!r}{hint}")


def _show_functions(
    screen: Screen, options: argparse.Namespace, summaries: Sequence[FunctionSummary], checks: Sequence[Check]
) -> None:
    if options.json:
        functions = [_function_json(summary) for summary in summaries]
        for tree, check in zip(functions, checks, strict=False):
            tree["check"] = asdict(check)
        screen.line(
            json.dumps({"directory": os.path.abspath(options.directory), "functions": functions}, indent=2)
        )
    elif summaries:
        screen.table(functions_table(options.directory, summaries))
        if checks:
            screen.table(check_table(checks))
    else:
        screen.line(f"{options.directory}: a memofp cache without entries")


def functions_table(directory: str, summaries: Sequence[FunctionSummary]) -> Table:
    """Return the table of a directory's functions, those that saved most time first."""
    ordered = sorted(summaries, key=lambda s: (-s.saved_s, -s.size_bytes, s.function))
    return Table(
        f"Functions in {directory}",
        [
            Column("function"),
            Column("versions", True),
            Column("entries", True),
            Column("size", True),
            Column("a hit saves", True),
            Column("hits", True, is_optional=True),
            Column("saved so far", True, is_optional=True),
            Column("last use"),
        ],
        [
            [
                summary.function,
                str(summary.versions),
                str(summary.entries),
                bytes_text(summary.size_bytes),
                seconds_text(summary.duration_s),
                str(summary.uses),
                seconds_text(summary.saved_s) if summary.uses else "-",
                ago(summary.last_use),
            ]
            for summary in ordered
        ],
        [
            f"{len(ordered)} function{'s' if len(ordered) != 1 else ''}",
            str(sum(s.versions for s in ordered)),
            str(sum(s.entries for s in ordered)),
            bytes_text(sum(s.size_bytes for s in ordered)),
            "",
            str(sum(s.uses for s in ordered)),
            seconds_text(sum(s.saved_s for s in ordered)),
            "",
        ],
    )


def _show_function(
    screen: Screen, options: argparse.Namespace, store: ResultStore, function: str, check: Check | None
) -> None:
    versions = sorted(store.versions(function), key=lambda version: -version.last_use)
    manifests = {version.version: store.load_manifest(function, version.version) for version in versions}
    if options.json:
        entries = [_entry_json(entry) for entry in store.entries(function)]
        listed = [_version_json(version, manifests[version.version]) for version in versions]
        tree: dict[str, Any] = {"function": function, "versions": listed, "entries": entries}
        tree["accepted"] = [asdict(a) for a in store.records.acceptances(function).values()]
        if check is not None:
            tree["check"] = asdict(check)
        screen.line(json.dumps(tree, indent=2))
        return
    screen.table(_versions_table(function, versions, check))
    if check is not None and check.version is None:
        screen.line(f"  the function was not found: {check.problem}", "yellow")
    _show_acceptances(screen, store, function)
    if versions:
        latest = versions[0].version
        _show_manifest(screen, latest, manifests[latest])
    _show_entries(screen, store.entries(function), sum(v.entries for v in versions), options.limit)


def _show_acceptances(screen: Screen, store: ResultStore, function: str) -> None:
    rows = [
        [a.version[:SHORT], a.serves[:SHORT], moment(a.when), shorten("; ".join(a.shown), 60)]
        for a in store.records.acceptances(function).values()
    ]
    if rows:
        columns = [Column("version"), Column("is served"), Column("since"), Column("what had changed")]
        screen.table(Table("What was accepted as doing the same", columns, list(rows)))


def _note_acceptances(screen: Screen, store: ResultStore, summaries: Sequence[FunctionSummary]) -> None:
    for summary in summaries:
        for a in store.records.acceptances(summary.function).values():
            what = f"accepted {ago(a.when)} as doing the same as {a.serves[:SHORT]}"
            screen.line(f"  {summary.function}: version {a.version[:SHORT]} was {what}", "yellow")


def _versions_table(function: str, versions: Iterable[VersionSummary], check: Check | None) -> Table:
    columns = [Column("version"), Column("made"), Column("entries", True), Column("size", True)]
    columns += [Column("a hit saves", True), Column("hits", True, is_optional=True), Column("last use")]
    columns += [Column("state")] if check is not None else []
    rows = [
        [
            version.version[:SHORT],
            moment(version.created),
            str(version.entries),
            bytes_text(version.size_bytes),
            seconds_text(version.duration_s),
            str(version.uses),
            ago(version.last_use),
            *([check.state_of(version.version)] if check is not None else []),
        ]
        for version in versions
    ]
    return Table(f"Versions of {function}, last used first", columns, list(rows))


def _show_manifest(screen: Screen, version: str, manifest: Manifest | None) -> None:
    if manifest is None:
        screen.heading(f"Version {version[:SHORT]} has no list of dependencies")
        return
    screen.table(
        Table(
            f"What version {version[:SHORT]} depends on",
            [Column("kind"), Column("name"), Column("where"), Column("value", is_optional=True)],
            [[d.kind, d.name, _where(d), shorten(d.value or "", 40)] for d in manifest.dependencies],
        )
    )
    if manifest.blind_spots:
        spots = [[spot.what, spot.where, _place(spot.file, spot.line)] for spot in manifest.blind_spots]
        screen.table(
            Table("What it cannot follow", [Column("what"), Column("in"), Column("where")], list(spots))
        )


def _show_entries(screen: Screen, entries: Iterable[EntryInfo], total: int, limit: int) -> None:
    columns = [
        Column("key"),
        Column("version"),
        Column("made", is_optional=True),
        Column("took", True),
        Column("size", True),
        Column("hits", True, is_optional=True),
        Column("last use"),
        Column("expires", is_optional=True),
        Column("arguments"),
    ]
    rows = [
        [
            entry.key.hex()[:SHORT],
            entry.version[:SHORT],
            moment(entry.created),
            seconds_text(entry.duration_s),
            bytes_text(entry.size_bytes),
            str(entry.uses),
            ago(entry.last_use),
            "-" if entry.expires is None else moment(entry.expires),
            shorten(entry.arguments, 50),
        ]
        for entry in itertools.islice(entries, max(limit, 0))
    ]
    screen.table(Table("Entries", columns, list(rows)))
    if total > len(rows):
        screen.line(f"  and {total - len(rows)} more; --limit {total} lists them all")


def _where(dependency: Dependency) -> str:
    return _place(dependency.file, dependency.line)


def _place(file: str | None, line: int | None) -> str:
    if not file:
        return ""
    shown = os.path.relpath(file) if file.startswith(os.getcwd() + os.sep) else file
    return f"{shown}:{line}" if line else shown


def _function_json(summary: FunctionSummary) -> dict[str, Any]:
    return asdict(summary)


def _version_json(version: VersionSummary, manifest: Manifest | None) -> dict[str, Any]:
    tree = {"dependencies": [], "blind_spots": []} if manifest is None else manifest.to_json()
    return {**asdict(version), "dependencies": tree["dependencies"], "blind_spots": tree["blind_spots"]}


def _entry_json(entry: EntryInfo) -> dict[str, Any]:
    return {**asdict(entry), "key": entry.key.hex()}
