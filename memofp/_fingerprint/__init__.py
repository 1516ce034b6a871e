"""Fingerprint functions: live object in, digest and manifest out."""
