"""Edit random programs: exactly the functions that reach the edited one have new fingerprints."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from programs import Program, programs

import memofp

NUMBERS = itertools.count()
randomly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("programs")
    sys.path.insert(0, str(directory))
    yield directory
    sys.path.remove(str(directory))
    for name in [name for name in sys.modules if name.startswith("random_program_")]:
        del sys.modules[name]


def digests(place: Path, program: Program, order: list[int] | None = None) -> list[str]:
    """Write a program as a package of its own, import it, and return its functions' fingerprints."""
    package = f"random_program_{next(NUMBERS)}"
    (place / package).mkdir()
    for name, text in program.write(package).items():
        note(f"=== {package}/{name}\n{text}")
        (place / package / name).write_text(text)
    importlib.invalidate_caches()
    modules = {f.module: importlib.import_module(f"{package}.m{f.module}") for f in program.functions}
    found = {}
    for i in order or range(len(program.functions)):
        function = getattr(modules[program.functions[i].module], program.names[i])
        found[i] = memofp.fingerprint(function).digest
    return [found[i] for i in range(len(program.functions))]


@given(program=programs(), data=st.data())
@randomly
def test_edit_changes_exactly_what_reaches_it(place: Path, program: Program, data: st.DataObject) -> None:
    edited = data.draw(st.integers(0, len(program.functions) - 1))
    before = digests(place, program)
    after = digests(place, program.edit(edited, constant=1000))
    changed = {i for i in range(len(before)) if before[i] != after[i]}
    assert changed == program.reaching(edited)


@given(program=programs(), data=st.data())
@randomly
def test_names_comments_and_order_change_nothing(place: Path, program: Program, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(program.functions) - 1))
    other = program.edit(number, comment=True, local="other").rename(number, "renamed")
    shuffled = Program(other.functions, tuple(data.draw(st.permutations(other.order))), other.names)
    assert digests(place, shuffled) == digests(place, program)


@given(program=programs(), data=st.data())
@randomly
def test_order_of_fingerprints_does_not_count(place: Path, program: Program, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(program.functions))))
    assert digests(place, program, list(order)) == digests(place, program)


@given(program=programs(), data=st.data())
@randomly
def test_use_taken_away_changes_what_reaches_the_user(
    place: Path, program: Program, data: st.DataObject
) -> None:
    users = [i for i, function in enumerate(program.functions) if function.uses]
    if not users:
        return
    user = data.draw(st.sampled_from(users))
    after = program.edit(user, uses=program.functions[user].uses[1:])
    changed = {
        i
        for i, (a, b) in enumerate(zip(digests(place, program), digests(place, after), strict=True))
        if a != b
    }
    assert changed == program.reaching(user)
