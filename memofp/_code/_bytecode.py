"""Read a fact from bytecode, for code whose source is missing, stale or rewritten."""

from __future__ import annotations

from types import CodeType

from memofp._code._codes import code_digest, nested_codes
from memofp._code._emit import MODE_NAMES
from memofp._code._facts import Fact, ImportSpec, Ref, Spot

__all__ = ["fact_from_bytecode"]

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
        mentions=frozenset(reader.mentions),
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
        self.spots: list[Spot] = []

    def add(self, kind: str, root: str, attrs: tuple[str, ...], imports: tuple[ImportSpec, ...] = ()) -> None:
        self.refs.setdefault((kind, root, attrs), Ref(kind, root, attrs, imports, True, 0))

    def read(self, code: CodeType) -> None:
        import dis

        self.mentions.update(MODE_NAMES.intersection(code.co_names))
        self.mentions.update(c for c in code.co_consts if type(c) is str and c in MODE_NAMES)
        chain: tuple[str, str, tuple[str, ...]] | None = None
        constants: list[object] = []
        module = ImportSpec(0, "", None, False)
        for instruction in dis.get_instructions(code):
            op, value = instruction.opname, instruction.argval
            if op in ("CACHE", "EXTENDED_ARG", "PUSH_NULL", "NOP"):
                continue
            if chain is not None and op in _ATTRIBUTE_LOADS:
                chain = (chain[0], chain[1], (*chain[2], value))
                continue
            if chain is not None:
                self.add(*chain)
                chain = None
            if op in _GLOBAL_LOADS:
                chain = ("global", value, ())
                if value in ("eval", "exec", "globals"):
                    self.add("globals", "", ())
                    if value != "globals":
                        self.spots.append(Spot(f"{value}, read from bytecode", code.co_firstlineno))
            elif op in _FREE_LOADS and value in self.freevars:
                chain = ("free", value, ())
            elif op == "IMPORT_NAME":
                level = constants[-2] if len(constants) > 1 and isinstance(constants[-2], int) else 0
                module = ImportSpec(level, value, None, False)
                if constants and not constants[-1]:
                    self.add("import", f"{level}:{value}", (), (module,))
            elif op == "IMPORT_FROM":
                spec = ImportSpec(module.level, module.module, value, False)
                self.add("import", f"{module.level}:{module.module}:{value}", (), (spec,))
            if op in ("LOAD_CONST", "LOAD_SMALL_INT"):
                constants.append(value)
        if chain is not None:
            self.add(*chain)
