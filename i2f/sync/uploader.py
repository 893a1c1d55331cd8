"""The part of `new` that must not happen twice: note, upload, look, verify.

A photo that was uploaded twice would stand there twice, so an upload is sent once, and never again before Flickr has
shown for an hour that it has none. The order is that of a replacement: the original was decoded to its last row and
lies still in a file of its own, the journal says "intended" on the disk, the picture goes, and what it became is
noted at once. Without a clear answer it is looked for by its machine tag and by when it came, in two lists, for each
may lag: the account's newest photos, and Flickr's search. What is not found is unsure, and the next run looks first.

Then Flickr is asked what it holds: the original is fetched and compared byte for byte, words and privacy too. Date,
place and album follow, and only when everything is done the journal says "confirmed" with what Flickr showed then.
That is what `undo` compares before it deletes: whatever differs since, somebody did.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flickr_client import DuplicateError, PhotoInfo, Privacy, Refused, UploadForm, caption_as_typed
from i2f.flickr.tickets import TicketState
from i2f.ground.errors import (
    PictureError,
    PictureGoneError,
    ReplyLostError,
    StoppedError,
    SyncError,
)
from i2f.ground.model import Decision, OutcomeKind, Photo
from i2f.instagram.post_tag import key_in, squeezed, squeezed_key, tags_of
from i2f.memory.review_answers import post_of, said_about, state_of
from i2f.memory.uploads import UploadHistory, UploadStanding, UploadStep
from i2f.photos.outgoing_file import OutgoingFile, still_copy
from i2f.sync.new_posts import NewDecision
from i2f.sync.photo_metadata import PhotoMetadata, noted_metadata, put_metadata, tried
from i2f.sync.post_pictures import captured, second_of
from i2f.sync.session import Session
from i2f.sync.verify import LOOKS_S, Outcome

# Younger than this, a lost upload may still be under way inside Flickr, and several looks are taken.
FRESH_S = 300.0
# So long what was sent may take to show; after that it is not there, and may be sent again.
SETTLED_S = 3600.0
# A photo that was there and is not found may be back a moment later; gone for a day, somebody deleted it.
GONE_S = 86_400.0
# Flickr's clock and this one may differ by so much (OAuth refuses more than some minutes).
CLOCKS_S = 900
# Flickr cuts longer titles.
LONGEST_TITLE = 255
MOST_TAGS = 60
_HASHTAG = re.compile(r"(?<![\w&/])#(\w{1,100})")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the new photos are to be: who may see them, and the title of an album, empty for none."""

    privacy: Privacy
    album: str


def sendable(text: str) -> str:
    """A text that can be sent: no control characters but line breaks, and no halves of characters."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(one for one in whole if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def form_of(new: NewDecision, privacy: Privacy) -> UploadForm:
    """Caption as title and text, the post's link where it is known, its hashtags, and the machine tags."""
    post = new.picture.post
    caption = sendable(post.caption)
    title = " ".join(caption.split())
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1].rpartition(" ")[0] or title[: LONGEST_TITLE - 1]
        title += "\N{HORIZONTAL ELLIPSIS}"
    text = "\n\n".join(part for part in (caption, f"via Instagram {post.link}" if post.link else "") if part)
    hashtags = list(dict.fromkeys(_HASHTAG.findall(caption)))[:MOST_TAGS]
    return UploadForm(title, text, (*tags_of(new.picture.key), *hashtags), privacy)


