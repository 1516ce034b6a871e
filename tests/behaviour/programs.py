"""Make random programs of several modules, of which it is known what reaches what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import strategies as st

__all__ = ["Function", "Program", "programs"]

EARLIER = ("from_import", "attribute", "alias")  # need a module that is imported before
ANYWHERE = ("lazy_from", "lazy_module")
LOCAL = (
    "call",
    "comprehension",
    "nested",
    "lambda",
    "late_partial",
    "late_table",
    "late_class",
    "late_instance",
)


@dataclass(frozen=True)
class Function:
    """One function of a program.

    Attributes:
        module: number of the module where it stands.
        constant: a number that it adds.
        uses: numbers of the functions that it reaches, each with the way in which it does.
        comment: whether it has a docstring and a comment.
        local: name of its local variable.
    """

    module: int
    constant: int
    uses: tuple[tuple[int, str], ...]
    comment: bool = False
    local: str = "y"


@dataclass(frozen=True)
class Program:
    """Functions in modules; `order` is the order in which they are written, `names` what they are called."""

    functions: tuple[Function, ...]
    order: tuple[int, ...]
    names: tuple[str, ...]

    def reaching(self, target: int) -> set[int]:
        """Return the numbers of the functions that reach a function, itself included."""
        found = {target}
        while True:
            more = {i for i, f in enumerate(self.functions) if any(j in found for j, _ in f.uses)} - found
            if not more:
                return found
            found |= more

    def edit(self, number: int, **changes: object) -> Program:
        """Return the program with one function changed."""
        edited = list(self.functions)
        edited[number] = replace(edited[number], **changes)  # type: ignore[arg-type]
        return replace(self, functions=tuple(edited))

    def rename(self, number: int, name: str) -> Program:
        """Return the program with one function called otherwise, wherever it is named."""
        names = list(self.names)
        names[number] = name
        return replace(self, names=tuple(names))

    def write(self, package: str) -> Mapping[str, str]:
        """Return file name -> text."""
        files = {"__init__.py": ""}
        for module in {f.module for f in self.functions}:
            mine = [i for i in self.order if self.functions[i].module == module]
            heads, bodies, tails = ["import functools"], [], []
            for i in mine:
                uses = [self._use(package, i, j, way) for j, way in self.functions[i].uses]
                heads += [head for head, _, _, _ in uses if head]
                tails += [tail for _, tail, _, _ in uses if tail]
                bodies.append(self._body(i, [(inside, call) for _, _, inside, call in uses]))
            files[f"m{module}.py"] = "\n".join([*heads, "", *bodies, *tails, ""])
        return files

    def _body(self, number: int, uses: list[tuple[str, str]]) -> str:
        function = self.functions[number]
        lines = [f"def {self.names[number]}(x=0):"]
        if function.comment:
            lines += ['    """Say something."""', "    # and something else"]
        lines += [f"    {inside}" for inside, _ in uses if inside]
        lines.append(f"    {function.local} = [x + {function.constant}]")
        lines += [f"    {function.local}.append({call})" for _, call in uses]
        return "\n".join([*lines, f"    return {function.local}", ""])

    def _use(self, package: str, user: int, target: int, way: str) -> tuple[str, str, str, str]:
        """Return lines for the module's head, its tail and the body, and a call of the target."""
        name, module = self.names[target], f"m{self.functions[target].module}"
        own = f"u{user}_{target}_{way}"
        return {
            "from_import": (f"from {package}.{module} import {name} as {own}", "", "", f"{own}(x)"),
            "attribute": (f"import {package}.{module} as {module}", "", "", f"{module}.{name}(x)"),
            "alias": (f"import {package}.{module}", "", "", f"{package}.{module}.{name}(x)"),
            "lazy_from": ("", "", f"from {package}.{module} import {name} as {own}", f"{own}(x)"),
            "lazy_module": ("", "", f"import {package}.{module} as {own}", f"{own}.{name}(x)"),
            "call": ("", "", "", f"{name}(x)"),
            "comprehension": ("", "", "", f"[{name}(i) for i in range(x)]"),
            "nested": ("", "", f"def {own}(): return {name}(x)", f"{own}()"),
            "lambda": ("", "", "", f"(lambda: {name}(x))()"),
            "late_partial": ("", f"{own} = functools.partial({name}, 1)", "", f"{own}()"),
            "late_table": ("", f"{own} = {{'k': [{name}]}}", "", f"{own}['k'][0](x)"),
            "late_class": (
                "",
                f"class {own}:\n    def go(self, x):\n        return {name}(x)",
                "",
                f"{own}().go(x)",
            ),
            "late_instance": (
                "",
                f"class K{own}:\n    def __init__(self):\n        self.f = {name}\n{own} = K{own}()",
                "",
                f"{own}.f(x)",
            ),
        }[way]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Draw a program of up to eight functions in up to three modules, cycles included."""
    count = draw(st.integers(2, 8))
    modules = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    functions = []
    for i in range(count):
        targets = draw(st.lists(st.integers(0, count - 1), max_size=3, unique=True))
        uses = []
        for j in targets:
            ways = ANYWHERE
            if modules[j] == modules[i]:
                ways = LOCAL
            elif modules[j] < modules[i]:
                ways = EARLIER + ANYWHERE
            uses.append((j, draw(st.sampled_from(ways))))
        functions.append(Function(modules[i], draw(st.integers(0, 3)), tuple(uses)))
    order = tuple(draw(st.permutations(range(count))))
    return Program(tuple(functions), order, tuple(f"f{i}" for i in range(count)))
