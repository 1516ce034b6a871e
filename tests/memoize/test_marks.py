"""Marks on parameters: by a function's result, left out, by a file's content."""

from __future__ import annotations

import functools
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

import memofp
from memofp import memoize
from memofp._errors import DecorationError
from memofp._values import By, File, Ignore

if TYPE_CHECKING:
    from decimal import Decimal as OnlyForCheckers

Lock = Annotated[object, Ignore]


def first_letter(text: str) -> str:
    return text[0]


def test_ignore_leaves_an_argument_out() -> None:
    @memoize
    def f(x: int, lock: Annotated[object, Ignore], other: Lock, third: Annotated[object, Ignore()]) -> int:
        return x

    key = f.key(1, threading.Lock(), threading.Lock(), threading.Lock())
    assert key == f.key(1, 2, 3, 4)
    assert key != f.key(2, 2, 3, 4)
    assert f(1, threading.Lock(), 1, 1) == 1


def test_by_counts_what_the_function_makes_of_the_argument(runs: list[object]) -> None:
    @memoize
    def f(text: Annotated[str, By(first_letter)]) -> str:
        runs.append(text)
        return text.upper()

    assert f("ab") == f("ac") == "AB"
    assert f("b") == "B"
    assert runs == ["ab", "b"]


def test_an_edit_of_the_function_of_by_is_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(text: str) -> int:
        return 1

    def two(text: str) -> int:
        return 1 + 0 * len(text)

    def of(function: Any) -> str:
        def f(text: Annotated[str, By(function)]) -> str:
            return text

        f.__annotations__ = {"text": Annotated[str, By(function)]}
        return memoize(f).key("x")

    assert of(one) == of(one) != of(two)


@pytest.mark.parametrize("form", ["direct", "annotated", "optional", "alias"])
def test_a_file_counts_by_its_content(form: str, tmp_path: Path) -> None:
    @memoize
    def direct(path: File) -> int:
        return 1

    @memoize
    def annotated(path: Annotated[Path, File]) -> int:
        return 1

    @memoize
    def optional(path: Annotated[Path, File] | None = None) -> int:
        return 1

    @memoize
    def alias(path: Optional[Content]) -> int:  # noqa: UP045 # another form of it
        return 1

    f: Any = {"direct": direct, "annotated": annotated, "optional": optional, "alias": alias}[form]
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("a")
    key = f.key(one)
    assert key == f.key(str(two)) == f.key(File(one))
    two.write_text("b")
    assert f.key(two) != key
    assert f.key(tmp_path / "missing") != key
    if form == "optional":
        assert f.key() == f.key(None) != key


Content = Annotated[Path, File]


def test_marks_on_collecting_parameters_are_for_each_argument(tmp_path: Path) -> None:
    @memoize
    def f(*paths: Annotated[Path, File], **named: Annotated[Path, File]) -> int:
        return len(paths)

    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("a")
    assert f.key(one, two, x=one) == f.key(two, one, x=two)
    assert f.key(one, two) != f.key(one)


def test_a_mark_that_cannot_be_evaluated_is_refused() -> None:
    @memoize
    def f(x: Annotated[OnlyForCheckers, By(first_letter)]) -> int:
        return 1

    with pytest.raises(DecorationError, match="OnlyForCheckers"):
        f.key(1)


def test_other_annotations_need_not_be_evaluated() -> None:
    @memoize
    def f(x: OnlyForCheckers, y: Annotated[OnlyForCheckers, "note"], z: undefined.name[3] = 1) -> int:  # type: ignore[name-defined]  # noqa: F821
        return 1

    assert f(1, 2) == 1


def test_a_mark_hidden_by_a_wrapper_is_refused() -> None:
    def f(path: Annotated[Path, File]) -> int:
        return 1

    @memoize
    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> int:
        return f(*args, **kwargs)

    with pytest.raises(DecorationError, match="below that decorator"):
        wrapper.key("x")


def test_marks_work_on_methods_and_partials(tmp_path: Path) -> None:
    class Reader:
        @memoize
        def read(self, path: Annotated[Path, File], lock: Annotated[object, Ignore]) -> int:
            return 1

    def read(x: int, lock: Annotated[object, Ignore]) -> int:
        return x

    file = tmp_path / "one"
    file.write_text("a")
    assert Reader().read.key(file, 1) == Reader().read.key(file, 2)
    assert memoize(functools.partial(read, 1)).key(1) == memoize(functools.partial(read, 1)).key(2)


def test_a_file_as_a_plain_value_counts_by_content(tmp_path: Path) -> None:
    @memoize
    def f(files: list[File]) -> int:
        return 1

    path = tmp_path / "one"
    path.write_text("a")
    key = f.key([File(path)])
    path.write_text("b")
    assert f.key([File(path)]) != key
    assert memofp.fingerprint(f).digest
