"""Describe one edit scenario: a project, an edit, and whether the key must change."""

from __future__ import annotations

from dataclasses import dataclass

from project import Edit

__all__ = ["Case", "hit", "miss"]


@dataclass(frozen=True)
class Case:
    """An edit of a small project.

    Attributes:
        row: number of the scenario.
        name: what is edited, in a few words.
        files: the project before the edit (see `parse_files`).
        edits: what is edited.
        changes: whether the key must change.
        target: expression for the function, evaluated in the module `module`.
        arguments: expression for the tuple of arguments.
        by: which one to compare, the fingerprint (`digest`) or the `key`.
        portable: whether other Python versions must give the same fingerprint.
        warns: the names of the warnings that are in order.
        executes: functions that must execute in a call that misses.
        path: directories of the project to put on `sys.path`, the project itself being "".
    """

    row: int
    name: str
    files: str
    edits: tuple[Edit, ...]
    changes: bool
    target: str = "main"
    arguments: str = "(3,)"
    module: str = "app"
    by: str = "digest"
    portable: bool = True
    warns: tuple[str, ...] = ()
    executes: tuple[str, ...] = ()
    path: tuple[str, ...] = ("",)

    @property
    def id(self) -> str:
        """Return the test's name."""
        return f"{self.row:02}-{self.name.replace(' ', '-')}"


def hit(row: int, name: str, files: str, *edits: Edit, **options: object) -> Case:
    """Describe an edit after which the key must be the same."""
    return Case(row, name, files, edits, False, **options)  # type: ignore[arg-type]


def miss(row: int, name: str, files: str, *edits: Edit, **options: object) -> Case:
    """Describe an edit after which the key must be another one."""
    return Case(row, name, files, edits, True, **options)  # type: ignore[arg-type]
