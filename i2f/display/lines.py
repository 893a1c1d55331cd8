"""A result as a line of words and its colour: what every command prints, and what costs nothing to load (tables.py
needs rich).

The three colours mean the same in every command: green is done or in order, yellow waits for the person, red failed or
is missing. A word always says the same as its colour, so that nothing is lost without: in a pipe, under NO_COLOR or
TERM=dumb.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from typing import TextIO

GOOD, ATTENTION, BAD = "green", "yellow", "red"
_CODES = {GOOD: "32", ATTENTION: "33", BAD: "31"}
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_MARK = re.compile(r"\[..\] ")


def say(text: str = "", *, whole: bool = False) -> None:
    """Print a result, its words kept whole in a terminal; what is there to be pasted stays one line."""
    sys.stdout.write((text if whole else fitted(text, sys.stdout)) + "\n")
    sys.stdout.flush()


def colored(text: str, color: str, stream: TextIO) -> str:
    """The text in a colour where the stream shows colours."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_CODES[color]}m{text}\x1b[0m"


def fitted(text: str, stream: TextIO) -> str:
    """Lines broken between words where a terminal is narrower; a pipe gets them as they are."""
    if not stream.isatty():
        return text
    return wrapped(text, shutil.get_terminal_size().columns)


def wrapped(text: str, width: int) -> str:
    """Lines broken between words, what goes on set deeper than where it began; a long path stays in one piece.

    Colours take no room, and what follows a mark such as [ok] goes on below itself.
    """
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> list[str]:
    bare = _ESCAPE.sub("", line)
    mark = _MARK.match(bare)
    deeper = " " * (mark.end() if mark else len(bare) - len(bare.lstrip()) + 2)
    parts = [""]
    for word in re.findall(r"\s*\S+", line):
        if parts[-1] and _columns(parts[-1] + word) > width:
            parts.append(deeper + word.lstrip())
        else:
            parts[-1] += word
    return parts


def _columns(text: str) -> int:
    """How many columns a terminal needs for it: two for each wide character, none for colours and accents."""
    seen = (one for one in _ESCAPE.sub("", text) if not unicodedata.combining(one))
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in seen)
