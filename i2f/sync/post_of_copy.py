"""Which post of the export a copy shows, as far as its address or caption tell; the picture has the last word.

The export names no address, so a post is known by the second in which it was made, which the code in a copy's link
tells to the second, or by its caption, where that is long enough to be one post's alone. Where two posts could be
meant, none is.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from i2f.ground.model import InstagramCopy
from i2f.instagram.caption_links import read_caption
from i2f.instagram.posts import MINUTE, Post, PostKind

# A post's own second and the one in its code were both written when it was published; of 24 posts they are the same.
CLOSE = timedelta(seconds=3)
TELLING = 12
"""A caption of so many characters is one post's own."""
POSTED = frozenset({PostKind.POST, PostKind.ARCHIVED, PostKind.OTHER})
_VIA = re.compile(r"\bvia\s{1,9}[@#]?instagram\b.*", re.IGNORECASE | re.DOTALL)


def is_of_moment(post: Post, posted: datetime) -> bool:
    """Whether a post was published at this moment, as closely as its own time is known."""
    return post.time is not None and abs(post.time - posted) < CLOSE + post.precision


class NamedPosts:
    """The posts of an export by what a copy may tell of them."""

    def __init__(self, posts: Sequence[Post]) -> None:
        """Captions are compared without case and runs of space."""
        self._by_time = sorted((one for one in posts if one.kind in POSTED and one.time), key=_moment)
        self._moments = [_moment(one) for one in self._by_time]
        self._by_caption: dict[str, list[Post]] = defaultdict(list)
        for one in posts:
            if len(plain := _plain(one.caption)) >= TELLING:
                self._by_caption[plain].append(one)

    def of(self, copy: InstagramCopy) -> Post | None:
        """The one post that the copy's address or, without one, its caption names."""
        return self._posted_that_second(copy) if copy.mark.posted_at is not None else self._with_that_caption(copy)

    def _posted_that_second(self, copy: InstagramCopy) -> Post | None:
        """The one post of the second that the copy's code tells; no second is told by a code counted in order."""
        posted = copy.mark.posted_at
        if posted is None or copy.mark.posted_error:
            return None
        reach = CLOSE + MINUTE  # a page's time is the beginning of its minute
        first = bisect_left(self._moments, (posted - reach).timestamp())
        last = bisect_right(self._moments, (posted + reach).timestamp())
        near = [one for one in self._by_time[first:last] if is_of_moment(one, posted)]
        return near[0] if len(near) == 1 else None

    def _with_that_caption(self, copy: InstagramCopy) -> Post | None:
        """The one post with the copy's title or caption, if that is long enough to be nobody else's."""
        words = read_caption(copy.photo.caption).words
        texts = {_plain(copy.photo.title), _plain(words), _plain(_VIA.sub("", words))}
        same = [one for text in texts for one in self._by_caption.get(text, ())]
        return same[0] if len(same) == 1 and same[0].kind in POSTED else None


def _moment(post: Post) -> float:
    return post.time.timestamp() if post.time is not None else 0.0


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
