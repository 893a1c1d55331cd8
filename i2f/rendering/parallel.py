"""Work shared between two threads: numpy, scipy and Pillow let other threads run while they compute.

Two, because that many processors the poorest machine has, and because what is under way at once is held in memory at
once. Results come in the order of the tasks, so a render is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 2

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], tasks: Iterable[T]) -> list[R]:
    """What `work` makes of each task; what it raises first is raised here."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, tasks))
