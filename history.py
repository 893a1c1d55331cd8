"""What the record says has become of a picture: pure reading of the journal's entries.

A replacement writes `intended` before anything is sent, then one of `confirmed` (Flickr was asked and holds the
original), `refused` or `not_taken` (Flickr still holds what it held), or `unsure`. Taking a picture back writes
the same words with `undo-` before them. Whatever ends on `intended` or `unsure` was cut off or answered
unclearly: nobody may send anything for that picture before Flickr has been asked what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from journal import Entry

UNDO = "undo-"


class Standing(StrEnum):
    """How a picture stands between this tool and Flickr."""

    UNTOUCHED = "untouched"
    REPLACED = "replaced"
    TAKEN_BACK = "taken back"
    OPEN = "open"
    UNDO_OPEN = "undo open"


@dataclass(frozen=True, slots=True)
class History:
    """One picture's story so far: where it stands, since when, and the entries that matter.

    `intended` is the last entry made before something was sent, `replaced` the entry that confirmed the last
    replacement and `replaced_in` its run; None where there is none.
    """

    standing: Standing
    at: datetime | None
    run: str | None
    intended: Mapping[str, Any] | None
    replaced: Mapping[str, Any] | None
    replaced_in: str | None


def read_history(entries: Sequence[Entry]) -> History:
    """Tell the story of one picture from its entries, oldest first."""
    standing, at, run = Standing.UNTOUCHED, None, None
    settled = standing
    intended: Mapping[str, Any] | None = None
    replaced: Mapping[str, Any] | None = None
    replaced_in: str | None = None
    for entry in entries:
        undo, step = entry.step.startswith(UNDO), entry.step.removeprefix(UNDO)
        if step == "intended":
            standing, intended = (Standing.UNDO_OPEN if undo else Standing.OPEN), entry.body
        elif step == "confirmed":
            standing = settled = Standing.TAKEN_BACK if undo else Standing.REPLACED
            at, run = datetime.fromtimestamp(entry.at, UTC), entry.run
            if not undo:
                replaced, replaced_in = {**(intended or {}), **entry.body}, entry.run
        elif step in {"refused", "not_taken"}:
            standing = settled
    return History(standing, at, run, intended, replaced, replaced_in)


def read_histories(entries: Iterable[Entry]) -> dict[str, History]:
    """The stories of all pictures that were ever touched, by photo id."""
    by_photo: dict[str, list[Entry]] = {}
    for entry in entries:
        by_photo.setdefault(entry.photo_id, []).append(entry)
    return {photo_id: read_history(own) for photo_id, own in by_photo.items()}
