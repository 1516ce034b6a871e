"""One line about a call's arguments, without running their code."""

from __future__ import annotations

from memofp._call._describe import describe_arguments


class Loud:
    def __repr__(self) -> str:
        raise AssertionError("nobody asked")


def test_atoms_and_containers_are_shown() -> None:
    text = describe_arguments(("a", "b", "c", "d", "e"), (1, "x", [1, 2], {"k": (None,)}, ()))
    assert text == "a=1, b='x', c=[1, 2], d={'k': (None,)}, e=()"


def test_no_code_of_a_value_is_run() -> None:
    assert describe_arguments(("a", "b"), (Loud(), [Loud()])).startswith("a=<")


def test_long_values_are_cut() -> None:
    names = ("a", "b", "c", "d")
    text = describe_arguments(names, ("x" * 10**6, 10**5000, list(range(10**5)), [[[1]]]))
    assert text.count("...") == 2
    assert "<int of" in text
    assert "[0, 1, 2, 3, ... (100000)]" in text
    assert len(text) <= 200


def test_many_arguments_are_cut() -> None:
    names = tuple(f"argument{index}" for index in range(100))
    text = describe_arguments(names, tuple(range(100)))
    assert text.endswith(", ...")
    assert len(text) <= 210
