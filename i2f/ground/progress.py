"""What a run tells while it works, whoever listens: stages, steps, a line to read, a question.

The run knows this much and no terminal; display/progress.py draws it.
"""

from __future__ import annotations

from typing import Protocol


class ProgressReporter(Protocol):
    """Whoever tells the person what is going on."""

    def stage(self, words: str, total: int | None = None) -> None:
        """A new stage begins; `total` is how many steps it has, where that is known."""

    def expect(self, total: int) -> None:
        """How many steps the stage has, where that is learnt on the way."""

    def step(self, steps: int = 1) -> None:
        """So many steps of the stage are done."""

    def working_on(self, item: str) -> None:
        """The file that is being worked on now, for the live line; may be called from any thread."""

    def say(self, line: str) -> None:
        """A line the person should read."""

    def ask(self, question: str) -> str:
        """A question, with the live line put away; what was typed."""
