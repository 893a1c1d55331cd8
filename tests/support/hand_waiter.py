"""Waiting for processes without a clock: as long as it takes for what will answer, not at all for what never will."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import active_children
from multiprocessing.connection import Connection
from pathlib import Path

from i2f.ground.processes import Waiter

LOOK_EVERY_S = 0.02


class HandWaiter(Waiter):
    """Time stands still, however busy the machine is, until `hangs` says that the answer cannot come."""

    def __init__(self, hangs: Callable[[], bool] = lambda: False) -> None:
        self.hangs = hangs
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def wait(self, lines: Sequence[Connection], timeout_s: float) -> list[Connection]:
        while True:
            if ready := super().wait(lines, LOOK_EVERY_S):
                return ready
            if self.hangs():
                self._now += timeout_s
                return []


def is_a_child(pid: int) -> bool:
    """Whether this process is a child of ours still; a stopped one is until it is killed."""
    return pid in {child.pid for child in active_children()}


class OpenPipe:
    """Tells when somebody has opened a pipe to read from it, and lets him wait there for ever."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: list[int] = []

    def is_read(self) -> bool:
        """Whether somebody waits for what never comes."""
        with suppress(OSError):  # nobody has it open
            self._held.append(os.open(self._path, os.O_WRONLY | os.O_NONBLOCK))
            return True
        return False

    def close(self) -> None:
        """Let go of it."""
        for number in self._held:
            os.close(number)
