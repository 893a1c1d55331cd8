"""Posts that several lists of an export, or several exports, tell of are one post.

People ask for an export more than once, in JSON and as pages, and the newest holds the largest pictures while an older
one has the seconds. Two entries are one post when they name the same medium by its number, which outlasts exports, or
when caption and time agree; between exports of different years the time may be off by seconds, where one names that of
the post and another that of its first picture. The wall clock of pages is set right first: where entries of both forms
name the same medium or bear the same caption, the commonest difference of their times is the pages' zone, if most of
them agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from i2f.ground.archives import file_version
from i2f.instagram.posts import MINUTE, SECOND, Content, Medium, Post, PostPlace

_QUARTER = timedelta(minutes=15)
_LARGEST_ZONE = timedelta(hours=27)  # UTC-12 to UTC+14, and what the assumed UTC-8 adds to one side
# One caption may be on two posts of one day; so many entries must agree, and be most of those that say anything.
_LEAST_AGREEING = 2
_SECONDS_APART = 3
_LEAST_SHARE = 0.5


def merged(posts: Sequence[Post]) -> tuple[Post, ...]:
    """The posts, each once, with the most exact time and the largest pictures that any entry has."""
    groups: list[list[Post]] = []
    by_key: dict[object, list[list[Post]]] = defaultdict(list)
    # The exact ones first, so that a minute finds its second.
    for post in sorted(shifted(posts, pages_offset(posts)), key=lambda one: one.precision):
        found = [group for key in _sought(post) for group in by_key[key] if not _contradicts(post, group)]
        if found and all(group is found[0] for group in found):
            found[0].append(post)
        else:
            found = [[post]]
            groups.append(found[0])
        for key in _offered(post):
            if not any(group is found[0] for group in by_key[key]):
                by_key[key].append(found[0])
    return tuple(_one(group) for group in groups)


def pages_offset(posts: Sequence[Post]) -> timedelta:
    """How much must be added to the times of pages, by the posts that JSON tells of, too; nothing without such."""
    exact: dict[object, list[datetime]] = defaultdict(list)
    for post in posts:
        if post.precision == SECOND and post.time is not None:
            for key in (*_medium_ids(post), post.caption):
                exact[key].append(post.time)
    differences: Counter[timedelta] = Counter()
    told = 0
    for post in posts:
        if post.precision == SECOND or post.time is None:
            continue
        own = {time for key in (*_medium_ids(post), post.caption) if key for time in exact.get(key, ())}
        if len(own) == 1:
            difference = own.pop() - post.time
            told += abs(difference) <= _LARGEST_ZONE
            rounded = round(difference / _QUARTER) * _QUARTER
            if abs(difference - rounded) <= MINUTE and abs(rounded) <= _LARGEST_ZONE:
                differences[rounded] += 1
    if not differences:
        return timedelta(0)
    offset, agreeing = differences.most_common(1)[0]
    return offset if agreeing >= _LEAST_AGREEING and agreeing > _LEAST_SHARE * told else timedelta(0)


def shifted(posts: Sequence[Post], offset: timedelta) -> list[Post]:
    """The posts with the times of pages moved; those to the second stay."""
    return [
        replace(post, time=post.time + offset)
        if post.precision != SECOND and post.time is not None and offset
        else post
        for post in posts
    ]


def _sought(post: Post) -> list[object]:
    """What another entry of this post would have offered: its media, or its caption and time."""
    if post.time is None:
        return list(_medium_ids(post))
    exact = post.precision == SECOND
    reach = _SECONDS_APART if exact and post.caption else 0
    near = [post.time + timedelta(seconds=off) for off in range(-reach, reach + 1)]
    return [*_medium_ids(post), *((post.kind, post.caption, time, exact) for time in near)]


def _offered(post: Post) -> list[object]:
    """What other entries find this one by; pages know its minute only."""
    if post.time is None:
        return list(_medium_ids(post))
    minute = post.time.replace(second=0, microsecond=0)
    own = (post.kind, post.caption, post.time, post.precision == SECOND)
    return [*_medium_ids(post), own, (post.kind, post.caption, minute, False)]


def _contradicts(post: Post, group: Sequence[Post]) -> bool:
    """Whether these are different posts: by the numbers of their media, as two of one minute without caption are, or as
    entries of one list, which holds a post once.
    """
    mine = set(_medium_ids(post))
    theirs = {number for one in group for number in _medium_ids(one)}
    if mine and theirs:
        return not mine & theirs
    return any(one.source == post.source and one.time != post.time for one in group)


def _medium_ids(post: Post) -> list[str]:
    return [number for one in post.media if (number := one.medium_id)]


def _one(group: Sequence[Post]) -> Post:
    """One post from all its entries; the first is one of the most exact."""
    first = group[0]
    if len(group) == 1:
        return first
    media = list(first.media)
    for other in group[1:]:
        if len(other.media) == len(media):
            media = [_better(mine, theirs) for mine, theirs in zip(media, other.media, strict=True)]
    times = [one.time for one in group if one.time is not None]
    return replace(
        first,
        time=times[0] if times else None,
        precision=next((one.precision for one in group if one.time is not None), first.precision),
        caption=next((one.caption for one in group if one.caption), ""),
        place=_joined([one.place for one in group if one.place is not None]),
        media=tuple(media),
    )


def _better(mine: Medium, theirs: Medium) -> Medium:
    """Of two entries of one medium the one with the larger file; what either knows of it stays known."""
    chosen = theirs if _size(theirs) > _size(mine) else mine
    return replace(chosen, exif=mine.exif or theirs.exif, time=mine.time or theirs.time)


def _size(medium: Medium) -> int:
    if medium.path is None or medium.content is Content.MISSING:
        return -1
    try:
        return file_version(medium.path)[0]
    except OSError:
        return -1


def _joined(places: Sequence[PostPlace]) -> PostPlace | None:
    """A name and degrees may come from different exports."""
    if not places:
        return None
    name = next((one.name for one in places if one.name), None)
    degrees = next((one for one in places if one.latitude is not None), None)
    return PostPlace(name, degrees.latitude, degrees.longitude) if degrees else PostPlace(name)
