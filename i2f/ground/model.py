"""The program's words as types: what one package hands to the next.

Frozen dataclasses and nothing that acts. A photo on Flickr, the copy it turns out to be, an original in the
folder, the window of an original that a copy shows, how well the two fit, and what was decided. Each room
imports these instead of its neighbours, so that the walls stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any


class Mark(StrEnum):
    """What gave a copy away; when several hold, the first in this order is named."""

    LINK = "link"
    VIA = "via"
    MACHINE_TAG = "machine_tag"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the person's Flickr account, as a listing shows it.

    `caption` is HTML as Flickr sends it, `title` plain text, `tags` as listed (machine tags included).
    `width` and `height` are those of the original-size file, None where Flickr did not say; `taken` is Flickr's
    local "YYYY-MM-DD HH:MM:SS" (for a copy usually the moment of upload); `uploaded_at` and `updated_at`
    are unix seconds.
    """

    photo_id: str
    owner: str
    title: str
    caption: str
    tags: tuple[str, ...]
    secret: str
    original_secret: str | None
    original_format: str | None
    original_url: str | None
    page_url: str
    width: int | None
    height: int | None
    uploaded_at: int
    updated_at: int
    taken: str | None
    taken_granularity: int
    taken_unknown: bool
    is_public: bool
    is_friend: bool
    is_family: bool
    latitude: float | None
    longitude: float | None
    accuracy: int | None
    media: str


def bare_photo(photo_id: str, title: str, size: tuple[int | None, int | None], **known: Any) -> Photo:
    """A photo of which only this is known: nothing else is said, it is nobody's but its owner's, and of no place."""
    return replace(_BARE, photo_id=photo_id, title=title, width=size[0], height=size[1], **known)


_BARE = Photo(
    photo_id="",
    owner="",
    title="",
    caption="",
    tags=(),
    secret="",
    original_secret=None,
    original_format=None,
    original_url=None,
    page_url="",
    width=None,
    height=None,
    uploaded_at=0,
    updated_at=0,
    taken=None,
    taken_granularity=0,
    taken_unknown=True,
    is_public=False,
    is_friend=False,
    is_family=False,
    latitude=None,
    longitude=None,
    accuracy=None,
    media="photo",
)


@dataclass(frozen=True, slots=True)
class InstagramMark:
    """What title, caption and tags of a photo say about its life on Instagram.

    `url` is the normalised address of the post, None where none can be read. `posted_at` is when it was
    posted (UTC), None without a code that can be dated; `posted_error` is how far off that may be.
    """

    marked_by: Mark
    url: str | None
    posted_at: datetime | None
    posted_error: timedelta


@dataclass(frozen=True, slots=True)
class InstagramCopy:
    """A small Instagram picture on Flickr."""

    photo: Photo
    mark: InstagramMark

    @property
    def photo_id(self) -> str:
        """Flickr's id of the photo."""
        return self.photo.photo_id


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """When the shutter fell, by the camera's own clock.

    `local` is naive wall-clock time with the sub-seconds in it (`has_subsecond` says whether there were any);
    `offset` is the clock's distance from UTC where the file says it, else None.
    """

    local: datetime
    has_subsecond: bool
    offset: timedelta | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a picture beside its file, by a Photos library's database or the JSON of a Google Takeout.

    `name` is the file's own name where the disk gives it another; `taken` and `place` (degrees) may be what somebody
    typed or a service guessed, so they are never evidence for or against a match. `edited` marks a file that the
    library made of another.
    """

    name: str | None = None
    taken: CaptureTime | None = None
    place: tuple[float, float] | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Original:
    """A full-size picture in the person's folder, as read once per version (size, mtime) of the file.

    `width` and `height` are upright pixels. `content_format` is what the bytes are ("JPEG", "PNG", "HEIF"), whatever
    the name ends in. `camera` is make and model, None without them; `place` is latitude and longitude in degrees.
    `hdr_frame` is 3 for an iPhone's HDR picture and 4 for the normal frame kept beside it, None where nothing says.
    `marks` are what else the file says of its origin (provenance.py), `told` what is said of it elsewhere. The path may
    lead through a zip archive (archives.py). `content` is the sha256 of its bytes, None where that is not known.
    """

    path: Path
    size_bytes: int
    mtime_ns: int
    content_format: str
    width: int
    height: int
    taken: CaptureTime | None
    camera: str | None
    place: tuple[float, float] | None = None
    hdr_frame: int | None = None
    marks: tuple[str, ...] = ()
    told: Told | None = None
    content: bytes | None = None

    @property
    def name(self) -> str:
        """What the picture is called: its own name, which a Photos library keeps apart from the file's."""
        return self.told.name if self.told and self.told.name else self.path.name

    @property
    def called(self) -> Path:
        """Its path with its own name, for what names and folders tell of a picture."""
        return self.path.with_name(self.name)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the upright original that a copy shows.

    `center` (x, y) and `size` (width, height) are fractions of the original's width and height; `degrees` turns
    counter-clockwise; the mirror is applied first.
    """

    center: tuple[float, float]
    size: tuple[float, float]
    degrees: float
    mirrored: bool


# The measure of a fit that notes: another file fits the copy for certain, too, and something moved between the two.
APART = "apart"
# Another one: a file that a camera signed fits for certain, too, and shows the same inside what the copy shows.
ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one original explains one copy, as the matcher measured it.

    `score` is from 0 to 1, higher is better, and means: how probable is it that the copy was made from this very
    exposure. `sure` is the matcher's own verdict that the evidence meets every test of the same exposure
    (leftover displacement, vanished texture, tones); without it nothing is replaced by itself.
    `tone` (0 to 1) is how well one global tone curve explains the copy; it ranks twins. `words` says the
    evidence as a photographer would; `figures` how much was measured, "" where nothing was.
    """

    score: float
    sure: bool
    tone: float
    window: Window
    words: str
    measures: dict[str, float]
    figures: str = ""


