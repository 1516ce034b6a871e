"""Turn a running code object into its fact: canonical form, references, blind spots."""

from __future__ import annotations

from memofp._code._facts import Fact, ImportSpec, Ref, Spot, Use
from memofp._code._lookup import fact_of, flush_facts
from memofp._code._tables import (
    DYNAMIC_NAMES,
    IMPORTERS,
    LOCAL_CLASS,
    MODE_NAMES,
    SUPER_HOOK,
    TEMPLATE_METHODS,
    dotted,
    identifiers,
    matches,
)

__all__ = [
    "DYNAMIC_NAMES",
    "IMPORTERS",
    "LOCAL_CLASS",
    "MODE_NAMES",
    "SUPER_HOOK",
    "TEMPLATE_METHODS",
    "Fact",
    "ImportSpec",
    "Ref",
    "Spot",
    "Use",
    "dotted",
    "fact_of",
    "flush_facts",
    "identifiers",
    "matches",
]
