"""Read the marks on parameters: `Annotated[T, By(function)]`, `Annotated[T, Ignore]`, `File`.

Annotations as text are looked up, and evaluated only if they may hold a mark; one that cannot
be evaluated is no mark, unless it spells one out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

from memofp._call._binding import Binder
from memofp._errors import DecorationError
from memofp._values import By, File, Ignore

__all__ = ["Mark", "apply_marks", "parameter_marks"]

Mark = Callable[[Any], object]  # argument -> what enters the key instead
_MARK_NAMES = ("By", "File", "Ignore")


def parameter_marks(function: FunctionType) -> tuple[frozenset[str], dict[str, Mark]]:
    """Return the parameters that do not count, and those whose arguments count in another form.

    Raises:
        DecorationError: an annotation spells out a mark and cannot be evaluated.
    """
    try:
        annotations = function.__annotations__
    except NameError:  # Python 3.14 evaluates them here
        annotations = {}
    ignored: set[str] = set()
    marks: dict[str, Mark] = {}
    for name, written in annotations.items():
        annotation = _evaluate(written, function, name) if isinstance(written, str) else written
        for item in _metadata(annotation) if name != "return" else ():
            if item is Ignore or isinstance(item, Ignore):
                ignored.add(name)
            elif item is File:
                marks[name] = _content
            elif isinstance(item, By):
                marks[name] = _by(item.function)
    return frozenset(ignored), marks


def apply_marks(binder: Binder, marks: Mapping[str, Mark]) -> Binder:
    """Return a binder that gives what the marks make of the arguments.

    On a parameter that collects arguments the mark is for each of them.
    """
    steps: list[Mark | None] = []
    for name in binder.names:
        mark = marks.get(name)
        if mark is not None and name == binder.var_positional:
            mark = partial(_mark_items, mark)
        elif mark is not None and name == binder.var_keyword:
            mark = partial(_mark_values, mark)
        steps.append(mark)
    plain = binder.bind

    def bind(*args: Any, **kwargs: Any) -> tuple[object, ...]:
        values = plain(*args, **kwargs)
        return tuple([v if mark is None else mark(v) for mark, v in zip(steps, values, strict=True)])

    return Binder(binder.names, bind, binder.var_positional, binder.var_keyword)


def _mark_items(mark: Mark, values: tuple[Any, ...]) -> object:
    return tuple([mark(value) for value in values])


def _mark_values(mark: Mark, values: dict[str, Any]) -> object:
    return {name: mark(value) for name, value in values.items()}


def _metadata(annotation: Any) -> Iterator[Any]:
    """Yield an annotation itself, its metadata, and those of the alternatives in a union."""
    yield annotation
    if _is_annotated(annotation):
        yield from annotation.__metadata__
    if type(annotation).__name__ in ("UnionType", "_UnionGenericAlias", "Union"):
        for alternative in annotation.__args__:
            yield from _metadata(alternative)


def _by(function: Callable[[Any], object]) -> Mark:
    # The function itself goes along, so that an edit of it is another key.
    return lambda value: (function, function(value))


def _content(value: Any) -> object:
    """Return what stands for a file's content, given the file or its path; None for None."""
    if value is None:
        return None
    return value if isinstance(value, File) else File(value)


def _evaluate(text: str, function: FunctionType, parameter: str) -> Any:
    """Return what an annotation written as text stands for, None if it cannot hold a mark."""
    plain = text.removesuffix("| None").strip()
    if all(map(str.isidentifier, plain.split("."))):
        return _look_up(plain, function)
    if not _may_hold_mark(text, function):
        return None
    try:
        return eval(text, function.__globals__, dict(_cells(function)))
    except Exception as error:
        if not any(name in text for name in _MARK_NAMES):
            return None
        raise DecorationError(
            f"memoize: the annotation {text!r} of parameter {parameter!r} of {function.__qualname__} cannot "
            f"be evaluated ({error!r}), so its mark would be lost; import what it names outside of "
            "`if TYPE_CHECKING`"
        ) from error


def _may_hold_mark(text: str, function: FunctionType) -> bool:
    """Return whether a text spells out a mark, or names an alias that may be one."""
    if "Annotated" in text or "File" in text:
        return True
    try:
        names = compile(text, "<annotation>", "eval", dont_inherit=True).co_names
    except (SyntaxError, ValueError):
        return False
    return any(_is_annotated(_look_up(name, function)) for name in names)


def _is_annotated(annotation: Any) -> bool:
    """Return whether this is an `Annotated[...]`; of anything else no attribute is asked."""
    return type(annotation).__name__ == "_AnnotatedAlias"


def _look_up(dotted: str, function: FunctionType) -> Any:
    """Return what a dotted name stands for; only modules are asked for attributes."""
    first, *rest = dotted.split(".")
    found = _cells(function).get(first, function.__globals__.get(first))
    for name in rest:
        if not isinstance(found, ModuleType):
            return None
        found = getattr(found, name, None)
    return found


def _cells(function: FunctionType) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            values[name] = cell.cell_contents
        except ValueError:  # not bound yet
            continue
    return values
