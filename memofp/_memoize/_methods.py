"""Bind memoized functions to instances and classes, as functions bind themselves."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from memofp._memoize._memoized import Memoized, SignatureOfInstances

if TYPE_CHECKING:
    from memofp._explain import Explanation
    from memofp._fingerprint import Fingerprint
    from memofp._memoize._info import CacheInfo

__all__ = ["BoundMemoized", "MemoizedClassMethod", "MemoizedFunction"]

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
T = TypeVar("T")


class BoundMemoized(Generic[P, R]):
    """A memoized method of one object: the object is the first argument of every call.

    Everything that a memoized function can do for a call takes the arguments without the
    object here: `obj.method.key(1)`.
    """

    __slots__ = ("__func__", "__self__", "__weakref__")

    __func__: Memoized[Any, R]
    __self__: Any
    __signature__: SignatureOfInstances = SignatureOfInstances()

    def __init__(self, function: Memoized[Any, R], obj: object) -> None:
        self.__func__ = function
        self.__self__ = obj

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.__func__(self.__self__, *args, **kwargs)

    def call(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the method whatever is stored, and store what it returns in its place."""
        return self.__func__.call(self.__self__, *args, **kwargs)

    def key(self, /, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the key of a call as 32 hexadecimal characters, without running the method."""
        return self.__func__.key(self.__self__, *args, **kwargs)

    def is_cached(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Return whether this call would be a hit now.  Nothing is loaded or counted."""
        return self.__func__.is_cached(self.__self__, *args, **kwargs)

    def forget(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Remove the entry of this call; return whether there was one."""
        return self.__func__.forget(self.__self__, *args, **kwargs)

    def explain(self, /, *args: P.args, **kwargs: P.kwargs) -> Explanation:
        """Return why this call would be a hit or a miss, without running the method."""
        return self.__func__.explain(self.__self__, *args, **kwargs)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the method's code; the object counts as an argument, not here."""
        return self.__func__.fingerprint()

    def clear(self) -> int:
        """Remove every entry of this method, for all objects; return how many there were."""
        return self.__func__.clear()

    def cache_info(self) -> CacheInfo:
        """Return the counts of this method, for all objects."""
        return self.__func__.cache_info()

    @property
    def __wrapped__(self) -> Callable[P, R]:
        return MethodType(self.__func__.__wrapped__, self.__self__)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override] # typeshed has it as a variable
        return self.__func__.__doc__

    def __getattr__(self, name: str) -> Any:
        # Whatever else the function has, the marks of coroutine functions among it.
        return getattr(self.__func__, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BoundMemoized):
            return NotImplemented
        return self.__self__ is other.__self__ and self.__func__ is other.__func__

    def __hash__(self) -> int:
        return hash((id(self.__self__), self.__func__))

    def __memofp__(self) -> object:
        """Return what stands for this object in keys and fingerprints."""
        return (self.__func__, self.__self__)

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self.__self__, self.__func__.__name__)

    def __repr__(self) -> str:
        return f"<bound {self.__func__!r} of {object.__repr__(self.__self__)}>"


class MemoizedFunction(Memoized[P, R]):
    """A memoized function, which becomes a method when it is looked up on an instance."""

    __slots__ = ()

    # Checkers take @classmethod and @staticmethod off before they look at other decorators, so the
    # first parameter's type has to tell what the access binds.  `self` as a Callable, not as a
    # Memoized, because mypy compares no first parameters of the latter.
    @overload
    def __get__(  # type: ignore[misc] # this one is for functions whose first parameter is a class
        self: Callable[Concatenate[type[T], Q], R], instance: None, owner: type[T]
    ) -> BoundMemoized[Q, R]: ...
    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(  # type: ignore[misc] # as above
        self: Callable[Concatenate[type[T], Q], R], instance: T, owner: type | None = None
    ) -> BoundMemoized[Q, R]: ...
    @overload
    def __get__(
        self: Callable[Concatenate[T, Q], R], instance: T, owner: type | None = None
    ) -> BoundMemoized[Q, R]: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Self: ...
    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else BoundMemoized(self, instance)


class MemoizedClassMethod(Memoized[P, R]):
    """A memoized function that is bound to the class it is looked up on."""

    __slots__ = ()

    def __get__(self, instance: object, owner: type | None = None) -> BoundMemoized[P, R]:
        return BoundMemoized(self, type(instance) if owner is None else owner)
