"""Write code for the comparisons behind guards that are asked often.

The interpreter loads a value and compares it faster than a C loop fetches both from iterators.  Fastest of
all it loads a global: where the keys of the namespace are what they were, it knows the place.  So what code
gets for its global names is compared by functions whose globals *are* the guarded namespace.

Such a function goes on to the builtins where the namespace lacks the name, as that code does.  It therefore
sees no change where a name moves from one of the two to the other and remains the same object.
"""

from __future__ import annotations

from itertools import accumulate, groupby
from keyword import iskeyword
from types import CellType, FunctionType
from typing import Any

from memofp._fingerprint._checks import ABSENT, CHANGED, Check, is_full

__all__ = ["is_writable", "written_checks"]

_Space = dict[str, Any]
_Names = list[tuple[_Space, dict[str, Any]]]
_TERMS = 200  # comparisons in one written function
_FEW = 8
_LARGEST = 8  # items of a dictionary for which code is written
_LEAST = 2  # names for which the call of a function pays
_OURS = "_0"  # what parameters of written functions begin with
_CALLED = {"any": any, "is_full": is_full}


def is_writable(mapping: Any, keys: list[Any]) -> bool:
    """Tell whether `written_checks` takes a mapping: a small dictionary of names, as `__kwdefaults__` is."""
    return type(mapping) is dict and len(keys) <= _LARGEST and all(type(key) is str for key in keys)


def written_checks(
    names: _Names,
    global_names: _Names,
    builtin_names: _Names,
    functions: list[tuple[FunctionType, tuple[Any, ...]]],
    empty: list[dict[str, Any]],
    cells: list[tuple[CellType, Any]],
    most_terms: int,
    mappings: list[tuple[Any, list[Any], list[Any]]],
) -> list[Check] | None:
    """Return functions with a comparison for each name, function, cell and item; None if they are too many.

    Compiling them takes as long as some hundred checks, so they are for functions that are called often.
    """
    writer = _Writer()
    writer.add_globals(global_names, builtin_names)
    for space, bound in names:
        writer.add_names(space, bound)
    for function, parts in functions:
        writer.add_function(function, parts)
    writer.add_empty(empty)
    for cell, value in cells:
        writer.add_cell(cell, value)
    writer.add_mappings(mappings)
    return None if writer.count > most_terms else writer.checks()


