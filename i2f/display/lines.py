"""A result as a line of words: what every command prints, and what costs nothing to load (tables.py needs rich)."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TextIO


def say(text: str = "", *, whole: bool = False) -> None:
    """Print a result, its words kept whole in a terminal; what is there to be pasted stays one line."""
    sys.stdout.write((text if whole else fitted(text, sys.stdout)) + "\n")
    sys.stdout.flush()


def fitted(text: str, stream: TextIO) -> str:
    """Lines broken between words where a terminal is narrower; a pipe gets them as they are."""
    if not stream.isatty():
        return text
    return wrapped(text, shutil.get_terminal_size().columns)


def wrapped(text: str, width: int) -> str:
    """Lines broken between words, what goes on set deeper than where it began; a long path stays in one piece."""
    lines = []
    for line in text.split("\n"):
        deeper = " " * (len(line) - len(line.lstrip()) + 2)
        lines += textwrap.wrap(
            line, width, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)
