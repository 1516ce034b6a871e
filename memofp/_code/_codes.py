"""Digest code objects: what runs, without where it stands or what it is called."""

from __future__ import annotations

from collections.abc import Iterable
from marshal import dumps
from types import CodeType

from memofp._digest import digest

__all__ = ["code_digest", "constant_text", "digests_in", "exact_digest", "nested_codes"]

_LONG_INT = 1024  # bits
_PLAIN = frozenset({int, float, complex, str, bytes, bool, type(None), type(Ellipsis)})
_are_plain = _PLAIN.issuperset


def code_digest(code: CodeType) -> bytes:
    """Return the 16-byte digest of a code object and of all code nested in it.

    It covers argument counts, flags, bytecode, exception table, names and constants, and leaves out
    file name, line numbers, positions, name and qualified name.  `marshal` writes the parts in its version 2:
    from 3 on, what it writes depends on reference counts (flag `FLAG_REF`, CPython `Python/marshal.c`).
    """
    return digests_in([code])[0][0]


def digests_in(codes: Iterable[CodeType]) -> list[tuple[bytes, CodeType]]:
    """Return digest and code object of each of these and of all code nested in them, each before its own."""
    order: list[CodeType] = []
    stack = list(codes)[::-1]
    while stack:
        top = stack.pop()
        order.append(top)
        stack.extend(nested_codes(top)[::-1])
    local: dict[int, bytes] = {}
    for one in reversed(order):  # nested code is a constant of its parent, so it comes first
        local[id(one)] = _digest_one(one, local)
    return [(local[id(one)], one) for one in order]


def exact_digest(code: CodeType) -> bytes | None:
    """Return the 16-byte digest of a code object with its names and lines, and of all code nested in it.

    It covers everything but the file's name.  That takes a third of `code_digest`'s time, as `marshal` writes
    a whole code object at once.

    Returns:
        None for code of which that would not tell all: constants whose order differs between processes, or
        that `marshal` writes as it does bytes, or a text that is also the file's name.
    """
    count = _count_codes(code)
    if not count:
        return None
    try:
        data = dumps(code, 2)
    except ValueError:  # nested too deeply
        return None
    name = dumps(code.co_filename, 2)
    parts = data.split(name)
    # Each code object names its file once; if the name is found elsewhere too, it may be data.
    return digest(b"".join(parts)) if len(parts) == count + 1 else None


def _count_codes(code: CodeType) -> int:
    """Count a code object and those nested in it; 0 if other constants than plain ones and tuples occur."""
    count = 0
    stack = [code]
    while stack:
        consts = stack.pop().co_consts
        count += 1
        kinds = set(map(type, consts))
        if CodeType in kinds:
            stack += filter(CodeType.__instancecheck__, consts)
            kinds.discard(CodeType)
        if tuple in kinds:
            kinds.discard(tuple)
            kinds.update(*(map(type, const) for const in consts if type(const) is tuple))
        if not kinds <= _PLAIN:
            return 0
    return count


def nested_codes(code: CodeType) -> list[CodeType]:
    """Return the code objects among a code object's constants, in their order."""
    return [c for c in code.co_consts if type(c) is CodeType]


def _digest_one(code: CodeType, nested: dict[int, bytes]) -> bytes:
    consts = code.co_consts
    return digest(
        dumps(
            (
                code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags,
                code.co_code, code.co_exceptiontable,
                code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
                # A tuple of plain constants, or bytes: so the two forms cannot be taken for one another.
                consts if _are_plain(map(type, consts)) else _constants_bytes(consts, nested),
            ),
            2,
        )
    )  # fmt: skip


def _constants_bytes(consts: tuple[object, ...], nested: dict[int, bytes]) -> bytes:
    kinds = []
    parts: list[object] = []
    for const in consts:
        if type(const) in _PLAIN:
            kinds.append("p")
            parts.append(const)
        elif type(const) is CodeType:
            kinds.append("c")
            parts.append(nested[id(const)])
        else:
            kinds.append("o")
            parts.append(constant_bytes(const))
    return dumps(("".join(kinds), parts), 2)


def constant_bytes(value: object) -> bytes:
    """Return canonical bytes of a constant of the kinds that the compiler makes."""
    kind = type(value)
    if kind in _PLAIN:
        return dumps(value, 2)  # type: ignore[arg-type] # one of these kinds
    if kind is tuple:
        items = [constant_bytes(v) for v in value]  # type: ignore[attr-defined] # a tuple
        return b"t%d(" % len(items) + b",".join(items) + b")"
    if kind is frozenset:
        items = sorted(constant_bytes(v) for v in value)  # type: ignore[attr-defined] # a frozenset
        return b"f%d(" % len(items) + b",".join(items) + b")"
    text = constant_text(value).encode()
    return kind.__name__.encode() + b"%d=" % len(text) + text


def constant_text(value: object) -> str:
    """Return a text that tells constants of one type apart.

    `ascii` of an exact int, float, complex, str, bytes, bool, None or Ellipsis keeps -0.0 from 0.0 and
    does not follow the Unicode tables of one version.
    """
    if type(value) is int and value.bit_length() > _LONG_INT:
        return hex(value)  # decimals have a limit (`sys.set_int_max_str_digits`)
    return ascii(value)
