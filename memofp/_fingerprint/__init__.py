"""Fingerprint functions: a live function in; the digest of what it would do, and a manifest, out."""

from __future__ import annotations

from memofp._fingerprint._build import Fingerprint, fingerprint
from memofp._fingerprint._declared import EnvVar, Package
from memofp._fingerprint._names import function_name
from memofp._fingerprint._watch import Watch

__all__ = ["EnvVar", "Fingerprint", "Package", "Watch", "fingerprint", "function_name"]
