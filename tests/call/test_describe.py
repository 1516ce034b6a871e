"""One line about a call's arguments, without running their code."""

from __future__ import annotations

from memofp._call._describe import describe_arguments, split_arguments


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
    assert len(text) <= 400


def test_many_arguments_are_cut() -> None:
    names = tuple(f"argument{index}" for index in range(100))
    text = describe_arguments(names, tuple(range(100)))
    assert text.endswith(", ...")
    assert len(text) <= 410


def test_what_is_not_shown_in_full_has_a_digest() -> None:
    one, other = ([index] * 9 for index in (1, 2))
    text = describe_arguments(("a", "b"), (one, 1))
    assert " #" in text
    assert text == describe_arguments(("a", "b"), (list(one), 1))
    assert describe_arguments(("a",), ([*one, 1],)) != describe_arguments(("a",), ([*one, 2],))
    assert describe_arguments(("a",), ({*other},)) != describe_arguments(("a",), ({*one},))
    assert "#" not in describe_arguments(("a", "b"), ([1, 2], "x"))
    assert "#" not in describe_arguments(("a",), (one,), with_digests=False)


def test_code_among_the_arguments_leaves_no_trace() -> None:
    import memofp._fingerprint  # noqa: F401 # it brings the digest of code, as it does before any call is described
    from memofp._values import ArgumentDigester

    digester = ArgumentDigester(("x",), "f")
    plain = digester.digest(([1, 2],))
    assert " #" in describe_arguments(("f",), (test_long_values_are_cut,))
    assert digester.digest(([1, 2],)) == plain
    assert len(digester.digest(([test_long_values_are_cut],))) == len(plain) + 1


def test_line_is_split_again() -> None:
    values = ("it's, b=2", {"k": (1, "]")}, [1, 2, 3, 4, 5], Loud(), 'say "x", c=1')
    names = ("a", "b", "c", "d", "e")
    parts = split_arguments(describe_arguments(names, values))
    assert tuple(parts) == names
    assert parts["a"] == repr(values[0])
    assert parts["b"] == repr(values[1])
    assert parts["e"] == repr(values[4])


def test_split_leaves_out_what_was_cut_off() -> None:
    names = tuple(f"argument{index}" for index in range(100))
    parts = split_arguments(describe_arguments(names, tuple(range(100))))
    assert 10 < len(parts) < 100
    assert split_arguments("") == {}
