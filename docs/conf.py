"""How Sphinx builds these pages: `sphinx-build -W -n docs vintool-docs`."""

import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

import generate  # noqa: E402 - beside this file

import vintool  # noqa: E402

_PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "vintool"
author = _PROJECT["authors"][0]["name"]
copyright = f"2026 {author}, Apache-2.0"  # noqa: A001 - Sphinx calls it so
release = version = vintool.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["*.py"]
highlight_language = "text"
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # pages of other folders begin where they like

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
# What others define has no page here, and the pages are built without a network; types are a table.
nitpick_ignore_regex = [("py:.*", r"(?!vintool).*"), ("py:class", ".*")]

html_theme = "furo"
html_title = f"vintool {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False


def setup(app):  # noqa: ANN001, ANN201 - as Sphinx calls it
    """Fill what code and data tell into the pages as they are read."""
    app.connect("source-read", generate.fill)
    return {"parallel_read_safe": True}
