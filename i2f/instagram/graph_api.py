"""The posts of a professional account, from Instagram's API: what the export lacks, the address of each post.

An ordinary account has no API since December 2024; a Creator or Business account has one with an access token of sixty
days ("Instagram API with Instagram Login"). A token that is a day old can be exchanged for one of sixty days more, as
long as it has not expired. The pages of the list are followed by their cursor alone: the address that the answer offers
for the next page holds the token and is not used.

Everything in the program works without a token, so whatever goes wrong here is one line that says what to do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from i2f.ground.errors import StoppedError
from i2f.instagram.posts import SECOND, Post, PostKind
from i2f.instagram.web import Web, WebAnswer

HOST = "https://graph.instagram.com"
FIELDS = "id,shortcode,permalink,media_type,media_product_type,timestamp,caption"
_PAGE, _MAX_PAGES = "100", 1000
# An export's second and the API's are the same for 24 of 24 posts (curtis.github.io, 2019 to 2026).
_CLOSE = timedelta(seconds=3)
_SOURCE = Path("graph.instagram.com")
_TOO_MANY = frozenset({4, 17, 32, 613, 80002})


class GraphError(StoppedError):
    """Instagram's API did not do what it was asked; the line says why and what to do."""


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token that the API gave for an older one, and how long it is good."""

    token: str
    expires_in_s: int


def list_media(web: Web, token: str) -> tuple[Post, ...]:
    """Every post of the account, oldest first. Raises GraphError, or StoppedError without an answer."""
    posts: list[Post] = []
    seen: set[str] = set()
    parameters = {"fields": FIELDS, "limit": _PAGE, "access_token": token}
    for _ in range(_MAX_PAGES):
        body = _asked(web, "/me/media", parameters)
        entries = body.get("data")
        posts += [post for one in entries if (post := _post(one))] if isinstance(entries, list) else []
        paging = body.get("paging")
        cursors = paging.get("cursors") if isinstance(paging, dict) else None
        after = cursors.get("after") if isinstance(cursors, dict) else None
        if not isinstance(after, str) or after in seen or not isinstance(paging, dict) or "next" not in paging:
            break
        seen.add(after)
        parameters = {**parameters, "after": after}
    return tuple(sorted(posts, key=lambda one: one.time or datetime.min.replace(tzinfo=UTC)))


def refresh(web: Web, token: str) -> FreshToken:
    """A token for sixty days more; the one given must be a day old and not expired. Raises GraphError."""
    body = _asked(web, "/refresh_access_token", {"grant_type": "ig_refresh_token", "access_token": token})
    fresh, seconds = body.get("access_token"), body.get("expires_in")
    if not isinstance(fresh, str) or not fresh or not isinstance(seconds, int):
        raise GraphError("Instagram did not refresh the access token; create a new one before it expires")
    return FreshToken(fresh, seconds)


def with_addresses(posts: Sequence[Post], listed: Sequence[Post]) -> tuple[Post, ...]:
    """The posts of an export with the addresses that the API lists, and the API's posts that no export holds."""
    known = list(posts)
    for one in listed:
        if one.time is None:
            continue
        moment = one.time
        near = [
            place
            for place, post in enumerate(known)
            if post.time is not None and post.code is None and abs(post.time - moment) < _CLOSE + post.precision
        ]
        if len(near) > 1:  # posts of one moment are told apart by their captions, if by anything
            near = [place for place in near if known[place].caption.split() == one.caption.split()]
        if len(near) == 1:
            known[near[0]] = replace(known[near[0]], code=one.code, link=one.link)
        else:
            known.append(one)
    return tuple(known)


def _asked(web: Web, path: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    answer = web.get(HOST + path, parameters)
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise GraphError(f"Instagram's API answered with status {answer.status} and no JSON; try again later")
    if answer.status != 200 or "error" in body:
        raise GraphError(_in_words(answer, body.get("error")))
    return body


def _in_words(answer: WebAnswer, error: object) -> str:
    """What an error of the API means and what to do about it."""
    told = error if isinstance(error, dict) else {}
    code = told.get("code")
    if code == 190:
        return "the Instagram access token expired or is not valid; create a new one and set [instagram] access_token"
    if code in _TOO_MANY or answer.status == 429:
        return "Instagram's rate limit is reached; try again in an hour"
    if code == 10 or (isinstance(code, int) and 200 <= code < 300):
        return "the Instagram access token lacks the permission instagram_business_basic"
    message = str(told.get("message") or f"status {answer.status}")[:200]
    return f"Instagram's API refused the request: {message}"


def _post(entry: object) -> Post | None:
    """One post of the list; None for an entry without a time."""
    if not isinstance(entry, dict):
        return None
    time = _time(entry.get("timestamp"))
    code, link, caption = (entry.get(name) for name in ("shortcode", "permalink", "caption"))
    if time is None:
        return None
    kind = PostKind.REEL if entry.get("media_product_type") == "REELS" else PostKind.POST
    return Post(
        code=code if isinstance(code, str) else None,
        link=link if isinstance(link, str) else None,
        time=time,
        precision=SECOND,
        caption=caption if isinstance(caption, str) else "",
        place=None,
        media=(),
        kind=kind,
        source=_SOURCE,
    )


def _time(stamp: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        return None
    return read.astimezone(UTC) if read is not None and read.tzinfo else None
