"""Write a function's AST in canonical form: the same meaning gives the same bytes on every Python.

Neither `ast.dump` nor `ast.unparse` serves: what they write differs between Python versions.
What says nothing of its own is written by `_writer`, field by field.
"""

from __future__ import annotations

import ast
from ast import AnnAssign, Attribute, Constant, DictComp, Expr, Lambda, Load, Name, Subscript
from collections.abc import Callable, Iterable

from memofp._code._annotations import annotation_leaves, annotations_digest
from memofp._code._dynamic import DYNAMIC_CALLEES, Dynamics
from memofp._code._facts import ANY_USE, Fact, Use
from memofp._code._references import (
    IMPORTING_CALLEES,
    References,
    is_inspect_stack,
    looks_up_own_module,
    note_subscript,
    sees_locals,
)
from memofp._code._scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    Scope,
    ScopeNode,
    build_scopes,
    import_specs,
    mangle,
)
from memofp._code._tables import DYNAMIC_NAMES, MODE_NAMES, NAMESPACES, TEMPLATE_METHODS, dotted
from memofp._code._tokens import (
    constant_token,
    declares_only,
    merged_strings,
    outside_chain,
    signature,
    texts,
)
from memofp._code._trees import last_name
from memofp._code._writer import Work, Writer
from memofp._digest import digest

__all__ = ["build_fact"]


_NO_EFFECT = frozenset({ast.Pass, ast.Global, ast.Nonlocal})
_MEMBERSHIP = frozenset({ast.In, ast.NotIn})
# Most names are none of these and no `__x__`, and need no second look.
_TELLING_NAMES = MODE_NAMES | DYNAMIC_NAMES | TEMPLATE_METHODS | NAMESPACES | {"stack"}
_TELLING_CALLEES = DYNAMIC_CALLEES | IMPORTING_CALLEES


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
    emitter.write(node)
    line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return Fact(
        body=digest("\n".join(emitter.out).encode()),
        docs=digest("\n".join(emitter.docs).encode()) if emitter.docs else b"",
        annotations=annotations_digest(emitter.tree.annotated),
        names=digest("\n".join(emitter.names).encode()),
        refs=tuple(emitter.refs.found),
        lines=tuple(emitter.refs.lines),
        annotation_refs=tuple(emitter.late.found),
        mentions=frozenset(emitter.refs.mentions | ({"vars"} if emitter.dynamics.lists else set())),
        seen=frozenset(emitter.seen | emitter.dynamics.names),
        dotted=frozenset(emitter.dotted),
        reach=emitter.dynamics.reach,
        bare_calls=tuple(sorted(emitter.bare_calls)),
        spots=tuple(emitter.refs.spots),
        line=line,
        end_line=node.end_lineno or line,
        source=source,
        from_source=True,
    )


