"""What the record says has become of each picture.

The words are those of journal_steps.py. Whatever ends on `intended`, `ticket`, `unsure` or `gone` was cut off or
answered unclearly: nobody may send anything for that picture before Flickr has been asked what it holds.

A picture that was replaced, looked at `--again` and replaced once more has two replacements on a pile; taking it
back leads to what lay below them all, which is the copy as it first was.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from i2f.memory.journal_steps import UNDO, JournalStep
from i2f.memory.record import Entry, Record


class Standing(StrEnum):
    """How a picture stands between this tool and Flickr."""

    UNTOUCHED = "untouched"
    REPLACED = "replaced"
    TAKEN_BACK = "taken back"
    OPEN = "open"
    UNDO_OPEN = "undo open"


@dataclass(frozen=True, slots=True)
class Replacement:
    """One replacement that Flickr confirmed, or showed without being clear: its run and what was noted of it.

    `body` has `original`, `backup`, `sent`, `before` and `after`.
    """

    run: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class History:
    """One picture's story so far: where it stands, since when, and the entries that matter.

    `intended` is the last entry made before something was sent and `intended_at` its time; `ticket` is what Flickr
    gave for it, None where it gave none; `last_step` is the last word about it, without "undo-", and `gone_at` its
    time where that word is `gone`. `pile` holds the replacements that are not taken back, oldest first; `seen` is the
    one that ended unsure although Flickr showed another picture than before. `is_half_back` says that taking back ended
    so, and may be done once more. `let_go_at` is when `backup prune` let the saved copy go.
    """

    standing: Standing
    at: datetime | None
    run: str | None
    intended: Mapping[str, Any] | None
    intended_at: float
    is_undo: bool
    ticket: str | None
    last_step: str
    gone_at: float | None
    pile: tuple[Replacement, ...]
    seen: Replacement | None
    is_half_back: bool
    let_go_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether nobody may send anything before Flickr was asked what it holds."""
        return self.standing in {Standing.OPEN, Standing.UNDO_OPEN}

    @property
    def replaced(self) -> Mapping[str, Any] | None:
        """What the last replacement that still stands noted."""
        return self.pile[-1].body if self.pile else None

    @property
    def replaced_in(self) -> str | None:
        """The run of that replacement."""
        return self.pile[-1].run if self.pile else None

    @property
    def to_take_back(self) -> tuple[Replacement, ...]:
        """What an undo would take off the pile, oldest first; empty where there is nothing to take back."""
        if self.standing is Standing.REPLACED:
            return self.pile
        if self.standing is Standing.OPEN and self.seen is not None or self.is_half_back:
            return self.pile if self.seen is None else (*self.pile, self.seen)
        return ()


def read_history(entries: Sequence[Entry]) -> History:
    """Tell the story of one picture from its entries, oldest first."""
    reader = _Reader()
    for entry in entries:
        reader.read(entry)
    return reader.told()


