"""Compare two manifests: which dependencies differ themselves, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from memofp._manifest import Dependency, Manifest

__all__ = ["Change", "changed_dependencies"]


class Change(NamedTuple):
    """One dependency that differs between two manifests.

    Attributes:
        label: its prefixed name, `kind:name`.
        before: the dependency in the older manifest, None if it was not there.
        after: the dependency in the newer manifest, None if it is there no more.
    """

    label: str
    before: Dependency | None
    after: Dependency | None

    def describe(self) -> str:
        """Return one line: what it is, its old and new value, where it stands."""
        shown = self.after or self.before
        text = self.label
        before, after = (d.value if d else None for d in (self.before, self.after))
        if self.before is None:
            text += " (new)"
        elif self.after is None:
            text += " (gone)"
        elif before and after and before != after:
            text += f" ({before} -> {after})"
        if shown is not None and shown.file:
            text += f" at {shown.file}" + (f":{shown.line}" if shown.line else "")
        return text


def changed_dependencies(older: Manifest, newer: Manifest) -> list[Change]:
    """Return what changed from one manifest to another.

    A dependency's digest covers what hangs below it, so one edit changes every digest on
    the way up.  Only those that differ by themselves are listed; if there are none, all
    whose digests differ.
    """
    changes = []
    above = []
    for label in sorted(set(older) | set(newer)):
        before, after = older.find(label), newer.find(label)
        if before is None or after is None or before.local != after.local:
            changes.append(Change(label, before, after))
        elif before.digest != after.digest:
            above.append(Change(label, before, after))
    return changes or above
