"""What Flickr takes as a photo: which formats as they are, what their first bytes look like, and how large.

flickr.people.getUploadStatus answers filesize.maxbytes 209715200 for photos (public recordings, 2013 and 2014); an
account that is told another number is held to that one. Every other format is converted to JPEG before it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_PHOTO_BYTES = 209_715_200


@dataclass(frozen=True, slots=True)
class AcceptedFormat:
    """One format that is sent byte for byte: its name, its first bytes, a file's ending, and its type in a request."""

    name: str
    magic: bytes
    ending: str
    content_type: str


ACCEPTED = (
    AcceptedFormat("JPEG", b"\xff\xd8\xff", "jpg", "image/jpeg"),
    AcceptedFormat("PNG", b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    AcceptedFormat("GIF", b"GIF8", "gif", "image/gif"),
)
SENT_AS_THEY_ARE = frozenset(one.name for one in ACCEPTED)


def accepted_format(start: bytes) -> AcceptedFormat | None:
    """The format that a file begins with, where Flickr takes it as it is."""
    return next((one for one in ACCEPTED if start.startswith(one.magic)), None)
