"""Turn a running code object into its fact: canonical form, references, blind spots."""

from __future__ import annotations

from memofp._code._facts import Fact, ImportSpec, Ref, Spot, Use
from memofp._code._lookup import fact_of, flush_facts

__all__ = ["Fact", "ImportSpec", "Ref", "Spot", "Use", "fact_of", "flush_facts"]
