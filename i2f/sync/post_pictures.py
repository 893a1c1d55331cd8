"""The exported pictures of posts: which there are, the key each is known by, and what it stands for.

A post's key is its code where that is known, else the second it was posted; each picture of a post with several media
adds which one it is. Under that key it stands in the journal, and on Flickr in the machine tag (post_tag.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from i2f.ground.errors import PictureError
from i2f.ground.model import InstagramCopy, InstagramMark, Mark, Original, bare_photo
from i2f.ground.wording import counted
from i2f.instagram.post_tag import squeezed_key
from i2f.instagram.posts import CapturedExif, Content, Post, PostKind
from i2f.photos.folder_names import claims_to_be_a_picture
from i2f.photos.open import open_picture, read_bytes
from i2f.sync.plan import ZONE_GRACE

KINDS = frozenset({PostKind.POST})
"""What of an export the account shows as its posts: nothing its owner archived, no stories, profile pictures, films."""


@dataclass(frozen=True, slots=True)
class PostPicture:
    """One exported picture of a post, `number` counting from 1 among its media; `key` names it in journal and tag.

    `path` is the exported file, `sha256` and size (upright or not, as stored) are its own.
    """

    key: str
    post: Post
    number: int
    path: Path
    sha256: str
    width: int
    height: int
    exif: CapturedExif | None

    @property
    def post_key(self) -> str:
        """The key of the whole post, as a machine tag tells it."""
        return squeezed_key(self.key).partition("/")[0]


def pictures_of(posts: Sequence[Post]) -> tuple[list[PostPicture], list[tuple[Path, str]]]:
    """Every exported picture of the posts that can be read, oldest first, and the others with the reason."""
    found: list[PostPicture] = []
    unreadable: list[tuple[Path, str]] = []
    undated: Counter[Path] = Counter()
    for post in posts:
        if post.kind not in KINDS:
            continue
        if post.code is None and post.time is None:
            undated[post.source] += 1
            continue
        several = len(post.media) > 1
        for number, medium in enumerate(post.media, start=1):
            if medium.content is Content.MISSING and claims_to_be_a_picture(Path(medium.uri)):
                unreadable.append((Path(medium.uri), "is in no part of the export"))
            if medium.content is not Content.PICTURE or medium.path is None:
                continue
            try:
                data = read_bytes(medium.path)
                with open_picture(data) as opened:
                    size = opened.image.size
            except PictureError as error:
                unreadable.append((medium.path, str(error)))
                continue
            digest = hashlib.sha256(data).hexdigest()
            key = post.code or second_of(post)
            name = f"{key}/{number}" if several else key
            found.append(PostPicture(name, post, number, medium.path, digest, *size, medium.exif))
    unreadable += [
        (source, f"{counted(count, 'post')} without a time that can be read; left out")
        for source, count in undated.items()
    ]
    return found, unreadable


def second_of(post: Post) -> str:
    """The key of a post without a code: the second in which it was posted, "" where that is not known."""
    return f"{int(post.time.timestamp())}" if post.time is not None else ""


def as_copy(picture: PostPicture) -> InstagramCopy:
    """The exported picture in the place of a copy on Flickr; its id is the picture's key."""
    post = picture.post
    photo = bare_photo(picture.key, post.caption, (picture.width, picture.height))
    return InstagramCopy(photo, InstagramMark(Mark.LINK, post.link, post.time, post.precision))


def captured(original: Original, picture: PostPicture) -> str | None:
    """When the picture was taken, as Flickr writes it: by the original, the export, what a library or a Takeout says of
    the original, else when it was posted (UTC).
    """
    for local in (
        original.taken.local if original.taken else None,
        picture.exif.taken if picture.exif else None,
        _told_before(original, picture.post.time),
        picture.post.time,
    ):
        if local is not None:
            return f"{local:%Y-%m-%d %H:%M:%S}"
    return None


def _told_before(original: Original, posted: datetime | None) -> datetime | None:
    """What is said of the original's time beside it; a Takeout's is that of the upload where Google knew none, which
    a time after the post gives away.
    """
    taken = original.told.taken if original.told is not None else None
    if taken is None or (posted is not None and taken.local.replace(tzinfo=UTC) > posted + ZONE_GRACE):
        return None
    return taken.local
