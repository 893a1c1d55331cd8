"""The sum of a plan, shown once before anything irreversible begins: how much, how long, and the way back.

The time is an estimate. What earlier runs took is the best guide; where there is none, a slow home line is assumed.
Flickr's hourly limit of calls can be what a large run waits for, so the longer of the two is told.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from i2f.display.progress import duration
from i2f.ground.wording import counted
from i2f.memory.journal_steps import JournalStep
from i2f.memory.record import Entry

# Without an earlier run to go by: an upload of 8 Mbit/s, and what a replacement's calls take beside it.
ASSUMED_BYTES_PER_S = 1e6
ASSUMED_S_A_PHOTO = 3.0
# Replacements that came through, the last so many, tell how fast this line is.
REMEMBERED = 50


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What is about to happen, in numbers; `seconds` is how long it may take."""

    replace: int
    review: int
    unchanged: int
    send_bytes: int
    seconds: float
    backup_bytes: int
    free_bytes: int
    backups: str

    def rows(self) -> list[tuple[str, str]]:
        """The table, name and value."""
        return [
            ("Replace", f"{counted(self.replace, 'photo')}, {megabytes(self.send_bytes)} to send"),
            ("To review", counted(self.review, "photo")),
            ("Unchanged", counted(self.unchanged, "photo")),
            ("Time", f"about {duration(self.seconds)}"),
            ("Backups", f"{megabytes(self.backup_bytes)} ({self.free_bytes / 1e9:,.0f} GB free) in {self.backups}"),
            ("Way back", "`undo` restores every replaced photo from its backup"),
        ]

    def lines(self) -> list[str]:
        """The table as lines of text."""
        return ["Plan", *(f"  {name:<10}  {value}" for name, value in self.rows())]

    def question(self) -> str:
        """What is asked below the table."""
        return f"Replace {counted(self.replace, 'photo')} on Flickr? [y/N]"


def estimate_s(entries: Sequence[Entry], count: int, send_bytes: int, uploads: int) -> float:
    """How long so many photos of so many bytes may take, by the last replacements in the record where there are any."""
    begun: dict[str, Entry] = {}
    took_s, took_bytes, done = 0.0, 0, 0
    for entry in entries[-REMEMBERED * 3 :]:
        if entry.step == JournalStep.INTENDED:
            begun[entry.photo_id] = entry
        elif entry.step == JournalStep.CONFIRMED and entry.photo_id in begun:
            start = begun.pop(entry.photo_id)
            took_s, done = took_s + entry.at - start.at, done + 1
            took_bytes += int(start.body["sent"]["size_bytes"])
    if done and took_s > 0:
        # Both grow with the run: the half of the time that goes with photos, and the half that goes with bytes.
        scale = (count / done + send_bytes / max(1, took_bytes)) / 2
        return took_s * scale / min(uploads, max(1, count))
    return send_bytes / ASSUMED_BYTES_PER_S + ASSUMED_S_A_PHOTO * count / uploads


def free_bytes(folder: str) -> int:
    """What is free on the disk of the backups."""
    return shutil.disk_usage(folder).free


def megabytes(size_bytes: int) -> str:
    """A size as people read it."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes < 10**7 else f"{size_bytes / 1e6:,.0f} MB"
