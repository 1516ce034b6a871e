"""Collect what a function names from outside itself: references, telling names, blind spots."""

from __future__ import annotations

from ast import AST, Attribute, Call, Constant, Load, Name, Slice, Subscript

from memofp._code._facts import ANY_USE, ImportSpec, Ref, Spot, Use
from memofp._code._scopes import Scope, ScopeTree, mangle
from memofp._code._tables import IMPORTERS, MODE_NAMES, NAMESPACES
from memofp._code._trees import last_name

__all__ = [
    "IMPORTING_CALLEES",
    "References",
    "is_inspect_stack",
    "looks_up_own_module",
    "note_subscript",
    "sees_locals",
]

_SEES_LOCALS = frozenset({"locals", "vars", "dir", "eval", "exec"})
_SEES_FRAMES = frozenset({"_getframe", "currentframe", "f_locals"})
_SEES_GLOBALS = frozenset({"globals", "eval", "exec"})
_SEES_MORE = _SEES_GLOBALS | {"super"}
_COMPUTED = {"getattr": 1, "attrgetter": 0, "methodcaller": 0}  # callable -> position of the name
IMPORTING_CALLEES = IMPORTERS | _COMPUTED.keys() | {"eval", "exec"}  # whose calls say something
_Key = tuple[str, str, tuple[str, ...], tuple[ImportSpec, ...]]  # a reference, whatever is done with it


class References:
    """The references of one function, numbered by first use, and what else its names give away."""

    def __init__(self, freevars: frozenset[str]) -> None:
        self.freevars = freevars
        self.found: list[Ref] = []
        self.lines: list[int] = []
        self.mentions: set[str] = set()
        self.spots: list[Spot] = []
        self._indices: dict[_Key, int] = {}

    def token(
        self,
        name: str,
        owner: Scope | None,
        attrs: tuple[str, ...],
        line: int,
        loads: bool = True,
        use: Use = ANY_USE,
    ) -> str | None:
        """Return the token of a reference if `name`, bound by `owner`, comes from outside the function."""
        if owner is None:
            return self.outside(name, attrs, line, loads, use)
        if loads and owner.is_import_alias(name):
            return self.imported(name, attrs, tuple(owner.imports[name]), line, use)
        return None

    def outside(
        self, name: str, attrs: tuple[str, ...], line: int, loads: bool = True, use: Use = ANY_USE
    ) -> str:
        """Return the token of a name that no scope of the function binds."""
        kind = "free" if name in self.freevars else "global"
        if kind == "global" and name in _SEES_MORE:
            if name == "super" and "__class__" in self.freevars:
                self._number("free", "__class__", (), (), line)  # zero-argument super() reads this cell
            if name in _SEES_GLOBALS:
                self._number("globals", "", (), (), line)
        return f"R{self._number(kind, name, attrs, (), line, loads, use)}"

    def imported(
        self,
        name: str,
        attrs: tuple[str, ...],
        imports: tuple[ImportSpec, ...],
        line: int,
        use: Use = ANY_USE,
    ) -> str:
        """Return the token of a name that import statements in the body bind."""
        return f"R{self._number('import', name, attrs, imports, line, True, use)}"

    def run_import(self, spec: ImportSpec, line: int) -> str:
        """Return the token of an import statement: the module is run, whatever its name is used for."""
        return f"R{self._number('import', 'import ' + spec.module, (), (spec,), line, True, Use('import'))}"

    def own_namespace(self, line: int) -> None:
        """Note that the code can read any global of its own module."""
        self._number("globals", "", (), (), line)

    def note_attribute(self, node: Attribute) -> None:
        """Note an attribute that is a whole namespace: it may be the own module's or any other's."""
        if node.attr in NAMESPACES:
            self.own_namespace(node.lineno)
            self._spot(f"namespace read from {node.attr}", node)

    def mention(self, name: str) -> None:
        """Note a name that shows that the code can see more than the meaning of a function."""
        if name in MODE_NAMES and name != "vars":  # that one is told by how it is used
            self.mentions.add(name)

    def _number(
        self,
        kind: str,
        root: str,
        attrs: tuple[str, ...],
        imports: tuple[ImportSpec, ...],
        line: int,
        loads: bool = True,
        use: Use = ANY_USE,
    ) -> int:
        key = (kind, root, attrs, imports)
        index = self._indices.get(key)
        if index is None:
            index = self._indices[key] = len(self.found)
            self.found.append(Ref(kind, root, attrs, imports, loads, use))
            self.lines.append(line)
        elif loads:
            known = self.found[index]
            if not known.loads:
                self.found[index] = known._replace(loads=True, use=use)
            elif known.use != use:
                self.found[index] = known._replace(use=known.use.merged(use))
        return index

    # ---- calls -------------------------------------------------------------------------------

    def note_call(self, node: Call, scope: Scope) -> str | None:
        """Note a call that no static analysis can follow; return the token of an import by constant name."""
        callee = node.func
        name = last_name(callee)
        if isinstance(callee, Name) and self._is_local(callee.id, scope):
            return None
        first = node.args[0] if node.args else None
        constant = first.value if isinstance(first, Constant) else None
        if name in IMPORTERS:
            return self._note_import(name, constant, node)
        if name in ("eval", "exec") and isinstance(callee, Name) and constant is None:
            self._spot(f"{name} of built text", node)
        elif name in _COMPUTED:
            self._note_computed(name, node, scope)
        return None

    def _note_import(self, name: str, constant: object, node: Call) -> str | None:
        if not isinstance(constant, str):
            self._spot(f"{name} of a computed name", node)
            return None
        level = len(constant) - len(constant.lstrip("."))
        spec = ImportSpec(level, constant.lstrip("."), None, False)
        return self.imported(f"{name} {constant}", (), (spec,), node.lineno)

    def _note_computed(self, name: str, node: Call, scope: Scope) -> None:
        position = _COMPUTED[name]
        which = node.args[position : position + 1]
        if not which:
            return
        if isinstance(which[0], Constant):
            if which[0].value in NAMESPACES | _SEES_GLOBALS:
                self.own_namespace(node.lineno)
                self._spot(f"namespace read from {which[0].value}", node)
            return
        target = node.args[0]
        if name == "getattr" and isinstance(target, Name) and not self._is_local(target.id, scope):
            return  # the whole object is a reference already
        self._spot(f"{name} with a computed name", node)

    def _is_local(self, raw: str, scope: Scope) -> bool:
        name = mangle(raw, scope.class_name)
        owner = scope.lookup(name)
        return owner is not None and not owner.is_import_alias(name)

    def _spot(self, what: str, node: AST) -> None:
        self.spots.append(Spot(what, getattr(node, "lineno", 0)))


