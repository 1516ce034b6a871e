"""Turn a call into a key: bind the arguments, digest them, join them with the code's fingerprint."""

from __future__ import annotations

from memofp._call._binding import Binder, make_binder, parameter_names, peel
from memofp._call._changes import Change, changed_dependencies
from memofp._call._describe import describe_arguments
from memofp._call._key import Plan, environment, make_plan

__all__ = [
    "Binder",
    "Change",
    "Plan",
    "changed_dependencies",
    "describe_arguments",
    "environment",
    "make_binder",
    "make_plan",
    "parameter_names",
    "peel",
]
