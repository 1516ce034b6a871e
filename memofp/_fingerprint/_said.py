"""Note what the code of a graph says that counts beyond its own node."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from memofp._code import dotted
from memofp._fingerprint._modes import modes_of
from memofp._fingerprint._visibility import Visibility

__all__ = ["Said", "Spot"]

Spot = tuple[str, str, str | None, int | None]  # what cannot be followed, where, file, line


class Said:
    """What code says, and which node's: the node that is looked into.

    Attributes:
        visibility: names that code shows, and the members that wait for them.
        named_by: for each node names that it shows, beside its code.
        mentions: names that switch modes on.
        mentions_by: those of each node.
        openers: nodes that open the world.
        importers: nodes that import modules by names that they compute.
        dotted: dotted names in texts.
        dotted_by: those of each node.
        spots: blind spots, each with the index of its node.
        noted: how often something was noted that each function notes for itself.
    """

    def __init__(
        self, visibility: Visibility, mentions: Iterable[str], spots: Iterable[tuple[int, Spot]]
    ) -> None:
        self.visibility: Visibility = visibility
        self.named_by: dict[int, list[Iterable[str]]] = {}
        self.mentions: set[str] = set(mentions)
        self.mentions_by: dict[int, set[str]] = {}
        self.openers: set[int] = set()
        self.importers: set[int] = set()
        self.dotted: set[str] = set()
        self.dotted_by: dict[int, set[str]] = {}
        self.spots: list[tuple[int, Spot]] = list(spots)
        self.noted: int = 0
        self._at = -1

    def modes(self) -> frozenset[str]:
        """Return the modes that names in reachable code switch on."""
        return modes_of(self.mentions)

    def mention(self, names: Collection[str]) -> None:
        """Note names in the code of the node that is looked into; some switch modes on."""
        if names:
            self.mentions.update(names)
            self.mentions_by.setdefault(self._at, set()).update(names)
            self.noted += 1

    def see(self, names: Collection[str]) -> None:
        """Note names that the node that is looked into shows, beside those in its code."""
        self.visibility.see(names)
        if not self.visibility.everything:
            self.named_by.setdefault(self._at, []).append(names)

    def see_text(self, text: str, names_module: bool = True) -> None:
        """Note the names in a text that reachable code can read, those of modules to import among them."""
        names = self.visibility.see_text(text)
        if names:
            self.named_by.setdefault(self._at, []).append(names)
        if names_module and "." in text and (name := dotted(text)):
            self.say_dotted({name})

    def say_dotted(self, names: Collection[str]) -> None:
        """Note dotted names that the node that is looked into shows: modules to import, perhaps."""
        self.dotted.update(names)
        self.dotted_by.setdefault(self._at, set()).update(names)

    def computes_imports(self) -> None:
        """Note that the node that is looked into imports modules by names that it computes."""
        if self._at >= 0:
            self.importers.add(self._at)

    def open_world(self) -> None:
        """Note that the node that is looked into can name every member of every class."""
        self.openers.add(self._at)
        self.noted += 1
        self.visibility.open_all()

    def spot(self, what: str, where: str, file: str | None = None, line: int | None = None) -> None:
        self.spots.append((self._at, (what, where, file, line)))
        self.noted += 1
