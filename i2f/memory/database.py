"""The journal's file: one SQLite connection for all threads, its tables, and what a full or broken disk means.

Everything is flushed to the disk with each transaction (synchronous=FULL). Schema changes are numbered (PRAGMA
user_version) and applied in order; a file from a newer version is refused.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from i2f.ground.errors import SettingsError, StoppedError

FEW_PAGES = 1000
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
    """
    CREATE TABLE uploads (entry INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, at REAL NOT NULL,
        post TEXT NOT NULL, step TEXT NOT NULL, body TEXT NOT NULL);
    CREATE INDEX uploads_by_post ON uploads (post, entry);
    """,
    # What is seen in a file belongs to its content, wherever the file lies. What was seen before can be seen again; the
    # record, the backups and a person's answers stay as they are.
    """
    DROP TABLE readings;
    DROP TABLE thumbnails;
    DROP TABLE assessments;
    CREATE TABLE readings (path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        version TEXT NOT NULL, body TEXT NOT NULL, content BLOB, ends BLOB);
    CREATE INDEX readings_by_size ON readings (size_bytes);
    CREATE INDEX readings_by_content ON readings (content);
    CREATE TABLE thumbnails (content BLOB PRIMARY KEY, jpeg BLOB NOT NULL);
    CREATE TABLE pictures (content BLOB PRIMARY KEY, digest BLOB NOT NULL, windows_at INTEGER NOT NULL,
        windows INTEGER NOT NULL, coarse_at INTEGER NOT NULL, coarse INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE assessments (copy_sha256 TEXT PRIMARY KEY, originals TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE evidence (copy_sha256 TEXT PRIMARY KEY, version TEXT NOT NULL, queries BLOB NOT NULL,
        findings BLOB NOT NULL);
    CREATE TABLE rankings (copy_sha256 TEXT NOT NULL, ways TEXT NOT NULL, among TEXT NOT NULL, entries BLOB NOT NULL,
        PRIMARY KEY (copy_sha256, ways)) WITHOUT ROWID;
    CREATE TABLE searched (among TEXT PRIMARY KEY, names BLOB NOT NULL);
    """,
    """
    CREATE TABLE post_decisions (post TEXT PRIMARY KEY, run TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
    """,
)


class Database:
    """The open file, safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        """Open the file, making or migrating it; raises SettingsError where that cannot be."""
        self.guard = threading.RLock()
        try:
            self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=10)
            if os.name == "posix":
                file.chmod(0o600)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._migrate(file)
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"the journal {file} cannot be used ({error}); nothing was done, choose another folder with --state"
            ) from None

    def _migrate(self, file: Path) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise SettingsError(f"the journal {file} was written by a newer version of this program; update it")
        if version < len(MIGRATIONS):  # all at once: each transaction waits for the disk
            steps = "".join(MIGRATIONS[version:])
            self._db.executescript(f"BEGIN; {steps} PRAGMA user_version={len(MIGRATIONS)}; COMMIT;")
        free, pages = (self._db.execute(f"PRAGMA {one}").fetchone()[0] for one in ("freelist_count", "page_count"))
        if 2 * free > pages > FEW_PAGES:  # what was dropped gives its room back
            self._db.execute("VACUUM")

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it."""
        with self.guard:
            self._db.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; a full or broken disk stops the run with one line."""
        with self.guard:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise StoppedError(
                    f"the journal cannot be written ({error}); nothing is lost; free some disk space and run again"
                ) from error
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):  # a disk that failed once may fail again; what is not committed never was
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; a broken disk stops the run with one line."""
        with self.guard:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise StoppedError(f"the journal cannot be read ({error}); nothing more was done") from error

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query one after the other, for tables that need not fit into memory."""
        with self.guard:
            yield from self._db.execute(sql, values)
