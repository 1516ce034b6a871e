"""Find the fact of a running code object: from memory, from disk, from source, or from bytecode."""

from __future__ import annotations

import contextlib
import weakref
from types import CodeType
from typing import TYPE_CHECKING, Any

from memofp._code._codes import code_digest, exact_digest
from memofp._code._disk import facts_path, read_facts, write_facts
from memofp._code._facts import Fact
from memofp._code._kept import KeptFacts
from memofp._code._reading import Candidate, Neutral, read_source, spot_of
from memofp._digest import digest

if TYPE_CHECKING:
    from memofp._code._source import SourceTable

__all__ = ["fact_of", "flush_facts"]

_NONE: Neutral = frozenset()
_Key = int | tuple[int, Neutral]  # identity of a code object, and what is left out of it
# Facts of code objects that live; the fact stays what it was when the code was first seen, so an
# edit of the file under a living process changes nothing.
_facts: dict[_Key, CodeRef] = {}
_texts: dict[tuple[str, bytes], _Text] = {}
_unwritten: list[_Text] = []
_with_trees: list[_Text] = []  # those whose syntax tree is held, the one that was asked last at the end
_MOST_PARSED = 4  # each holds thousands of objects, which the garbage collector visits again and again
_MOST_PARSES = 3  # of one text; then its tree is held until the end
_FEW_FUNCTIONS = 16  # in one text, not counting those inside others
_NESTED = 0x10  # CO_NESTED (CPython Include/cpython/code.h)
_current: dict[str, _Text] = {}  # file name -> its text, read once for each fingerprint


class CodeRef(weakref.ref[CodeType]):
    """A weak reference to a code object, with its fact; a closure each, to forget it, would be dearer.

    Attributes:
        key: under which it is kept.
        fact: what is known of it.
    """

    __slots__ = ("fact", "key")
    key: _Key
    fact: Fact


def fact_of(code: CodeType, module_globals: dict[str, Any] | None, neutral: Neutral = _NONE) -> Fact:
    """Return what is known of a function's code.  Never raises for bad, stale or missing source.

    Args:
        code: the running code object.
        module_globals: the globals of its function, for source behind a loader.
        neutral: dotted callees whose bare expression statements are left out.
    """
    key: _Key = (id(code), neutral) if neutral else id(code)
    known = _facts.get(key)
    if known is not None and known() is code:
        return known.fact
    known = CodeRef(code, _forget)
    known.key = key
    fact = known.fact = _from_source(code, module_globals, neutral) or _from_bytecode(code)
    _facts[key] = known
    return fact


def _forget(reference: CodeRef) -> None:
    _facts.pop(reference.key, None)


def _from_bytecode(code: CodeType) -> Fact:
    from memofp._code._bytecode import fact_from_bytecode

    return fact_from_bytecode(code)


def flush_facts() -> None:
    """Write to disk what was found out since the last time, and read files anew from here on."""
    _current.clear()
    while _unwritten:
        _unwritten.pop().write()
    while _with_trees:
        _with_trees.pop().forget_tree()


def _from_source(code: CodeType, module_globals: dict[str, Any] | None, neutral: Neutral) -> Fact | None:
    text = _current.get(code.co_filename)
    if text is None:
        source = read_source(code.co_filename, module_globals)
        if source is None:
            return None
        key = (code.co_filename, digest(source))
        text = _texts.get(key)
        if text is None:
            text = _texts[key] = _Text(source, code.co_filename, key[1])
        if not code.co_filename.startswith("<"):  # many texts are called <string>
            _current[code.co_filename] = text
    return text.find(code, neutral)


