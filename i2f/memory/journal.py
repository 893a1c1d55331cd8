"""What the tool remembers: one SQLite file, and nothing in it is ever needed twice from Flickr or the folder.

Four kinds of memory live here. The *record* is append-only: what was intended, sent, confirmed, left unsure,
for every picture, with all that is needed to take it back years later. The *listing* is what Flickr said of
the account, so that a later run asks only for what changed. The *readings* are what was seen in each original,
by the version (size, mtime) of its file, so that no file is opened twice. The *assessments* are the answers of
the matcher for one copy and one set of originals.

The record is flushed to the disk with every entry (synchronous=FULL); the rest could be made anew. Schema
changes are numbered (PRAGMA user_version) and applied in order; a journal from a newer version is refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from i2f.ground.errors import SettingsError, StoppedError
from i2f.memory.journal_steps import JournalStep

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE calls (at REAL NOT NULL);
    CREATE INDEX calls_by_time ON calls (at);
    CREATE TABLE photos (photo_id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
    CREATE TABLE readings (path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        version TEXT NOT NULL, body TEXT NOT NULL, fingerprint BLOB);
    CREATE TABLE thumbnails (path BLOB PRIMARY KEY, jpeg BLOB NOT NULL);
    CREATE TABLE backups (photo_id TEXT NOT NULL, original_secret TEXT NOT NULL, sha256 TEXT NOT NULL,
        file TEXT NOT NULL, size_bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        fetched_at REAL NOT NULL, PRIMARY KEY (photo_id, original_secret)) WITHOUT ROWID;
    CREATE TABLE assessments (copy_sha256 TEXT NOT NULL, originals TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (copy_sha256)) WITHOUT ROWID;
    CREATE TABLE decisions (photo_id TEXT PRIMARY KEY, run TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (run TEXT PRIMARY KEY, mode TEXT NOT NULL, started_at REAL NOT NULL, finished_at REAL,
        summary TEXT) WITHOUT ROWID;
    CREATE TABLE record (entry INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, at REAL NOT NULL,
        photo_id TEXT NOT NULL, step TEXT NOT NULL, body TEXT NOT NULL);
    CREATE INDEX record_by_photo ON record (photo_id, entry);
    CREATE TABLE answers (photo_id TEXT PRIMARY KEY, body TEXT NOT NULL, answered_at REAL NOT NULL) WITHOUT ROWID;
    """,
)


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


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What was read of one version of a file; `fingerprint` is None for a file that could not be read."""

    path: Path
    size_bytes: int
    mtime_ns: int
    body: Mapping[str, Any]
    fingerprint: bytes | None


class Journal:
    """The open journal. Safe to use from several threads; one run at a time (state.py holds the lock)."""

    def __init__(self, file: Path) -> None:
        """Open the journal, making or migrating it; raises SettingsError where that cannot be."""
        self._guard = threading.RLock()
        try:
            self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=10)
            if os.name == "posix":
                file.chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._migrate(file)
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"the journal {file} cannot be used ({error}); nothing was done, name another folder with --state"
            ) from None

    def _migrate(self, file: Path) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise SettingsError(f"the journal {file} was written by a newer version of this program; update it")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version={number}; COMMIT;")

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it."""
        with self._guard:
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; a full or broken disk stops the run with one line."""
        with self._guard:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise StoppedError(
                    f"the journal cannot be written ({error}); nothing is lost, make room and run again"
                ) from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # a disk that failed once may fail again; what is not committed never was
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._guard:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise StoppedError(f"the journal cannot be read ({error}); nothing more was done") from error

    # Facts about the state folder as a whole.

    def fact(self, name: str) -> str | None:
        """A remembered fact, None when unknown."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def remember(self, name: str, value: str) -> None:
        """Remember a fact, in place of what was known before."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    # Calls, for the hourly limit over all runs (pace.CallHistory).

    def note_call(self, at: float) -> None:
        """Count one API or upload call; what is older than a day is let go."""
        with self._writing() as db:
            db.execute("INSERT INTO calls VALUES (?)", (at,))
            db.execute("DELETE FROM calls WHERE at < ?", (at - 86400,))

    def forget_future(self, now: float) -> None:
        """Count calls noted by a clock that ran ahead as made now; else they would be held against every run."""
        with self._writing() as db:
            db.execute("UPDATE calls SET at = ? WHERE at > ?", (now, now))

    def calls_since(self, at: float) -> list[float]:
        """The times of the calls made since, oldest first."""
        return [float(row[0]) for row in self._rows("SELECT at FROM calls WHERE at >= ? ORDER BY at", (at,))]

    # The listing of the account.

    def keep_photos(self, photos: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
        """Keep what Flickr said: every id, and of the copies the whole."""
        rows = [(photo_id, None if body is None else json.dumps(body)) for photo_id, body in photos]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO photos VALUES (?, ?)", rows)

    def forget_photos(self) -> None:
        """Forget the listing; the next run asks for the whole again."""
        with self._writing() as db:
            db.execute("DELETE FROM photos")
            db.execute("DELETE FROM facts WHERE name = 'watermark'")

    def count_photos(self) -> int:
        """How many photos of the account are known."""
        return int(self._rows("SELECT count(*) FROM photos")[0][0])

    def copies(self) -> Iterator[Mapping[str, Any]]:
        """The photos kept whole, one after the other: an account may hold a hundred thousand."""
        with self._guard:
            for (body,) in self._db.execute("SELECT body FROM photos WHERE body IS NOT NULL"):
                yield json.loads(body)

    # What was read in the folder.

    def readings(self, version: str) -> Iterator[StoredReading]:
        """Everything read so far with this version of the matcher, fingerprints included."""
        with self._guard:
            cursor = self._db.execute(
                "SELECT path, size_bytes, mtime_ns, body, fingerprint FROM readings WHERE version = ?", (version,)
            )
            for path, size_bytes, mtime_ns, body, fingerprint in cursor:
                yield StoredReading(Path(os.fsdecode(path)), size_bytes, mtime_ns, json.loads(body), fingerprint)

    def keep_readings(self, readings: Iterable[tuple[StoredReading, bytes | None]], version: str) -> None:
        """Keep readings and their thumbnails (JPEG bytes, None for a file that could not be read)."""
        with self._writing() as db:
            for reading, thumbnail in readings:
                key = os.fsencode(reading.path)
                db.execute("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?)", (
                    key, reading.size_bytes, reading.mtime_ns, version, json.dumps(reading.body), reading.fingerprint))
                if thumbnail is not None:
                    db.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (key, thumbnail))

    def thumbnail(self, path: Path) -> bytes | None:
        """The kept thumbnail of an original, JPEG."""
        rows = self._rows("SELECT jpeg FROM thumbnails WHERE path = ?", (os.fsencode(path),))
        return bytes(rows[0][0]) if rows else None

    # The matcher's answers.

    def assessment(self, copy_sha256: str, originals: str) -> Any:
        """The answer for this copy and this very set of originals, None when it was not asked yet."""
        rows = self._rows(
            "SELECT body FROM assessments WHERE copy_sha256 = ? AND originals = ?", (copy_sha256, originals)
        )
        return json.loads(rows[0][0]) if rows else None

    def keep_assessments(self, answers: Iterable[tuple[str, str, Any]]) -> None:
        """Keep answers as (copy's sha256, signature of the originals, answer)."""
        rows = [(copy, originals, json.dumps(body)) for copy, originals, body in answers]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO assessments VALUES (?, ?, ?)", rows)

    def keep_decisions(self, run: str, decisions: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Keep the latest decision of each photo with its evidence, for `why`."""
        rows = [(photo_id, run, json.dumps(body)) for photo_id, body in decisions]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", rows)

    def decision(self, photo_id: str) -> tuple[str, Mapping[str, Any]] | None:
        """The run that last decided on a photo, and what it decided and why."""
        rows = self._rows("SELECT run, body FROM decisions WHERE photo_id = ?", (photo_id,))
        return (str(rows[0][0]), json.loads(rows[0][1])) if rows else None

    def decisions(self) -> Iterator[Mapping[str, Any]]:
        """The latest decision of every photo."""
        for (body,) in self._rows("SELECT body FROM decisions ORDER BY photo_id"):
            yield json.loads(body)

    # What a person answered.

    def keep_answer(self, photo_id: str, body: Mapping[str, Any], answered_at: float) -> None:
        """Keep everything said about a photo, in place of what was kept; returns when it is on the disk."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (photo_id, json.dumps(body), answered_at))

    def answer(self, photo_id: str) -> tuple[Mapping[str, Any], float] | None:
        """What was said about a photo, and when."""
        rows = self._rows("SELECT body, answered_at FROM answers WHERE photo_id = ?", (photo_id,))
        return (json.loads(rows[0][0]), float(rows[0][1])) if rows else None

    def forget_answer(self, photo_id: str) -> None:
        """Forget what was said about a photo."""
        with self._writing() as db:
            db.execute("DELETE FROM answers WHERE photo_id = ?", (photo_id,))

    # Backups.

    def keep_backup(self, backup: Backup) -> None:
        """Note that a copy's own bytes are on the disk."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO backups VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (
                backup.photo_id, backup.original_secret, backup.sha256, backup.file, backup.size_bytes,
                backup.width, backup.height, backup.fetched_at))

    def backup(self, photo_id: str, original_secret: str) -> Backup | None:
        """The backup of this very version of a photo."""
        rows = self._rows(
            "SELECT * FROM backups WHERE photo_id = ? AND original_secret = ?", (photo_id, original_secret)
        )
        return Backup(*rows[0]) if rows else None

    def forget_backup(self, backup: Backup) -> None:
        """Note that a saved copy is no longer there, or no longer what was saved."""
        with self._writing() as db:
            db.execute("DELETE FROM backups WHERE photo_id = ? AND original_secret = ?",
                       (backup.photo_id, backup.original_secret))

    def backups(self) -> list[Backup]:
        """Every backup noted."""
        return [Backup(*row) for row in self._rows("SELECT * FROM backups ORDER BY fetched_at, photo_id")]

    # Runs and the record.

    def begin_run(self, run: str, mode: str) -> None:
        """Note that a run began."""
        with self._writing() as db:
            db.execute("INSERT INTO runs VALUES (?, ?, ?, NULL, NULL)", (run, mode, time.time()))

    def end_run(self, run: str, summary: Mapping[str, Any]) -> None:
        """Note how a run ended."""
        with self._writing() as db:
            db.execute("UPDATE runs SET finished_at = ?, summary = ? WHERE run = ?",
                       (time.time(), json.dumps(summary), run))

    def runs(self) -> list[Mapping[str, Any]]:
        """All runs, oldest first; `finished_at` is None for one that was cut off."""
        rows = self._rows("SELECT run, mode, started_at, finished_at, summary FROM runs ORDER BY started_at, run")
        return [{"run": run, "mode": mode, "started_at": start, "finished_at": end,
                 "summary": json.loads(summary) if summary else None} for run, mode, start, end, summary in rows]

    def record(self, run: str, photo_id: str, step: JournalStep, body: Mapping[str, Any]) -> None:
        """Append to the record; returns only when it is on the disk."""
        with self._writing() as db:
            db.execute("INSERT INTO record (run, at, photo_id, step, body) VALUES (?, ?, ?, ?, ?)",
                       (run, time.time(), photo_id, str(step), json.dumps(body)))

    def entries(self, photo_id: str | None = None) -> list[Entry]:
        """The record, oldest first, of one photo or of all."""
        where, values = ("WHERE photo_id = ?", (photo_id,)) if photo_id is not None else ("", ())
        rows = self._rows(f"SELECT entry, run, at, photo_id, step, body FROM record {where} ORDER BY entry", values)
        return [Entry(entry, run, at, photo, step, json.loads(body)) for entry, run, at, photo, step, body in rows]
