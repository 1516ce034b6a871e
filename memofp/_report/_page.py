"""Put data, style and script together into one page.

Whatever comes from the cache is data: it stands as JSON in an element that is not run, without a
letter that could end it, and the script writes it as text only.  Should that ever fail, the
page's own policy runs no script but the one whose digest it names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from importlib.resources import files
from math import isfinite
from typing import Any

__all__ = ["page"]

_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def page(data: dict[str, Any]) -> str:
    """Return the page for what `gather` found."""
    style, script = _read("report.css"), _read("report.js")
    text = json.dumps(_finite(data), separators=(",", ":"), allow_nan=False).translate(_ESCAPES)
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>memofp: {escape(str(data['directory']))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<div id="app"><noscript>This page draws itself with JavaScript.</noscript></div>\n'
        f'<script type="application/json" id="data">{text}</script>\n<script>{script}</script>\n'
        "</body>\n</html>\n"
    )


def _finite(tree: Any) -> Any:
    """Return plain data with None for the numbers that JSON has no word for."""
    if isinstance(tree, dict):
        return {key: _finite(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_finite(value) for value in tree]
    return None if isinstance(tree, float) and not isfinite(tree) else tree


def _read(name: str) -> str:
    return files("memofp._report").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
