"""What came out for each copy: the matcher's answers, the decisions made of them, and what a person answered.

An answer of the matcher belongs to one copy's bytes and one set of originals; a decision to a photo, or to a post's
picture that `new` looked at, the latest alone; a person's answers to either, all of them (review_answers.py knows what
they mean).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from i2f.memory.database import Database


class Assessments:
    """The matcher's answers, decisions, and a person's answers."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def find(self, copy_sha256: str, originals: str) -> Any:
        """The answer for this copy and this very set of originals, None when it was not asked yet."""
        rows = self._database.rows(
            "SELECT body FROM assessments WHERE copy_sha256 = ? AND originals = ?", (copy_sha256, originals)
        )
        return json.loads(rows[0][0]) if rows else None

    def keep(self, answers: Iterable[tuple[str, str, Any]]) -> None:
        """Keep answers as (copy's sha256, signature of the originals, answer)."""
        rows = [(copy, originals, json.dumps(body)) for copy, originals, body in answers]
        with self._database.writing() as db:
            db.executemany("INSERT OR REPLACE INTO assessments VALUES (?, ?, ?)", rows)

    def keep_decisions(self, run: str, decisions: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Keep the latest decision of each photo with its evidence, for `why`."""
        rows = [(photo_id, run, json.dumps(body)) for photo_id, body in decisions]
        with self._database.writing() as db:
            db.executemany("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", rows)

    def decision(self, photo_id: str) -> tuple[str, Mapping[str, Any]] | None:
        """The run that last decided on a photo, and what it decided and why."""
        rows = self._database.rows("SELECT run, body FROM decisions WHERE photo_id = ?", (photo_id,))
        return (str(rows[0][0]), json.loads(rows[0][1])) if rows else None

    def decisions(self) -> Iterator[Mapping[str, Any]]:
        """The latest decision of every photo."""
        for (body,) in self._database.rows("SELECT body FROM decisions ORDER BY photo_id"):
            yield json.loads(body)

    def keep_post_decisions(self, run: str, decisions: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Keep the latest decision of each post's picture with its evidence, for `review` and `why`."""
        rows = [(post, run, json.dumps(body)) for post, body in decisions]
        with self._database.writing() as db:
            db.executemany("INSERT OR REPLACE INTO post_decisions VALUES (?, ?, ?)", rows)

    def post_decisions(self) -> Iterator[Mapping[str, Any]]:
        """The latest decision of every post's picture."""
        return (body for _, body in self.runs_and_post_decisions())

    def runs_and_post_decisions(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The same, each behind the run that made it."""
        for run, body in self._database.rows("SELECT run, body FROM post_decisions ORDER BY post"):
            yield str(run), json.loads(body)

    def keep_answer(self, photo_id: str, body: Mapping[str, Any], answered_at: float) -> None:
        """Keep everything said about a photo, in place of what was kept; returns when it is on the disk."""
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (photo_id, json.dumps(body), answered_at))

    def answer(self, photo_id: str) -> tuple[Mapping[str, Any], float] | None:
        """What was said about a photo, and when."""
        rows = self._database.rows("SELECT body, answered_at FROM answers WHERE photo_id = ?", (photo_id,))
        return (json.loads(rows[0][0]), float(rows[0][1])) if rows else None

    def answered(self, start: str) -> list[str]:
        """The ids beginning so about which something was said."""
        rows = self._database.rows("SELECT photo_id FROM answers WHERE substr(photo_id, 1, ?) = ?", (len(start), start))
        return [str(photo_id) for (photo_id,) in rows]

    def rename_answer(self, photo_id: str, other: str) -> None:
        """Let what was said under one id stand under another, of which nothing was said yet."""
        with self._database.writing() as db:
            db.execute("UPDATE OR IGNORE answers SET photo_id = ? WHERE photo_id = ?", (other, photo_id))

    def forget_answer(self, photo_id: str) -> None:
        """Forget what was said about a photo."""
        with self._database.writing() as db:
            db.execute("DELETE FROM answers WHERE photo_id = ?", (photo_id,))
