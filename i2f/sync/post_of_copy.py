"""Which post of the export a copy shows, as far as its address or caption tell; the picture has the last word.

The export names no address, so a post is known by the second in which it was made, which the code in a copy's link
tells to the second, or by its caption, where that is long enough to be one post's alone. Where two posts could be
meant, none is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from i2f.ground.model import InstagramCopy
from i2f.instagram.caption_links import read_caption
from i2f.instagram.posts import Post, PostKind

# A post's own second and the one in its code were both written when it was published; of 24 posts they are the same.
CLOSE = timedelta(seconds=3)
TELLING = 12
"""A caption of so many characters is one post's own."""
POSTED = frozenset({PostKind.POST, PostKind.ARCHIVED, PostKind.OTHER})
_VIA = re.compile(r"\bvia\s{1,9}[@#]?instagram\b.*", re.IGNORECASE | re.DOTALL)


def named_post(copy: InstagramCopy, posts: Sequence[Post]) -> Post | None:
    """The one post that the copy's address or, without one, its caption names."""
    return _posted_that_second(copy, posts) if copy.mark.posted_at is not None else _with_that_caption(copy, posts)


def _with_that_caption(copy: InstagramCopy, posts: Sequence[Post]) -> Post | None:
    """The one post with the copy's title or caption, if that is long enough to be nobody else's."""
    words = read_caption(copy.photo.caption).words
    texts = {_plain(copy.photo.title), _plain(words), _plain(_VIA.sub("", words))}
    same = [one for one in posts if len(plain := _plain(one.caption)) >= TELLING and plain in texts]
    return same[0] if len(same) == 1 and same[0].kind in POSTED else None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _posted_that_second(copy: InstagramCopy, posts: Sequence[Post]) -> Post | None:
    """The one post of the second that the copy's code tells; no second is told by a code counted in order."""
    posted = copy.mark.posted_at
    if posted is None or copy.mark.posted_error:
        return None
    near = [one for one in posts if one.time and one.kind in POSTED and abs(one.time - posted) < CLOSE + one.precision]
    return near[0] if len(near) == 1 else None
