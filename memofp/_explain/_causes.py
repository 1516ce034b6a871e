"""Tell what differs between two manifests in the words of an explanation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from memofp._call import changed_dependencies
from memofp._explain._diff import source_diff
from memofp._explain._types import VALUES, Cause, Reason
from memofp._explain._units import shorten

if TYPE_CHECKING:
    from memofp._call import Change
    from memofp._manifest import Dependency, Manifest

__all__ = ["find_causes", "reason_of"]

VALUE_SHOWN = 100  # characters


def find_causes(older: Manifest, newer: Manifest) -> tuple[Cause, ...]:
    """Return what differs by itself between two manifests, nearest to the function first."""
    return tuple(_cause(change, older, newer) for change in changed_dependencies(older, newer))


def reason_of(causes: tuple[Cause, ...]) -> Reason:
    """Return the phrase for a miss that has these causes."""
    kinds = {cause.kind for cause in causes}
    if kinds == {"package"}:
        return "package changed"
    return "captured value changed" if kinds and kinds <= VALUES else "code changed"


def _cause(change: Change, older: Manifest, newer: Manifest) -> Cause:
    shown = change.after or change.before
    assert shown is not None  # a change has at least one side
    place = shown if shown.file else _reader(change, newer if change.after else older)
    before, after = change.before, change.after
    values = _value(before), _value(after)
    if before is not None and after is not None and values[0] == values[1] and before.uses != after.uses:
        values = _names(before, after), _names(after, before)
    return Cause(
        kind=shown.kind,
        name=shown.name,
        what="new" if before is None else "gone" if after is None else "changed",
        file=place.file if place else None,
        line=place.line if place else None,
        path=change.path,
        before=values[0],
        after=values[1],
        diff=_diff(before, after),
    )


def _reader(change: Change, manifest: Manifest) -> Dependency | None:
    """Return the nearest dependency on the way to a change that has a place in a file."""
    found = (manifest.find(label) for label in reversed(change.path[:-1]))
    return next((dependency for dependency in found if dependency is not None and dependency.file), None)


def _value(dependency: Dependency | None) -> str | None:
    if dependency is None or dependency.value is None:
        return None
    return shorten(dependency.value, VALUE_SHOWN)


def _names(one: Dependency, other: Dependency) -> str | None:
    """Return what a value holds that its other version does not; None for a dependency that is no value."""
    if one.value is None:
        return None
    return (
        shorten(", ".join(label for label in one.uses if label not in other.uses), VALUE_SHOWN) or one.value
    )


def _diff(before: Dependency | None, after: Dependency | None) -> tuple[str, ...]:
    if before is None or after is None or not before.source or not after.source:
        return ()
    texts = [textwrap.dedent(side.source or "") for side in (before, after)]
    return tuple(f"{mark}{text}" for mark, text in source_diff(texts[0], texts[1], context=0))
