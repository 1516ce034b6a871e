"""Read a fact from bytecode, for code whose source is missing, stale or rewritten."""

from __future__ import annotations

from types import CodeType
from typing import Any

from memofp._code._codes import code_digest, nested_codes
from memofp._code._facts import Fact, ImportSpec, Ref, Spot
from memofp._code._tables import DYNAMIC_NAMES, MODE_NAMES, NAMESPACES, TEMPLATE_METHODS, dotted, identifiers

__all__ = ["fact_from_bytecode"]

_Chain = tuple[str, str, tuple[str, ...]]  # kind of reference, root, attributes
_SKIPPED = frozenset({"CACHE", "EXTENDED_ARG", "PUSH_NULL", "NOP"})
_GLOBAL_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_ATTRIBUTE_LOADS = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_FREE_LOADS = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF", "LOAD_CLOSURE"})


def fact_from_bytecode(code: CodeType) -> Fact:
    """Return the fact of a code object without looking at any source.

    The body is the code digest, so it differs between Python versions; names count, because
    bytecode holds them.
    """
    reader = _Reader(frozenset(code.co_freevars))
    stack = [code]
    while stack:
        one = stack.pop()
        reader.read(one)
        stack.extend(reversed(nested_codes(one)))
    for name in code.co_freevars:
        reader.add("free", name, ())
    body = code_digest(code)
    return Fact(
        body=body,
        docs=body,
        annotations=b"",
        names=body,
        refs=tuple(reader.refs.values()),
        lines=(0,) * len(reader.refs),
        annotation_refs=(),
        mentions=frozenset(reader.mentions),
        seen=frozenset(reader.seen),
        dotted=frozenset(reader.dotted),
        reach="any" if reader.seen & (DYNAMIC_NAMES | TEMPLATE_METHODS) else "",
        bare_calls=(),
        spots=tuple(reader.spots),
        line=code.co_firstlineno,
        end_line=code.co_firstlineno,
        source="",
        from_source=False,
    )


class _Reader:
    """Collect references from instructions, following attribute loads behind a global."""

    def __init__(self, freevars: frozenset[str]) -> None:
        self.freevars = freevars
        self.refs: dict[tuple[str, str, tuple[str, ...]], Ref] = {}
        self.mentions: set[str] = set()
        self.seen: set[str] = set()
        self.dotted: set[str] = set()
        self.spots: list[Spot] = []
        self._constants: list[object] = []
        self._module = ImportSpec(0, "", None, False)

    def add(self, kind: str, root: str, attrs: tuple[str, ...], imports: tuple[ImportSpec, ...] = ()) -> None:
        self.refs.setdefault((kind, root, attrs), Ref(kind, root, attrs, imports, True))

    def read(self, code: CodeType) -> None:
        """Add what one code object names, not what is nested in it."""
        import dis

        self.mentions.update(MODE_NAMES.intersection(code.co_names))
        self.seen.update(code.co_names)
        if NAMESPACES.intersection(code.co_names):
            self.add("globals", "", ())
            self.spots.append(Spot("namespace of a frame, read from bytecode", code.co_firstlineno))
        for const in code.co_consts:
            self._see_constant(const)
        self.mentions.update(c for c in code.co_consts if type(c) is str and c in MODE_NAMES)
        chain: _Chain | None = None
        for instruction in dis.get_instructions(code):
            op, value = instruction.opname, instruction.argval
            if op in _SKIPPED:
                continue
            if chain is not None and op in _ATTRIBUTE_LOADS:
                chain = (chain[0], chain[1], (*chain[2], value))
                continue
            if chain is not None:
                self.add(*chain)
            chain = self._begin_chain(op, value, code.co_firstlineno)
            self._note_import(op, value)
        if chain is not None:
            self.add(*chain)

    def _see_constant(self, const: object) -> None:
        if type(const) is str:
            self.seen.update(identifiers(const))
            if name := dotted(const):
                self.dotted.add(name)
        elif isinstance(const, tuple | frozenset):
            for item in const:
                self._see_constant(item)

    def _begin_chain(self, op: str, value: Any, line: int) -> _Chain | None:
        if op in _GLOBAL_LOADS:
            if value in ("eval", "exec", "globals"):
                self.add("globals", "", ())
                self.spots.append(Spot(f"{value}, read from bytecode", line))
            return ("global", value, ())
        if op in _FREE_LOADS and value in self.freevars:
            return ("free", value, ())
        return None

    def _note_import(self, op: str, value: Any) -> None:
        """`IMPORT_NAME` finds level and names on the stack, where constants were loaded just before."""
        if op == "IMPORT_NAME":
            level = self._constants[-2] if len(self._constants) > 1 else 0
            self._module = ImportSpec(level if isinstance(level, int) else 0, value, None, False)
            if self._constants and not self._constants[-1]:
                self.add("import", f"{self._module.level}:{value}", (), (self._module,))
        elif op == "IMPORT_FROM":
            level, module = self._module.level, self._module.module
            self.add("import", f"{level}:{module}:{value}", (), (ImportSpec(level, module, value, False),))
        elif op in ("LOAD_CONST", "LOAD_SMALL_INT"):
            self._constants.append(value)
