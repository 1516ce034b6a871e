"""Build the graph behind a fingerprint: live objects as nodes, what they read as labelled edges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from memofp._digest import digest_parts
from memofp._fingerprint._atoms import Atoms
from memofp._fingerprint._boundary import USER, Place, place_of_file, place_of_module
from memofp._fingerprint._components import Target
from memofp._fingerprint._guards import Guards
from memofp._fingerprint._importable import importable
from memofp._fingerprint._namespace import Namespace
from memofp._fingerprint._node import (
    ATOMS,
    SLOT,
    Node,
    Slot,
    describe,
    holds_address,
    is_code,
    local_under,
    memoized_extras,
)
from memofp._fingerprint._options import Options
from memofp._fingerprint._packages import distribution_of
from memofp._fingerprint._places import mark_shared
from memofp._fingerprint._raw import is_a, is_memoized, name_of
from memofp._fingerprint._said import Spot
from memofp._fingerprint._visibility import NotShareableError, Visibility

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["Base", "Graph", "NotShareableError"]

_ADDRESS = r" at 0x([0-9A-Fa-f]{4,16})\b"


class Base(NamedTuple):
    """What a new graph takes over from a finished one, see `_shared`.

    Attributes:
        nodes: all of its nodes; their indices stay the same.
        by_id: the nodes of live objects that are the same in every graph, by identity.
        by_key: other such nodes, by key.
        slots: names that bind atoms, by key.
        guards: over all of them.
        spots: blind spots, each with the index of its node.
        mentions: names that switched its modes on.
        visibility: what names are seen in it.
    """

    nodes: list[Node]
    by_id: Mapping[int, int]
    by_key: Mapping[object, int]
    slots: Mapping[object, Slot]
    guards: Guards
    spots: list[tuple[int, Spot]]
    mentions: set[str]
    visibility: Visibility


class Graph(Atoms):
    """Nodes by identity, a worklist of those not looked into yet, and the guards over all of them."""

    def __init__(
        self,
        options: Options,
        expand: Callable[[Graph, int], None],
        guarded: bool = True,
        base: Base | None = None,
    ) -> None:
        visibility = Visibility(options.everything) if base is None else base.visibility.begun_with()
        super().__init__(
            visibility, () if base is None else base.mentions, () if base is None else base.spots
        )
        self.options = options
        self.nodes: list[Node] = [] if base is None else list(base.nodes)
        self.guards: Guards = Guards(guarded, None if base is None else base.guards)
        self.holders: dict[int, list[int]] = {}  # nodes of data at several places -> what holds them
        self._base = base
        self._base_size = len(self.nodes)
        self._expand = expand
        self._by_id: dict[int, int] = {}
        self._by_key: dict[object, int] = {}
        self._slots: dict[object, Slot] = {}
        self._module_places: dict[int, tuple[ModuleType, Place]] = {}
        self._namespaces: dict[int, Namespace] = {}
        self.foreign: dict[object, tuple[Target, tuple[str, ...]]] = {}  # where names of others' code lead
        self._pending: list[int] = []
        self._addressed: list[int] = []
        self._annotated = self._base_size  # the nodes whose annotations were looked at, or are not to be
        self.imported = False  # whether a module was imported on the way, which may have changed others

    # ---- making nodes ------------------------------------------------------------------------

    def visit(self, obj: Any, name: str) -> int | bytes:
        """Return the node of a live object, made and queued if it is new; an atom's digest at once."""
        if id(type(obj)) in ATOMS:
            return self._address_text(obj) if holds_address(obj) else self.leaf_of(obj)
        known = self._by_id.get(id(obj))
        if known is None and self._base is not None:
            known = self._known_object(obj, name)
        if known is not None:
            return known
        if type(obj) is not FunctionType and is_memoized(obj) and not memoized_extras(obj):
            return self.visit(obj.__wrapped__, name)  # decorated or not, it does the same
        index = self._by_id[id(obj)] = len(self.nodes)
        self.nodes.append(Node("", name, obj))
        self._pending.append(index)
        return index

    def _known_object(self, obj: Any, name: str) -> int | None:
        assert self._base is not None
        index = self._base.by_id.get(id(obj))
        if index is not None and not self.nodes[index].kind and self.nodes[index].name != name:
            raise NotShareableError  # what has no name of its own goes by the first that leads to it
        return index

    def _address_text(self, text: str) -> int:
        """Return the node of a text with a default `repr` in it, whose address is replaced at the end."""
        if self._base is not None:
            raise NotShareableError  # which objects the graph holds is not known before its end
        self.see_text(text)
        node = Node("", "", text)
        node.varies = True
        index = self.add(node)
        self._addressed.append(index)
        return index

    def _replace_addresses(self) -> None:
        """Replace addresses of objects that the graph holds: they differ from run to run and mean nothing.

        Any other number stays, so two texts that differ in anything else are never taken for one.
        """
        for index in self._addressed:
            import re  # rarely needed, and 3 ms of a warm start

            self._at, node = index, self.nodes[index]
            text = re.sub(_ADDRESS, lambda m: " at 0x-" if int(m[1], 16) in self._by_id else m[0], node.obj)
            if re.search(_ADDRESS, text):
                self.spot("text with an address, which differs from run to run", describe(text))
            node.local = digest_parts(b"text", [text.encode("utf-8", "surrogatepass")])

    def add(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def keyed(self, key: object, make: Callable[[], Node]) -> int:
        """Return the node under a key that is no live object's identity, made if it is new."""
        index = self._known(key)
        if index is None:
            index = self._by_key[key] = self.add(make())
        return index

    def _known(self, key: object) -> int | None:
        index = self._by_key.get(key)
        return self._base.by_key.get(key) if index is None and self._base is not None else index

    def slot(self, kind: str, name: str, key: tuple[object, ...], value: Any) -> int | bytes:
        """Return the node for a name that binds a value, which the manifest lists as `kind:name`.

        Functions, classes and modules stand for themselves: who binds them does not matter.
        """
        whole = (kind, *key)  # one for each kind, so that who comes first does not decide what is listed
        slot = self._slots.get(whole)
        if slot is None and self._base is not None:
            slot = self._base.slots.get(whole)
        if slot is None and (digest := self.slot_digest(value)) is not None:
            slot = self._slots[whole] = Slot(digest)
            slot.kind, slot.name, slot.obj = kind, name, value
        if slot is not None:
            return slot
        if is_code(value):
            return self.visit(value, name)
        index = self._known(whole)
        if index is None:
            node = Node(kind, name, value, SLOT, value=describe(value))
            index = self._by_key[whole] = self.add(node)
            node.add("", self.visit(value, name))
        return index

    def member(self, node: Node, name: str, value: Any, whole: bool = True) -> None:
        """Add an edge to a member of a class, at once or when somebody can name it.

        Args:
            node: the class's.
            name: the member's.
            value: what the class's namespace holds under it.
            whole: whether the class counts whole.
        """
        if whole or (name.startswith("__") and name.endswith("__")):
            self._add_member(node, name, value)
        else:
            if self._base is not None and not self._base.visibility.may_be_base:
                raise NotShareableError
            node.waits = True
            self.visibility.member(node.obj, name, lambda: self._add_member(node, name, value))

    def _add_member(self, node: Node, name: str, value: Any) -> None:
        """Add an edge to the code itself, or to a node for a captured value."""
        label = f"{node.name}.{name}"
        if is_code(value):
            node.add(f".{name}", self.visit(value, label))
        else:
            node.add(f".{name}", self.slot("const", label, ("member", id(node.obj), name), value))

    def package(self, place: Place) -> int:
        """Return the node of a third-party distribution: a leaf, name and version."""
        name, version = distribution_of(place.package, place.root)
        if name != "memofp":
            self.open_world()
        policy = self.options.packages
        counted = policy.get(place.package, policy.get(name, "version")) is not None

        def make() -> Node:
            local = digest_parts(b"package", [name.encode(), version.encode() if counted else b""])
            return Node("package", name, None, local, value=version)

        return self.keyed(("package", name), make)

    def place(self, place: Place) -> Place:
        """Apply the caller's policy: a package under `source`, or the function's own, is user code."""
        if place.kind != "package" or place.package == "memofp":
            return place
        if place.package in self.options.own_packages or self.options.packages.get(place.package) == "source":
            return USER
        if (
            self.options.packages
            and self.options.packages.get(distribution_of(place.package, place.root)[0]) == "source"
        ):
            return USER
        return place

    def namespace(self, space: dict[str, Any]) -> Namespace:
        """Return what is known of a module's globals."""
        known = self._namespaces.get(id(space))
        if known is None:
            known = self._namespaces[id(space)] = Namespace(space, self.guards.global_names(space))
        return known

    def place_of_module(self, module: ModuleType) -> Place:
        """Tell whose code a module is, by the caller's policy."""
        known = self._module_places.get(id(module))
        if known is None:
            known = self._module_places[id(module)] = (module, self.place(place_of_module(module)))
        return known[1]

    # ---- running -----------------------------------------------------------------------------

    def run(self) -> None:
        """Expand nodes until none is left.  A worklist: real libraries nest deeper than the stack."""
        while True:
            while self._pending:
                self.step()
            self._at = -1  # what is noted from here on is no single node's
            if self.visibility.settle() or self._add_annotations():
                continue
            if "subclasses" not in self.modes() or not self._add_subclasses():
                break
        if self.importers:
            self._add_importable()
        self._replace_addresses()
        holders = mark_shared(self.nodes, self._base_size)
        if holders is None:
            raise NotShareableError
        self.holders = holders

    def step(self) -> int | None:
        """Expand one node and return it; None if all are."""
        if not self._pending:
            return None
        self._at = self._pending.pop()
        self._expand(self, self._at)
        return self._at

    def as_base(self, varying: Collection[int]) -> Base:
        """Return what other graphs may take over: all but nodes that may be others there."""
        by_id: Mapping[int, int] = self._by_id
        by_key: Mapping[object, int] = self._by_key
        if varying:
            by_id = {key: index for key, index in by_id.items() if index not in varying}
            by_key = {key: index for key, index in by_key.items() if index not in varying}
        return Base(
            self.nodes, by_id, by_key, self._slots, self.guards, self.spots, self.mentions, self.visibility
        )

    def _add_importable(self) -> None:
        """Let what computes names of modules depend on the files that texts in reach name."""
        files = importable(self.dotted, lambda path: self.place(place_of_file(path)).kind == "user")
        if not files:
            return
        whole = Node("", "modules imported by computed names", None, b"importable")
        for name, file in sorted(files.items()):
            node = Node("mod", name, None, file.digest, value=f"source file {file.digest.hex()[:8]}")
            node.file = file.path
            whole.add(name, self.add(node))
        index = self.add(whole)
        for importer in self.importers:
            self.nodes[importer].add("imports", index)

    def _add_annotations(self) -> bool:
        """Add what annotations of new nodes stand for, if they count; return whether there were any."""
        if "annotations" not in self.modes():
            return False
        fresh = self.nodes[self._annotated :]
        self._annotated = len(self.nodes)
        for node in fresh:
            if node.late is not None:
                node.late(self, node)
        return bool(fresh)

    def _add_subclasses(self) -> bool:
        """Where reachable code asks for `__subclasses__`, a class reaches its subclasses too."""
        if self._base is not None:
            raise NotShareableError  # its classes would reach theirs
        added = False
        for index in range(len(self.nodes)):
            node = self.nodes[index]
            if is_a(node.obj, type) and node.kind == "class" and "subclasses" not in node.extras:
                node.extras["subclasses"] = b""
                subclasses: list[type] = type.__subclasses__(node.obj)
                for subclass in subclasses:
                    node.add("subclass", self.visit(subclass, name_of(subclass)))
                added = True
        return added

    def names_of(self, index: int) -> list[Iterable[str]]:
        """Return the names that a node shows, in its code or elsewhere."""
        fact = self.nodes[index].fact
        shown = self.named_by.get(index, [])
        return shown if fact is None else [fact.seen, *shown]

    def computes_imports(self) -> None:
        """Note that the node that is looked into imports modules by names that it computes."""
        if self._base is not None:
            raise NotShareableError  # what texts the base's code holds is not known here
        super().computes_imports()

    def local_bytes(self, modes: frozenset[str], start: int = 0) -> list[bytes]:
        """Return for each node, from an index on, what it is by itself under these modes."""
        if not modes:
            return [node.local for node in self.nodes[start:]]
        return [local_under(node, modes) for node in self.nodes[start:]]
