"""A clock that moves only when somebody waits, so that no test does."""

from __future__ import annotations

import threading
import time


class HandClock:
    """Remembers every wait; with `step_s` it also moves each time somebody looks."""

    def __init__(self, start: float | None = None, step_s: float = 0.0) -> None:
        self.time = time.time() if start is None else start
        self.naps: list[float] = []
        self.step_s = step_s
        self._guard = threading.Lock()

    def now(self) -> float:
        with self._guard:
            self.time += self.step_s
            return self.time

    def sleep(self, seconds: float) -> None:
        with self._guard:
            self.time += seconds
            self.naps.append(seconds)

    @property
    def waited_s(self) -> float:
        """All waits together."""
        return sum(self.naps)
