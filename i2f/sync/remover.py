"""Deleting what `new` uploaded, as long as nobody has touched it since.

A deleted photo cannot be restored, and with it go comments, favorites and whatever somebody wrote there. So only what
the record shows as this program's own finished upload is deleted, and only when Flickr shows it just as it was
confirmed: picture, words, tags, privacy, date and place, views, comments and favorites, and the time of its last
change, which also tells of what is not compared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flickr_client import FlickrClient, PhotoInfo, Refused
from i2f.ground.errors import LoginError, PictureError, PictureGoneError
from i2f.ground.model import OutcomeKind
from i2f.memory.uploads import UploadHistory, UploadStep
from i2f.sync.session import Session
from i2f.sync.verify import Outcome


class Remover:
    """Deletes photos that `new` uploaded and nobody touched since; the one object that deletes."""

    def __init__(self, session: Session, flickr: FlickrClient) -> None:
        """`flickr` is a client whose login may delete, or whose refusal says that it may not."""
        self._uploads = session.journal.uploads
        self._run = session.run
        self._flickr = flickr

    def delete(self, history: UploadHistory) -> Outcome:
        """Delete one upload. Raises LoginError where the login does not allow it, with nothing deleted."""
        try:
            return self._delete(history)
        except PictureError as error:
            return Outcome(OutcomeKind.FAILED, str(error))

    def _delete(self, history: UploadHistory) -> Outcome:
        if history.photo_id is None or history.after is None:
            raise PictureError("it is not recorded as a finished upload of this program, so it was left unchanged")
        try:
            now = self._flickr.get_info(history.photo_id)
        except PictureGoneError:
            self._note(history, UploadStep.DELETED, {})
            return Outcome(OutcomeKind.DELETED, "it was no longer on Flickr")
        touched = touched_since(PhotoInfo.from_json(history.after), now)
        if not touched and self._flickr.count_favorites(history.photo_id):
            touched = "somebody made it a favorite"
        if touched:
            raise PictureGoneError(f"{touched} since it was uploaded, so it was left unchanged")
        self._note(history, UploadStep.DELETE_INTENDED, {})
        try:
            self._flickr.delete_photo(history.photo_id)
        except (LoginError, Refused) as error:
            self._note(history, UploadStep.DELETE_REFUSED, {"why": str(error)})
            raise
        self._note(history, UploadStep.DELETED, {})
        return Outcome(OutcomeKind.DELETED)

    def _note(self, history: UploadHistory, step: UploadStep, body: Mapping[str, Any]) -> None:
        self._uploads.append(self._run, history.post, step, body)


def touched_since(after: PhotoInfo, now: PhotoInfo) -> str:
    """What somebody did to a photo since it was confirmed, in words; empty where nothing shows."""
    for is_changed, words in (
        (now.secret != after.secret, "its picture was replaced"),
        ((now.title, now.caption) != (after.title, after.caption), "its title or text was edited"),
        (sorted(now.tags) != sorted(after.tags), "its tags were edited"),
        (now.privacy != after.privacy, "its privacy setting was changed"),
        ((now.taken, now.place) != (after.taken, after.place), "its date or location was edited"),
        (now.comments > after.comments, "somebody commented on it"),
        (now.views > after.views, "somebody viewed it"),
        (now.last_update > after.last_update, "it was changed on Flickr"),
    ):
        if is_changed:
            return words
    return ""