class _Writer:
    """The text of functions that compare, and the values that they compare with.

    A term is an expression that is true, or raises one of `CHANGED`, if something has changed.

    Attributes:
        count: of comparisons.
    """

    def __init__(self) -> None:
        self.count: int = 0
        self._space: dict[str, Any] = {"CHANGED": (*CHANGED, NameError), **_CALLED}
        self._terms: list[str] = []
        self._groups: list[list[str]] = []  # statements that compare dictionaries
        self._texts: list[str] = []
        self._checks: list[str] = []  # names of functions, in the order in which they are asked
        self._inner: list[tuple[str, _Space, tuple[Any, ...]]] = []  # name, globals and arguments

    def add_globals(self, global_names: _Names, builtin_names: _Names) -> None:
        """Compare what code gets for its global names, in functions with its globals where that may be."""
        found = {id(space): bound for space, bound in builtin_names}.get(id(_BUILTINS), {})
        left: set[str] = set()  # names for which nobody compares what comes from the builtins
        for space, bound in global_names:
            direct = _direct(space, bound, found)
            items = list(direct.items())
            for i in range(0, len(items), _TERMS):
                self._add_inner(space, items[i : i + _TERMS])
            rest = {name: value for name, value in bound.items() if name not in direct}
            left.update(name for name, value in rest.items() if value is ABSENT)
            self.add_names(space, rest)
        for space, bound in builtin_names:
            ours = space is _BUILTINS
            self.add_names(space, {n: value for n, value in bound.items() if n in left or not ours})

    def add_names(self, space: _Space, bound: dict[str, Any]) -> None:
        """Compare names of one namespace, each looked up there alone."""
        where = self._bind(space) if bound else ""
        self._add(
            *(
                f"{name!a} in {where}" if value is ABSENT else f"{where}[{name!a}] is not {self._bind(value)}"
                for name, value in bound.items()
            )
        )

    def add_function(self, function: FunctionType, parts: tuple[Any, ...]) -> None:
        """Compare a function's code and defaults."""
        who = self._bind(function)
        attributes = ("__code__", "__defaults__", "__kwdefaults__")
        self._add(*(f"{who}.{a} is not {self._bind(p)}" for a, p in zip(attributes, parts, strict=True)))

    def add_empty(self, empty: list[dict[str, Any]]) -> None:
        """See whether dictionaries are still empty."""
        if len(empty) < _FEW:
            self._add(*map(self._bind, empty))
        else:  # a loop in C over what is all alike is faster still
            self._add(f"any({self._bind(empty)})")

    def add_cell(self, cell: CellType, value: Any) -> None:
        """Compare a cell's content."""
        what = self._bind(cell)
        if value is ABSENT:
            self._add(f"is_full({what})")
        else:
            self._add(f"{what}.cell_contents is not {self._bind(value)}")

    def add_mappings(self, mappings: list[tuple[dict[str, Any], list[str], list[Any]]]) -> None:
        """Compare the items of small dictionaries."""
        ends = accumulate(len(keys) for _, keys, _ in mappings)
        for _, group in groupby(zip(ends, mappings, strict=True), lambda entry: entry[0] // _TERMS):
            self._add_group([mapping for _, mapping in group])

    def _add_group(self, mappings: list[tuple[dict[str, Any], list[str], list[Any]]]) -> None:
        # First the keys of all in one go, by identity: then to look up a key runs nobody's `__eq__`.
        # Where there are as many keys as there were, in the same order, and each dictionary has those that
        # it had, none of them has another one.
        which = [self._bind(mapping) for mapping, _, _ in mappings]
        keys = [self._bind(key) for _, own, _ in mappings for key in own]
        found = [f"k{i}" for i in range(len(keys))]
        terms = [f"{now} is not {then}" for now, then in zip(found, keys, strict=True)]
        for where, (_, own, values) in zip(which, mappings, strict=True):
            terms += [f"{where}[{k!a}] is not {self._bind(v)}" for k, v in zip(own, values, strict=True)]
        self.count += len(terms)
        read = f"[{', '.join(found)}] = [{', '.join([f'*{one}' for one in which])}]"
        self._groups.append([read, _test(terms or ["False"], False)])

    def checks(self) -> list[Check]:
        """Compile the text."""
        space = self._space
        bodies = [[_test(self._terms[i : i + _TERMS], False)] for i in range(0, len(self._terms), _TERMS)]
        bodies += self._groups
        if len(bodies) > 1 and self.count <= _TERMS:
            bodies = [[line for body in bodies for line in body]]  # a call costs as much as some terms
        for body in bodies:
            self._add_check(body)
        # The text is made of our own names, of identifiers and of quoted keys; nothing of the user's is
        # evaluated, and it runs in a dictionary of ours: the user's namespaces get no `__builtins__`.
        exec(compile("\n".join(self._texts), "<memofp guards>", "exec", dont_inherit=True), space)
        for name, globals_, arguments in self._inner:
            space[name] = FunctionType(space[name].__code__, globals_, name, arguments)
        return [space[name] for name in self._checks]

    def _add(self, *terms: str) -> None:
        self.count += len(terms)
        self._terms += terms

    def _add_check(self, lines: list[str]) -> None:
        name = f"check{len(self._checks)}"
        self._checks.append(name)
        body = "\n".join([f"  {line}" for line in (*lines, "return True")])
        self._texts.append(f"def {name}():\n try:\n{body}\n except CHANGED:\n  return False")

    def _add_inner(self, space: _Space, items: list[tuple[str, Any]]) -> None:
        # The values are defaults and not constants: the collector does not look into code objects.
        name = f"c{len(self._inner)}"
        parameters = ", ".join([f"{_OURS}{i}" for i in range(len(items))])
        test = _test([f"{key} is not {_OURS}{i}" for i, (key, _) in enumerate(items)], True)
        self._texts.append(f"def {name}({parameters}):\n {test}")
        self._inner.append((name, space, tuple([value for _, value in items])))
        self._terms.append(f"{name}()")
        self.count += len(items)

    def _bind(self, value: object) -> str:
        if value is None:
            return "None"
        name = f"v{len(self._space)}"
        self._space[name] = value
        return name


def _test(terms: list[str], answer: bool) -> str:
    # A statement: an expression would keep the value of each term while it looks at it.
    return f"if {' or '.join(terms)}: return {answer}"


def _direct(space: _Space, bound: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the names that a function with these globals may compare, and what it is to get for them."""
    if type(space) is not dict or _builtins_of(FunctionType(_test.__code__, space)) is not _BUILTINS:
        return {}  # the look-up could run code of others
    expected = {name: found.get(name, ABSENT) if value is ABSENT else value for name, value in bound.items()}
    direct = {name: value for name, value in expected.items() if value is not ABSENT and _is_plain(name)}
    return direct if len(direct) >= _LEAST else {}


def _is_plain(name: Any) -> bool:
    """Tell whether a name can stand in code as it is, and means the global of that name."""
    return (
        type(name) is str
        and name.isascii()  # others are normalised
        and name.isidentifier()
        and not iskeyword(name)
        and name != "__debug__"  # a constant
        and not name.startswith(_OURS)
    )


def _builtins_of(function: Any) -> Any:
    return function.__builtins__


_BUILTINS: dict[str, Any] = _builtins_of(_test)
