"""What the tool remembers: one SQLite file, and nothing in it is ever needed twice from Flickr or the folder.

Five kinds of memory share it, each a class of its own: the *record* (record.py) of what was intended, sent, confirmed
or left unsure, which history.py reads; the record of new *uploads* (uploads.py); the *listing* (listing.py) of the
account; the *readings* (readings.py) of the originals; the *evidence* (evidence.py) that each copy was compared with;
the *assessments* (assessments.py) of the matcher and of the person. Only the two records and the person's answers
cannot be made anew.
"""

from __future__ import annotations

from pathlib import Path

from i2f.memory.assessments import Assessments
from i2f.memory.database import Database
from i2f.memory.evidence import Evidence
from i2f.memory.history import Histories
from i2f.memory.listing import KnownPhotos
from i2f.memory.readings import Readings
from i2f.memory.record import Record
from i2f.memory.uploads import Uploads


class Journal:
    """The open journal. Safe to use from several threads; one run at a time (state_dir.py holds the lock)."""

    def __init__(self, file: Path) -> None:
        """Open the journal, making or migrating it; raises SettingsError where that cannot be."""
        self._database = Database(file)
        self.record = Record(self._database)
        self.histories = Histories(self.record)
        self.uploads = Uploads(self._database)
        self.listing = KnownPhotos(self._database)
        self.readings = Readings(self._database, file.parent)
        self.evidence = Evidence(self._database)
        self.assessments = Assessments(self._database)

    def close(self) -> None:
        """Fold the write-ahead log into the file and close it."""
        self._database.close()

    def fact(self, name: str) -> str | None:
        """A remembered fact, None when unknown."""
        rows = self._database.rows("SELECT value FROM facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def remember(self, name: str, value: str) -> None:
        """Remember a fact, in place of what was known before."""
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))
