"""Edits of instances that code captures (row 52)."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

INSTANCES = """
    class Plain:
        def __init__(self, n):
            self.n = n
        def go(self, x):
            return self.n * x
    class Slots:
        __slots__ = ("n",)
        def __init__(self, n):
            self.n = n
    class Equal(Plain):
        def __eq__(self, other):
            return True
        def __hash__(self):
            return 1
        def __repr__(self):
            return "Equal()"
    class Child(Slots):
        __slots__ = ("m",)
    plain, slots, equal = Plain(2), Slots(2), Equal(2)
    method = Plain(5).go
    child = Child(8)
    child.m = 9
    table = {"deep": [Plain(21)]}
    def use_plain(x):
        return plain.n * x
    def use_slots(x):
        return slots.n * x
    def use_equal(x):
        return equal.n * x
    def use_method(x):
        return method(x)
    def use_child(x):
        return child.m * x
    def use_table(x):
        return table["deep"][0].n
"""

CASES += [
    miss(52, "instance", INSTANCES, ("app.py", "Plain(2)", "Plain(3)"), target="use_plain"),
    miss(52, "slots", INSTANCES, ("app.py", "Slots(2)", "Slots(3)"), target="use_slots"),
    miss(52, "always equal", INSTANCES, ("app.py", "Equal(2)", "Equal(3)"), target="use_equal"),
    miss(52, "bound method", INSTANCES, ("app.py", "Plain(5)", "Plain(6)"), target="use_method"),
    miss(52, "slot of a child", INSTANCES, ("app.py", "child.m = 9", "child.m = 10"), target="use_child"),
    miss(
        52, "instance within containers", INSTANCES, ("app.py", "Plain(21)", "Plain(22)"), target="use_table"
    ),
    miss(52, "method of an instance", INSTANCES, ("app.py", "self.n * x", "self.n - x"), target="use_method"),
    hit(52, "another instance", INSTANCES, ("app.py", "Slots(2)", "Slots(3)"), target="use_plain"),
    miss(
        52,
        "third-party instance",
        """
        from third import Box
        box = Box(2)
        def main(x):
            return box.n * x
        === lib/site-packages/third.py
        class Box:
            def __init__(self, n):
                self.n = n
        """,
        ("app.py", "Box(2)", "Box(3)"),
        path=("", "lib/site-packages"),
    ),
    miss(
        52,
        "instances that refer to each other",
        """
        class Node:
            def __init__(self, n):
                self.n = n
                self.other = None
        a, b = Node(1), Node(2)
        a.other, b.other = b, a
        def main(x):
            return a.other.n * x
        """,
        ("app.py", "Node(2)", "Node(3)"),
    ),
]
