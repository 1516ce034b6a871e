"""What differs between two manifests."""

from __future__ import annotations

from memofp._call._changes import changed_dependencies
from memofp._manifest import Dependency, Manifest


def manifest(*dependencies: Dependency) -> Manifest:
    return Manifest(dependencies)


def test_only_the_cause_is_listed_not_what_stands_above_it() -> None:
    before = manifest(
        Dependency("self", "m.f", "1", local="a", uses=("const:m.K",)),
        Dependency("const", "m.K", "2", local="b", value="1", file="m.py", line=3),
    )
    after = manifest(
        Dependency("self", "m.f", "3", local="a", uses=("const:m.K",)),
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


def test_the_path_leads_from_the_function_to_the_change() -> None:
    def version(digest: str) -> Manifest:
        return manifest(
            Dependency("self", "m.f", "1" + digest, local="a", uses=("func:m.g",)),
            Dependency("func", "m.g", "2" + digest, local="b", uses=("const:m.K", "func:m.h")),
            Dependency("const", "m.K", "3", local="c"),
            Dependency("func", "m.h", "4" + digest, local="d" + digest),
        )

    (change,) = changed_dependencies(version("x"), version("y"))
    assert change.path == ("self:m.f", "func:m.g", "func:m.h")


def test_a_container_is_no_cause_where_a_function_in_it_is() -> None:
    def version(digest: str) -> Manifest:
        return manifest(
            Dependency("self", "m.f", "1" + digest, local="a", uses=("const:m.TABLE",)),
            Dependency(
                "const", "m.TABLE", "2" + digest, local="2" + digest, value="{...}", uses=("func:m.h",)
            ),
            Dependency("func", "m.h", "4" + digest, local="d" + digest),
        )

    assert [change.label for change in changed_dependencies(version("x"), version("y"))] == ["func:m.h"]


def test_a_container_that_holds_something_else_is_a_cause() -> None:
    def version(held: str) -> Manifest:
        return manifest(
            Dependency("self", "m.f", "1" + held, local="a", uses=("const:m.TABLE", "func:m.h")),
            Dependency(
                "const", "m.TABLE", "2" + held, local="2" + held, value="{...}", uses=(f"func:m.{held}",)
            ),
            Dependency("func", "m.h", "3", local="d"),
            *([Dependency("func", "m.g", "4", local="e")] if held == "g" else []),
        )

    assert [change.label for change in changed_dependencies(version("g"), version("h"))] == ["const:m.TABLE"]


def test_a_move_without_an_edit_is_no_cause() -> None:
    before = manifest(
        Dependency("self", "m.f", "1", local="a", uses=("func:m.g", "func:m.h")),
        Dependency("func", "m.g", "2", local="b"),
        Dependency("func", "m.h", "3", local="c"),
    )
    after = manifest(
        Dependency("self", "m.f", "5", local="a", uses=("func:n.new_name", "func:m.h")),
        Dependency("func", "n.new_name", "2", local="b"),
        Dependency("func", "m.h", "4", local="d"),
    )
    assert [change.label for change in changed_dependencies(before, after)] == ["func:m.h"]


def test_what_an_edit_brings_along_is_no_cause_of_its_own() -> None:
    before = manifest(
        Dependency("self", "m.f", "1", local="a", uses=("func:m.g",)), Dependency("func", "m.g", "2")
    )
    after = manifest(
        Dependency("self", "m.f", "3", local="b", uses=("func:m.h",)), Dependency("func", "m.h", "4")
    )
    assert [change.label for change in changed_dependencies(before, after)] == ["self:m.f"]


def test_a_name_bound_to_something_else_is_a_cause() -> None:
    before = manifest(
        Dependency("self", "m.f", "1", local="a", uses=("func:m.g",)), Dependency("func", "m.g", "2")
    )
    after = manifest(
        Dependency("self", "m.f", "3", local="a", uses=("func:m.h",)), Dependency("func", "m.h", "4")
    )
    (change,) = changed_dependencies(before, after)
    assert change.before is not None
    assert (change.before.name, change.label) == ("m.g", "func:m.h")


def test_another_python_is_no_change_of_code() -> None:
    root = Dependency("self", "m.f", "1", local="a")
    before, after = (Manifest((root, Dependency("python", v, v, value=v))) for v in ("3.11", "3.12"))
    assert changed_dependencies(before, after) == []
