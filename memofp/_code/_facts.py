"""Hold what is known of one function's code: the fact and its references, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["ANY_USE", "Fact", "ImportSpec", "Ref", "Spot", "Use"]


class ImportSpec(NamedTuple):
    """One import statement inside a function body.

    `import a.b` is `(0, "a.b", None, True)` when it binds `a`, and `(0, "a.b", None, False)` when
    it binds the submodule itself (`import a.b as c`); `from ..a import f` is `(2, "a", "f", False)`.
    """

    level: int
    module: str
    item: str | None
    binds_top: bool


class Use(NamedTuple):
    """What the code does with an outside value, so that a mapping need not count whole.

    `kind` is `any`; `lookup` (subscripted only); `keys` (subscripted by the constants in `keys` only);
    or `member` (asked with `in`, or assigned to by subscript: no value of it is read);
    or `store` (an attribute of it is assigned: code of its class may run, a module is not read);
    or `import` (a module is imported for what that does).
    """

    kind: str
    keys: tuple[str | int, ...] = ()

    def merged(self, other: Use) -> Use:
        """Return the use that covers both."""
        if "store" in (self.kind, other.kind):
            return other if self.kind == "store" else self
        if self.kind == other.kind:
            return Use(self.kind, tuple(sorted({*self.keys, *other.keys}, key=lambda k: (str(type(k)), k))))
        return ANY_USE if "any" in (self.kind, other.kind) else Use("lookup")


ANY_USE = Use("any")


class Ref(NamedTuple):
    """One name that the code reads from outside itself, with the attribute chain behind it.

    `kind` is `global` (module global or builtin), `free` (a closure cell), `import` (bound by
    import statements in the body) or `globals` (the whole namespace of the module, because
    the code calls `eval`, `exec` or `globals`).  `loads` is False for a global that is only assigned.
    `use` says what the code does with it.
    """

    kind: str
    root: str
    attrs: tuple[str, ...]
    imports: tuple[ImportSpec, ...]
    loads: bool
    use: Use = ANY_USE


class Spot(NamedTuple):
    """One place that static analysis cannot follow: what is there, and its line."""

    what: str
    line: int


class Fact(NamedTuple):
    """What is known of one function's code, apart from the live objects that it reads.

    Attributes:
        body: digest of the canonical form; references appear in it by index of first use.
        docs: digest of the docstrings, counted only where reachable code reads `__doc__`.
        annotations: digest of the annotations, counted only where reachable code reads them.
        names: digest of local names and of names of nested functions.
        refs: the references in order of first use; the index is the one in `body`.
        lines: for each of them the line of its first use.
        annotation_refs: what annotations of nested functions name, counted as annotations are.
        mentions: those names from `MODE_NAMES` that the code mentions.
        seen: attribute names that the code mentions, in texts too.
        dotted: dotted names that its texts hold, whole or in front (`pkg.plugins.`).
        reach: how far names that it computes reach; see `_dynamic`.
        bare_calls: dotted callees of bare expression statements (`logger.debug`), for `neutral`.
        spots: the places that static analysis cannot follow.
        line: first line, counted from 1; 0 if unknown.
        end_line: last line.
        source: the text of the function alone, "" if there is none.
        from_source: False for a fact read from bytecode.
    """

    body: bytes
    docs: bytes
    annotations: bytes
    names: bytes
    refs: tuple[Ref, ...]
    lines: tuple[int, ...]
    annotation_refs: tuple[Ref, ...]
    mentions: frozenset[str]
    seen: frozenset[str]
    dotted: frozenset[str]
    reach: str
    bare_calls: tuple[tuple[str, ...], ...]
    spots: tuple[Spot, ...]
    line: int
    end_line: int
    source: str
    from_source: bool
