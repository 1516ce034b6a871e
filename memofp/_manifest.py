"""Describe what a fingerprint is made of: dependencies, blind spots, the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["BlindSpot", "Dependency", "Manifest"]

MANIFEST_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Dependency:
    """One thing that a function's fingerprint depends on.

    Attributes:
        kind: `self`, `func`, `class`, `const`, `mod`, `partial`, `builtin`, `package`,
            `python`, `schema` or `opaque`.
        name: fully qualified (`pkg.util.clean`), without the kind.
        digest: 32 hexadecimal characters; of the whole subtree that hangs below it.
        local: 32 hexadecimal characters; of this dependency alone, without what it uses.
        file: path of the source file, if there is one.
        line: first line in that file, counted from 1.
        source: the source text of a function or class, if it is known.
        value: a short description of a captured value, if this is one.
        uses: the prefixed names (`kind:name`) of the dependencies that it names itself.
    """

    kind: str
    name: str
    digest: str
    local: str = ""
    file: str | None = None
    line: int | None = None
    source: str | None = None
    value: str | None = None
    uses: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the prefixed name, `kind:name`, unique within a manifest."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """One place that static analysis could not follow.

    Attributes:
        what: what is there, in a few words ("getattr with a computed name").
        where: qualified name of the function that holds it.
        file: path of the source file, if there is one.
        line: line in that file, counted from 1.
    """

    what: str
    where: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest(Mapping[str, str]):
    """The dependency graph behind a fingerprint.

    As a mapping it is the flat view: prefixed, fully qualified name to hexadecimal digest.
    The first dependency is the function itself (kind `self`).
    """

    dependencies: tuple[Dependency, ...]
    blind_spots: tuple[BlindSpot, ...] = ()
    _index: dict[str, Dependency] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {d.label: d for d in self.dependencies})

    def __getitem__(self, label: str) -> str:
        return self._index[label].digest

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def find(self, label: str) -> Dependency | None:
        """Return the dependency with this prefixed name, or None."""
        return self._index.get(label)

    def to_json(self) -> dict[str, Any]:
        """Return a tree of plain values that `from_json` reads back."""
        return {
            "format": MANIFEST_FORMAT,
            "dependencies": [asdict(d) for d in self.dependencies],
            "blind_spots": [asdict(b) for b in self.blind_spots],
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Manifest | None:
        """Read what `to_json` made; None for a format that this version does not know."""
        if tree.get("format") != MANIFEST_FORMAT:
            return None
        return cls(
            tuple(Dependency(**{**d, "uses": tuple(d["uses"])}) for d in tree["dependencies"]),
            tuple(BlindSpot(**b) for b in tree["blind_spots"]),
        )
