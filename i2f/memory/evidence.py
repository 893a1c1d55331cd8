"""What is known of a copy beside the originals that it was compared with, so that only new ones need to be.

For each copy: how it is searched for, the rankings of the originals that look like it (with the set of originals they
are of), and what was found when it was compared with single ones. None of it names a file: an original goes by its
content. All of it can be made anew, and is when the matcher's version is another.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from i2f.memory.database import Database


@dataclass(frozen=True, slots=True)
class StoredRanking:
    """A ranking as bytes, and the name of the set of originals that it is a ranking of."""

    among: str
    entries: bytes


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """All that is kept for one copy; a ranking goes by the ways in which the copy was held."""

    queries: bytes
    findings: bytes
    rankings: Mapping[str, StoredRanking]


class Evidence:
    """What was found for each copy, and the sets of originals it was sought among."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def find(self, copy_sha256: str, version: str) -> StoredEvidence | None:
        """What is known of this copy by this version of the matcher."""
        rows = self._database.rows(
            "SELECT queries, findings FROM evidence WHERE copy_sha256 = ? AND version = ?", (copy_sha256, version)
        )
        if not rows:
            return None
        rankings = self._database.rows(
            "SELECT ways, among, entries FROM rankings WHERE copy_sha256 = ?", (copy_sha256,)
        )
        queries, findings = rows[0]
        return StoredEvidence(
            queries, findings, {ways: StoredRanking(among, entries) for ways, among, entries in rankings}
        )

    def keep(self, found: Mapping[str, StoredEvidence], version: str) -> None:
        """Keep all of what is known of these copies now, in place of what was."""
        with self._database.writing() as db:
            for copy, one in found.items():
                row = (copy, version, one.queries, one.findings)
                db.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?)", row)
                db.execute("DELETE FROM rankings WHERE copy_sha256 = ?", (copy,))
                _keep_rankings(db, copy, one.rankings)

    def keep_rankings(self, found: Mapping[str, Mapping[str, StoredRanking]]) -> None:
        """Keep new rankings of copies whose findings are what they were."""
        with self._database.writing() as db:
            for copy, rankings in found.items():
                _keep_rankings(db, copy, rankings)

    def names(self, among: str) -> bytes | None:
        """The originals of a set, as they were kept."""
        rows = self._database.rows("SELECT names FROM searched WHERE among = ?", (among,))
        return bytes(rows[0][0]) if rows else None

    def keep_names(self, names: bytes) -> str:
        """Keep a set of originals, always in the same order, and say what it is called.

        Sets that no copy was sought among any more are let go of.
        """
        among = hashlib.sha256(names).hexdigest()[:32]
        with self._database.writing() as db:
            db.execute("INSERT OR IGNORE INTO searched VALUES (?, ?)", (among, names))
            db.execute("DELETE FROM searched WHERE among != ? AND among NOT IN (SELECT among FROM rankings)", (among,))
        return among


def _keep_rankings(db: sqlite3.Connection, copy: str, rankings: Mapping[str, StoredRanking]) -> None:
    rows = [(copy, ways, one.among, one.entries) for ways, one in rankings.items()]
    db.executemany("INSERT OR REPLACE INTO rankings VALUES (?, ?, ?, ?)", rows)
