"""Python's search for cycles, paused where a great many small things are made that hold nothing but text and numbers.

Each time as many again as there are have been made, everything is looked at for cycles. Where a journal of a hundred
thousand originals is taken up that is half of the time, and nothing is ever found.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Look for no cycles inside the block; afterwards as before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
