"""The posts that are known, from the copies on Flickr and from Instagram's export, each once, with what is known of it.

Everything comes from the state folder and the export; Flickr is not asked, so a copy that no run has listed yet is not
known here. Whether the original was found is what the last run decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from i2f.ground.model import InstagramCopy, Verdict
from i2f.instagram.posts import Post
from i2f.memory.history import Standing
from i2f.memory.journal import Journal
from i2f.memory.uploads import UploadStanding
from i2f.sync.copies import copies_of
from i2f.sync.post_of_copy import NamedPosts, is_of_moment
from i2f.sync.post_pictures import second_of
from instagram_client import post_links, posted_at


@dataclass(frozen=True, slots=True)
class KnownPost:
    """One post: the copies that show it and the export's entry, at least one of them.

    `original` is the path of the original that the last run found for a copy; `is_replaced` says that a copy's photo
    holds an original now. `uploads` are the photos that `new` made of it, `seen` those that it found to show it.
    """

    copies: tuple[InstagramCopy, ...]
    post: Post | None
    original: str | None
    is_replaced: bool
    uploads: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def on_flickr(self) -> bool:
        """Whether any photo on Flickr is known to be this post."""
        return bool(self.copies or self.uploads or self.seen)

    @property
    def posted_at(self) -> datetime | None:
        """By the export, else by the code in a copy's link."""
        if self.post is not None and self.post.time is not None:
            return self.post.time
        return next((one.mark.posted_at for one in self.copies if one.mark.posted_at is not None), None)

    @property
    def url(self) -> str | None:
        """The post's address, which a copy tells, or Instagram's API."""
        told = next((one.mark.url for one in self.copies if one.mark.url is not None), None)
        return told or (self.post.link if self.post is not None else None)

    @property
    def keys(self) -> tuple[str, ...]:
        """What the post goes by: the key that `new` gives it (post_pictures.py), then the other name it may have.

        Nothing for a copy whose link tells no code, and that no entry of the export belongs to.
        """
        codes = [self.post.code] if self.post is not None else []
        codes += [code for one in self.copies for code in _codes(one)]
        second = [second_of(self.post)] if self.post is not None else []
        by_new = self.post is not None and self.post.code is None
        named = [*second, *codes] if by_new else [*codes, *second]
        return tuple(dict.fromkeys(one for one in named if one))

    @property
    def caption(self) -> str:
        """By the export, else a copy's title."""
        return self.post.caption if self.post is not None else self.copies[0].photo.title


def known_posts(journal: Journal, posts: Sequence[Post]) -> list[KnownPost]:
    """Every post, oldest first; those without a time come first of all."""
    copies = copies_of(journal)
    decisions = {str(one["photo_id"]): one for one in journal.assessments.decisions()}
    replaced = {key for key, one in journal.histories.all().items() if one.standing is Standing.REPLACED}
    by_post: dict[int, list[InstagramCopy]] = {}
    groups: list[tuple[list[InstagramCopy], Post | None]] = []
    by_url: dict[str, list[InstagramCopy]] = {}
    places = {id(post): place for place, post in enumerate(posts)}
    named = NamedPosts(posts)
    for copy in copies:
        post = named.of(copy)
        if post is not None:
            by_post.setdefault(places[id(post)], []).append(copy)
        elif copy.mark.url is not None and copy.mark.url in by_url:
            by_url[copy.mark.url].append(copy)
        else:
            groups.append(([copy], None))
            if copy.mark.url is not None:
                by_url[copy.mark.url] = groups[-1][0]
    groups += [(by_post.get(place, []), post) for place, post in enumerate(posts)]
    made, seen = (_photos(journal, one) for one in (UploadStanding.UPLOADED, UploadStanding.ELSEWHERE))
    known = [
        replace(_known(shown, post, decisions, replaced), uploads=_of(post, made), seen=_of(post, seen))
        for shown, post in groups
    ]
    return sorted(known, key=lambda one: one.posted_at.timestamp() if one.posted_at else 0.0)


def find_post(known: Sequence[KnownPost], name: str) -> KnownPost | None:
    """The post of that key, code, second or address; a picture's number behind a key is left out.

    A code that nothing here names, as Instagram's API would, still tells the second of its post.
    """
    codes = [one.code for one in post_links(name) if one.code] if "." in name else [name.partition("/")[0]]
    named = next((one for one in known if set(codes) & set(one.keys)), None)
    if named is not None or not codes:
        return named
    posted, error = posted_at(codes[0]) or (None, None)
    if posted is None or error:
        return None
    near = [one for one in known if one.post is not None and is_of_moment(one.post, posted)]
    return near[0] if len(near) == 1 else None


def _codes(copy: InstagramCopy) -> list[str]:
    return [one.code for one in post_links(copy.mark.url) if one.code] if copy.mark.url is not None else []


def _photos(journal: Journal, standing: UploadStanding) -> Mapping[str, list[str]]:
    """The photos that `new` made, or found to show a post, by the key of their post."""
    found: dict[str, list[str]] = {}
    for key, one in journal.uploads.all().items():
        if one.standing is standing and one.photo_id is not None:
            found.setdefault(key.partition("/")[0], []).append(one.photo_id)
    return found


def _of(post: Post | None, photos: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Those of one post, each once, under its code or its second (post_pictures.py)."""
    if post is None:
        return ()
    keys = post.code or "", second_of(post)
    return tuple(dict.fromkeys(photo_id for key in keys for photo_id in photos.get(key, ())))


def _known(
    copies: Sequence[InstagramCopy],
    post: Post | None,
    decisions: Mapping[str, Mapping[str, Any]],
    replaced: set[str],
) -> KnownPost:
    found = [decisions[one.photo_id] for one in copies if one.photo_id in decisions]
    original = next((str(one["original"]) for one in found if one["decision"] == Verdict.REPLACE), None)
    return KnownPost(tuple(copies), post, original, any(one.photo_id in replaced for one in copies))
