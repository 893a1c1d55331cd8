"""The processes that a test started, whatever others before it left at work (sessions.py shares one)."""

from __future__ import annotations

from multiprocessing import active_children
from multiprocessing.process import BaseProcess

_earlier: set[int | None] = set()


def count_from_here() -> None:
    """Leave out of `started` what is there now."""
    _earlier.clear()
    _earlier.update(one.pid for one in active_children())


def started() -> list[BaseProcess]:
    """The processes that are there now and were not then."""
    return [one for one in active_children() if one.pid not in _earlier]