def note_subscript(node: Subscript, uses: dict[int, Use]) -> None:
    """Note for the operand of a subscript that the node around it only looks something up."""
    if looks_up_own_module(node):
        uses[id(node.value)] = Use("member")  # what is found there is told by `own_namespace`
        return
    key = node.slice.value if isinstance(node.slice, Constant) else None
    if not isinstance(node.ctx, Load):
        uses[id(node.value)] = uses.get(id(node), Use("member"))
    elif type(key) in (str, int):
        uses[id(node.value)] = Use("keys", (key,))  # type: ignore[arg-type] # mypy: str or int
    elif not isinstance(node.slice, Slice):
        uses[id(node.value)] = Use("lookup")


def looks_up_own_module(node: Subscript) -> bool:
    """Tell whether a subscript is `sys.modules[__name__]`, under whatever name `sys.modules` goes."""
    value = node.value
    name = value.attr if isinstance(value, Attribute) else value.id if isinstance(value, Name) else ""
    return name == "modules" and isinstance(node.slice, Name) and node.slice.id == "__name__"


def is_inspect_stack(node: Attribute) -> bool:
    """Tell `inspect.stack` from the many other things that are called stack."""
    return node.attr == "stack" and isinstance(node.value, Name) and node.value.id == "inspect"


def sees_locals(tree: ScopeTree) -> bool:
    """Tell whether code can see the names of its locals: `locals()`, `eval`, frames."""
    if not (_SEES_FRAMES.isdisjoint(tree.names) and _SEES_FRAMES.isdisjoint(tree.attributes)):
        return True
    if "stack" in tree.attributes and "inspect" in tree.names:
        return True
    seen = _SEES_LOCALS & tree.names
    return bool(seen) and not all(any(name in s.bound for s in tree.scopes.values()) for name in seen)
