"""`accept`: serve the entries of an older version to today's code."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from memofp._cli._screen import Screen
from memofp._cli._target import add_target, core_of, find_target

if TYPE_CHECKING:
    from memofp._explain._accept import Proposal
    from memofp._memoize._core import Core

__all__ = ["add_command", "run"]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the argument parser."""
    parser = commands.add_parser(
        "accept",
        help="say that an edit changes nothing, and keep the entries",
        description="Show what changed since an older version of a function, ask, and then serve that "
        "version's entries to the code as it is now. Nothing checks that it does the same.",
    )
    add_target(parser)
    parser.add_argument(
        "--from",
        dest="version",
        metavar="VERSION",
        help="the first characters of the older version; the one that was used last if left out",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--undo", action="store_true", help="take it back, and remove what was computed under it"
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Accept or take back; return 0 if that was done and 1 if the answer was no."""
    from memofp._memoize._asked import accept, propose, withdraw

    core = core_of(find_target(options), options.target)
    if options.undo:
        record = withdraw(core)
        if options.json:
            screen.line(json.dumps(asdict(record), indent=2))
        else:
            screen.line(f"{record.function} is served by version {record.serves[:8]} no more")
        return 0
    proposal = propose(core, options.version)
    if not options.json:
        _show(screen, core, proposal)
    if not options.yes and not _is_confirmed():
        return 1
    record = accept(core, proposal)
    if options.json:
        screen.line(json.dumps(asdict(record), indent=2))
    else:
        screen.line("accepted; --undo takes it back", "green")
    return 0


def _show(screen: Screen, core: Core, proposal: Proposal) -> None:
    from memofp._explain._text import cause_lines
    from memofp._explain._units import ago

    older = proposal.older
    what = f"{older.entries} entries of version {older.version[:8]}, last used {ago(older.last_use)}"
    screen.line(f"{core.name}: {what}", "bold")
    if proposal.causes is None:
        screen.line("  what changed since is not known: there is no list of what that version read", "yellow")
        return
    for cause in proposal.causes:
        for text, style in cause_lines(cause):
            screen.line(text, style)
    if not proposal.causes:
        screen.line("  nothing that is listed differs", "dim")


def _is_confirmed() -> bool:
    """Ask on a terminal; elsewhere the answer is no, and how to say yes is told."""
    if not sys.stdin.isatty():
        print("memofp: not accepted: nobody is there to ask; give --yes", file=sys.stderr)
        return False
    print("Does the code as it is now give the same results? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
