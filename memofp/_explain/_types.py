"""Hold an explanation as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from memofp._manifest import BlindSpot

__all__ = ["VALUES", "ArgumentChange", "Cause", "Explanation", "Reason"]

VALUES = frozenset(
    {"const", "mod", "partial", "opaque", "schema"}
)  # kinds that have a value and no place of their own

Reason = Literal[
    "hit",
    "never computed",
    "code changed",
    "captured value changed",
    "package changed",
    "python changed",
    "arguments differ",
    "options differ",
    "expired",
    "evicted",
    "forgotten",
    "cleared",
    "damaged",
    "signed by another key",
    "unreadable",
    "disabled",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """One dependency that differs by itself from the version that an explanation compares with.

    Attributes:
        kind: of the dependency, as in a manifest.
        name: its qualified name.
        what: `changed`, `new` or `gone`.
        file: path of its source file, or of the function's that reads it, if that is known.
        line: line in that file, counted from 1.
        path: prefixed names that lead to it, from the function itself to the dependency.
        before: the older value, shortened, if it is a captured value.
        after: the newer value, shortened.
        diff: lines of a small diff of its source, each with its mark (`-`, `+` or a space).
    """

    kind: str
    name: str
    what: Literal["changed", "new", "gone"]
    file: str | None = None
    line: int | None = None
    path: tuple[str, ...] = ()
    before: str | None = None
    after: str | None = None
    diff: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the prefixed name, `kind:name`."""
        return f"{self.kind}:{self.name}"

    def __str__(self) -> str:
        """Return one line: what it is, its old and new value, where it stands."""
        from memofp._explain._text import cause_line

        return cause_line(self)


@dataclass(frozen=True, slots=True)
class ArgumentChange:
    """One argument that differs from the nearest stored call's, both as short texts."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a call is a hit or a miss.

    `str()` is a text for people, and a notebook shows it as a table.

    Attributes:
        function: qualified name of the function.
        is_hit: whether the call would be answered from the store.
        reason: one of a few fixed phrases; `hit` for a hit.
        summary: one sentence.
        arguments: the call's arguments as a short text; None if no call was asked about.
        key: the call's key, 32 hexadecimal characters; empty if no call was asked about.
        version: today's fingerprint of the function.
        compared_with: the fingerprint of the stored version that was compared, if one was.
        causes: what differs in the code and what it reads.
        argument_changes: what differs in the arguments from the nearest stored call.
        details: further sentences.
        blind_spots: places in today's code that reading it cannot follow.
    """

    function: str
    is_hit: bool
    reason: Reason
    summary: str
    arguments: str | None = None
    key: str = ""
    version: str = ""
    compared_with: str | None = None
    causes: tuple[Cause, ...] = ()
    argument_changes: tuple[ArgumentChange, ...] = ()
    details: tuple[str, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()

    @property
    def line(self) -> str:
        """Return it in one line, as the log has it."""
        from memofp._explain._text import one_line

        return one_line(self)

    def to_json(self) -> dict[str, Any]:
        """Return a tree of plain values."""
        return asdict(self)

    def __str__(self) -> str:
        from memofp._explain._text import full_text

        return full_text(self)

    def _repr_html_(self) -> str:
        from memofp._explain._page import explanation_html

        return explanation_html(self)
