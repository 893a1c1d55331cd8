"""What is going on right now, for eyes: one live line a stage in a terminal, one plain line a stage elsewhere.

Everything here goes to standard error; results belong to standard output. Without a terminal (cron, a pipe)
there is no bar and no control character, only a line when a stage begins.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Teller(Protocol):
    """Whoever tells the person what is going on."""

    def stage(self, words: str, total: int | None = None) -> None:
        """A new stage begins; `total` is how many steps it has, where that is known."""

    def step(self, steps: int = 1) -> None:
        """So many steps of the stage are done."""

    def say(self, line: str) -> None:
        """A line the person should read."""


class TerminalTeller:
    """Tells on standard error, live when that is a terminal; used as a context manager."""

    def __init__(self) -> None:
        """Look whether anybody watches."""
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Draw the bar where there is a terminal."""
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                console=self._console, transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away; what was said stays."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def stage(self, words: str, total: int | None = None) -> None:
        """Begin a stage."""
        if self._bar is None:
            self._console.print(f"{words} ({total})" if total else words)
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(words, total=total)

    def step(self, steps: int = 1) -> None:
        """Move the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._console.print(line)
