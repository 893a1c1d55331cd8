"""Half of a character that takes two: JSON can hold it, and neither a name on a disk nor UTF-8 can."""

from __future__ import annotations

import re

_LONE = re.compile("[\ud800-\udfff]")


def has_lone_surrogate(text: str) -> bool:
    """Whether a text holds one, so that it cannot be written."""
    return _LONE.search(text) is not None


def without_lone_surrogates(text: str) -> str:
    """The text as it can be written: a replacement character in the place of each."""
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", text)
