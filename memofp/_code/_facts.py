"""Hold what is known of one function's code: the fact and its references, as plain data."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["ANY_USE", "Fact", "ImportSpec", "Ref", "Spot", "Use", "fact_from_plain", "fact_to_plain"]


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
    line: int
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
        annotation_refs: what annotations of nested functions name, counted as annotations are.
        mentions: those names from `MODE_NAMES` that the code mentions.
        seen: attribute names that the code mentions, in texts too.
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
    annotation_refs: tuple[Ref, ...]
    mentions: frozenset[str]
    seen: frozenset[str]
    reach: str
    bare_calls: tuple[tuple[str, ...], ...]
    spots: tuple[Spot, ...]
    line: int
    end_line: int
    source: str
    from_source: bool


def fact_to_plain(fact: Fact) -> tuple[Any, ...]:
    """Return a fact with source as builtins alone, the form in which facts rest on disk."""
    return (*fact[:4], _plain_refs(fact.refs), _plain_refs(fact.annotation_refs), *map(_plain, fact[6:-1]))


def _plain_refs(refs: tuple[Ref, ...]) -> tuple[Any, ...]:
    return tuple((*ref[:3], tuple(map(tuple, ref.imports)), *ref[4:6], tuple(ref.use)) for ref in refs)


def _plain(value: object) -> object:
    if type(value) is frozenset:
        return tuple(sorted(value))
    return tuple(map(tuple, value)) if type(value) is tuple else value


def fact_from_plain(tree: tuple[Any, ...]) -> Fact:
    """Read what `fact_to_plain` made of a fact.  Raises for any other shape."""
    body, docs, annotations, names, refs, late, mentions, seen, reach, bare_calls, spots, *place = tree
    line, end_line, source = place
    return Fact(
        bytes(body), bytes(docs), bytes(annotations), bytes(names),
        tuple([_ref_from_plain(*ref) for ref in refs]),
        tuple([_ref_from_plain(*ref) for ref in late]),
        frozenset(mentions),
        frozenset(seen),
        str(reach),
        tuple([tuple(chain) for chain in bare_calls]),
        tuple([Spot(*spot) for spot in spots]),
        int(line), int(end_line), str(source),
        True,
    )  # fmt: skip


def _ref_from_plain(
    kind: str,
    root: str,
    attrs: tuple[str, ...],
    imports: tuple[Any, ...],
    loads: bool,
    line: int,
    use: tuple[str, tuple[str | int, ...]],
) -> Ref:
    specs = tuple([ImportSpec(*spec) for spec in imports]) if imports else ()
    return Ref(kind, root, attrs, specs, loads, line, ANY_USE if use == ANY_USE else Use(*use))
