"""Configure Sphinx."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "memofp"
author = "The memofp authors"
copyright = "2026, the memofp authors"
release = version = version_of("memofp")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "**/README.md"]
html_theme = "furo"
html_title = "memofp"
autodoc_typehints = "description"
autodoc_member_order = "bysource"
nitpicky = False
