"""A new photo on its way to Flickr: the form that goes with the picture, and what the answer says.

The picture itself goes as one for a replacement does (replace_request.py). With it go title, caption and tags as plain
text, and all three privacy flags: an account's own default must not make a photo public that was to be private.

`dedup_check` asks Flickr to refuse a file that the account holds already and to name the photo that holds it, as
Flickr's own uploader does (flickrapi PR 137, 2021): a second fence around what must never be there twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from i2f.flickr.failures import lost, uploading_from_failure
from i2f.flickr.replace_request import Ticket, read_success, ticket_in

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)


class Privacy(StrEnum):
    """Who may see a new photo."""

    PRIVATE = "private"
    FRIENDS = "friends"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class UploadForm:
    """What is sent with a new photo, all plain text; `tags` are words without spaces, machine tags among them."""

    title: str
    description: str
    tags: tuple[str, ...]
    privacy: Privacy

    def fields(self) -> dict[str, str]:
        """The fields of the form."""
        return {
            "title": self.title,
            "description": self.description,
            "tags": " ".join(self.tags),
            "is_public": str(int(self.privacy is Privacy.PUBLIC)),
            "is_friend": str(int(self.privacy is Privacy.FRIENDS)),
            "is_family": "0",
            "content_type": "1",
            "dedup_check": "1",
        }


def read_upload_reply(body: bytes) -> str | Ticket:
    """The id of the new photo, or a ticket. Raises what uploading_from_failure says, or ReplyLostError."""
    answer = read_success(body, uploading_from_failure)
    if (ticket := ticket_in(answer)) is not None:
        return ticket
    photo_id = (answer.findtext("photoid") or "").strip()
    if not _ID.fullmatch(photo_id):
        raise lost("a reply that names no photo")
    return photo_id
