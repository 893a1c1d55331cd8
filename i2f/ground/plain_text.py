"""Somebody else's text, as it can be shown and written: titles, captions, file names, what an export or Flickr says.

What could steer a terminal or turn the writing direction is shown as a replacement character, or stands escaped in
JSON; bytes of a file name that are no text stand as \\xNN. Half of a character that takes two can come out of JSON, and
neither a name on a disk nor UTF-8 can hold it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

# Families of emoji and Persian words hang on these two; they steer nothing.
_JOINING = frozenset("\u200c\u200d")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_STEERING = re.compile(f"[\x7f-\x9f\ud800-\udfff{''.join(sorted(_TURNING))}]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def in_plain_words(text: str) -> str:
    """Somebody else's text for a terminal: no control characters, no marks that turn the writing direction."""
    return "".join(
        letter if letter.isprintable() and letter not in _TURNING or letter in _JOINING else "\N{REPLACEMENT CHARACTER}"
        for letter in text.replace("\n", " ").replace("\t", " ")
    )


def printable(path: Path) -> str:
    r"""A path as text; bytes that are no text stand as \xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def escaped(json_text: str) -> str:
    """JSON in which what could steer a terminal, or cannot be written, stands escaped."""
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", json_text)


def has_lone_surrogate(text: str) -> bool:
    """Whether a text holds half of a character, so that it cannot be written."""
    return _LONE_SURROGATE.search(text) is not None


def without_lone_surrogates(text: str) -> str:
    """The text as it can be written: a replacement character in the place of each."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
