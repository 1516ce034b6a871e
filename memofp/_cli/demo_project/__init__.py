"""Measure the standard library's source: the small project that `python -m memofp demo` runs and edits.

A copy of this package is run, never this one.  Two modules of helpers (`reading`,
`measuring`) stand behind the four memoized functions of `pipeline`.
"""
