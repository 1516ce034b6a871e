"""Compare two manifests: which dependencies differ themselves, how, and what leads to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from memofp._manifest import Dependency, Manifest

__all__ = ["Change", "changed_dependencies", "path_to"]

# Kinds whose local digest is that of all they hold: it changes with what hangs below them, too.
VALUES = frozenset({"const", "mod", "partial", "opaque", "schema"})


class Change(NamedTuple):
    """One dependency that differs between two manifests.

    Attributes:
        label: its prefixed name, `kind:name`.
        before: the dependency in the older manifest, None if it was not there.
        after: the dependency in the newer manifest, None if it is there no more.
        path: the prefixed names that lead to it, from the function itself to the dependency.
    """

    label: str
    before: Dependency | None
    after: Dependency | None
    path: tuple[str, ...] = ()

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
    """Return what changed from one manifest to another, what is nearest to the function first.

    A dependency's digest covers what hangs below it, so one edit changes every digest on the way
    up.  Only those that differ by themselves are listed.  One that was moved or renamed without
    an edit is no change, and neither is one that came or went because an edited function names it.
    """
    comparison = _Comparison(older, newer)
    changes = list(comparison.causes()) or list(comparison.differences())
    return sorted(changes, key=lambda change: (len(change.path), change.label))


def path_to(manifest: Manifest, label: str) -> tuple[str, ...]:
    """Return a shortest way from the function itself to a dependency, both included; empty if none."""
    return _paths(manifest).get(label, ())


class _Comparison:
    """Two manifests side by side: each dependency with its partner on the other side."""

    def __init__(self, older: Manifest, newer: Manifest) -> None:
        self.older, self.newer = older, newer
        self.partner = _partners(older, newer)  # label in the newer one -> label in the older one
        self.back = {before: after for after, before in self.partner.items()}
        self._old_paths, self._new_paths = _paths(older), _paths(newer)

    def causes(self) -> Iterator[Change]:
        """Yield the dependencies that differ by themselves."""
        for change in self.differences():
            before, after = change.before, change.after
            if before is not None and after is not None:
                if self._is_edited(before, after):
                    yield change
            elif not self._is_consequence(change):
                yield change

    def differences(self) -> Iterator[Change]:
        """Yield every dependency whose digest differs, and those that came or went."""
        if self._root_is_equal():
            return
        for label in self.newer:
            before, after = self.older.find(self.partner.get(label, "")), self.newer.find(label)
            if after is None or after.kind == "python" or (before and before.digest == after.digest):
                continue
            yield Change(label, before, after, self._new_paths.get(label, ()))
        for label in self.older:
            before = self.older.find(label)
            if before is not None and before.kind != "python" and label not in self.back:
                yield Change(label, before, None, self._old_paths.get(label, ()))

    def _root_is_equal(self) -> bool:
        roots = [next(iter(m.dependencies), None) for m in (self.older, self.newer)]
        return (
            all(r is not None and r.kind == "self" for r in roots)
            and len({r.digest for r in roots if r}) == 1
        )

    def _is_edited(self, before: Dependency, after: Dependency) -> bool:
        if not self._uses_changed(before, after):
            return True
        if after.kind not in VALUES:
            return before.local != after.local
        # Bound to something else, rather than to something that was edited.
        names = {self.partner.get(label) for label in after.uses}
        return before.value != after.value or names != set(before.uses)

    def _uses_changed(self, before: Dependency, after: Dependency) -> bool:
        """Return whether anything that a dependency uses differs, came or went."""
        for label in after.uses:
            partner = self.partner.get(label)
            if partner is None or self.older[partner] != self.newer[label]:
                return True
        return any(label not in self.back for label in before.uses)

    def _is_consequence(self, change: Change) -> bool:
        """Return whether all that use a dependency that came or went are edited, new or gone themselves."""
        manifest = self.newer if change.before is None else self.older
        users = [d for d in manifest.dependencies if change.label in d.uses]
        return bool(users) and all(self._explains(user, manifest) for user in users)

    def _explains(self, user: Dependency, manifest: Manifest) -> bool:
        partner = (self.partner if manifest is self.newer else self.back).get(user.label)
        other = (
            None if partner is None else (self.older if manifest is self.newer else self.newer).find(partner)
        )
        return other is None or user.local != other.local


def _partners(older: Manifest, newer: Manifest) -> dict[str, str]:
    """Pair the dependencies, by newer label: those of one name, then those that moved, edited or not."""
    found = {label: label for label in newer if label in older}
    roots = [next(iter(m.dependencies), None) for m in (older, newer)]
    if roots[0] and roots[1] and roots[0].kind == roots[1].kind == "self":
        found[roots[1].label] = roots[0].label
    for is_same in (_has_same_digest, _has_same_text, _has_same_last_name):
        taken = set(found.values())
        gone = [d for d in older.dependencies if d.label not in taken]
        for after in newer.dependencies:
            matches = (
                [before for before in gone if is_same(before, after)] if after.label not in found else []
            )
            if len(matches) == 1 or (matches and is_same is _has_same_digest):
                found[after.label] = matches[0].label
                gone.remove(matches[0])
    return _by_place(older, newer, found)


def _by_place(older: Manifest, newer: Manifest, found: dict[str, str]) -> dict[str, str]:
    """Pair those without a partner that stand in the same place: the only one of a kind that a pair uses."""
    queue = list(found.items())
    taken = set(found.values())
    for after_label, before_label in queue:
        after, before = newer.find(after_label), older.find(before_label)
        if after is None or before is None or before.local != after.local:
            continue  # an edited user may name something else altogether
        fresh = [label for label in after.uses if label in newer and label not in found]
        gone = [label for label in before.uses if label in older and label not in taken]
        for label in fresh:
            kind = label.partition(":")[0]
            both = [[name for name in side if name.partition(":")[0] == kind] for side in (fresh, gone)]
            if len(both[0]) == len(both[1]) == 1:
                found[label] = both[1][0]
                taken.add(both[1][0])
                queue.append((label, both[1][0]))
    return found


def _has_same_digest(before: Dependency, after: Dependency) -> bool:
    return before.kind == after.kind and before.digest == after.digest


def _has_same_text(before: Dependency, after: Dependency) -> bool:
    return before.kind == after.kind and bool(before.local) and before.local == after.local


def _has_same_last_name(before: Dependency, after: Dependency) -> bool:
    last = [d.name.rpartition(".")[2] for d in (before, after)]
    return before.kind == after.kind != "const" and last[0] == last[1]


def _paths(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Return a shortest way to each dependency that the first one reaches."""
    if not manifest.dependencies:
        return {}
    root = manifest.dependencies[0].label
    paths: dict[str, tuple[str, ...]] = {root: (root,)}
    queue = [root]
    for label in queue:
        dependency = manifest.find(label)
        for used in dependency.uses if dependency is not None else ():
            if used not in paths and used in manifest:
                paths[used] = (*paths[label], used)
                queue.append(used)
    return paths