class _Emitter(Writer):
    """One walk over one function, collecting canonical tokens, references and blind spots."""

    def __init__(
        self,
        root: ScopeNode,
        freevars: frozenset[str],
        class_name: str | None,
        neutral: frozenset[tuple[str, ...]],
    ) -> None:
        super().__init__(_SPECIAL)
        self.root = root
        self.freevars = freevars
        self.neutral = neutral
        self.tree = build_scopes(root, class_name)
        self.scopes = self.tree.scopes
        self.class_name = class_name
        self.docs: list[str] = []
        self.names: list[str] = []
        self.bare_calls: set[tuple[str, ...]] = set()
        self.dynamics = Dynamics(root, self.tree, class_name)
        self.refs = References(freevars)
        self.late = References(freevars)
        self.uses: dict[int, Use] = {}  # id of a node -> what the node around it does with it
        self.dotted: set[str] = set()
        self.scope_count = 0
        self.literal_names = sees_locals(self.tree)

    # ---- nodes -------------------------------------------------------------------------------

    def _emit_joined(self, node: ast.JoinedStr, _: Scope) -> None:
        self.wait(("(JoinedStr", ".values", merged_strings(node.values), ")"))

    def _emit_set(self, node: ast.Set, scope: Scope) -> None:
        constants = [e for e in node.elts if isinstance(e, Constant)]
        if len(constants) < len(node.elts):
            self.write_plain(node, scope)
            return
        self.seen.update(t for c in constants for t in texts(c.value))
        self.dotted.update(d for c in constants if isinstance(c.value, str) and (d := dotted(c.value)))
        tokens = [constant_token(c) for c in constants]
        if len({c.value for c in constants}) == len(set(tokens)):
            tokens.sort()  # a set has no order; but of 1 and True, the first stays
        self.out += ("(Set", ".elts", ",".join(tokens), ")")

    def _emit_call(self, node: ast.Call, scope: Scope) -> None:
        if last_name(node.func) in _TELLING_CALLEES:
            self.dynamics.note_call(node, scope)
            token = self.refs.note_call(node, scope)
            if token is not None:
                self.out.append(token)
        self.write_plain(node, scope)

    def _emit_subscript(self, node: Subscript, scope: Scope) -> None:
        note_subscript(node, self.uses)
        if looks_up_own_module(node):
            self.refs.own_namespace(node.lineno)
        self.write_plain(node, scope)

    def _emit_augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        # It reads its target as well.
        self.uses[id(node.target)] = Use("lookup") if isinstance(node.target, Subscript) else ANY_USE
        self.write_plain(node, scope)

    def _emit_compare(self, node: ast.Compare, scope: Scope) -> None:
        self.dynamics.note_compare(node)
        if type(node.ops[-1]) in _MEMBERSHIP:
            self.uses[id(node.comparators[-1])] = Use("member")
        self.write_plain(node, scope)

    def statements(self, body: list[ast.stmt], scope: Scope) -> list[ast.stmt]:
        """Return the statements that do something: no docstring, `pass`, bare constant, neutral call."""
        kept: list[ast.stmt] = []
        for statement in body:
            kind = type(statement)
            if kind in _NO_EFFECT:
                continue
            if kind is AnnAssign and declares_only(statement) and scope.kind != "class":
                continue
            if isinstance(statement, Expr):
                if isinstance(statement.value, Constant):
                    continue
                chain = outside_chain(statement.value, scope, self.freevars)
                if chain is not None:
                    self.bare_calls.add(chain)
                    if chain in self.neutral:
                        continue
            kept.append(statement)
        return kept

    # ---- functions, classes, comprehensions --------------------------------------------------

    def _enter(self, node: ast.AST) -> Scope:
        scope = self.scopes[node]
        scope.number = self.scope_count
        self.scope_count += 1
        return scope

    def _emit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | Lambda, scope: Scope | None
    ) -> None:
        work: list[Work] = [f"({type(node).__name__}"]
        args = node.args
        if scope is not None:
            # The defaults and decorators of a nested function run in the scope around it.
            if not isinstance(node, Lambda):
                self.names.append(node.name)
                work += (self.name_token(node.name, scope, node), node.decorator_list)
            self._note_annotations(node, scope)
            work.append(args.defaults)
            work += ["-" if d is None else d for d in args.kw_defaults]
        own = self._enter(node)
        work += (signature(args, own), own)
        if isinstance(node, Lambda):
            work.append(node.body)
        else:
            self._note_docstring(node.body, own)
            work.append(self.statements(node.body, own))
        work.append(")")
        if scope is not None:
            work.append(scope)
        self.wait(work)

    def _note_annotations(self, node: ast.AST, scope: Scope) -> None:
        """Note what annotations of a nested function name: it counts where somebody reads annotations."""
        for one in annotation_leaves(node):
            if isinstance(one, Name):
                name = mangle(one.id, scope.class_name)
                self.late.token(name, scope.lookup(name), (), one.lineno)
            else:
                for name in texts(one.value):
                    self.late.outside(name, (), one.lineno)

    def _note_docstring(self, body: list[ast.stmt], own: Scope) -> None:
        if body and isinstance(body[0], Expr):
            first = body[0].value
            if isinstance(first, Constant) and isinstance(first.value, str):
                self.docs.append(f"{own.number} {first.value!a}")

    def _emit_class(self, node: ast.ClassDef, scope: Scope | None) -> None:
        assert scope is not None
        opening = ("(ClassDef", ascii(node.name), self.name_token(node.name, scope, node))
        own = self._enter(node)
        self._note_docstring(node.body, own)
        around = (node.decorator_list, node.bases, node.keywords)
        self.wait((*opening, *around, own, self.statements(node.body, own), scope, ")"))

    def _emit_comprehension(
        self, node: ast.ListComp | ast.SetComp | DictComp | ast.GeneratorExp, scope: Scope
    ) -> None:
        own = self._enter(node)
        work: list[Work] = [f"({type(node).__name__}"]
        for i, generator in enumerate(node.generators):
            work += (f"for{generator.is_async}", generator.iter)
            if i == 0:
                work.append(own)  # the first iterable is made outside
            work += (generator.target, generator.ifs)
        work += (node.key, node.value) if isinstance(node, DictComp) else (node.elt,)
        work += (scope, ")")
        self.wait(work)

    def _emit_annotated(self, node: AnnAssign, scope: Scope) -> None:
        value = () if node.value is None else (".value", node.value)
        if scope.kind == "class":  # a local dataclass reads its annotations
            self.wait(("(AnnAssign", ".target", node.target, ".annotation", node.annotation, *value, ")"))
        elif value:
            self.wait(("(Assign", ".targets", [node.target], *value, ")"))

    # ---- names -------------------------------------------------------------------------------

    def _emit_name(self, node: Name, scope: Scope) -> None:
        """Write a name; what a plain use of it was written as stands for all uses of it in the same scope."""
        raw = node.id
        use = self.uses.get(id(node))
        loads = use is not None or type(node.ctx) is Load
        written = scope.loaded if loads else scope.stored
        known = written.get(raw)
        if known is None:
            known = self._resolve(raw, scope, node, loads, use or ANY_USE)
            if raw in _TELLING_NAMES:
                self.refs.mention(raw)
                if raw in DYNAMIC_NAMES and scope.lookup(raw) is None:
                    self.dynamics.note_name(node, raw, scope)
            if use is None and raw not in DYNAMIC_NAMES:  # each mention of those is looked at for itself
                written[raw] = known
        token, local = known
        self.out.append(token)
        if local is not None:
            self.names.append(local)

    def _emit_attribute(self, node: Attribute, scope: Scope) -> None:
        """Write a chain on an outside name as one reference; write any other attribute plainly."""
        attrs: list[str] = []
        base: ast.expr = node
        while isinstance(base, Attribute):
            if base.attr in _TELLING_NAMES or base.attr.startswith("__"):
                self.refs.mention("inspect.stack" if is_inspect_stack(base) else base.attr)
                self.dynamics.note_name(base, base.attr, scope)
                self.refs.note_attribute(base)
            attrs.append(mangle(base.attr, scope.class_name))
            base = base.value
        self.seen.update(attrs)
        attrs.reverse()
        if isinstance(base, Name):
            if base.id in _TELLING_NAMES or base.id.startswith("__"):
                self.refs.mention(base.id)
                self.dynamics.note_name(base, base.id, scope)
            stored = not isinstance(node.ctx, Load) and id(node) not in self.uses
            reach = tuple(attrs[:-1] if stored else attrs)
            use = Use("store") if stored else self.uses.get(id(node), ANY_USE)
            root = mangle(base.id, scope.class_name)
            token = self.refs.token(root, scope.lookup(root), reach, base.lineno, True, use)
            if token is not None:
                self.out.append(f"(Attr {attrs[-1]!a} {token})" if stored else token)
                return
        self.wait(("(Attribute", base, *map(ascii, attrs), ")"))

    def name_token(self, raw: str, scope: Scope, node: ast.AST, loads: bool = True) -> str:
        token, local = self._resolve(raw, scope, node, loads, ANY_USE)
        if local is not None:
            self.names.append(local)
        return token

    def _resolve(
        self, raw: str, scope: Scope, node: ast.AST, loads: bool, use: Use
    ) -> tuple[str, str | None]:
        """Return the token of a name, and the name if it is a local one."""
        name = mangle(raw, scope.class_name)
        owner = scope.lookup(name)
        if owner is None:
            return self.refs.outside(name, (), getattr(node, "lineno", 0), loads, use), None
        if owner.imports and loads:
            token = self.refs.token(name, owner, (), getattr(node, "lineno", 0), loads, use)
            if token is not None:
                return token, None
        if owner.kind == "class":
            # The body of a class reads a name of its own or, before it is bound, one from outside.
            reads = loads and isinstance(node, Name)
            if reads and (owner.parent is None or owner.parent.lookup(name) is None):
                return f"C{owner.number}:{name}|{self.refs.outside(name, (), 0)}", None
            return f"C{owner.number}:{name}", None
        if name in owner.params or self.literal_names:
            return f"P{owner.number}:{name}", name
        return f"L{owner.number}:{owner.indices.setdefault(name, len(owner.indices))}", name

    # ---- constants, imports ------------------------------------------------------------------

    def _emit_constant(self, node: Constant, _: Scope) -> None:
        value = node.value
        if type(value) is str:
            self.refs.mention(value)
            self.seen.update(texts(value))
            if "." in value:
                self.dotted.add(dotted(value))
                self.dotted.discard("")
        self.out.append(constant_token(node))

    def _emit_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        self.out.append("(Import")
        for raw, spec in import_specs(node):
            name = mangle(raw, scope.class_name)
            owner = scope.lookup(name)
            if owner is not None and owner.is_import_alias(name):
                # What the name stands for is an edge where it is used; the module is run anyway.
                if spec.item is not None:
                    self.out.append(self.refs.imported(name, (), tuple(owner.imports[name]), node.lineno))
                else:
                    self.out.append(self.refs.run_import(spec, node.lineno))
                continue
            self.out.append(self.refs.imported(raw, (), (spec,), node.lineno))
            self.out.append(self.name_token(raw, scope, node, loads=False))
        self.out.append(")")


_SPECIAL: dict[type[ast.AST], Callable[..., None]] = {
    Name: _Emitter._emit_name,
    Constant: _Emitter._emit_constant,
    Attribute: _Emitter._emit_attribute,
    ast.Call: _Emitter._emit_call,
    Subscript: _Emitter._emit_subscript,
    ast.AugAssign: _Emitter._emit_augmented,
    ast.Compare: _Emitter._emit_compare,
    ast.JoinedStr: _Emitter._emit_joined,
    ast.Set: _Emitter._emit_set,
    AnnAssign: _Emitter._emit_annotated,
    **dict.fromkeys((ast.Import, ast.ImportFrom), _Emitter._emit_import),
    **dict.fromkeys(FUNCTIONS, _Emitter._emit_function),
    **dict.fromkeys(COMPREHENSIONS, _Emitter._emit_comprehension),
    ast.ClassDef: _Emitter._emit_class,
}
