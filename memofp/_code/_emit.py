"""Write a function's AST in canonical form: the same meaning gives the same bytes on every Python.

Neither `ast.dump` nor `ast.unparse` serves: what they write differs between Python versions.
The walk is iterative, because a long chain of operators or of `elif` nests deeper than the stack.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from memofp._code._facts import Fact, ImportSpec, Ref, Spot
from memofp._code._scopes import COMPREHENSIONS, FUNCTIONS, Scope, ScopeNode, build_scopes, import_specs, mangle
from memofp._digest import digest

__all__ = ["EMITTER_VERSION", "MODE_NAMES", "build_fact"]

EMITTER_VERSION = 1

# Reachable code that mentions one of these can see more of a function than its meaning.
MODE_NAMES = frozenset(
    {
        "__doc__", "getdoc",
        "__annotations__", "get_type_hints", "signature", "getfullargspec", "get_annotations", "__annotate__",
        "__name__", "__qualname__", "__module__", "__code__", "getsource", "getsourcelines",
        "_getframe", "currentframe", "inspect.stack", "getinnerframes", "getouterframes", "f_locals", "f_back",
        "__subclasses__",
    }
)  # fmt: skip
_SEES_LOCALS = frozenset({"locals", "vars", "dir", "eval", "exec"})
_SEES_FRAMES = frozenset({"_getframe", "currentframe", "f_locals"})
_SEES_GLOBALS = frozenset({"globals", "eval", "exec"})
_DROPPED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_params", "type_ignores"})
_Token = str
_Work = tuple["ast.AST | list[ast.AST] | str", "Scope | None"]


def build_fact(
    node: ScopeNode,
    freevars: Iterable[str],
    class_name: str | None,
    source: str = "",
    neutral: frozenset[tuple[str, ...]] = frozenset(),
) -> Fact:
    """Build the fact of one function from its AST node.

    Args:
        node: a function definition or a lambda.
        freevars: the running code object's `co_freevars`: which outside names are closure cells.
        class_name: name of the class whose body holds the function, for private names.
        source: the function's text, kept for explanations.
        neutral: dotted callees whose bare expression statements are left out.
    """
    emitter = _Emitter(node, frozenset(freevars), class_name, neutral)
    emitter.run()
    line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return Fact(
        body=digest("\n".join(emitter.out).encode()),
        docs=digest("\n".join(emitter.docs).encode()) if emitter.docs else b"",
        annotations=_annotations_digest(node),
        names=digest("\n".join(emitter.names).encode()),
        refs=tuple(emitter.finished_refs()),
        mentions=frozenset(emitter.mentions),
        bare_calls=tuple(sorted(emitter.bare_calls)),
        spots=tuple(emitter.spots),
        line=line,
        end_line=node.end_lineno or line,
        source=source,
        from_source=True,
    )


class _Emitter:
    """One walk over one function, collecting canonical tokens, references and blind spots."""

    def __init__(
        self,
        root: ScopeNode,
        freevars: frozenset[str],
        class_name: str | None,
        neutral: frozenset[tuple[str, ...]],
    ) -> None:
        self.root = root
        self.freevars = freevars
        self.neutral = neutral
        self.scopes = build_scopes(root, class_name)
        self.class_name = class_name
        self.out: list[_Token] = []
        self.docs: list[str] = []
        self.names: list[str] = []
        self.mentions: set[str] = set()
        self.bare_calls: set[tuple[str, ...]] = set()
        self.spots: list[Spot] = []
        self.refs: dict[tuple[str, str, tuple[str, ...]], int] = {}
        self.ref_list: list[Ref] = []
        self.scope_count = 0
        self.literal_names = self._sees_locals()

    def run(self) -> None:
        stack: list[_Work] = [(self.root, None)]
        while stack:
            item, scope = stack.pop()
            if isinstance(item, str):
                self.out.append(item)
                continue
            if isinstance(item, list):
                stack.append(("]", None))
                stack.extend((n, scope) for n in reversed(item))
                self.out.append("[%d" % len(item))
                continue
            work = self._emit(item, scope)
            work.reverse()
            stack.extend(work)

    def finished_refs(self) -> list[Ref]:
        return self.ref_list

    def _sees_locals(self) -> bool:
        """Tell whether names of locals can be seen by the code itself (`locals()`, `eval`, frames)."""
        own = set().union(*(s.bound for s in self.scopes.values()))
        for node in ast.walk(self.root):
            if isinstance(node, ast.Name):
                if node.id in _SEES_FRAMES or (node.id in _SEES_LOCALS and node.id not in own):
                    return True
            elif isinstance(node, ast.Attribute):
                if node.attr in _SEES_FRAMES or _is_inspect_stack(node):
                    return True
        return False

    # ---- nodes -------------------------------------------------------------------------------

    def _emit(self, node: ast.AST, scope: Scope | None) -> list[_Work]:
        if isinstance(node, FUNCTIONS):
            return self._emit_function(node, scope)
        assert scope is not None or node is self.root
        if isinstance(node, ast.ClassDef):
            return self._emit_class(node, scope)
        if isinstance(node, COMPREHENSIONS):
            return self._emit_comprehension(node, scope)
        assert scope is not None
        if isinstance(node, ast.Name):
            self._emit_name(node, scope)
            return []
        if isinstance(node, ast.Attribute):
            return self._emit_attribute(node, scope)
        if isinstance(node, ast.Constant):
            self._emit_constant(node)
            return []
        if isinstance(node, ast.JoinedStr):
            return self._fields("JoinedStr", [("values", merged_strings(node.values))], scope)
        if isinstance(node, ast.AnnAssign):
            return self._emit_annotated(node, scope)
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._emit_import(node, scope)
            return []
        if isinstance(node, ast.Call):
            self._note_call(node, scope)
        return self._emit_plain(node, scope)

    def _emit_plain(self, node: ast.AST, scope: Scope) -> list[_Work]:
        fields: list[tuple[str, object]] = []
        for name in node._fields:
            value = getattr(node, name, None)
            if name in _DROPPED_FIELDS or value is None or value == []:
                continue
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                value = self._statements(value, scope)
                if not value:
                    continue
            fields.append((name, self._own_name(node, name, value, scope)))
        return self._fields(type(node).__name__, fields, scope)

    def _own_name(self, node: ast.AST, name: str, value: object, scope: Scope) -> object:
        """Rename what a node binds by a bare string: `except E as x`, `case [*x]`."""
        binds = (
            (isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and name == "name")
            or (isinstance(node, ast.MatchMapping) and name == "rest")
        )  # fmt: skip
        if binds and isinstance(value, str):
            return _Raw(self._name_token(value, scope, node))
        return value

    def _fields(self, kind: str, fields: list[tuple[str, object]], scope: Scope | None) -> list[_Work]:
        work: list[_Work] = [(f"({kind}", None)]
        for name, value in fields:
            work.append((f".{name}", None))
            if isinstance(value, ast.AST):
                work.append((value, scope))
            elif isinstance(value, list) and all(isinstance(v, ast.AST) for v in value):
                work.append((value, scope))
            elif isinstance(value, list):  # names in lists, and None for `**x` in a dict display
                work.append(("[%d" % len(value), None))
                for item in value:
                    work.append((item, scope) if isinstance(item, ast.AST) else (ascii(item), None))
                work.append(("]", None))
            else:
                work.append((value.text if isinstance(value, _Raw) else ascii(value), None))
        work.append((")", None))
        return work

    def _statements(self, body: list[ast.stmt], scope: Scope) -> list[ast.AST]:
        """Return the statements that do something: no docstring, `pass`, bare constant, neutral call."""
        kept: list[ast.AST] = []
        for statement in body:
            if isinstance(statement, ast.Pass | ast.Global | ast.Nonlocal):
                continue
            if isinstance(statement, ast.AnnAssign) and statement.value is None and scope.kind != "class":
                if isinstance(statement.target, ast.Name):
                    continue
            if isinstance(statement, ast.Expr):
                if isinstance(statement.value, ast.Constant):
                    continue
                chain = self._outside_chain(statement.value, scope)
                if chain is not None:
                    self.bare_calls.add(chain)
                    if chain in self.neutral:
                        continue
            kept.append(statement)
        return kept

    def _outside_chain(self, value: ast.expr, scope: Scope) -> tuple[str, ...] | None:
        """Return the dotted callee of a bare call if its root lies outside the function."""
        if not isinstance(value, ast.Call):
            return None
        attrs: list[str] = []
        callee = value.func
        while isinstance(callee, ast.Attribute):
            attrs.append(callee.attr)
            callee = callee.value
        if not isinstance(callee, ast.Name):
            return None
        name = mangle(callee.id, scope.class_name)
        if scope.lookup(name) is not None or name in self.freevars:
            return None
        return (name, *reversed(attrs))

    # ---- functions, classes, comprehensions --------------------------------------------------

    def _enter(self, node: ast.AST) -> Scope:
        scope = self.scopes[node]
        scope.number = self.scope_count
        self.scope_count += 1
        return scope

    def _emit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope | None
    ) -> list[_Work]:
        work: list[_Work] = [(f"({'Lambda' if isinstance(node, ast.Lambda) else type(node).__name__}", None)]
        args = node.args
        if scope is not None:
            # The defaults and decorators of a nested function run in the scope around it.
            if not isinstance(node, ast.Lambda):
                self.names.append(node.name)
                work.append((self._name_token(node.name, scope, node), None))
                work.append((list(node.decorator_list), scope))
            work.append((list(args.defaults), scope))
            for default in args.kw_defaults:
                work.append((default, scope) if default is not None else ("-", None))
        own = self._enter(node)
        work.append((_signature(args, own), None))
        if isinstance(node, ast.Lambda):
            work.append((node.body, own))
        else:
            self._note_docstring(node.body, own)
            work.append((self._statements(node.body, own), own))
        work.append((")", None))
        return work

    def _note_docstring(self, body: list[ast.stmt], own: Scope) -> None:
        if body and isinstance(body[0], ast.Expr):
            first = body[0].value
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                self.docs.append(f"{own.number} {ascii(first.value)}")

    def _emit_class(self, node: ast.ClassDef, scope: Scope | None) -> list[_Work]:
        assert scope is not None
        work: list[_Work] = [("(ClassDef", None), (ascii(node.name), None)]
        work.append((self._name_token(node.name, scope, node), None))
        work += [(list(node.decorator_list), scope), (list(node.bases), scope), (list(node.keywords), scope)]
        own = self._enter(node)
        self._note_docstring(node.body, own)
        work.append((self._statements(node.body, own), own))
        work.append((")", None))
        return work

    def _emit_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope | None
    ) -> list[_Work]:
        own = self._enter(node)
        outer = scope if scope is not None else own
        work: list[_Work] = [(f"({type(node).__name__}", None)]
        for i, generator in enumerate(node.generators):
            work.append((f"for{generator.is_async}", None))
            work.append((generator.iter, outer if i == 0 else own))
            work.append((generator.target, own))
            work.append((list(generator.ifs), own))
        if isinstance(node, ast.DictComp):
            work += [(node.key, own), (node.value, own)]
        else:
            work.append((node.elt, own))
        work.append((")", None))
        return work

    def _emit_annotated(self, node: ast.AnnAssign, scope: Scope) -> list[_Work]:
        if scope.kind == "class":  # a local dataclass reads its annotations
            fields: list[tuple[str, object]] = [("target", node.target), ("annotation", node.annotation)]
            if node.value is not None:
                fields.append(("value", node.value))
            return self._fields("AnnAssign", fields, scope)
        if node.value is None:
            return []
        return self._fields("Assign", [("targets", [node.target]), ("value", node.value)], scope)

    # ---- names -------------------------------------------------------------------------------

    def _emit_name(self, node: ast.Name, scope: Scope) -> None:
        self._mention(node.id)
        if node.id in _SEES_GLOBALS and scope.lookup(node.id) is None:
            self._ref("globals", "", (), (), node.lineno)
        loads = isinstance(node.ctx, ast.Load)
        self.out.append(self._name_token(node.id, scope, node, loads=loads))

    def _emit_attribute(self, node: ast.Attribute, scope: Scope) -> list[_Work]:
        """Write a chain on an outside name as one reference; write any other attribute plainly."""
        attrs: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            self._mention("inspect.stack" if _is_inspect_stack(base) else base.attr)
            attrs.append(mangle(base.attr, scope.class_name))
            base = base.value
        attrs.reverse()
        if isinstance(base, ast.Name):
            self._mention(base.id)
            stored = not isinstance(node.ctx, ast.Load)
            reach = attrs[:-1] if stored else attrs
            token = self._outside_token(mangle(base.id, scope.class_name), scope, tuple(reach), base.lineno)
            if token is not None:
                self.out.append(f"(Attr {ascii(attrs[-1])} {token})" if stored else token)
                return []
        work: list[_Work] = [("(Attribute", None), (base, scope)]
        work += [(ascii(a), None) for a in attrs]
        work.append((")", None))
        return work

    def _name_token(self, raw: str, scope: Scope, node: ast.AST, loads: bool = True) -> str:
        name = mangle(raw, scope.class_name)
        token = self._outside_token(name, scope, (), getattr(node, "lineno", 0), loads=loads)
        if token is not None:
            return token
        owner = scope.lookup(name)
        assert owner is not None
        if owner.kind == "class":
            # The body of a class reads a name of its own or, before it is bound, one from outside.
            if loads and isinstance(node, ast.Name):
                above = owner.parent.lookup(name) if owner.parent is not None else None
                if above is None:
                    return f"C{owner.number}:{name}|{self._new_ref(self._kind(name), name, (), (), 0)}"
            return f"C{owner.number}:{name}"
        self.names.append(name)
        if name in owner.params or self.literal_names:
            return f"P{owner.number}:{name}"
        return f"L{owner.number}:{owner.indices.setdefault(name, len(owner.indices))}"

    def _outside_token(
        self, name: str, scope: Scope, attrs: tuple[str, ...], line: int, loads: bool = True
    ) -> str | None:
        """Return the token of a reference if `name` comes from outside the function, else None."""
        owner = scope.lookup(name)
        if owner is None:
            return self._new_ref(self._kind(name), name, attrs, (), line, loads)
        if loads and owner.is_import_alias(name):
            return self._new_ref("import", name, attrs, tuple(owner.imports[name]), line)
        return None

    def _kind(self, name: str) -> str:
        return "free" if name in self.freevars else "global"

    def _new_ref(
        self,
        kind: str,
        root: str,
        attrs: tuple[str, ...],
        imports: tuple[ImportSpec, ...],
        line: int,
        loads: bool = True,
    ) -> str:
        if root == "super" and kind == "global" and "__class__" in self.freevars:
            self._ref("free", "__class__", (), (), line)  # zero-argument super() reads this cell
        return f"R{self._ref(kind, root, attrs, imports, line, loads)}"

    def _ref(
        self,
        kind: str,
        root: str,
        attrs: tuple[str, ...],
        imports: tuple[ImportSpec, ...],
        line: int,
        loads: bool = True,
    ) -> int:
        key = (kind, root, attrs)
        index = self.refs.get(key)
        if index is None:
            index = self.refs[key] = len(self.ref_list)
            self.ref_list.append(Ref(kind, root, attrs, imports, loads, line))
        elif loads and not self.ref_list[index].loads:
            self.ref_list[index] = self.ref_list[index]._replace(loads=True)
        return index

    def _mention(self, name: str) -> None:
        if name in MODE_NAMES:
            self.mentions.add(name)

    # ---- leaves ------------------------------------------------------------------------------

    def _emit_constant(self, node: ast.Constant) -> None:
        value = node.value
        if type(value) is str:
            self._mention(value)
        # ascii() keeps 1, True, 1.0, -0.0 apart, and does not follow one version's Unicode tables.
        self.out.append(f"{type(value).__name__}={ascii(value)}")

    def _emit_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        self.out.append("(Import")
        for name, spec in import_specs(node):
            name = mangle(name, scope.class_name)
            owner = scope.lookup(name)
            if owner is not None and owner.is_import_alias(name):
                # What the name stands for is an edge where it is used; `from m import f` runs anyway.
                if spec.item is not None:
                    self.out.append(self._new_ref("import", name, (), tuple(owner.imports[name]), node.lineno))
                continue
            root = f"{spec.level}:{spec.module}:{spec.item}"
            self.out.append(self._new_ref("import", root, (), (spec,), node.lineno))
            self.out.append(self._name_token(name, scope, node, loads=False))
        self.out.append(")")

    def _note_call(self, node: ast.Call, scope: Scope) -> None:
        """Note lazy imports by constant name, and calls that no static analysis can follow."""
        callee = node.func
        name = callee.id if isinstance(callee, ast.Name) else getattr(callee, "attr", "")
        first = node.args[0] if node.args else None
        constant = first.value if isinstance(first, ast.Constant) else None
        if isinstance(callee, ast.Name) and scope.lookup(callee.id) is not None:
            return
        if name in ("import_module", "__import__"):
            if not isinstance(constant, str):
                self._spot(f"{name} of a computed name", node)
                return
            level = len(constant) - len(constant.lstrip("."))
            spec = ImportSpec(level, constant.lstrip("."), None, False)
            self.out.append(self._new_ref("import", f"{level}:{constant}", (), (spec,), node.lineno))
        elif name in ("eval", "exec") and isinstance(callee, ast.Name):
            if constant is None:
                self._spot(f"{name} of built text", node)
        elif name in ("getattr", "attrgetter", "methodcaller") and isinstance(callee, ast.Name):
            self._note_getattr(name, node, scope)

    def _note_getattr(self, name: str, node: ast.Call, scope: Scope) -> None:
        which = node.args[1:2] if name == "getattr" else node.args[:1]
        if which and not isinstance(which[0], ast.Constant):
            target = node.args[0]
            if name == "getattr" and isinstance(target, ast.Name) and self._is_outside(target.id, scope):
                return  # the whole object is a reference already
            self._spot(f"{name} with a computed name", node)

    def _is_outside(self, raw: str, scope: Scope) -> bool:
        owner = scope.lookup(mangle(raw, scope.class_name))
        return owner is None or owner.is_import_alias(raw)

    def _spot(self, what: str, node: ast.AST) -> None:
        self.spots.append(Spot(what, getattr(node, "lineno", 0)))


class _Raw:
    """A token that is written as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _is_inspect_stack(node: ast.Attribute) -> bool:
    return node.attr == "stack" and isinstance(node.value, ast.Name) and node.value.id == "inspect"


