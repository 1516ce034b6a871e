"""Notice code that reaches attributes by names that it computes."""

from __future__ import annotations

import ast
from ast import (
    AST,
    AsyncFunctionDef,
    Attribute,
    Call,
    ClassDef,
    Compare,
    Constant,
    Eq,
    FunctionDef,
    Load,
    Name,
    NotEq,
    Starred,
    Tuple,
)

from memofp._code._scopes import Scope, ScopeTree
from memofp._code._spelled import PARSER_BUILDERS, REFLECTED, Spelling
from memofp._code._tables import (
    BY_NAME,
    DYNAMIC_NAMES,
    LOCAL_CLASS,
    NAMESPACES,
    SUPER_HOOK,
    TEMPLATE_METHODS,
    matches,
)
from memofp._code._trees import last_name

__all__ = ["DYNAMIC_CALLEES", "Dynamics"]

_REACHES = ("", "own", "shown", "self", "any")
_LISTINGS = frozenset({"vars", "__dict__"})
_WHOLE_OBJECT = frozenset({"vars", "getmembers", "getmembers_static", "__getattribute__"})
_PARSERS = frozenset(name for name in BY_NAME if name.startswith("parse_"))
_HOOKS = frozenset({"__getattr__", "__getattribute__"})
_CLASS_MAKERS = frozenset({"type", "new_class", "make_dataclass"})
DYNAMIC_CALLEES = frozenset(BY_NAME) | _CLASS_MAKERS | {"str"}  # whose calls say something
_DOTTED = frozenset({"attrgetter"})  # takes several names, each of which may be a chain
_ASKING = frozenset({"hasattr", "setattr", "delattr"})  # do not hand out what they find
# What a name leads to that can name anything in turn: `getattr(text, "format")`, `getattr(builtins, "eval")`.
_POWERS = (DYNAMIC_NAMES - _PARSERS) | TEMPLATE_METHODS | NAMESPACES | {"globals"}