class OutcomeKind(StrEnum):
    """What became of a decision: carried out (replaced, uploaded, deleted, failed or unsure), waiting, or not to be."""

    REPLACED = "replaced"
    UPLOADED = "uploaded"
    DELETED = "deleted"
    FAILED = "failed"
    UNSURE = "unsure"
    PLANNED = "planned"
    SKIPPED = "skipped"


class Kinship(StrEnum):
    """How two originals that both fit one copy are related (twins are files of one exposure, rivals look alike)."""

    TWIN = "twin"
    RIVAL = "rival"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An original proposed for one copy; `twins` share its answer. Best twins first by the stated rule.

    `because` says what it has before its twins; empty without twins, or where a person chose it. `doubt` says why the
    file may be no original, but something that holds the picture; empty where it is one (eligibility.py).
    """

    original: Original
    fit: Fit
    twins: tuple[Original, ...] = ()
    because: str = ""
    doubt: str = ""


class Verdict(StrEnum):
    """What is to be done with one copy."""

    REPLACE = "replace"
    REVIEW = "review"
    KEEP = "keep"


class Sent(StrEnum):
    """What takes a copy's place: the original as it is, or the picture as it was posted, rendered from it."""

    ORIGINAL = "original"
    AS_POSTED = "as-posted"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said about one copy, in terms of the originals that come into question now.

    `chosen` is the file of the original that was chosen, None when none was or when it is not among them;
    `chosen_name` is what it was called, None when none was chosen. `never` are the files that were refused;
    `asks_anew` where that was before a replacement that was taken back; `sent` is what is to be sent of the chosen one.
    """

    chosen: Path | None
    chosen_name: str | None
    never: frozenset[Path]
    asks_anew: bool = False
    sent: Sent = Sent.ORIGINAL


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one copy, why, by whom, and from which candidates (best first).

    `answers` tells what a person had said about the copy by then (review_answers.state_of), empty for nothing.
    `evidence` names what settled it besides the comparison of the copy (export_evidence.py), empty for that alone.
    `sent` is what takes the copy's place, with the decision `replace` only; `not_rendered` says that the picture as
    posted was to be sent and cannot be rendered.
    """

    copy: InstagramCopy
    verdict: Verdict
    reason: str
    decided_by: str
    candidates: tuple[Candidate, ...]
    answers: str = ""
    evidence: tuple[str, ...] = ()
    sent: Sent = Sent.ORIGINAL
    not_rendered: bool = False

    @property
    def match(self) -> Candidate | None:
        """The candidate settled on, with the decision `replace` only."""
        return self.candidates[0] if self.verdict is Verdict.REPLACE else None
