"""After a sending: what Flickr holds now, asked for and compared; nothing here sends a picture.

Flickr took a picture when the photo's secrets changed; it is the right one when the dimensions are those that were
sent and the secret is the one that the reply named. Where the reply was lost, somebody else may have changed the
picture meanwhile, so the file itself is fetched and its hash compared. Flickr's own machines may lag behind
each other, so several looks are taken.

Whether a turn by hand on Flickr survives a replacement is not known (November 2026), so it is compared and told.

What a replacement changed besides (title, caption; on taking back also date and place) is put back, but never
over what the person typed: a word that changed long after the sending is put back only where it was emptied or
became the file's name, as Flickr does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flickr_client import OriginalSize, PhotoInfo, Replaced, caption_as_typed
from i2f.ground.errors import PictureError, PictureGoneError
from i2f.ground.model import OutcomeKind
from i2f.memory.journal_steps import JournalStep
from i2f.sync.photo_metadata import PhotoMetadata, put_metadata, tried
from i2f.sync.session import Session

# Waits between looks at a Flickr that may still be at work, seconds.
LOOKS_S = (0.0, 2.0, 5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision: replaced, failed or unsure; `note` is what the person should know."""

    outcome: OutcomeKind
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """What is sent for one photo, and what Flickr must show afterwards; `file` is None for one sent long
    ago, `undoing` says that it is a saved copy on its way back."""

    photo_id: str
    file: Path | None
    sha256: str
    size_bytes: int
    width: int
    height: int
    undoing: bool = False

    @property
    def path(self) -> Path:
        """The file to be sent."""
        if self.file is None:
            raise ValueError("what was sent long ago cannot be sent again")
        return self.file

    def as_noted(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        return {"sha256": self.sha256, "size_bytes": self.size_bytes, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Sending:
    """An upload on its way: what Flickr held before, and what is to be put back when the picture is in place.

    `restoring` says what date and place were and became. `reply` is Flickr's word that it took the
    picture; without one the file itself is compared. `metadata` is the date and place to be put there. `is_old` says
    that a person had time to change things since.
    """

    upload: Upload
    before: PhotoInfo
    restoring: tuple[PhotoInfo, PhotoInfo] | None
    reply: Replaced | None = None
    metadata: PhotoMetadata | None = None
    is_old: bool = False


class Verifier:
    """Asks Flickr what it holds after a sending; safe for several threads."""

    def __init__(self, session: Session) -> None:
        """Nothing is asked yet."""
        self._session = session
        self._flickr = session.flickr
        self._clock = session.clock
        self._workdir = session.state.outgoing

    def was_taken(self, upload: Upload, before: PhotoInfo, looks_s: tuple[float, ...] = LOOKS_S) -> bool:
        """Whether Flickr holds another picture than before."""
        for wait_s in looks_s:
            self._clock.sleep(wait_s)
            if self._flickr.get_info(upload.photo_id).secret != before.secret:
                return True
        return False

    def verify(self, sending: Sending) -> Outcome:
        """Ask Flickr what it holds now; put back what changed besides; confirm, or say what cannot be confirmed."""
        upload, before = sending.upload, sending.before
        secret = sending.reply.secret if sending.reply else None
        # Flickr's machines do not lag for long; every open question of old times would cost every run the waits.
        for wait_s in (0.0,) if sending.is_old else LOOKS_S:
            self._clock.sleep(wait_s)
            after = self._flickr.get_info(upload.photo_id)
            if sending.reply is not None and secret is None and after.secret != before.secret:
                secret = after.secret  # a ticket brings none: what shows when it is done is what it put in place
            doubt = self._doubt(sending, after, secret)
            if doubt is None:
                break
        if doubt is not None:
            # Only what is ours for certain may be taken back as ours; anything else could be the person's own.
            is_ours = secret is not None and after.secret == secret
            self._session.note(
                upload.photo_id,
                JournalStep.UNSURE.when(undoing=upload.undoing),
                {"why": doubt, **({"after": after.to_json()} if is_ours else {})},
            )
            by_undo = "`undo` sends the backup once more" if upload.undoing else "`undo` restores the backup"
            return Outcome(
                OutcomeKind.UNSURE,
                f"{doubt}; the next `sync` checks again, "
                + (by_undo if is_ours else f"`sync --again {upload.photo_id}` reconsiders it"),
            )
        # The picture is in place: whatever is refused from here on is told, and nothing more.
        proved = after
        after, notes = self._mend(_with_words(before, sending.restoring), after, is_old=sending.is_old)
        if sending.restoring is not None:
            after, told = self._restore_date_and_place(before, after, sending.restoring)
            notes += told
        if sending.metadata is not None:
            after, told = put_metadata(self._flickr, before, after, sending.metadata, is_old=sending.is_old)
            notes += told
        # The secrets of what was proved: a picture that somebody put there meanwhile is not ours.
        after = replace(after, secret=proved.secret, original_secret=proved.original_secret)
        self._session.note(
            upload.photo_id, JournalStep.CONFIRMED.when(undoing=upload.undoing), {"after": after.to_json()}
        )
        return Outcome(OutcomeKind.REPLACED, "; ".join(notes) or None)

    def holds(self, upload: Upload) -> bool:
        """Whether the file on Flickr is the one that was sent, by dimensions and byte for byte."""
        size = self._flickr.get_original_size(upload.photo_id)
        return _fits(upload, size) and self._is_it(upload, size)

    def _doubt(self, sending: Sending, after: PhotoInfo, secret: str | None) -> str | None:
        """What speaks against the picture being in place; None for nothing. What cannot be looked at is in doubt."""
        upload = sending.upload
        if after.secret == sending.before.secret:
            return "Flickr still shows the previous picture"
        try:
            size = self._flickr.get_original_size(upload.photo_id)
            if not _fits(upload, size):
                return f"Flickr shows {size.width} x {size.height} where {upload.width} x {upload.height} was sent"
            if secret is not None and after.secret != secret:
                return "Flickr shows a different picture from the one it accepted"
            if sending.reply is None and not self._is_it(upload, size):
                return "Flickr holds a different picture of the same size"
        except PictureGoneError:
            raise
        except PictureError as error:
            return str(error)
        return None

    def _is_it(self, upload: Upload, size: OriginalSize) -> bool:
        place = self._workdir / f"proof-{upload.photo_id}"
        try:
            return self._flickr.fetch_at(upload.photo_id, size, place).sha256 == upload.sha256
        finally:
            place.unlink(missing_ok=True)

    def _mend(self, before: PhotoInfo, after: PhotoInfo, *, is_old: bool) -> tuple[PhotoInfo, list[str]]:
        """Put a changed title or caption back; tell every other difference."""
        notes: list[str] = []
        if (before.title, before.caption) != (after.title, after.caption):
            if is_old and not _made_by_flickr(before, after):
                notes.append("title or caption were edited since, so they were left unchanged")
            else:
                failed = "title or caption changed and could not be restored; the previous ones are in the journal"
                notes = tried(
                    failed,
                    lambda: self._flickr.set_meta(before.photo_id, before.title, caption_as_typed(before.caption)),
                )
                after = self._flickr.get_info(before.photo_id)
                same = (before.title, before.caption) == (after.title, after.caption)
                notes = ["title and caption were restored"] if same else notes or [failed]
        if sorted(before.tags) != sorted(after.tags):
            notes.append("the tags on Flickr changed")
        if before.privacy != after.privacy:
            notes.append("the privacy setting on Flickr changed")
        if before.rotation or after.rotation:
            notes.append(_turned(before.rotation, after.rotation))
        return after, notes

    def _restore_date_and_place(
        self, before: PhotoInfo, now: PhotoInfo, restoring: tuple[PhotoInfo, PhotoInfo]
    ) -> tuple[PhotoInfo, list[str]]:
        """Give back the date and the place that the replacements, not the person, changed."""
        was, became = restoring
        taken = was if before.taken == became.taken else before
        place = was.place if before.place == became.place else before.place
        notes: list[str] = []
        changed = False
        if taken.taken is not None and (taken.taken, taken.taken_granularity) != (now.taken, now.taken_granularity):
            date, changed = taken.taken, True
            notes += tried(
                f"its date, {date}, could not be restored",
                lambda: self._flickr.set_dates(now.photo_id, date, taken.taken_granularity),
            )
        if place != now.place:
            changed = True
            notes += tried("its location could not be restored", lambda: self._put_back(now.photo_id, place))
        return self._flickr.get_info(now.photo_id) if changed else now, notes

    def _put_back(self, photo_id: str, place: tuple[float, float, int] | None) -> None:
        if place is None:
            self._flickr.remove_location(photo_id)
        else:
            self._flickr.set_location(photo_id, *place)


def _turned(before: int, after: int) -> str:
    """What a turn by hand on Flickr means for the new picture, which is upright by itself."""
    if before == after:
        return (
            f"it was turned by {before} degrees on Flickr and still is; if it lies on its side now, turn it back there"
        )
    if not after:
        return f"it was turned by {before} degrees on Flickr and no longer is; see that it is upright"
    return f"its turn on Flickr changed from {before} to {after} degrees; see that it is upright"


def _fits(upload: Upload, size: OriginalSize) -> bool:
    # Either way round: Flickr may turn a picture by its EXIF.
    return sorted((size.width, size.height)) == sorted((upload.width, upload.height))


def _with_words(before: PhotoInfo, restoring: tuple[PhotoInfo, PhotoInfo] | None) -> PhotoInfo:
    """What title and caption shall be afterwards: as before, or as before the replacement that could not leave them."""
    if restoring is None:
        return before
    was, became = restoring
    theirs = (before.title, before.caption) != (became.title, became.caption) or not _made_by_flickr(was, became)
    return before if theirs else replace(before, title=was.title, caption=was.caption)


def _made_by_flickr(before: PhotoInfo, after: PhotoInfo) -> bool:
    """Whether the words are what a replacement makes of them: empty, or the name of the file that was sent."""
    title = after.title in {before.title, "", before.photo_id} or after.title.startswith(f"{before.photo_id}.")
    return title and after.caption in {before.caption, ""}
