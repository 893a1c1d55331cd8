"""What is going on right now, for eyes: one live line a stage in a terminal, plain lines elsewhere.

Everything here goes to standard error; results belong to standard output. In a terminal the line of a stage
shows counts, rate and the time left, and when the stage is over one quiet line of words stays. Without a terminal
(cron, a pipe, TERM=dumb) there is no bar and no control character: a line when a stage begins, and one a minute
while it lasts, so that a log shows life. NO_COLOR is rich's own to respect; on a narrow terminal the bar
goes first, the words last. While a question is asked nothing moves.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

LOG = logging.getLogger("i2f.progress")
PLAIN_LINE_EVERY_S = 60.0
WIDE_ENOUGH_FOR_A_BAR = 72


class TerminalProgress:
    """Tells on standard error, live when that is a terminal; used as a context manager."""

    def __init__(
        self, console: Console | None = None, clock: Callable[[], float] = time.monotonic, *, quiet: bool = False
    ) -> None:
        """Look whether anybody watches; `quiet` leaves stages and remarks to the log file."""
        self._quiet = quiet
        self._console = console or Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._clock = clock
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._words, self._done = "", 0
        self._total: int | None = None
        self._began = self._last_line = 0.0

    def __enter__(self) -> Self:
        """Draw the live line where there is a terminal."""
        self._begin_live()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the live line away; what was said stays."""
        self._end_live()

    def stage(self, words: str, total: int | None = None) -> None:
        """Begin a stage; the one before is over."""
        self._end_stage()
        self._words, self._total, self._done = words, total, 0
        self._began = self._last_line = self._clock()
        LOG.info("%s (%d)" if total else "%s", *((words, total) if total else (words,)))
        if self._bar is not None:
            self._task = self._bar.add_task(words, total=total, item="")
        elif not self._quiet:
            self._console.print(f"{words} ({total:,})" if total else words)

    def expect(self, total: int) -> None:
        """Show how far it still is."""
        self._total = total
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, total=total)

    def step(self, steps: int = 1) -> None:
        """Move on."""
        self._done += steps
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)
        elif self._bar is None and not self._quiet and self._clock() - self._last_line >= PLAIN_LINE_EVERY_S:
            self._last_line = self._clock()
            self._console.print(f"{self._words}: {counts(self._done, self._total)}")

    def working_on(self, item: str) -> None:
        """Name the file in the live line."""
        LOG.debug("%s: %s", self._words, item)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, item=item)

    def say(self, line: str) -> None:
        """Print a line above the live one; a stage that is through is told first."""
        LOG.info("%s", line)
        if self._quiet:
            return
        if self._total is not None and self._done >= self._total:
            self._end_stage()
        # Words break between words in a terminal; a log keeps its lines whole.
        self._console.print(line, soft_wrap=not self._console.is_terminal)

    def ask(self, question: str) -> str:
        """Put the live line away, ask, and go on when something was typed, after the question and not before it."""
        self._end_live()
        drop_typed_ahead()
        *before, asked = question.split("\n")
        for line in before:
            self._console.print(line, soft_wrap=not self._console.is_terminal or "://" in line)  # a URL stays whole
        self._console.print(asked, end=" ", soft_wrap=not self._console.is_terminal)
        typed = sys.stdin.readline().strip()
        LOG.info("%s %s", question, typed)
        self._begin_live()
        return typed

    def _begin_live(self) -> None:
        if self._console.is_terminal and not self._console.is_dumb_terminal and not self._quiet:
            width = self._console.width
            bar = [BarColumn(bar_width=14)] if width >= WIDE_ENOUGH_FOR_A_BAR else []
            self._bar = Progress(
                TextColumn("{task.description}"),
                *bar,
                _Pace(),
                _Item(),
                console=self._console,
                transient=True,
                get_time=self._clock,
            )
            self._bar.start()

    def _end_live(self) -> None:
        self._end_stage()
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _end_stage(self) -> None:
        if self._bar is None or self._task is None:
            return
        self._bar.remove_task(self._task)
        self._bar.refresh()
        self._task = None
        spent = self._clock() - self._began
        if self._done:
            self._console.print(Text(f"{self._words}: {counts(self._done, self._total)} in {duration(spent)}", "dim"))


def drop_typed_ahead() -> None:
    """Forget what was typed before a question was there to be read: a key meant for something else is no answer."""
    if not sys.stdin.isatty():
        return
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
        return
    import termios

    with suppress(termios.error, OSError):
        termios.tcflush(sys.stdin, termios.TCIFLUSH)


class _Item(ProgressColumn):
    """The file of the moment, in what room is left."""

    def render(self, task: Task) -> Text:
        """The name, cut by the console where it does not fit."""
        return Text(str(task.fields.get("item") or ""), style="dim", no_wrap=True, overflow="ellipsis")


class _Pace(ProgressColumn):
    """Counts, rate and the time left, in words a screen reader can read."""

    def render(self, task: Task) -> Text:
        """What stands to the right of the bar."""
        total = None if task.total is None else int(task.total)
        parts = [counts(int(task.completed), total)] if task.completed or total else []
        if task.speed:
            rate = task.speed
            parts.append(f"{rate:,.0f} a second" if rate >= 2 else f"{60 * rate:,.0f} a minute")
        if task.time_remaining:
            parts.append(f"{duration(task.time_remaining)} left")
        return Text(", ".join(parts), style="progress.remaining", no_wrap=True, overflow="ellipsis")


def counts(done: int, total: int | None) -> str:
    """How far a stage is."""
    return f"{done:,}" if total is None else f"{done:,} of {total:,}"


def duration(seconds: float) -> str:
    """A stretch of time as a person says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min"