def merged_strings(values: list[ast.expr]) -> list[ast.expr]:
    """Merge neighbouring constants of an f-string, which parsers split differently, and drop empty ones."""
    out: list[ast.expr] = []
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if not value.value:
                continue
            last = out[-1] if out else None
            if isinstance(last, ast.Constant):
                out[-1] = ast.Constant(str(last.value) + value.value)
                continue
        out.append(value)
    return out


def _signature(args: ast.arguments, scope: Scope) -> str:
    """Write parameter names, kinds, and which of them have a default (the values are live)."""

    def names(found: list[ast.arg]) -> str:
        return ",".join(mangle(a.arg, scope.class_name) for a in found)

    vararg = args.vararg.arg if args.vararg else "-"
    kwarg = args.kwarg.arg if args.kwarg else "-"
    keyword = "".join("-" if d is None else "d" for d in args.kw_defaults)
    return (
        f"<{names(args.posonlyargs)}/{names(args.args)}*{vararg}/{names(args.kwonlyargs)}**{kwarg}"
        f";{len(args.defaults)};{keyword}>"
    )


def _annotations_digest(node: ScopeNode) -> bytes:
    """Digest the annotations of the function's parameters, result and assignments, as text of their AST."""
    found: list[str] = []
    for child in ast.walk(node):
        if isinstance(child, ast.arg) and child.annotation is not None:
            found.append(f"{child.arg}:{_plain_dump(child.annotation)}")
        elif isinstance(child, ast.AnnAssign):
            found.append(f"{_plain_dump(child.target)}:{_plain_dump(child.annotation)}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.returns is not None:
            found.append(f"->{_plain_dump(child.returns)}")
    return digest("\n".join(found).encode()) if found else b""


def _plain_dump(node: ast.AST) -> str:
    """Write an expression's AST in a way that does not differ between versions of Python."""
    out: list[str] = []
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.AST):
            out.append(type(item).__name__)
            stack.extend(
                reversed([(f, getattr(item, f, None)) for f in item._fields if f not in _DROPPED_FIELDS])
            )
        elif isinstance(item, tuple):
            name, value = item
            if value is None or value == []:
                continue
            out.append(f".{name}")
            stack.extend(reversed(value) if isinstance(value, list) else [value])
        else:
            out.append(ascii(item))
    return "(" + " ".join(out) + ")"
