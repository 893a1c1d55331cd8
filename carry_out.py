"""The irreversible part: back up, note, replace, prove; and take back.

Flickr keeps no earlier version, so the order of things is everything. Before a picture is sent, its own bytes
are on the disk and were read back, the original was decoded to its last row, Flickr was asked whether it still
holds what was backed up, and the journal says "intended" on the disk. After that Flickr is asked what it
holds now. A lost reply is never answered by sending again: first Flickr tells whether it took the picture.

Taking back is the same road in the other direction, with the backup as what is sent; it is one function for
both, `_send_and_prove`, and it is the only place in the program that replaces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from errors import PictureError, PictureGoneError, ReplyLostError, SyncError
from flickr_client import FlickrClient, PhotoInfo, Refused, caption_as_typed
from history import UNDO, History, Standing, read_history
from journal import Backup, Journal
from model import Decision
from pace import Clock
from sending import bytes_to_send
from state import StateFolder

# A refused picture is sent again so often, after Flickr was asked; waits between looks at a slow Flickr, seconds.
TRIES = 3
LOOKS_S = (0.0, 2.0, 5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision: replaced, failed or unsure; `note` is what the person should know."""

    outcome: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What is sent for one photo, and what Flickr must show afterwards."""

    photo_id: str
    file: Path
    sha256: str
    size_bytes: int
    width: int
    height: int


class Carrier:
    """Carries out a plan; the one object that can replace. Built for a real run only."""

    def __init__(self, flickr: FlickrClient, journal: Journal, state: StateFolder, run: str, clock: Clock) -> None:
        """`run` names this run in the record."""
        self._flickr = flickr
        self._journal = journal
        self._state = state
        self._run = run
        self._clock = clock

    def replace(self, decision: Decision, location: str, max_bytes: int) -> Outcome:
        """Put the original of one decision in its copy's place. Raises only what stops the whole run."""
        try:
            return self._replace(decision, location, max_bytes)
        except ReplyLostError as error:
            return Outcome("unsure", str(error))
        except PictureError as error:
            return Outcome("failed", str(error))

    def _replace(self, decision: Decision, location: str, max_bytes: int) -> Outcome:
        match, photo = decision.match, decision.copy.photo
        if match is None:
            raise ValueError("only a replace decision can be carried out")
        backup = self._checked_backup(photo.photo_id, photo.original_secret or photo.secret)
        to_send = bytes_to_send(match.original, location, self._state.outgoing)
        try:
            if to_send.size_bytes > max_bytes:
                raise PictureError(f"{match.original.path.name} is larger than the {max_bytes >> 20} MiB Flickr takes")
            before = self._flickr.get_info(photo.photo_id)
            if (before.original_secret or before.secret) != backup.original_secret:
                raise PictureGoneError("the picture was changed on Flickr since it was looked at; run sync again")
            parcel = _Parcel(photo.photo_id, to_send.path, to_send.sha256, to_send.size_bytes,
                             to_send.width, to_send.height)
            note = {"original": str(match.original.path), "backup": asdict(backup)}
            return self._send_and_prove(parcel, before, "", note)
        finally:
            if to_send.converted:
                to_send.path.unlink(missing_ok=True)

    def undo(self, photo_id: str) -> Outcome:
        """Put the saved copy of one replaced picture back."""
        try:
            return self._undo(photo_id)
        except ReplyLostError as error:
            return Outcome("unsure", str(error))
        except PictureError as error:
            return Outcome("failed", str(error))

    def _undo(self, photo_id: str) -> Outcome:
        history = read_history(self._journal.entries(photo_id))
        if history.replaced is None or history.standing is not Standing.REPLACED:
            raise PictureError("there is nothing to take back")
        replaced = history.replaced
        backup = Backup(**replaced["backup"])
        file = self._check_backup(backup)
        before = self._flickr.get_info(photo_id)
        if before.secret != replaced["after"]["secret"]:
            raise PictureGoneError("the picture was changed on Flickr since it was replaced; it was not touched")
        parcel = _Parcel(photo_id, file, backup.sha256, backup.size_bytes, backup.width, backup.height)
        outcome = self._send_and_prove(parcel, before, UNDO, {"backup": asdict(backup)})
        if outcome.outcome == "replaced":
            self._restore_date_and_place(photo_id, replaced["before"], replaced["after"])
        return outcome

    def settle(self, photo_id: str, history: History) -> Outcome | None:
        """Ask Flickr what became of a sending that was cut off; None when it took nothing."""
        intended = history.intended or {}
        prefix = UNDO if history.standing is Standing.UNDO_OPEN else ""
        try:
            before = PhotoInfo.from_json(intended["before"])
            parcel = _Parcel(photo_id, Path(), **{name: intended["sent"][name] for name in
                                                  ("sha256", "size_bytes", "width", "height")})
            if not self._was_taken(parcel, before):
                self._record(photo_id, prefix + "not_taken", {})
                return None
            outcome = self._prove(parcel, before, prefix)
            if prefix and outcome.outcome == "replaced" and history.replaced is not None:
                self._restore_date_and_place(photo_id, history.replaced["before"], history.replaced["after"])
            return outcome
        except PictureGoneError:
            self._record(photo_id, prefix + "not_taken", {"why": "no longer on Flickr"})
            return None
        except PictureError as error:
            return Outcome("unsure", str(error))

    # The one road both directions take.

    def _send_and_prove(self, parcel: _Parcel, before: PhotoInfo, prefix: str, note: Mapping[str, Any]) -> Outcome:
        sent = {"sha256": parcel.sha256, "size_bytes": parcel.size_bytes,
                "width": parcel.width, "height": parcel.height}
        self._record(parcel.photo_id, prefix + "intended", {**note, "sent": sent, "before": before.to_json()})
        for attempt in range(1, TRIES + 1):
            try:
                self._flickr.replace(parcel.photo_id, parcel.file, before.title)
                break
            except Refused as error:
                if error.final or attempt == TRIES:
                    self._record(parcel.photo_id, prefix + "refused", {"why": str(error)})
                    raise PictureError(f"Flickr refused the picture: {error}") from None
                self._clock.sleep(LOOKS_S[attempt])
            except ReplyLostError:
                if self._was_taken(parcel, before):
                    break
                if attempt == TRIES:
                    self._record(parcel.photo_id, prefix + "not_taken", {"why": "no reply, and nothing changed"})
                    raise PictureError("Flickr did not take the picture in, after three tries") from None
            except SyncError:
                # A login or a right that Flickr takes away ends the run; the picture was plainly not taken.
                self._record(parcel.photo_id, prefix + "refused", {"why": "the run was stopped"})
                raise
        return self._prove(parcel, before, prefix)

    def _was_taken(self, parcel: _Parcel, before: PhotoInfo) -> bool:
        """Whether Flickr holds another picture than before; looks several times, since it may still be at work."""
        for wait_s in LOOKS_S:
            self._clock.sleep(wait_s)
            if self._flickr.get_info(parcel.photo_id).secret != before.secret:
                return True
        return False

    def _prove(self, parcel: _Parcel, before: PhotoInfo, prefix: str) -> Outcome:
        """Ask Flickr what it holds now; put title and caption back; confirm, or say what cannot be confirmed."""
        for wait_s in LOOKS_S:
            self._clock.sleep(wait_s)
            after = self._flickr.get_info(parcel.photo_id)
            size = self._flickr.get_original_size(parcel.photo_id)
            # Either way round: Flickr may turn a picture by its EXIF.
            fits = sorted((size.width, size.height)) == sorted((parcel.width, parcel.height))
            if fits and after.secret != before.secret:
                break
        else:
            why = (f"Flickr shows {size.width} x {size.height} where {parcel.width} x {parcel.height} was sent"
                   if not fits else "Flickr still shows the picture it held before")
            self._record(parcel.photo_id, prefix + "unsure", {"why": why})
            return Outcome("unsure", f"{why}; the next sync asks again")
        after, notes = self._mend(before, after)
        self._record(parcel.photo_id, prefix + "confirmed", {"after": after.to_json()})
        return Outcome("replaced", "; ".join(notes) or None)

    def _mend(self, before: PhotoInfo, after: PhotoInfo) -> tuple[PhotoInfo, list[str]]:
        """Put a changed title or caption back; tell every other difference."""
        notes = []
        if (before.title, before.caption) != (after.title, after.caption):
            self._flickr.set_meta(before.photo_id, before.title, caption_as_typed(before.caption))
            after = self._flickr.get_info(before.photo_id)
            same = (before.title, before.caption) == (after.title, after.caption)
            notes.append("title and caption were put back" if same else "title or caption changed and could not be "
                         "put back; what they were is in the journal")
        if sorted(before.tags) != sorted(after.tags):
            notes.append("the tags on Flickr changed")
        if before.privacy != after.privacy:
            notes.append("who may see it on Flickr changed")
        return after, notes

    def _restore_date_and_place(self, photo_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Give back the date and the place that the replacement, not the person, changed."""
        now = self._flickr.get_info(photo_id)
        old, new = PhotoInfo.from_json(before), PhotoInfo.from_json(after)
        if old.taken is not None and old.taken != new.taken and now.taken == new.taken:
            self._flickr.set_dates(photo_id, old.taken, old.taken_granularity)
        if old.place != new.place and now.place == new.place:
            if old.place is None:
                self._flickr.remove_location(photo_id)
            else:
                self._flickr.set_location(photo_id, *old.place)

    # Backups.

    def _checked_backup(self, photo_id: str, original_secret: str) -> Backup:
        backup = self._journal.backup(photo_id, original_secret)
        if backup is None:
            raise PictureError("the copy on Flickr could not be saved first, so nothing was sent")
        self._check_backup(backup)
        return backup

    def _check_backup(self, backup: Backup) -> Path:
        """Read the saved copy back: every byte as it was fetched."""
        file = self._state.backups / backup.file
        try:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise PictureError(f"the saved copy {file} cannot be read ({error.strerror}); nothing was sent") from None
        if digest != backup.sha256:
            raise PictureError(f"the saved copy {file} is not what was saved; nothing was sent")
        return file

    def _record(self, photo_id: str, step: str, body: Mapping[str, Any]) -> None:
        self._journal.record(self._run, photo_id, step, body)
