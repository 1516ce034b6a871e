"""Measure memofp beside its peers: `python -m benchmarks`."""