class Uploader:
    """Carries out the plan of `new`; the one object that makes new photos. Safe for several threads."""

    def __init__(self, session: Session, wishes: Wishes) -> None:
        """Nothing is sent yet."""
        self._session = session
        self._flickr = session.flickr
        self._uploads = session.journal.uploads
        self._clock = session.clock
        self._wishes = wishes
        self._album_guard = threading.Lock()
        self._intent_guard = threading.Lock()
        self._sent: dict[str, str] | None = None

    def upload(self, new: NewDecision, max_bytes: int) -> Outcome:
        """Upload the original of one decision. Raises only what stops the whole run."""
        try:
            return self._upload(new, max_bytes)
        except PictureError as error:
            is_open = self._uploads.of(new.picture.key).is_open
            later = "; the next `new` checks with Flickr first" if is_open else ""
            return Outcome(OutcomeKind.UNSURE if is_open else OutcomeKind.FAILED, f"{error}{later}")
        except OSError as error:
            raise StoppedError(
                f"{self._session.state.root} cannot be written ({error.strerror}); free some disk space and run again"
            ) from None

    def _upload(self, new: NewDecision, max_bytes: int) -> Outcome:
        key, decision = new.picture.key, new.decision
        if decision.match is None:
            raise ValueError("only an upload decision can be carried out")
        if self._uploads.of(key).standing is not UploadStanding.NONE:
            raise PictureError("it was uploaded meanwhile; run `new` again")
        outgoing = self._picture_to_send(decision, max_bytes)
        still = outgoing.path
        try:
            if not outgoing.is_temporary:
                name = f"still-{key.replace('/', '-')}{outgoing.path.suffix}"
                still = still_copy(outgoing, self._session.state.outgoing / name, "new")
            form = form_of(new, self._wishes.privacy)
            note = {
                "original": str(decision.match.original.path),
                "sent": {
                    "sha256": outgoing.sha256,
                    "size_bytes": outgoing.size_bytes,
                    "width": outgoing.width,
                    "height": outgoing.height,
                },
                "form": {**form.fields(), "tags": list(form.tags), "privacy": str(form.privacy)},
                "second": second_of(new.picture.post),
                "album": self._wishes.album,
                "wish": self._metadata(new).to_json(),
            }
            said = said_about(self._session.journal, post_of(key), new.picture.sha256)
            if state_of(said) != decision.answers:
                raise PictureError("it was reviewed since the plan was made; run `new` again")
            with self._intent_guard:  # else two threads could each find nothing of the other
                self._refuse_a_second(outgoing.sha256, key)
                self._note(key, UploadStep.INTENDED, note)
            return self._send(key, still, form, note)
        finally:
            if still != decision.match.original.path:
                still.unlink(missing_ok=True)

    def _picture_to_send(self, decision: Decision, max_bytes: int) -> OutgoingFile:
        """The file that goes to Flickr: the original, by the same rules as for a replacement."""
        if decision.match is None:
            raise ValueError("only an upload decision can be carried out")
        original = decision.match.original
        location = self._session.settings.privacy.location
        outgoing = self._session.file_worker.make(original, location, self._session.state.outgoing, max_bytes)
        if sorted((outgoing.width, outgoing.height)) != sorted((original.width, original.height)):
            raise PictureError(f"{original.name} changed since it was read; run `new` again")
        return outgoing

    def _refuse_a_second(self, sha256: str, key: str) -> None:
        """Equal bytes are never uploaded for two posts, wherever the files lie."""
        if self._sent is None:
            self._sent = {
                str(one.intended["sent"]["sha256"]): one.post
                for one in self._uploads.all().values()
                if one.standing in {UploadStanding.UPLOADED, UploadStanding.OPEN} and one.intended is not None
            }
        known = self._sent.setdefault(sha256, key)
        if known != key:
            raise PictureError(f"the same file was uploaded already, for the post {known}")

    def _metadata(self, new: NewDecision) -> PhotoMetadata:
        """The date taken always; the location where the settings ask for it: of the original, what a library or a
        Takeout says of it, else of the post.
        """
        original = new.decision.candidates[0].original
        settings = self._session.settings
        place = original.place or (original.told.place if original.told is not None else None)
        told = new.picture.post.place
        if place is None and told is not None and told.latitude is not None and told.longitude is not None:
            place = (told.latitude, told.longitude)
        wants_place = settings.sync.set_location and settings.privacy.location == "keep"
        return PhotoMetadata(captured(original, new.picture), place if wants_place else None)

    def _send(self, key: str, still: Path, form: UploadForm, note: Mapping[str, Any]) -> Outcome:
        tickets: list[str] = []

        def keep_ticket(name: str) -> None:
            tickets.append(name)
            self._note(key, UploadStep.TICKET, {"ticket": name})

        began = self._clock.now()
        try:
            photo_id: str | None = self._flickr.upload(still, form, keep_ticket)
        except ReplyLostError as error:
            photo_id, _ = self._find(key, began, LOOKS_S)
            if photo_id is None:
                self._note(key, UploadStep.UNSURE, {"why": str(error)})
                raise
        except DuplicateError as error:
            photo_id = error.photo_id if self._bears_tag(error.photo_id, key) else None
            if photo_id is None:
                why = f"Flickr holds this very file already{f', as photo {error.photo_id}' if error.photo_id else ''}"
                self._note(key, UploadStep.DUPLICATE, {"why": why, "photo_id": error.photo_id})
                raise PictureError(f"{why}; it was not uploaded again") from None
        except SyncError as error:
            if tickets and not isinstance(error, Refused):
                raise  # Flickr has the picture: the next run asks for the ticket
            self._note(key, UploadStep.REFUSED, {"why": str(error)})
            if isinstance(error, Refused):
                raise PictureError(f"Flickr refused the picture: {error}") from None
            raise
        self._note(key, UploadStep.MADE, {"photo_id": photo_id})
        return self._finish(key, str(photo_id), note, 0.0)

    def settle(self, history: UploadHistory, shown_as: str | None = None) -> Outcome | None:
        """Ask Flickr what became of an upload that was cut off; None when it made no photo, and it may be sent again.

        `shown_as` is the photo that a listing has just shown with its machine tag.
        """
        try:
            return self._settle(history, shown_as)
        except PictureGoneError as error:
            if self._clock.now() - history.intended_at < GONE_S:
                return Outcome(OutcomeKind.UNSURE, str(error))
            self._note(history.post, UploadStep.DELETED, {"why": "no longer on Flickr"})
            return Outcome(OutcomeKind.FAILED, "it was uploaded and is no longer on Flickr")
        except PictureError as error:
            return Outcome(OutcomeKind.UNSURE, str(error))

    def _settle(self, history: UploadHistory, shown_as: str | None) -> Outcome | None:
        key, intended, age_s = history.post, history.intended or {}, self._clock.now() - history.intended_at
        photo_id = history.photo_id or shown_as
        if photo_id is None and history.ticket is not None:
            state = self._flickr.ticket_state(history.ticket)
            if state is TicketState.FAILED:
                self._note(key, UploadStep.REFUSED, {"why": "Flickr could not convert it"})
                return None
            photo_id = self._flickr.ticket_photo(history.ticket) if state is TicketState.DONE else None
            if state is TicketState.PENDING and age_s < GONE_S:
                return Outcome(OutcomeKind.UNSURE, "Flickr is still processing it")
        saw_all = False
        if photo_id is None:
            photo_id, saw_all = self._find(key, history.intended_at, LOOKS_S if age_s < FRESH_S else (0.0,))
        if photo_id is None:
            if age_s >= SETTLED_S and saw_all:
                self._note(key, UploadStep.NOT_TAKEN, {"why": "Flickr shows no such photo"})
                return None
            if age_s >= SETTLED_S:
                return Outcome(OutcomeKind.UNSURE, "Flickr's list of new photos is incomplete; run `new` again later")
            at = datetime.fromtimestamp(history.intended_at + SETTLED_S, UTC).astimezone()
            return Outcome(
                OutcomeKind.UNSURE, f"Flickr does not show it yet; run `new` again after {at:%H:%M} to be certain"
            )
        if history.photo_id is None:
            self._note(key, UploadStep.MADE, {"photo_id": photo_id})
        return self._finish(key, photo_id, intended, age_s)

    def _find(self, key: str, since: float, looks_s: Sequence[float]) -> tuple[str | None, bool]:
        """The photo that an upload became, by when it came and by its machine tag; the first, should there be two.

        The other answer is whether the account's newest photos were all seen.
        """
        saw_all = False
        for wait_s in looks_s:
            self._clock.sleep(wait_s)
            found: set[str] = set()
            earliest = int(since) - CLOCKS_S

            def keep(photos: Sequence[Photo], found: set[str] = found, earliest: int = earliest) -> None:
                found |= {
                    one.photo_id
                    for one in photos
                    if key_in(one.tags) == squeezed_key(key) and one.uploaded_at >= earliest
                }

            saw_all = self._flickr.list_uploads(earliest, keep).complete
            if not found:
                keep(self._flickr.search_machine_tag(squeezed(tags_of(key)[0])))
            for photo_id in sorted(found, key=int):
                if self._bears_tag(photo_id, key):
                    return photo_id, saw_all
        return None, saw_all

    def _bears_tag(self, photo_id: str | None, key: str) -> bool:
        """Whether a photo is this very picture by its tags as they were typed."""
        if photo_id is None:
            return False
        try:
            return set(tags_of(key)) <= set(self._flickr.get_info(photo_id).tags)
        except PictureGoneError:
            return False

    def _finish(self, key: str, photo_id: str, intended: Mapping[str, Any], age_s: float) -> Outcome:
        """Verify what Flickr holds, complete it, and confirm; or say what cannot be confirmed.

        What Flickr still shows differently a day after it was sent is as it will be: told, and no question any more.
        """
        sent, is_old = intended["sent"], age_s >= FRESH_S
        for wait_s in (0.0,) if is_old else LOOKS_S:
            self._clock.sleep(wait_s)
            info, doubt, note = self._look(photo_id, sent, is_last=is_old or wait_s == LOOKS_S[-1])
            if info is not None and doubt is None:
                break
        if info is None or (doubt is not None and age_s < GONE_S):
            self._note(key, UploadStep.UNSURE, {"why": doubt, "photo_id": photo_id})
            return Outcome(OutcomeKind.UNSURE, f"{doubt}; the next `new` checks again, and does not send it again")
        notes = [told for told in (doubt, note) if told]
        info, told = self._mend(info, intended["form"], is_old=is_old)
        notes += told
        if not set(tags_of(key)) <= set(info.tags):
            notes += tried("its machine tag could not be set", lambda: self._flickr.add_tags(photo_id, tags_of(key)))
            info = self._flickr.get_info(photo_id)
        metadata = _left_to_set(noted_metadata(intended), info, is_old=is_old)
        if metadata is not None:
            info, told = put_metadata(self._flickr, info, info, metadata, is_old=is_old)
            notes += told
        if intended["album"]:
            with self._album_guard:
                notes += tried(
                    f"it could not be put into the album {intended['album']}",
                    lambda: self._flickr.put_into_album(intended["album"], photo_id),
                )
            info = self._flickr.get_info(photo_id)
        self._note(key, UploadStep.CONFIRMED, {"photo_id": photo_id, "after": info.to_json()})
        return Outcome(OutcomeKind.UPLOADED, "; ".join(notes) or None)

    def _look(
        self, photo_id: str, sent: Mapping[str, Any], *, is_last: bool
    ) -> tuple[PhotoInfo | None, str | None, str | None]:
        """What Flickr holds, what speaks against it being what was sent, and what should be known of it."""
        proof = self._session.state.outgoing / f"proof-{photo_id}"
        try:
            info = self._flickr.get_info(photo_id)
            size = self._flickr.get_original_size(photo_id)
            if not size.is_original:
                return info, None, "Flickr provides no original here, so it was not compared byte for byte"
            if sorted((size.width, size.height)) != sorted((sent["width"], sent["height"])):
                shown = f"{size.width} x {size.height} where {sent['width']} x {sent['height']} was sent"
                return info, f"Flickr shows {shown}", None
            fetched = self._flickr.fetch_at(photo_id, size, proof)
            same = fetched.sha256 == sent["sha256"]
            return info, None if same else "Flickr holds another file than the one that was sent", None
        except PictureGoneError as error:
            if is_last:
                raise
            return None, str(error), None
        except PictureError as error:
            return None, str(error), None
        finally:
            proof.unlink(missing_ok=True)

    def _mend(self, info: PhotoInfo, form: Mapping[str, Any], *, is_old: bool) -> tuple[PhotoInfo, list[str]]:
        """Set title and text once more where Flickr has others, unless a person had time to change them."""
        notes: list[str] = []
        if not _has_words(info, form):
            if is_old:
                notes.append("title or text were edited since, so they were left unchanged")
            else:
                notes += tried(
                    "title and text could not be set",
                    lambda: self._flickr.set_meta(info.photo_id, form["title"], form["description"]),
                )
                info = self._flickr.get_info(info.photo_id)
                if not notes and not _has_words(info, form):
                    notes.append("title or text differ from the post's")
        wanted = tuple(form[name] == "1" for name in ("is_public", "is_friend", "is_family"))
        if info.privacy != wanted and not is_old:
            notes.append(f"it is not {form['privacy']} on Flickr; check who can see it")
        return info, notes

    def _note(self, key: str, step: UploadStep, body: Mapping[str, Any]) -> None:
        self._uploads.append(self._session.run, key, step, body)


def _left_to_set(metadata: PhotoMetadata | None, info: PhotoInfo, *, is_old: bool) -> PhotoMetadata | None:
    """Date and place that are still to be set: where a person had time to set them, only what nobody has."""
    if metadata is None or not is_old:
        return metadata
    return PhotoMetadata(metadata.taken if info.taken_unknown else None, metadata.place if info.place is None else None)


def _has_words(info: PhotoInfo, form: Mapping[str, Any]) -> bool:
    """Whether title and text are those that were sent; Flickr may drop space at the ends."""
    return info.title.strip() == str(form["title"]).strip() and (
        caption_as_typed(info.caption).strip() == str(form["description"]).strip()
    )
