"""What differs between two manifests."""

from __future__ import annotations

from memofp._call._changes import changed_dependencies
from memofp._manifest import Dependency, Manifest


def manifest(*dependencies: Dependency) -> Manifest:
    return Manifest(dependencies)


def test_only_the_cause_is_listed_not_what_stands_above_it() -> None:
    before = manifest(
        Dependency("self", "m.f", "1", local="a"),
        Dependency("const", "m.K", "2", local="b", value="1", file="m.py", line=3),
    )
    after = manifest(
        Dependency("self", "m.f", "3", local="a"),
        Dependency("const", "m.K", "4", local="c", value="2", file="m.py", line=3),
    )
    (change,) = changed_dependencies(before, after)
    assert change.describe() == "const:m.K (1 -> 2) at m.py:3"


def test_new_and_gone_dependencies_are_changes() -> None:
    old, new = Dependency("func", "m.g", "1"), Dependency("func", "m.h", "2")
    changes = changed_dependencies(manifest(old), manifest(new))
    assert [change.describe() for change in changes] == ["func:m.g (gone)", "func:m.h (new)"]


def test_without_a_local_difference_all_that_differ_are_listed() -> None:
    (change,) = changed_dependencies(
        manifest(Dependency("self", "f", "1")), manifest(Dependency("self", "f", "2"))
    )
    assert change.label == "self:f"


def test_equal_manifests_have_no_changes() -> None:
    one = manifest(Dependency("self", "m.f", "1", local="a"))
    assert changed_dependencies(one, one) == []
