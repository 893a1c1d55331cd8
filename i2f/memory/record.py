"""The journal's record: what was done to each picture, with all that is needed to take it back years later.

Entries are appended and never changed, each on the disk before the call returns. Beside them stand the runs they
belong to, the saved copies they speak of, and the calls made to Flickr, which the hourly limit counts over all runs.
What a picture's entries mean is history.py's.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from i2f.memory.database import Database
from i2f.memory.journal_steps import JournalStep


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record."""

    entry: int
    run: str
    at: float
    photo_id: str
    step: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy as it was, saved before it was replaced; `file` is relative to the backup folder."""

    photo_id: str
    original_secret: str
    sha256: str
    file: str
    size_bytes: int
    width: int
    height: int
    fetched_at: float


class Record:
    """Runs, entries, saved copies and calls."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def append(self, run: str, photo_id: str, step: JournalStep, body: Mapping[str, Any]) -> None:
        """Append to the record; returns only when it is on the disk."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO record (run, at, photo_id, step, body) VALUES (?, ?, ?, ?, ?)",
                (run, time.time(), photo_id, str(step), json.dumps(body)),
            )

    def entries(self, photo_id: str | None = None, after: int = 0) -> list[Entry]:
        """The record, oldest first, of one photo or of all; what was appended `after` an entry."""
        where, values = ("AND photo_id = ?", (after, photo_id)) if photo_id is not None else ("", (after,))
        rows = self._database.rows(
            f"SELECT entry, run, at, photo_id, step, body FROM record WHERE entry > ? {where} ORDER BY entry", values
        )
        return [Entry(entry, run, at, photo, step, json.loads(body)) for entry, run, at, photo, step, body in rows]

    def begin_run(self, run: str, mode: str) -> None:
        """Note that a run began."""
        with self._database.writing() as db:
            db.execute("INSERT INTO runs VALUES (?, ?, ?, NULL, NULL)", (run, mode, time.time()))

    def end_run(self, run: str, summary: Mapping[str, Any]) -> None:
        """Note how a run ended."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE runs SET finished_at = ?, summary = ? WHERE run = ?", (time.time(), json.dumps(summary), run)
            )

    def runs(self) -> list[Mapping[str, Any]]:
        """All runs, oldest first; `finished_at` is None for one that was cut off."""
        rows = self._database.rows(
            "SELECT run, mode, started_at, finished_at, summary FROM runs ORDER BY started_at, run"
        )
        return [
            {
                "run": run,
                "mode": mode,
                "started_at": start,
                "finished_at": end,
                "summary": json.loads(summary) if summary else None,
            }
            for run, mode, start, end, summary in rows
        ]

    def keep_backup(self, backup: Backup) -> None:
        """Note that a copy's own bytes are on the disk."""
        with self._database.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO backups VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    backup.photo_id,
                    backup.original_secret,
                    backup.sha256,
                    backup.file,
                    backup.size_bytes,
                    backup.width,
                    backup.height,
                    backup.fetched_at,
                ),
            )

    def backup(self, photo_id: str, original_secret: str) -> Backup | None:
        """The backup of this very version of a photo."""
        rows = self._database.rows(
            "SELECT * FROM backups WHERE photo_id = ? AND original_secret = ?", (photo_id, original_secret)
        )
        return Backup(*rows[0]) if rows else None

    def forget_backup(self, backup: Backup) -> None:
        """Note that a saved copy is no longer there, or no longer what was saved."""
        with self._database.writing() as db:
            db.execute(
                "DELETE FROM backups WHERE photo_id = ? AND original_secret = ?",
                (backup.photo_id, backup.original_secret),
            )

    def backups(self) -> list[Backup]:
        """Every backup noted."""
        return [Backup(*row) for row in self._database.rows("SELECT * FROM backups ORDER BY fetched_at, photo_id")]

    def note_call(self, at: float) -> None:
        """Count one API or upload call; what is older than a day is let go."""
        with self._database.writing() as db:
            db.execute("INSERT INTO calls VALUES (?)", (at,))
            db.execute("DELETE FROM calls WHERE at < ?", (at - 86400,))

    def forget_future(self, now: float) -> None:
        """Count calls noted by a clock that ran ahead as made now; else they would be held against every run."""
        with self._database.writing() as db:
            db.execute("UPDATE calls SET at = ? WHERE at > ?", (now, now))

    def calls_since(self, at: float) -> list[float]:
        """The times of the calls made since, oldest first."""
        return [float(row[0]) for row in self._database.rows("SELECT at FROM calls WHERE at >= ? ORDER BY at", (at,))]
