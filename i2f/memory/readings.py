"""What was seen in each original, by the version (size, mtime) of its file, so that no file is opened twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from i2f.memory.database import Database


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What was read of one version of a file; `fingerprint` is None for a file that could not be read."""

    path: Path
    size_bytes: int
    mtime_ns: int
    body: Mapping[str, Any]
    fingerprint: bytes | None


class Readings:
    """Readings with their fingerprints, and the thumbnails."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def known(self, version: str) -> Iterator[StoredReading]:
        """Everything read so far with this version of the matcher, fingerprints included."""
        rows = self._database.each(
            "SELECT path, size_bytes, mtime_ns, body, fingerprint FROM readings WHERE version = ?", (version,)
        )
        for path, size_bytes, mtime_ns, body, fingerprint in rows:
            yield StoredReading(Path(os.fsdecode(path)), size_bytes, mtime_ns, json.loads(body), fingerprint)

    def keep(self, readings: Iterable[tuple[StoredReading, bytes | None]], version: str) -> None:
        """Keep readings and their thumbnails (JPEG bytes, None for a file that could not be read)."""
        with self._database.writing() as db:
            for reading, thumbnail in readings:
                key = os.fsencode(reading.path)
                db.execute(
                    "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?)",
                    (key, reading.size_bytes, reading.mtime_ns, version, json.dumps(reading.body), reading.fingerprint),
                )
                if thumbnail is not None:
                    db.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (key, thumbnail))

    def thumbnail(self, path: Path) -> bytes | None:
        """The kept thumbnail of an original, JPEG."""
        rows = self._database.rows("SELECT jpeg FROM thumbnails WHERE path = ?", (os.fsencode(path),))
        return bytes(rows[0][0]) if rows else None
