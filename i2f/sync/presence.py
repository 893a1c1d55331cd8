"""Whether a post is on Flickr already: pure, without disk, network or clock.

An export names no addresses, so a post is recognised by three things. Its *caption* stands on Flickr as the title
(IFTTT, Instagram's own share) or in the text; its *second* is what the code in a photo's link decodes to; its
*picture* is what the matcher says the photo shows. It counts as on Flickr when the picture agrees, and caption or
second with it.

Whatever agrees in part is a question and is not uploaded: a photo that shows the picture under other words, one of
the same second or caption with another picture, one that could not be compared. Only where a photo surely is another
post does it no longer speak about this one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from i2f.ground.model import Fit, Original, Photo
from i2f.instagram.caption_links import read_caption
from i2f.instagram.posts import Post
from i2f.sync.thresholds import ASK_SCORE, SURE_SCORE

# An export's second may come up to 3 s after the one in the code; the other way round by rounding only.
LATEST, EARLIEST = timedelta(seconds=4), timedelta(seconds=2)
# A title may have been cut; so many characters of one must be there.
CUT_TITLE = 40
_VIA = re.compile(r"\bvia\s+instagram\b.*$", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(
    r"https?://\S+|\b(?:ift\.tt|instagr\.am|bit\.ly|www\.instagram\.com|instagram\.com)/\S+", re.IGNORECASE
)


class Presence(StrEnum):
    """What is known about a post and Flickr."""

    THERE = "there"
    UNCLEAR = "unclear"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Related:
    """A photo on Flickr that may be a post: one with a mark of Instagram, or with a post's caption as its own.

    `posted_at` is when it was posted by the code in its link, None without one; `posted_error` how far off that may be.
    `key` is what its machine tag says where `new` uploaded it.
    """

    photo: Photo
    posted_at: datetime | None
    posted_error: timedelta
    key: str | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the second of its posting is known."""
        return self.posted_at is not None and not self.posted_error


def caption_key(text: str) -> str:
    """A caption for comparing: one line, small letters, compatible forms, without what IFTTT adds."""
    plain = unicodedata.normalize("NFKC", _LINK.sub(" ", _VIA.sub(" ", text))).casefold()
    return " ".join(plain.split())


def words_of(photo: Photo) -> tuple[str, str]:
    """A photo's title and text for comparing."""
    return caption_key(photo.title), caption_key(read_caption(photo.caption).words)


def caption_agrees(post: Post, photo: Photo) -> bool:
    """Whether the photo bears the post's caption; no caption agrees with nothing."""
    wanted = caption_key(post.caption)
    title, text = words_of(photo)
    start = title.rstrip(". \N{HORIZONTAL ELLIPSIS}")
    return bool(wanted) and (wanted in (title, text) or len(start) >= CUT_TITLE and wanted.startswith(start))


def second_agrees(post: Post, related: Related) -> bool:
    """Whether the photo's link was posted when the post was."""
    if post.time is None or related.posted_at is None or not related.is_dated:
        return False
    return post.time - LATEST <= related.posted_at <= post.time + post.precision + EARLIEST


def is_another(post: Post, related: Related) -> bool:
    """Whether the photo's link surely leads to another post."""
    return post.time is not None and related.is_dated and not second_agrees(post, related)


def shows(fit: Fit | None) -> bool:
    """Whether a photo surely shows the picture."""
    return fit is not None and fit.sure and fit.score >= SURE_SCORE


@dataclass(frozen=True, slots=True)
class Compared:
    """A photo beside a post's picture; `fit` is None where the matcher proposed nothing, or could not look.

    `was_compared` is False where the photo could not be fetched; `original` is the fetched file, for a person's eyes.
    """

    related: Related
    fit: Fit | None
    was_compared: bool = True
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A photo that may be the post, and why it may."""

    compared: Compared
    reason: str

    @property
    def photo(self) -> Photo:
        """The photo on Flickr."""
        return self.compared.related.photo


@dataclass(frozen=True, slots=True)
class Found:
    """The answer about one picture of a post: the photo that decided it, the reason in words, and all doubts."""

    presence: Presence
    photo_id: str | None
    reason: str
    doubts: tuple[Doubt, ...] = ()


def is_there(post: Post, compared: Sequence[Compared]) -> Found | None:
    """The photo that surely is this post, judged by one of its pictures; None where none is."""
    for one in compared:
        agreeing = [
            word
            for word, agrees in (
                ("caption", caption_agrees(post, one.related.photo)),
                ("second", second_agrees(post, one.related)),
            )
            if agrees
        ]
        if shows(one.fit) and agreeing and not is_another(post, one.related):
            photo_id = one.related.photo.photo_id
            by = " and ".join(["picture", *agreeing]) if len(agreeing) == 1 else "picture, caption and second"
            return Found(Presence.THERE, photo_id, f"On Flickr already, as photo {photo_id} (same {by})")
    return None


def judge(post: Post, compared: Sequence[Compared], claimed: Collection[str]) -> Found:
    """Whether the post is on Flickr; `claimed` are the photos that surely are other posts."""
    there = is_there(post, compared)
    if there is not None:
        return there
    doubts = tuple(
        Doubt(one, reason)
        for one in compared
        if (reason := _doubt(post, one)) and (one.related.photo.photo_id not in claimed or shows(one.fit))
    )
    if doubts:
        return Found(Presence.UNCLEAR, doubts[0].photo.photo_id, doubts[0].reason, doubts)
    return Found(Presence.ABSENT, None, "")


def _doubt(post: Post, one: Compared) -> str:
    photo_id = one.related.photo.photo_id
    if second_agrees(post, one.related):
        seen = "shows another picture" if one.was_compared else "could not be compared"
        return f"Photo {photo_id} on Flickr was posted in the same second, but {seen}"
    if shows(one.fit):
        return f"Photo {photo_id} on Flickr shows this picture, but neither caption nor time agree"
    if is_another(post, one.related):
        return ""
    if caption_agrees(post, one.related.photo):
        seen = "another picture" if one.was_compared else "could not be compared"
        return f"Photo {photo_id} on Flickr has this caption, but {seen}"
    if one.fit is not None and one.fit.score >= ASK_SCORE:
        return f"Photo {photo_id} on Flickr shows a similar picture"
    return ""
