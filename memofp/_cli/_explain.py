"""`explain`: say why a call would be a hit or a miss."""

from __future__ import annotations

import argparse
import json

from memofp._cli._screen import Screen
from memofp._cli._target import add_target, core_of, find_target, read_arguments

__all__ = ["add_command", "run"]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to the argument parser."""
    parser = commands.add_parser(
        "explain",
        help="say why a call is a hit or a miss",
        description="Import a memoized function and say why a call would be a hit (exit code 0) or a "
        "miss (exit code 1). Without --args: whether there are entries for its code as it is now.",
    )
    add_target(parser)
    parser.add_argument(
        "--args",
        nargs="*",
        metavar="VALUE",
        help="the call's arguments: Python literals, by position or as name=value; other text is a str",
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, screen: Screen) -> int:
    """Explain; return 0 for a hit and 1 for a miss."""
    from memofp._call import parameter_names
    from memofp._explain._text import styled_lines
    from memofp._memoize._asked import explain_code

    target = find_target(options)
    core = core_of(target, options.target)
    if options.args is None and parameter_names(core.function):
        found = explain_code(core)
    else:
        args, kwargs = read_arguments(options.args or ())
        try:
            found = target.explain(*args, **kwargs)
        except TypeError as error:  # arguments that do not fit, or cannot be hashed
            from memofp._cli._target import TargetError

            raise TargetError(str(error)) from error
    if options.json:
        screen.line(json.dumps(found.to_json(), indent=2))
    else:
        for text, style in styled_lines(found):
            screen.line(text, style)
    return 0 if found.is_hit else 1
