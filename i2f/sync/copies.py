"""The Instagram copies of the account: listed, chosen, and saved to the disk before anything is decided.

After the first listing only what changed is asked for, as long as Flickr's own count agrees with what is known. Of what
is no copy only the id is kept, so a program that knows more marks than the one before lists everything once more.
The original-size file of a copy is fetched once; it is compared, and it is the backup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from sys import intern

from i2f.ground.errors import PictureError, UnknownPhotoError
from i2f.ground.model import InstagramCopy, InstagramMark, Photo
from i2f.ground.threads import FailureLimit, ThreadPool
from i2f.memory.journal import Journal
from i2f.memory.record import Backup
from i2f.sync.session import Session
from instagram_client import RECOGNISER_VERSION, recognise

# Pictures fetched at once. Flickr's picture hosts answer 429 early (gallery-dl issue 8297, 2025), so not more.
FETCHERS = 4


def list_copies(session: Session) -> list[InstagramCopy]:
    """The account's Instagram copies, oldest upload first; after the first time only what changed is asked for."""
    journal, flickr = session.journal, session.flickr

    def keep(photos: Sequence[Photo]) -> None:
        journal.listing.keep((one.photo_id, asdict(one) if _mark(one) else None) for one in photos)
        session.progress.step(len(photos))

    watermark = journal.fact("watermark") if journal.fact("recogniser") == RECOGNISER_VERSION else None
    if watermark is not None:
        session.progress.stage("Checking Flickr for new or changed photos")
        changes = flickr.list_changes(int(watermark), keep)
        if changes.complete and flickr.count_photos() == journal.listing.count():
            journal.remember("watermark", str(max(changes.watermark, int(watermark))))
        else:
            watermark = None
    if watermark is None:
        session.progress.stage("Listing your photos on Flickr")
        journal.listing.forget()
        listing = flickr.list_photos(keep, session.progress.expect)
        journal.remember("recogniser", RECOGNISER_VERSION)  # without a watermark it says nothing yet
        if listing.complete:
            journal.remember("watermark", str(listing.watermark))
        else:
            session.progress.say(
                f"Flickr counts {listing.total} photos but listed {listing.distinct}; the rest are "
                "looked for in the next run"
            )
    return copies_of(journal)


def copies_of(journal: Journal) -> list[InstagramCopy]:
    """The copies as the last listing showed them, oldest upload first; Flickr is not asked."""
    photos = (Photo(**{**body, "tags": tuple(map(intern, body["tags"]))}) for body in journal.listing.copies())
    copies = [InstagramCopy(photo, mark) for photo in photos if (mark := _mark(photo)) is not None]
    return sorted(copies, key=lambda one: (one.photo.uploaded_at, one.photo_id))


def _mark(photo: Photo) -> InstagramMark | None:
    return recognise(photo.title, photo.caption, photo.tags) if photo.media == "photo" else None


def choose_copies(
    copies: Sequence[InstagramCopy], photo_ids: Sequence[str], again: Sequence[str]
) -> list[InstagramCopy]:
    """The copies a run is about: all, or those asked for. Raises UnknownPhotoError for an id that is none."""
    known = {one.photo_id for one in copies}
    for photo_id in (*photo_ids, *again):
        if photo_id not in known:
            raise UnknownPhotoError(f"{photo_id} is not an Instagram copy in this Flickr account")
    return [one for one in copies if not photo_ids or one.photo_id in photo_ids]


def save_copies(
    session: Session, copies: Sequence[InstagramCopy]
) -> tuple[list[tuple[InstagramCopy, Backup]], dict[str, str]]:
    """Have the original-size file of every copy on the disk; those that cannot be fetched with the reason."""
    failures = save_photos(session, [one.photo for one in copies])
    saved = [(one, backup) for one in copies if (backup := session.backups.find(one.photo)) is not None]
    return saved, failures


def save_photos(session: Session, photos: Sequence[Photo]) -> dict[str, str]:
    """Have the original-size file of every photo on the disk; ids and reasons of those that cannot be fetched."""
    backups = session.backups
    missing = [one for one in photos if backups.find(one) is None]
    failures: dict[str, str] = {}
    failure_limit = FailureLimit(session.settings.sync.brake)
    if missing:
        session.progress.stage("Backing up the copies from Flickr", len(missing))

    def save(photo: Photo) -> str | None:
        try:
            backups.fetch(session.flickr, photo)
        except PictureError as error:
            return str(error)
        return None

    def tell(photo: Photo, failure: str | None) -> None:
        if failure is not None:
            failures[photo.photo_id] = failure
            session.progress.say(f"{photo.photo_id}: {failure}")
        session.progress.step()
        failure_limit.note(failure)

    ThreadPool(save, FETCHERS, must_finish=False).through(missing, tell)
    return failures
