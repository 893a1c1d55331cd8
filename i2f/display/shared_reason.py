"""One heading for all photos that share a reason: the reason without what differs from photo to photo.

A plan in a terminal tells a reason once, and the review's grid answers a group as one, so both must put together what
is the same thing said of different photos, and the heading must still read as a sentence. Hence each thing that differs
is taken out in its own way: file names become "this file" and "another file", a date goes with the word before it, what
stands in brackets goes where it holds a number. A number that nothing here knows stays, and makes a group of its own:
what means something (an error's number, a limit) is never masked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from i2f.ground.wording import MONTHS

_DAY = rf"\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}"
_WITHOUT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\b\d+ versions found", "several versions found"),
        (r"names its camera \([^()]*\)", "names its camera"),
        (r"the photo on Flickr has \d+ x \d+ pixels;", "the photo on Flickr is too large;"),
        (r"\bin \d+ places?\b", "in places"),
        (r"\b[Pp]hoto \d+\b", "a photo"),
        (r"only [\d.,]+x the copy's pixels", "too few pixels"),
        (r"\s*\([^()]*\d[^()]*\)", ""),
        (rf" (?:on )?{_DAY},?(?: \d\d:\d\d(?::\d\d)?)?", ""),
    )
)
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|heic|heif|png|tiff?|dng|webp|avif|gif)\b", re.IGNORECASE)


def shared_reason(reason: str, photo_id: str, names: Sequence[Sequence[str]]) -> str:
    """The heading; `names` are the file names of each candidate with its versions, the best candidate first."""
    told = {
        name: "another file" if place else "this file"
        for place, versions in reversed(tuple(enumerate(names)))
        for name in versions
    }
    for name in sorted(told, key=len, reverse=True):
        reason = reason.replace(name, told[name])
    reason = _FILE_NAME.sub("a file", reason).replace(photo_id, "ID")
    for pattern, instead in _WITHOUT:
        reason = pattern.sub(instead, reason)
    return reason[:1].upper() + reason[1:]
