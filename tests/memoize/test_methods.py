"""Methods: bound as functions bind, in either order of decorators."""

from __future__ import annotations

import functools
import inspect
import pickle
import sys
from typing import Any

import pytest

from memofp import memoize


class Model:
    scale = 10

    def __init__(self, x: int) -> None:
        self.x = x

    @memoize
    def plus(self, y: int = 1) -> int:
        """Add."""
        return self.x + y

    @memoize(ignore=("self",))
    def alone(self, y: int) -> int:
        return y

    @memoize
    @staticmethod
    def above_static(y: int) -> int:
        return y * 2

    @staticmethod
    @memoize
    def below_static(y: int) -> int:
        return y * 2

    @memoize
    @classmethod
    def above_class(cls, y: int) -> tuple[str, int]:
        return (cls.__name__, y * cls.scale)

    @classmethod
    @memoize
    def below_class(cls, y: int) -> tuple[str, int]:
        return (cls.__name__, y * cls.scale)

    @property
    @memoize
    def squared(self) -> int:
        return self.x**2

    plus_five = functools.partialmethod(plus, 5)


class Sub(Model):
    scale = 20

    def plus(self, y: int = 1) -> int:  # type: ignore[override]
        return -super().plus(y)


def test_self_is_an_argument() -> None:
    a, b, other = Model(1), Model(1), Model(2)
    assert (a.plus(1), b.plus(1), other.plus(1)) == (2, 2, 3)
    assert a.plus.key(1) == b.plus.key(1) == a.plus.key() == Model.plus.key(a, 1)
    assert a.plus.key(1) != other.plus.key(1)


def test_a_changed_object_is_another_argument() -> None:
    model = Model(1)
    assert model.plus(1) == 2
    model.x = 5
    assert model.plus(1) == 6


def test_self_may_be_ignored() -> None:
    assert Model(1).alone.key(3) == Model(2).alone.key(3)


def test_the_ways_to_look_after_entries_work_on_the_bound_method() -> None:
    model = Model(100)
    model.plus.clear()
    assert not model.plus.is_cached(1)
    assert model.plus(1) == 101
    assert model.plus.is_cached(1)
    assert model.plus.call(1) == 101
    assert model.plus.cache_info().entries == 1
    assert model.plus.fingerprint().digest == Model.plus.fingerprint().digest
    assert model.plus.forget(1)
    assert not model.plus.is_cached(1)


def test_a_bound_method_looks_like_one() -> None:
    model = Model(1)
    bound = model.plus
    assert bound.__self__ is model
    assert bound.__func__ is Model.plus
    assert (bound.__name__, bound.__qualname__, bound.__doc__) == ("plus", "Model.plus", "Add.")
    assert bound.__wrapped__(3) == 4
    assert str(inspect.signature(bound)) == "(y: 'int' = 1) -> 'int'"
    assert bound == model.plus
    assert bound != Model(1).plus
    assert hash(bound) == hash(model.plus)
    assert "Model.plus" in repr(bound)


@pytest.mark.parametrize("name", ["above_static", "below_static"])
def test_static_methods_in_either_order(name: str) -> None:
    for target in (Model, Model(1), Sub):
        method: Any = getattr(target, name)
        assert method(4) == 8
        assert method.is_cached(4)
        assert method.key(4) == getattr(Model, name).key(4)


@pytest.mark.parametrize("name", ["above_class", "below_class"])
def test_class_methods_in_either_order(name: str) -> None:
    assert getattr(Model, name)(4) == getattr(Model(1), name)(4) == ("Model", 40)
    assert getattr(Sub, name)(4) == getattr(Sub(1), name)(4) == ("Sub", 80)


def test_a_class_method_binds_its_class_for_keys_too() -> None:
    assert Model.above_class.key(4) == Model(1).above_class.key(4)
    assert Model.above_class.key(4) != Sub.above_class.key(4)
    Model.above_class(4)
    assert Model.above_class.is_cached(4)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="classmethod hands nothing on since 3.13")
def test_below_classmethod_the_class_is_bound_for_keys_too() -> None:
    assert Model.below_class.key(4) != Sub.below_class.key(4)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="classmethod binds through `__get__` before 3.13")
def test_below_classmethod_the_missing_class_is_explained() -> None:
    with pytest.raises(TypeError) as caught:
        Model.below_class.key(4)
    assert any("@memoize above @classmethod" in note for note in caught.value.__notes__)
    assert Model.below_class.key(Model, 4) != Model.below_class.key(Sub, 4)


def test_super_property_and_partialmethod() -> None:
    assert Sub(1).plus(2) == -3
    assert Model(3).squared == 9
    assert Model(1).plus_five() == 6


def test_bound_methods_pickle_like_methods() -> None:
    copy = pickle.loads(pickle.dumps(Model(7).plus))
    assert copy(1) == 8
    assert copy.__func__ is Model.plus


def test_a_partial_in_a_class_does_not_bind() -> None:
    def f(x: int) -> int:
        return x

    class Holder:
        method = memoize(functools.partial(f))

    assert Holder().method(3) == 3


def test_an_edit_of_another_method_that_the_call_uses_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Box:
        def value(self) -> int:
            return 1

        @memoize
        def get(self) -> int:
            return self.value()

    assert Box().get() == 1
    Box.value = lambda self: 2  # type: ignore[method-assign]
    assert Box().get() == 2