class _Reader:
    """What is known so far, entry by entry."""

    def __init__(self) -> None:
        self.standing = self.settled = Standing.UNTOUCHED
        self.at: datetime | None = None
        self.run: str | None = None
        self.intended: Mapping[str, Any] | None = None
        self.intended_at = 0.0
        self.is_undo = False
        self.ticket: str | None = None
        self.last_step = ""
        self.gone_at: float | None = None
        self.pile: list[Replacement] = []
        self.seen: Replacement | None = None
        self.seen_at: datetime | None = None
        self.is_half_back = False
        self.let_go_at: datetime | None = None

    def read(self, entry: Entry) -> None:
        undo, step = entry.step.startswith(UNDO), entry.step.removeprefix(UNDO)
        if step == JournalStep.PRUNED:
            self.let_go_at = _moment(entry)
            return
        self.last_step = step
        self.gone_at = entry.at if step == JournalStep.GONE else None
        self.is_half_back = self.is_half_back and step in {JournalStep.UNSURE, JournalStep.GONE}
        if step == JournalStep.INTENDED:
            if not undo:
                self._keep_seen()
            self.standing = Standing.UNDO_OPEN if undo else Standing.OPEN
            self.intended, self.intended_at, self.is_undo = entry.body, entry.at, undo
            self.ticket, self.run = None, entry.run
            self.seen, self.let_go_at = (self.seen, self.let_go_at) if undo else (None, None)
        elif step == JournalStep.TICKET:
            self.ticket = str(entry.body["ticket"])
        elif step == JournalStep.UNSURE and not undo and "after" in entry.body:
            self.seen = Replacement(entry.run, {**(self.intended or {}), **entry.body})
            self.seen_at = _moment(entry)
        elif step == JournalStep.UNSURE and "after" in entry.body:
            self._lies_under(entry.body["after"])
            self.is_half_back = self.pile != [] or self.seen is not None
        elif step == JournalStep.LEFT:
            self._keep_seen()
            self.seen, self.standing = None, self.settled
        elif step == JournalStep.CONFIRMED:
            self._confirm(entry, undo=undo)
        elif step in {JournalStep.REFUSED, JournalStep.NOT_TAKEN}:
            # What was unsure before somebody tried to take it back is unsure still.
            self.seen = self.seen if undo else None
            self.standing = Standing.OPEN if self.seen is not None else self.settled

    def _keep_seen(self) -> None:
        """What was unsure but ours lies on Flickr below whatever is sent next: without it the copy is out of reach."""
        if self.seen is not None:
            self.pile.append(self.seen)
            self.settled, self.at = Standing.REPLACED, self.seen_at

    def _lies_under(self, after: Mapping[str, Any]) -> None:
        """What is ours and on top is on Flickr under new secrets."""
        if self.seen is not None:
            self.seen = Replacement(self.seen.run, {**self.seen.body, "after": after})
        elif self.pile:
            top = self.pile.pop()
            self.pile.append(Replacement(top.run, {**top.body, "after": after}))

    def _confirm(self, entry: Entry, *, undo: bool) -> None:
        if undo:
            self._keep_seen()
            self.seen = None
            levels = int((self.intended or {}).get("levels", len(self.pile)))
            del self.pile[max(0, len(self.pile) - levels) :]
            if self.pile and "after" in entry.body:
                self._lies_under(entry.body["after"])
        else:
            self.pile.append(Replacement(entry.run, {**(self.intended or {}), **entry.body}))
        self.seen = None
        self.standing = self.settled = Standing.REPLACED if self.pile else Standing.TAKEN_BACK
        self.at, self.run = _moment(entry), entry.run

    def told(self) -> History:
        return History(
            self.standing,
            self.at,
            self.run,
            self.intended,
            self.intended_at,
            self.is_undo,
            self.ticket,
            self.last_step,
            self.gone_at,
            tuple(self.pile),
            self.seen,
            self.is_half_back,
            self.let_go_at,
        )


def _moment(entry: Entry) -> datetime:
    return datetime.fromtimestamp(entry.at, UTC)


class Histories:
    """All pictures' stories, read once from the record and kept up with it; safe for several threads.

    Every question first reads what was appended since the last one, whoever appended it, so that no answer is stale
    and the whole record is read once a run.
    """

    def __init__(self, record: Record) -> None:
        """Nothing is read yet."""
        self._record = record
        self._guard = threading.Lock()
        self._readers: dict[str, _Reader] = {}
        self._read_to = 0

    def all(self) -> dict[str, History]:
        """The stories as they are now of all pictures that were ever touched, by photo id."""
        with self._guard:
            self._catch_up()
            return {photo_id: reader.told() for photo_id, reader in self._readers.items()}

    def of(self, photo_id: str) -> History:
        """The story of one picture as it is now."""
        with self._guard:
            self._catch_up()
            return self._readers.get(photo_id, _Reader()).told()

    def _catch_up(self) -> None:
        for entry in self._record.entries(after=self._read_to):
            self._readers.setdefault(entry.photo_id, _Reader()).read(entry)
            self._read_to = entry.entry
