"""Keep the facts of one source text, in memory and as the plain data that rests on disk.

A fact is found in one of two ways.  Code that is the very code of the text, lines and names included, has an
`exact_digest` that leads to its fact at once.  Else `code_digest` leads to the functions that compile to the
same bytecode, with their names and places.  What was on disk is read fact by fact, as somebody asks.
"""

from __future__ import annotations

import marshal
from contextlib import suppress
from typing import Any

from memofp._code._facts import ANY_USE, Fact, ImportSpec, Ref, Spot, Use
from memofp._code._reading import Candidate

__all__ = ["KeptFacts"]

_DAMAGE = (AttributeError, EOFError, LookupError, TypeError, ValueError)  # what another form leads to
_NO_NAMES: frozenset[str] = frozenset()  # one object, so that `marshal` writes it once
_NAMES = tuple(map(Fact._fields.index, ("mentions", "seen", "dotted")))
_REFS, _LATE, _SPOTS = map(Fact._fields.index, ("refs", "annotation_refs", "spots"))


class KeptFacts:
    """The facts of one source text.

    Equal references of several facts are one object: a module's functions name the same things again and
    again, and whoever follows a reference remembers it by its identity.

    What was on disk and has not the form of facts is forgotten: the source says it anew.  Several threads may
    ask and add: each step is one operation on a dictionary.
    """

    def __init__(self, data: bytes = b"") -> None:
        """Begin with what was kept on disk.

        Args:
            data: what `to_bytes` wrote, or nothing.
        """
        self._exact: dict[bytes, Fact] = {}
        self._found: dict[bytes, list[Candidate]] = {}
        self._one: dict[Ref, Ref] = {}
        self._rest = _AtRest()
        if data:
            with suppress(*_DAMAGE):
                self._rest = _AtRest(*marshal.loads(data))

    def exactly(self, exact: bytes) -> Fact | None:
        """Return the fact under an `exact_digest`, None if there is none."""
        fact = self._exact.get(exact)
        if fact is None:
            try:
                at = self._rest.exact.get(exact)
                if at is not None:
                    fact = self._exact[exact] = self._rest.fact(at)
            except _DAMAGE:
                self._rest = _AtRest()
        return fact

    def candidates(self, key: bytes) -> list[Candidate] | None:
        """Return the functions under a `code_digest`, None if nobody has looked for them yet."""
        found = self._found.get(key)
        if found is None:
            try:
                places = self._rest.all_places().get(key)
                if places is not None:
                    found = [(name, line, column, self._rest.fact(at)) for name, line, column, at in places]
                    self._found[key] = found
            except _DAMAGE:
                self._rest = _AtRest()
        return found

    def add(self, key: bytes, found: list[Candidate]) -> list[Candidate]:
        """Keep the functions under a `code_digest`, and return them."""
        joined = [(name, line, column, self._joined(fact)) for name, line, column, fact in found]
        return self._found.setdefault(key, joined)

    def add_exact(self, exact: bytes, fact: Fact) -> None:
        """Let an `exact_digest` lead to one of the facts that are kept."""
        self._exact[exact] = fact

    def add_others(self, others: KeptFacts) -> None:
        """Take over what another process has kept meanwhile."""
        for key, found in others._everything().items():
            if self.candidates(key) is None:
                self.add(key, found)

    def to_bytes(self) -> bytes:
        """Return all of it in the form in which it is read."""
        writing = _Writing()
        places = {
            key: tuple([(name, line, column, writing.fact(fact)) for name, line, column, fact in found])
            for key, found in self._everything().items()
        }
        exact = {exact: writing.fact(fact) for exact, fact in dict(self._exact).items()}
        return marshal.dumps((writing.facts, list(writing.refs), exact, marshal.dumps(places)))

    def _everything(self) -> dict[bytes, list[Candidate]]:
        """Return the functions under each `code_digest`, with what was on disk and nobody has asked for."""
        try:
            for exact in list(self._rest.exact):
                self.exactly(exact)
            for key in list(self._rest.all_places()):
                self.candidates(key)
        except _DAMAGE:
            self._rest = _AtRest()
        return dict(self._found)

    def _joined(self, fact: Fact) -> Fact:
        values = list(fact)
        values[_REFS] = tuple([self._one.setdefault(ref, ref) for ref in fact.refs])
        values[_LATE] = tuple([self._one.setdefault(ref, ref) for ref in fact.annotation_refs])
        return Fact._make(values)


class _AtRest:
    """Facts as they rest on disk; each is read once."""

    def __init__(
        self, facts: Any = (), refs: Any = (), exact: dict[bytes, int] | None = None, places: bytes = b""
    ) -> None:
        self._facts: list[Any] = list(facts)  # plain ones, each a Fact from when it is asked for
        self._plain_refs: Any = refs
        self._refs: list[Ref] = []  # read as soon as the first fact is
        self.exact: dict[bytes, int] = exact or {}
        self._unread: bytes = places  # code that is found exactly does without them
        self._places: dict[bytes, tuple[tuple[str, int, int, int], ...]] = {}

    def all_places(self) -> dict[bytes, tuple[tuple[str, int, int, int], ...]]:
        """Return for each `code_digest` names, lines and columns of functions, and their facts' indices."""
        if self._unread:
            self._places = marshal.loads(self._unread)
            self._unread = b""
        return self._places

    def fact(self, at: int) -> Fact:
        fact = self._facts[at]
        if type(fact) is not Fact:
            plain = self._plain_refs
            if plain:  # in this order, as other threads may read, too
                self._refs = list(map(_read_ref, plain))
                self._plain_refs = ()
            values = list(fact)
            values[_REFS] = tuple(map(self._refs.__getitem__, values[_REFS]))
            if values[_LATE]:
                values[_LATE] = tuple(map(self._refs.__getitem__, values[_LATE]))
            if values[_SPOTS]:
                values[_SPOTS] = tuple([Spot(*spot) for spot in values[_SPOTS]])
            fact = self._facts[at] = Fact._make(values)
        return fact


def _read_ref(plain: tuple[Any, ...]) -> Ref:
    kind, root, attrs, imports, loads, use = plain
    specs = tuple([ImportSpec(*spec) for spec in imports]) if imports else ()
    return Ref(kind, root, attrs, specs, loads, Use(*use) if use else ANY_USE)


class _Writing:
    """Facts on their way to disk: each fact and each reference once, and elsewhere by its index."""

    def __init__(self) -> None:
        self.facts: list[tuple[Any, ...]] = []
        self.refs: dict[tuple[Any, ...], int] = {}
        self._known: dict[int, int] = {}  # index of a fact or reference, by its identity

    def fact(self, fact: Fact) -> int:
        """Return a fact's index."""
        at = self._known.get(id(fact))
        if at is None:
            values: list[Any] = list(fact)
            for field in _NAMES:
                values[field] = values[field] or _NO_NAMES
            values[_REFS] = tuple(map(self._ref, fact.refs))
            values[_LATE] = tuple(map(self._ref, fact.annotation_refs))
            values[_SPOTS] = tuple(map(tuple, fact.spots))
            at = self._known[id(fact)] = len(self.facts)
            self.facts.append(tuple(values))
        return at

    def _ref(self, ref: Ref) -> int:
        at = self._known.get(id(ref))  # as a rule equal ones are one object
        if at is None:
            use = () if ref.use == ANY_USE else tuple(ref.use)
            plain = (ref.kind, ref.root, ref.attrs, tuple(map(tuple, ref.imports)), ref.loads, use)
            at = self._known[id(ref)] = self.refs.setdefault(plain, len(self.refs))
        return at
