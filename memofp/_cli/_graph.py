"""`graph` and `diff`: show what a function depends on, and what differs between two versions of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from memofp._cli._screen import Screen
from memofp._cli._target import TargetError, add_target, core_of, find_target

if TYPE_CHECKING:
    from memofp._manifest import Manifest
    from memofp._store import ResultStore

__all__ = ["add_command", "run_diff", "run_graph"]

FORMATS = ("dot", "mermaid", "html", "json")


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the two commands to the argument parser."""
    parser = commands.add_parser(
        "graph",
        help="show what a function depends on, as a graph",
        description="Write the dependency graph of a function, memoized or not. What changed since the "
        "version that was used last is marked, if the function is memoized and has one.",
    )
    add_target(parser, what="the function")
    parser.add_argument(
        "--format", choices=FORMATS, default="mermaid", help="what to write (default %(default)s)"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    parser.set_defaults(run=run_graph)
    parser = commands.add_parser(
        "diff",
        help="show what differs between two versions of a function",
        description="Compare two versions of a function: the stored one that was used last with today's "
        "code. Exit code 0 if they are the same, 1 if they differ. With --cache-dir, the target may be a "
        "stored function's name, without a colon: nothing is imported then, and the last two versions are "
        "compared.",
    )
    add_target(parser)
    parser.add_argument(
        "--from", dest="older", metavar="VERSION", help="first characters of the older version"
    )
    parser.add_argument("--to", dest="newer", metavar="VERSION", help="first characters of the newer version")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=run_diff)


def run_graph(options: argparse.Namespace, screen: Screen) -> int:
    """Write the graph; return the exit code."""
    from memofp._explain._graphs import graph_text
    from memofp._memoize._decorator import fingerprint

    target = find_target(options)
    if not callable(target):
        raise TargetError(f"{options.target} is no function, but a {type(target).__qualname__}")
    manifest = fingerprint(target).manifest
    text = graph_text(manifest, options.format, _changed_labels(target, manifest))
    if options.output is None:
        screen.line(text.rstrip("\n"))
    else:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)
    return 0


def _changed_labels(target: object, manifest: Manifest) -> set[str]:
    """Return what changed since the version that was used last; nothing if that is today's."""
    from memofp._explain._causes import find_causes
    from memofp._explain._search import latest_version

    try:
        core = core_of(target, "")
    except TargetError:
        return set()
    core.open()
    latest = latest_version(core.store.versions(core.name))
    older = core.store.load_manifest(core.name, latest.version) if latest else None
    return {cause.label for cause in find_causes(older, manifest)} if older else set()


def run_diff(options: argparse.Namespace, screen: Screen) -> int:
    """Compare two versions; return 0 if nothing differs and 1 if something does."""
    from memofp._explain._causes import find_causes
    from memofp._explain._text import cause_lines

    function, (older_name, older), (newer_name, newer) = _two_versions(options)
    causes = find_causes(older, newer)
    if options.json:
        tree = {
            "function": function,
            "from": older_name,
            "to": newer_name,
            "causes": [asdict(c) for c in causes],
        }
        screen.line(json.dumps(tree, indent=2))
    else:
        screen.line(f"{function}: version {older_name[:8]} -> {newer_name[:8]}", "bold")
        for cause in causes:
            for text, style in cause_lines(cause):
                screen.line(text, style)
        if not causes:
            screen.line("  nothing that counts differs", "green")
    return 1 if causes else 0


def _two_versions(options: argparse.Namespace) -> tuple[str, tuple[str, Manifest], tuple[str, Manifest]]:
    if ":" in options.target:
        core = core_of(find_target(options), options.target)
        today = core.plan().fingerprint
        newest = (today.digest, today.manifest) if options.newer is None else None
        return _choose(core.store, core.name, options.older, options.newer, newest)
    if options.cache_dir is None:
        raise TargetError(f"{options.target!r}: write package.module:function, or give --cache-dir")
    from memofp._cli._inspect import find_function
    from memofp._store import open_existing

    store = open_existing(options.cache_dir)
    name = find_function(store.functions(), options.target, options.cache_dir)
    return _choose(store, name, options.older, options.newer, None)


def _choose(
    store: ResultStore,
    function: str,
    older: str | None,
    newer: str | None,
    newest: tuple[str, Manifest] | None,
) -> tuple[str, tuple[str, Manifest], tuple[str, Manifest]]:
    if newest is None:
        newest = _load(store, function, newer, "")
    return function, _load(store, function, older, newest[0]), newest


def _load(store: ResultStore, function: str, wanted: str | None, apart_from: str) -> tuple[str, Manifest]:
    """Return the version that was used last, or the one that is named, with its manifest."""
    versions = [v for v in store.versions(function) if v.version != apart_from or wanted is not None]
    matching = [v for v in versions if v.version.startswith(wanted or "")]
    if not matching or (wanted is not None and len(matching) > 1):
        names = ", ".join(v.version[:8] for v in versions) or "none"
        raise TargetError(
            f"{function} has no single stored version {wanted or 'beside this one'}; it has {names}"
        )
    version = max(matching, key=lambda v: (v.last_use, v.created)).version
    manifest = store.load_manifest(function, version)
    if manifest is None:
        raise TargetError(f"version {version[:8]} of {function} has no list of what it read")
    return version, manifest
