"""What Flickr said of the account, so that a later run asks only for what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from i2f.memory.database import Database


class KnownPhotos:
    """Every photo's id, and of the copies the whole."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def keep(self, photos: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
        """Keep what Flickr said: every id, and of the copies the whole."""
        rows = [(photo_id, None if body is None else json.dumps(body)) for photo_id, body in photos]
        with self._database.writing() as db:
            db.executemany("INSERT OR REPLACE INTO photos VALUES (?, ?)", rows)

    def forget(self) -> None:
        """Forget the listing; the next run asks for the whole again."""
        with self._database.writing() as db:
            db.execute("DELETE FROM photos")
            db.execute("DELETE FROM facts WHERE name = 'watermark'")

    def count(self) -> int:
        """How many photos of the account are known."""
        return int(self._database.rows("SELECT count(*) FROM photos")[0][0])

    def copies(self) -> Iterator[Mapping[str, Any]]:
        """The photos kept whole, one after the other: an account may hold a hundred thousand."""
        for (body,) in self._database.each("SELECT body FROM photos WHERE body IS NOT NULL"):
            yield json.loads(body)