class _Text:
    """One source text and the facts of its functions; parsed only when a fact is not on disk."""

    def __init__(self, source: bytes, filename: str, source_digest: bytes) -> None:
        self._source = source
        self._filename = filename
        self._path = facts_path(source_digest)
        self._kept = KeptFacts(read_facts(self._path) if self._path else b"")
        self._is_changed = False
        self._parsed: tuple[SourceTable | None] | None = None  # None inside: a text that cannot be parsed
        self._parses = 0

    def find(self, code: CodeType, neutral: Neutral) -> Fact | None:
        """Return the fact of a running code object, None if this text is not what it was made from."""
        exact = None if neutral else exact_digest(code)
        if exact is not None:
            fact = self._kept.exactly(exact)
            if fact is not None:
                return fact
        key = own = code_digest(code)
        if neutral:
            key += "|".join(".".join(chain) for chain in sorted(neutral)).encode()
        found = self._kept.candidates(key)
        if found is None:
            table = self._parse(code.co_flags)
            found = self._kept.add(key, [] if table is None else table.candidates(code, own, neutral))
            self._change()
            if table is not None and not neutral:
                self._keep_small(table)
        return self._choose(found, code, exact)

    def _choose(self, found: list[Candidate], code: CodeType, exact: bytes | None) -> Fact | None:
        """Return the fact of a code object among those of equal bytecode; from now on it is found exactly."""
        fact = _nearest(found, code)
        if exact is not None and fact is not None:
            self._kept.add_exact(exact, fact)
            self._change()
        return fact

    def _keep_small(self, table: SourceTable) -> None:
        """Find the facts of all functions of a small text: to parse it again for the next one costs more."""
        functions = [(key, code) for key, code in table.functions() if not code.co_flags & _NESTED]
        if len(functions) > _FEW_FUNCTIONS:
            return
        for key, code in functions:
            found = self._kept.candidates(key)
            if found is None:
                found = self._kept.add(key, table.candidates(code, key))
            self._choose(found, code, exact_digest(code))

    def _change(self) -> None:
        if not self._is_changed:
            self._is_changed = True
            _unwritten.append(self)

    def write(self) -> None:
        """Keep on disk what was found out."""
        self._is_changed = False
        if self._path:
            self._kept.add_others(KeptFacts(read_facts(self._path)))
            write_facts(self._path, self._kept.to_bytes())

    def forget_tree(self) -> None:
        """Let go of the syntax tree; who asks again parses again."""
        self._parsed = None

    def _parse(self, running_flags: int) -> SourceTable | None:
        parsed = self._parsed  # looked at once: another thread may let go of it meanwhile
        if parsed is None:
            from memofp._code._source import SourceTable  # loads `ast`, which a warm start does not need

            try:
                parsed = (SourceTable(self._source, self._filename, running_flags),)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                parsed = (None,)  # no text of ours: the bytecode says what runs
            self._parsed = parsed
            self._parses += 1
        _touch(self)
        return parsed[0]

    @property
    def is_settled(self) -> bool:
        """Return whether the tree was needed so often that it is held until the end."""
        return self._parses >= _MOST_PARSES


def _touch(text: _Text) -> None:
    """Note that a text's tree is needed now, and let go of the one that was needed longest ago."""
    with contextlib.suppress(ValueError):  # it was not there, or another thread has taken it
        _with_trees.remove(text)
    _with_trees.append(text)
    if len(_with_trees) > _MOST_PARSED:
        oldest = next((one for one in _with_trees if not one.is_settled), None)
        if oldest is not None and oldest is not text:
            oldest.forget_tree()
            with contextlib.suppress(ValueError):
                _with_trees.remove(oldest)


def _nearest(candidates: list[Candidate], code: CodeType) -> Fact | None:
    """Return, of functions with equal bytecode, the one of the same name and the nearest place."""
    if len(candidates) < 2:
        return candidates[0][3] if candidates else None
    spot = spot_of(code)

    def distance(candidate: Candidate) -> tuple[bool, int, bool, int]:
        name, line, column, _ = candidate
        return (name != code.co_name, abs(line - code.co_firstlineno), column != spot, line)

    return min(candidates, key=distance)[3]
