"""What is said of the difference between two manifests."""

from __future__ import annotations

from memofp._explain._causes import find_causes, reason_of
from memofp._manifest import Dependency, Manifest


def version(*dependencies: Dependency) -> Manifest:
    digest = "".join(d.digest for d in dependencies)
    root = Dependency("self", "m.f", digest, "a", "m.py", 3, uses=tuple(d.label for d in dependencies))
    return Manifest((root, *dependencies))


def test_another_version_of_a_package() -> None:
    causes = find_causes(
        version(Dependency("package", "numpy", "1", "1", value="2.0")),
        version(Dependency("package", "numpy", "2", "2", value="2.1")),
    )
    assert reason_of(causes) == "package changed"
    assert str(causes[0]) == "package:numpy: 2.0 -> 2.1 at m.py:3"


def test_code_counts_for_more_than_values() -> None:
    causes = find_causes(
        version(
            Dependency("const", "m.K", "1", "1", value="1"), Dependency("func", "m.g", "3", "3", source="x\n")
        ),
        version(
            Dependency("const", "m.K", "2", "2", value="2"), Dependency("func", "m.g", "4", "4", source="y\n")
        ),
    )
    assert reason_of(causes) == "code changed"
    assert [cause.diff for cause in causes] == [(), ("-x", "+y")]


def test_value_that_looks_the_same_is_said_to_differ_inside() -> None:
    causes = find_causes(
        version(Dependency("const", "m.K", "1", "1", value="<numpy.ndarray>")),
        version(Dependency("const", "m.K", "2", "2", value="<numpy.ndarray>")),
    )
    assert str(causes[0]) == "const:m.K: a part of <numpy.ndarray> that is not shown read at m.py:3"


def test_long_values_are_shortened() -> None:
    causes = find_causes(
        version(Dependency("const", "m.K", "1", "1", value="x" * 500)),
        version(Dependency("const", "m.K", "2", "2", value="y" * 500)),
    )
    assert causes[0].before is not None
    assert len(causes[0].before) == 100


def test_value_without_a_text_is_named_alone() -> None:
    causes = find_causes(
        version(Dependency("const", "EnvVar('HOME')", "1", "1")),
        version(Dependency("const", "EnvVar('HOME')", "2", "2")),
    )
    assert str(causes[0]) == "const:EnvVar('HOME') read at m.py:3"