class Dynamics:
    """How far computed names reach in one function.

    Attributes:
        reach: "" nowhere; "own": what the method's object holds itself, and no class does; "shown": what
            the object that the method belongs to has, set, asked for or made a text; "self": such attributes,
            handed out; "any": attributes of anything.
        lists: whether the members of some class are seen in their order.
        names: names that it computes from parts that stand in the code; see `_spelled`.
    """

    def __init__(self, root: AST, tree: ScopeTree, class_name: str | None) -> None:
        self.reach = ""
        self.lists = False
        self.names: set[str] = set()
        self._spelling = Spelling(root)
        self._scope = tree.scopes[root]
        self._in_class = class_name is not None
        self._receiver = _receiver(root, tree.stored) if class_name is not None else None
        self._harmless: set[int] = set()
        self._shown: set[int] = set()  # calls whose results are made texts at once
        for node, one in tree.scopes.items():
            if isinstance(node, ClassDef):
                self.names |= (one.bound & REFLECTED) | {LOCAL_CLASS}
                if not _has_one_base(node.bases):
                    self.reach = "any"  # what the bases compute names of now has the others' members

    def note_call(self, node: Call, scope: Scope) -> None:
        """Note a direct call of one of these functions, whose arguments say how far it reaches."""
        name = last_name(node.func)
        if name == "str" and isinstance(node.func, Name) and scope.lookup("str") is None:
            self._shown.update(map(id, node.args))
        if name in _CLASS_MAKERS and _mixes_classes(node):
            self.reach = "any"
        if name not in BY_NAME:
            return
        if name in _HOOKS and scope is self._scope and _is_super(node.func):
            self._note_super(node.func)
            return
        position = BY_NAME[name]
        if position >= 0:
            names = self._names_given(node, name, position, scope)
            if names is not None:
                if name not in _ASKING:
                    self._follow(names)
                self.names |= names | {f".{one}" for one in names if _is_special(one)}
                self._harmless.add(id(node.func))
                return
        elif name in _PARSERS and not _gives_namespace(node):
            self._harmless.add(id(node.func))
            return
        receiver = node.args[0] if node.args else None
        if self._is_receiver(receiver, scope) and (position == 1 or name in _WHOLE_OBJECT):
            self._harmless.add(id(node.func))
            if name == "vars":
                self._reach_own("own" if self._receiver == "self" else "shown")
            else:
                self._reach_own("shown" if name in _ASKING or id(node) in self._shown else "self")

    def _note_super(self, function: ast.expr) -> None:
        """Note a call of a base's hook; `super()` checks that the object is of the method's own class.

        A base of the user's is code as any other.  A foreign one may hand the name on to another object.
        """
        if self._in_class:
            self._harmless.add(id(function))
            self.names.add(SUPER_HOOK)
            self._reach_own("self")

    def _names_given(self, node: Call, name: str, position: int, scope: Scope) -> frozenset[str] | None:
        """Return the names that a call can give to one of these functions, None if any."""
        given = node.args if name in _DOTTED else node.args[position : position + 1]
        if not given or any(isinstance(arg, Starred) for arg in (*node.args[:position], *given)):
            return None
        found = frozenset[str]()
        for arg in given:
            names = self._spelling.names(arg, scope)
            if names is None or (name in _DOTTED and any("*" in one for one in names)):
                return None
            found |= names
        return found

    def _follow(self, names: frozenset[str]) -> None:
        """Note names that lead to something which can name anything in turn."""
        for name in names:
            pattern = name.partition("|")[0]
            for text in pattern.split("."):
                if any(matches(text, power) for power in (_POWERS if "*" in text else _POWERS | _PARSERS)):
                    self.reach = "any"
                    self.lists = self.lists or text in _LISTINGS
            if any(matches(pattern, parser) for parser in _PARSERS):
                self.names.add("|".join((pattern, *PARSER_BUILDERS)))

    def note_compare(self, node: Compare) -> None:
        """Note a comparison of namespaces, which compares what they hold and runs none of it."""
        for operand in (node.left, *node.comparators):
            if isinstance(operand, Call) and last_name(operand.func) == "vars":
                whole: ast.expr = operand.func
            elif isinstance(operand, Attribute) and operand.attr == "__dict__":
                whole = operand
            else:
                continue
            if all(isinstance(op, Eq | NotEq) for op in node.ops):
                self._harmless.add(id(whole))

    def note_name(self, node: Name | Attribute, name: str, scope: Scope) -> None:
        """Note a mention of one of these names that is no direct call with harmless arguments."""
        if name in TEMPLATE_METHODS and isinstance(node, Attribute):
            if not _is_known_template(node.value, scope):
                self.reach = "any"
            return
        if _is_special(name) and not _is_super(node):
            self.names.add(f".{name}")  # `k.__call__(box)`: the object need not be of the class
        if name == "__bases__" and not isinstance(node.ctx, Load):
            self.reach = "any"
        if name not in DYNAMIC_NAMES or id(node) in self._harmless:
            return
        if name == "__dict__" and isinstance(node, Attribute) and self._is_receiver(node.value, scope):
            # A class's own dictionary holds its members, an object's does not.
            self._reach_own("own" if self._receiver == "self" else "shown")
            return
        self.reach = "any"
        self.lists = self.lists or name in _LISTINGS

    def _reach_own(self, reach: str) -> None:
        self.reach = max(self.reach, reach, key=_REACHES.index)

    def _is_receiver(self, node: AST | None, scope: Scope) -> bool:
        return (
            self._receiver is not None
            and isinstance(node, Name)
            and node.id == self._receiver
            and scope.lookup(node.id) is self._scope
        )


def _receiver(root: AST, stored: set[str]) -> str | None:
    """Return the name of a method's first parameter if the method never binds it anew."""
    if not isinstance(root, FunctionDef | AsyncFunctionDef):
        return None
    params = [*root.args.posonlyargs, *root.args.args]
    if not params:
        return None
    name = params[0].arg
    return None if name in stored else name


def _is_known_template(node: ast.expr, scope: Scope) -> bool:
    """Tell a template whose text is seen: one that stands here, or a global one, which is captured."""
    if isinstance(node, Constant):
        return True
    return isinstance(node, Name) and node.id != "str" and scope.lookup(node.id) is None


def _gives_namespace(node: Call) -> bool:
    """Tell whether a command line is parsed into an object of the caller's, whose attributes it then sets."""
    return (
        len(node.args) > 1
        or any(isinstance(arg, Starred) for arg in node.args)
        or any(keyword.arg in (None, "namespace", "values") for keyword in node.keywords)
    )


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_super(function: ast.expr) -> bool:
    """Tell whether a method is taken from `super()`."""
    if not isinstance(function, Attribute) or not isinstance(function.value, Call):
        return False
    call = function.value
    return isinstance(call.func, Name) and call.func.id == "super" and not call.args and not call.keywords


def _has_one_base(bases: list[ast.expr]) -> bool:
    return len(bases) < 2 and not any(isinstance(base, Starred) for base in bases)


def _mixes_classes(node: Call) -> bool:
    """Tell whether a call may make a class of several others: `type(name, bases, namespace)`."""
    if any(isinstance(arg, Starred) for arg in node.args):
        return True
    given = node.args[1:2] if last_name(node.func) != "make_dataclass" else []
    given += [keyword.value for keyword in node.keywords if keyword.arg in (None, "bases")]
    return any(not isinstance(bases, Tuple) or not _has_one_base(bases.elts) for bases in given)
