"""Import what function bodies import, and tell whose code it is."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from memofp._code import ImportSpec
from memofp._fingerprint._boundary import Place, place_of_file, place_of_module, place_of_name
from memofp._fingerprint._collector import resumed
from memofp._fingerprint._importable import absolute_name, spec_of
from memofp._fingerprint._raw import is_a

if TYPE_CHECKING:
    from memofp._fingerprint._resolve import Context

__all__ = ["absolute_import", "import_module", "package_of", "place_of_import"]


def absolute_import(spec: ImportSpec, space: dict[str, Any]) -> str | None:
    """Return the absolute module name of an import, None if a relative one has no package to start from."""
    if spec.level == 0:
        return spec.module
    package = package_of(space)
    return None if package is None else absolute_name(package, spec.level, spec.module)


def package_of(space: dict[str, Any]) -> str | None:
    """Return the name of the package that a module lies in, None if that cannot be told."""
    package = space.get("__package__")
    if isinstance(package, str):
        return package
    name = space.get("__name__")
    if not isinstance(name, str):
        return None
    return name if "__path__" in space else name.rpartition(".")[0]


def place_of_import(full: str) -> Place:
    """Tell whose code a module is without importing it."""
    top = full.partition(".")[0]
    module = sys.modules.get(top)
    if is_a(module, ModuleType):
        return place_of_module(module)
    if top in sys.stdlib_module_names:
        return place_of_name(top)
    spec = spec_of(top)
    if spec is None:
        return Place("user")
    locations = list(spec.submodule_search_locations or ())
    if spec.origin and spec.has_location:
        return place_of_file(spec.origin)
    return place_of_file(locations[0] + "/__init__.py") if locations else place_of_name(top)


def import_module(context: Context, full: str, quiet: bool = False) -> ModuleType | None:
    """Import a module of the user's, so that a key does not depend on what happens to be loaded."""
    module = sys.modules.get(full)
    if is_a(module, ModuleType):
        return module
    import importlib

    try:
        with resumed():
            loaded = importlib.import_module(full)
        context.graph.imported = True
        return loaded
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- a module's own code may raise anything
        if not quiet:
            what = f"lazy import of {full} that fails ({type(error).__name__})"
            context.graph.spot(what, context.name, context.file, context.line)
        return None
