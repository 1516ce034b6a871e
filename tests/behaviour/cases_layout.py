"""Edits of layout and local names (rows 1-7), each beside one that looks alike and must miss."""

from __future__ import annotations

from cases import Case, hit, miss

CASES: list[Case] = []

HELPER = '''
    """Score things."""
    import os.path as osp
    import math


    def clean(x):
        """Clean x."""
        y = x + 1
        return y * 2


    def main(x):
        total = clean(x)
        return total - 1
'''

CASES += [
    hit(1, "comment above", HELPER, ("app.py", "def clean", "# a word on clean\n\n\ndef clean")),
    hit(1, "comment and blank line inside", HELPER, ("app.py", "    y = x", "    # first\n\n    y = x")),
    hit(1, "comment at the end of a line", HELPER, ("app.py", "return y * 2", "return y * 2  # twice")),
    hit(1, "module docstring", HELPER, ("app.py", "Score things.", "Score\nmore\nthings.")),
    hit(2, "docstring edited", HELPER, ("app.py", "Clean x.", "Wash x.")),
    hit(2, "docstring removed", HELPER, ("app.py", '    """Clean x."""\n', "")),
    hit(
        2,
        "docstring added to the function itself",
        HELPER,
        ("app.py", "main(x):\n", 'main(x):\n    """M."""\n'),
    ),
    miss(
        2,
        "docstring that the code reads",
        HELPER,
        ("app.py", "return total - 1", "return total - 1, clean.__doc__"),
        ("app.py", "Clean x.", "Wash x."),
    ),
    miss(
        2,
        "docstring that the code has always read",
        """
        def clean(x):
            "Clean x."
            return x

        def main(x):
            return clean(x), clean.__doc__
        """,
        ("app.py", "Clean x.", "Wash x."),
    ),
    hit(3, "parentheses", HELPER, ("app.py", "return y * 2", "return (y * 2)")),
    hit(3, "broken over lines", HELPER, ("app.py", "total = clean(x)", "total = clean(\n        x,\n    )")),
    hit(3, "quotes", 'def main(x):\n    return ["a", x]\n', ("app.py", '"a"', "'a'")),
    hit(3, "two statements on a line", HELPER, ("app.py", "y = x + 1\n    return", "y = x + 1; return")),
    hit(
        3,
        "parenthesised tuple",
        """
        def main(x):
            a, b = x, 1
            return a, b
        """,
        ("app.py", "a, b = ", "(a, b) = "),
    ),
    hit(3, "number spelled otherwise", "def main(x):\n    return x + 1000\n", ("app.py", "1000", "1_000")),
    miss(3, "parentheses that change the sense", HELPER, ("app.py", "total - 1", "-(total - 1)")),
    hit(4, "concatenated literals", 'def main(x):\n    return "ab" * x\n', ("app.py", '"ab"', "'a' 'b'")),
    hit(
        4,
        "concatenated f-strings",
        'def main(x):\n    return f"a{x}b-c"\n',
        ("app.py", 'f"a{x}b-c"', 'f"a{x}" "b" f"-c"'),
    ),
    hit(4, "raw string", 'def main(x):\n    return "a\\\\d" * x\n', ("app.py", '"a\\\\d"', 'r"a\\d"')),
    miss(4, "other literal", 'def main(x):\n    return "ab" * x\n', ("app.py", '"ab"', "'a' 'c'")),
    hit(5, "trailing pass", HELPER, ("app.py", "return y * 2", "return y * 2\n    pass")),
    hit(5, "pass beside a statement", HELPER, ("app.py", "total = clean(x)", "pass\n    total = clean(x)")),
    hit(6, "local renamed", HELPER, ("app.py", "y = x + 1\n    return y", "z = x + 1\n    return z")),
    hit(
        6,
        "loop variable renamed",
        "def main(x):\n    return [i * 2 for i in range(x)]\n",
        ("app.py", "[i * 2 for i in", "[j * 2 for j in"),
    ),
    miss(
        6,
        "locals exchanged",
        """
        def main(x):
            a = 1
            b = 2
            return a - b
        """,
        ("app.py", "a - b", "b - a"),
    ),
    miss(
        7,
        "local renamed under locals",
        """
        def main(x):
            y = 1
            return sorted(locals())
        """,
        ("app.py", "y = 1", "z = 1"),
    ),
    miss(
        7,
        "local renamed under locals in a helper",
        """
        def names(x):
            y = x
            return sorted(locals())

        def main(x):
            return names(x)
        """,
        ("app.py", "y = x", "z = x"),
    ),
]
