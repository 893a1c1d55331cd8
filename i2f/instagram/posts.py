"""A post as its owner's data export tells of it, in one form for every year and layout of the export.

An export holds what no address does: the caption as it was typed, the second of posting, the place, the posted pictures
themselves, and sometimes the EXIF of the photograph behind one. What it never holds is the post's own address (none in
any version seen by November 2026), so `code` and `link` stay None until somebody joins a post with a copy on Flickr.

Times are instants. JSON gives seconds; the pages of an HTML export give minutes of a wall clock (export_html.py), which
`precision` says: the post was made at `time` or less than `precision` later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
# The last number of an exported file's name outlasts exports, folders and renaming; it is the medium's own.
_MEDIUM_ID = re.compile(r"(?:^|_)(\d{15,20})(?:\.[A-Za-z0-9]{1,5})?$")


def medium_id_in(name: str) -> str | None:
    """The medium's own number in the name of an exported file."""
    found = _MEDIUM_ID.search(name)
    return found[1] if found else None


class PostKind(StrEnum):
    """In which of the export's lists a post stands."""

    POST = "post"
    ARCHIVED = "archived"
    REEL = "reel"
    IGTV = "igtv"
    STORY = "story"
    PROFILE = "profile"
    OTHER = "other"


class Content(StrEnum):
    """What an exported file is by its first bytes, whatever its name ends in."""

    PICTURE = "picture"
    VIDEO = "video"
    UNKNOWN = "unknown"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PostPlace:
    """Where a post was placed: the name chosen for it, or degrees, or both."""

    name: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class CapturedExif:
    """What an export keeps of the photograph's own EXIF: the camera's wall clock (no zone), its lens and software."""

    taken: datetime | None
    lens: str | None = None
    software: str | None = None


@dataclass(frozen=True, slots=True)
class Medium:
    """One exported picture or video of a post.

    `path` leads to its bytes in a folder, or through a zip archive as i2f/ground/archives.py addresses members, and is
    None when no part of the export holds it; `uri` is what the export calls it.
    """

    uri: str
    path: Path | None
    content: Content
    time: datetime | None = None
    exif: CapturedExif | None = None

    @property
    def medium_id(self) -> str | None:
        """Instagram's number of the medium, the same in every export since 2021; None where the name has none."""
        return medium_id_in(self.uri)


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the account; `source` is the file of the export it was read from.

    `time` is aware (UTC), None only where the export gives none. `media` are in the order of the post, each once.
    """

    code: str | None
    link: str | None
    time: datetime | None
    precision: timedelta
    caption: str
    place: PostPlace | None
    media: tuple[Medium, ...]
    kind: PostKind
    source: Path

    @property
    def pictures(self) -> tuple[Medium, ...]:
        """The media that are pictures and whose bytes are at hand."""
        return tuple(one for one in self.media if one.content is Content.PICTURE and one.path is not None)
