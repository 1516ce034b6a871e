"""Our named tuples are what `typing.NamedTuple` makes, as far as memofp and its users use them."""

from __future__ import annotations

import copy
import inspect
import pickle
import typing
from typing import Any

import pytest

from memofp._tuples import NamedTuple

Cheap: Any = NamedTuple


class Ours(Cheap):
    """A pair with a default."""

    left: int
    right: tuple[str, ...] = ()

    def both(self) -> tuple[object, ...]:
        """Return what it holds."""
        return self.left, *self.right


class Theirs(typing.NamedTuple):
    left: int
    right: tuple[str, ...] = ()


def test_made_by_place_by_name_and_by_default() -> None:
    for made in (Ours(1, ("a",)), Ours(left=1, right=("a",)), Ours(1, right=("a",)), Ours._make([1, ("a",)])):
        assert made == Theirs(1, ("a",)) == (1, ("a",))
        assert (made.left, made.right, made.both()) == (1, ("a",), (1, "a"))
    assert Ours(1) == (1, ())
    assert hash(Ours(1)) == hash((1, ()))
    assert not hasattr(Ours(1), "__dict__")


@pytest.mark.parametrize("given", [((), {}), ((1, 2, 3), {}), ((1,), {"left": 1}), ((1,), {"middle": 1})])
def test_wrong_arguments_are_refused_in_the_same_words(given: tuple[Any, Any]) -> None:
    args, kwargs = given
    texts = []
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError) as caught:
            kind(*args, **kwargs)
        texts.append(str(caught.value).replace("Ours.", "").replace("Theirs.", ""))
    assert texts[0] == texts[1]


def test_wrong_numbers_and_names_are_refused() -> None:
    with pytest.raises(TypeError, match="Expected 2 arguments, got 1"):
        Ours._make([1])
    with pytest.raises((TypeError, ValueError), match="middle"):
        Ours(1)._replace(middle=2)


def test_what_libraries_ask_of_named_tuples() -> None:
    pair = Ours(1, ("a",))
    for name in ("_fields", "_field_defaults", "__match_args__"):
        assert getattr(Ours, name) == getattr(Theirs, name)
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs)
    assert pair._asdict() == {"left": 1, "right": ("a",)}
    assert pair._replace(left=2) == (2, ("a",))
    assert repr(pair) == "Ours(left=1, right=('a',))"
    assert str(inspect.signature(Ours)).startswith("(left")
    assert (Ours.__module__, Ours.__qualname__, Ours.__doc__) == (__name__, "Ours", "A pair with a default.")
    for again in (pickle.loads(pickle.dumps(pair)), copy.deepcopy(pair), copy.copy(pair)):
        assert type(again) is Ours
        assert again == pair
    match pair:
        case Ours(left, right):
            assert (left, right) == pair
    with pytest.raises(AttributeError):
        pair.left = 2
