"""The words for a file that is not whole, shared by all who look at structure."""

from __future__ import annotations

from typing import NamedTuple

CUT_SHORT = "cut short"
DAMAGED = "damaged"


class FlawError(Exception):
    """The structure breaks off or contradicts itself; the text is the reason in short words."""


class Chunk(NamedTuple):
    """A chunk of PNG or RIFF, or a box of HEIC: its type, and where its contents begin and end."""

    kind: bytes
    begin: int
    end: int
