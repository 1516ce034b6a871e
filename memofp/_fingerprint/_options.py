"""What a caller may set about fingerprints."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["Options"]


class Options(NamedTuple):
    """What a caller may set about fingerprints.

    Attributes:
        neutral: callables whose bare expression statements do not count.
        neutral_names: the same, by what the code calls them (`logger.debug`).
        packages: import or distribution name -> `version`, `source` or None (does not count).
        own_packages: top-level packages that count as user code although they are installed.
        everything: count every member of every class, whether somebody can name it or not.
        depends_on: declared dependencies.
    """

    neutral: tuple[Any, ...] = ()
    neutral_names: frozenset[str] = frozenset()
    packages: Mapping[str, str | None] = MappingProxyType({})
    own_packages: frozenset[str] = frozenset()
    everything: bool = False
    depends_on: tuple[Any, ...] = ()

    @property
    def are_plain(self) -> bool:
        """Return whether they say the same for every function of a package."""
        return not (self.neutral or self.neutral_names or self.packages or self.depends_on)
