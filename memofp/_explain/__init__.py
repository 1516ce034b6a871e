"""Say why a call is a hit or a miss, and show what a function depends on.

_judge     a call, or a function, to an `Explanation`
_search    the stored entry that is nearest to a call
_causes    what differs between two manifests, with paths and source diffs
_types     the explanation as data; _text and _page write it
_accept    carry an older version's entries over to today's fingerprint
_graphs    a manifest as dot, mermaid, HTML or JSON
_units     sizes, durations and moments for people; _diff source texts

Loaded by who asks; a hit never does.
"""

from __future__ import annotations

from memofp._explain._judge import Question, explain_call, explain_code
from memofp._explain._types import ArgumentChange, Cause, Explanation

__all__ = ["ArgumentChange", "Cause", "Explanation", "Question", "explain_call", "explain_code"]
