"""The record of new photos: what was intended, sent, confirmed and deleted again, by the picture of a post.

A table of its own beside the record of replacements (record.py), since a new photo has no id before Flickr gives it
one: its entries stand under the key of the post's picture, which is also in the machine tag that it carries on Flickr.
Entries are appended and never changed, each on the disk before the call returns.

An upload notes `intended` before anything is sent, then `made` as soon as it is known which photo it became, and in the
end `confirmed` (Flickr was asked and holds what was sent), `refused`, `not_taken` (for an hour nothing showed) or
`duplicate` (Flickr holds the file as another photo and made none). Whatever ends on `intended`, `ticket`, `made` or
`unsure` is open: nobody may send that picture before Flickr has been asked. `seen` says that the post was found on
Flickr and nothing need be sent. The values lie in journals of every version, so they are never renamed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from i2f.memory.database import Database


class UploadStep(StrEnum):
    """One word of this record."""

    INTENDED = "intended"
    TICKET = "ticket"
    MADE = "made"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_TAKEN = "not_taken"
    DUPLICATE = "duplicate"
    UNSURE = "unsure"
    SEEN = "seen"
    DELETE_INTENDED = "delete-intended"
    DELETE_REFUSED = "delete-refused"
    DELETED = "deleted"


class UploadStanding(StrEnum):
    """How a post's picture stands between this tool and Flickr."""

    NONE = "none"
    OPEN = "open"
    UPLOADED = "uploaded"
    ELSEWHERE = "elsewhere"
    DELETING = "deleting"
    DELETED = "deleted"


_STANDINGS = {
    UploadStep.INTENDED: UploadStanding.OPEN,
    UploadStep.TICKET: UploadStanding.OPEN,
    UploadStep.MADE: UploadStanding.OPEN,
    UploadStep.UNSURE: UploadStanding.OPEN,
    UploadStep.CONFIRMED: UploadStanding.UPLOADED,
    UploadStep.DELETE_REFUSED: UploadStanding.UPLOADED,
    UploadStep.REFUSED: UploadStanding.NONE,
    UploadStep.NOT_TAKEN: UploadStanding.NONE,
    UploadStep.DUPLICATE: UploadStanding.ELSEWHERE,
    UploadStep.SEEN: UploadStanding.ELSEWHERE,
    UploadStep.DELETE_INTENDED: UploadStanding.DELETING,
    UploadStep.DELETED: UploadStanding.DELETED,
}


@dataclass(frozen=True, slots=True)
class UploadHistory:
    """One picture's story so far.

    `at` and `run` are of the last entry, `intended` is what was noted before it was last sent and `intended_at` when,
    in unix seconds. `photo_id` is the photo it became, or the one that was found in its stead; `after` is what Flickr
    held once it was confirmed in the run `uploaded_in`; `seen` says by what the post was found there. `ticket` is what
    Flickr gave for it, None where it gave none.
    """

    post: str
    standing: UploadStanding = UploadStanding.NONE
    at: datetime | None = None
    run: str | None = None
    intended: Mapping[str, Any] | None = None
    intended_at: float = 0.0
    ticket: str | None = None
    photo_id: str | None = None
    after: Mapping[str, Any] | None = None
    uploaded_in: str | None = None
    last_step: UploadStep | None = None
    why: str = ""
    seen: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody may send anything before Flickr was asked."""
        return self.standing is UploadStanding.OPEN


class Uploads:
    """The record of new photos; safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database

    def append(self, run: str, post: str, step: UploadStep, body: Mapping[str, Any]) -> None:
        """Append to the record; returns only when it is on the disk."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO uploads (run, at, post, step, body) VALUES (?, ?, ?, ?, ?)",
                (run, time.time(), post, str(step), json.dumps(body)),
            )

    def of(self, post: str) -> UploadHistory:
        """The story of one picture as it is now."""
        history = UploadHistory(post)
        for row in self._rows("WHERE post = ?", (post,)):
            history = _further(history, *row[1:])
        return history

    def all(self) -> dict[str, UploadHistory]:
        """The stories of all pictures that were ever noted, by key."""
        found: dict[str, UploadHistory] = {}
        for post, *entry in self._rows("", ()):
            found[post] = _further(found.get(post, UploadHistory(post)), *entry)
        return found

    def by_any_name(self) -> dict[str, UploadHistory]:
        """The same, those that stand under a code also by the second of their post: the code may not be known again."""
        found = self.all()
        for key, one in list(found.items()):
            second = one.intended.get("second") if one.intended is not None else None
            if second:
                _, slash, number = key.partition("/")
                found.setdefault(f"{second}{slash}{number}", one)
        return found

    def steps(self) -> Iterator[tuple[str, str]]:
        """Run and step of every entry, oldest first."""
        yield from ((row[1], row[3]) for row in self._rows("", ()))

    def _rows(self, where: str, values: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        yield from self._database.rows(f"SELECT post, run, at, step, body FROM uploads {where} ORDER BY entry", values)


def _further(history: UploadHistory, run: str, at: float, step: str, text: str) -> UploadHistory:
    """The story with one entry more."""
    word, body = UploadStep(step), json.loads(text)
    sent = word is UploadStep.INTENDED
    confirmed = word is UploadStep.CONFIRMED
    return UploadHistory(
        post=history.post,
        standing=_STANDINGS[word],
        at=datetime.fromtimestamp(at, UTC),
        run=run,
        intended=body if sent else history.intended,
        intended_at=at if sent else history.intended_at,
        ticket=None if sent else body.get("ticket", history.ticket),
        photo_id=None if sent else body.get("photo_id", history.photo_id),
        after=body["after"] if confirmed else None if sent else history.after,
        last_step=word,
        uploaded_in=run if confirmed else None if sent else history.uploaded_in,
        why=str(body.get("why", "")),
        seen=str(body.get("seen", "")),
    )
