"""The machine tag by which a photo that `new` uploaded is known again on Flickr: `instagram2flickr:post=CODE_OR_TIME`.

The value is the post's code where it is known, else the second it was posted, in unix time; of a post with several
pictures each photo also says which one it is. Listings show machine tags squeezed to small letters and digits, getInfo
as they were typed, so tags are compared squeezed; two posts whose codes differ in case alone are some 10^18 to one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

_POST = "instagram2flickr:post="
_PICTURE = "instagram2flickr:picture="
_TIME = re.compile(r"\d{9,11}", re.ASCII)


def tags_of(key: str) -> tuple[str, ...]:
    """The machine tags of a picture, by its key: a code or a time, and `/2` behind it for a post's second picture."""
    post, _, picture = key.partition("/")
    return (_POST + post, *([_PICTURE + picture] if picture else []))


def key_in(tags: Sequence[str]) -> str | None:
    """The squeezed key of the picture that a photo's tags name; None for a photo that `new` did not upload."""
    names = [squeezed(tag) for tag in tags]
    post = next((one.removeprefix(_POST) for one in names if one.startswith(_POST)), None)
    picture = next((one.removeprefix(_PICTURE) for one in names if one.startswith(_PICTURE)), None)
    return None if not post else f"{post}/{picture}" if picture else post


def squeezed_key(key: str) -> str:
    """A key as key_in tells it."""
    return key_in(tags_of(key)) or ""


def time_in(key: str) -> datetime | None:
    """The second of posting that a key names; None where it names a code."""
    post = key.partition("/")[0]
    return datetime.fromtimestamp(int(post), UTC) if _TIME.fullmatch(post) else None


def squeezed(tag: str) -> str:
    """A machine tag as listings show it; any other tag as it is."""
    name, equals, value = tag.strip().partition("=")
    if not equals or ":" not in name:
        return tag
    return f"{name.lower()}={''.join(letter for letter in value.lower() if letter.isalnum())}"
