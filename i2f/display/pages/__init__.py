"""The two pages a browser shows, preview and review: markup, looks and behaviour in files of their own kind.

The modules that fill them know Python only; what is here knows no Python. Every value of a page passes Jinja's
autoescape, scripts and looks are bound to the page by a content security policy.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined


@cache
def read_page(name: str) -> str:
    """One of the files of this package."""
    return (files(__name__) / name).read_text(encoding="utf-8")


@cache
def templates() -> Environment:
    """Jinja with everything escaped, and nothing undefined let through."""
    return Environment(
        loader=FunctionLoader(read_page),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def csp_hash(text: str) -> str:
    """How a content security policy names an inline script or style of exactly this text."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
