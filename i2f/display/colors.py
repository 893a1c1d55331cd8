"""The three colours of the terminal, which mean the same in every command.

Green is done or in order, yellow waits for the person, red failed or is missing. A word always says the same as its
colour, so that nothing is lost without colours: in a pipe, under NO_COLOR or TERM=dumb.
"""

from __future__ import annotations

import os
from typing import TextIO

GOOD, ATTENTION, BAD = "green", "yellow", "red"
_CODES = {GOOD: "32", ATTENTION: "33", BAD: "31"}


def colored(text: str, color: str, stream: TextIO) -> str:
    """The text in a colour where the stream shows colours."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_CODES[color]}m{text}\x1b[0m"
