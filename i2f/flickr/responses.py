"""What Flickr's answers mean: loosely typed JSON becomes frozen types of this program.

Types vary between answers and within one: `total` is "6226" or 6236, `ispublic` 1 or "1", latitude "-37.9", -37.9 or
the number 0 (recorded answers, 2013 to 2024); everything is converted here and nowhere else. An answer without
what its method promises is Garbled, since a bad moment of Flickr's must not look like an empty title. A photo id or
secret that could not be one is never let in: ids become file names and addresses later.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from i2f.flickr.tickets import TicketState
from i2f.ground.model import Photo
from i2f.ground.plain_text import without_lone_surrogates

Place = tuple[float, float, int]

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_SECRET = re.compile(r"[0-9A-Za-z]{1,40}", re.ASCII)
_FORMAT = re.compile(r"[0-9A-Za-z]{1,5}", re.ASCII)
_NSID = re.compile(r"[0-9A-Za-z@_-]{1,40}", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_TAKEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


class Garbled(ValueError):
    """The answer is not what this method answers."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose login it is."""

    nsid: str
    username: str


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """What the account may do: replacing needs Pro, and a picture has a largest size."""

    nsid: str
    is_pro: bool
    max_photo_bytes: int


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """All that Flickr holds of one photo; `caption` is HTML, `tags` as typed, `place` latitude, longitude, accuracy."""

    photo_id: str
    owner: str
    secret: str
    original_secret: str | None
    original_format: str | None
    title: str
    caption: str
    tags: tuple[str, ...]
    is_public: bool
    is_friend: bool
    is_family: bool
    taken: str | None
    taken_granularity: int
    taken_unknown: bool
    posted: int
    last_update: int
    place: Place | None
    rotation: int
    media: str
    views: int = 0
    comments: int = 0

    @property
    def privacy(self) -> tuple[bool, bool, bool]:
        """Who may see it: everybody, friends, family."""
        return self.is_public, self.is_friend, self.is_family

    def to_json(self) -> dict[str, Any]:
        """Return this as JSON's own types, for the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> PhotoInfo:
        """Read back what to_json made, if JSON has turned tuples into lists since."""
        place = body["place"]
        return cls(**{**body, "tags": tuple(body["tags"]), "place": None if place is None else (*place,)})


@dataclass(frozen=True, slots=True)
class Album:
    """An album (Flickr's API calls it a photoset)."""

    album_id: str
    title: str


@dataclass(frozen=True, slots=True)
class OriginalSize:
    """The original-size file, or the largest that Flickr hands out where it keeps the original back."""

    width: int
    height: int
    url: str
    is_original: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing; `entries` counts what stood on it, readable or not."""

    photos: tuple[Photo, ...]
    entries: int
    pages: int
    total: int


def read_json(body: bytes) -> Mapping[str, Any]:
    """Read an answer of the REST host; without a `stat` it is none."""
    try:
        answer = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Garbled("no JSON") from None
    if not isinstance(answer, dict) or answer.get("stat") not in ("ok", "fail"):
        raise Garbled("JSON without a stat")
    return answer


def read_account(answer: Mapping[str, Any]) -> Account:
    """Read flickr.test.login."""
    user = _part(answer, "user")
    return Account(_must(_NSID, user.get("id")), _text(user.get("username")) or "")


def read_upload_status(answer: Mapping[str, Any]) -> UploadStatus:
    """Read flickr.people.getUploadStatus."""
    user = _part(answer, "user")
    pro, limit = _whole(user.get("ispro")), _whole(_part(user, "filesize").get("maxbytes"))
    if pro is None or limit is None:
        raise Garbled("no account status")
    return UploadStatus(_must(_NSID, user.get("id")), pro != 0, limit)


def read_page(answer: Mapping[str, Any]) -> Page:
    """Read one page of flickr.people.getPhotos or flickr.photos.recentlyUpdated; unreadable entries are left out."""
    body = _part(answer, "photos")
    total, pages, entries = _whole(body.get("total")), _whole(body.get("pages")), body.get("photo")
    if total is None or not isinstance(entries, list):
        raise Garbled("no page of photos")
    photos = tuple(photo for photo in map(_photo, entries) if photo is not None)
    return Page(photos, len(entries), max(0, pages or 0), max(0, total))


def read_info(answer: Mapping[str, Any], photo_id: str) -> PhotoInfo:
    """Read flickr.photos.getInfo of this very photo."""
    photo = _part(answer, "photo")
    if _text(photo.get("id")) != photo_id:
        raise Garbled("another photo")
    dates, seen_by = _part(photo, "dates"), _part(photo, "visibility")
    title, caption = _text(photo.get("title")), _text(photo.get("description"))
    last_update = _whole(dates.get("lastupdate"))
    if title is None or caption is None or last_update is None:
        raise Garbled("no title, caption or date")
    tags = _part(photo, "tags").get("tag")
    return PhotoInfo(
        photo_id=photo_id,
        owner=_maybe(_NSID, _part(photo, "owner").get("nsid")) or "",
        secret=_must(_SECRET, photo.get("secret")),
        original_secret=_maybe(_SECRET, photo.get("originalsecret")),
        original_format=_maybe(_FORMAT, photo.get("originalformat")),
        title=title,
        caption=caption,
        tags=_raw_tags(tags),
        is_public=_flag(seen_by.get("ispublic")),
        is_friend=_flag(seen_by.get("isfriend")),
        is_family=_flag(seen_by.get("isfamily")),
        taken=_taken(dates.get("taken")),
        taken_granularity=_whole(dates.get("takengranularity")) or 0,
        taken_unknown=_flag(dates.get("takenunknown")),
        posted=_whole(dates.get("posted")) or 0,
        last_update=last_update,
        place=_place(photo.get("location")),
        rotation=_whole(photo.get("rotation")) or 0,
        media=_text(photo.get("media")) or "photo",
        views=_whole(photo.get("views")) or 0,
        comments=_whole(_text(photo.get("comments"))) or 0,
    )


def read_favorites(answer: Mapping[str, Any]) -> int:
    """Read flickr.photos.getFavorites: how many people made it a favorite."""
    total = _whole(_part(answer, "photo").get("total"))
    if total is None:
        raise Garbled("no number of favorites")
    return total


def read_albums(answer: Mapping[str, Any]) -> tuple[tuple[Album, ...], int]:
    """Read a page of flickr.photosets.getList: its albums, and how many pages there are."""
    body = _part(answer, "photosets")
    entries = body.get("photoset")
    if not isinstance(entries, list):
        raise Garbled("no list of albums")
    found = ((_maybe(_ID, one.get("id")), _text(one.get("title"))) for one in entries if isinstance(one, dict))
    return tuple(Album(name, title) for name, title in found if name and title is not None), _whole(
        body.get("pages")
    ) or 1


def read_new_album(answer: Mapping[str, Any]) -> str:
    """Read flickr.photosets.create: the id of the album."""
    return _must(_ID, _part(answer, "photoset").get("id"))


def read_original_size(answer: Mapping[str, Any]) -> OriginalSize:
    """Read flickr.photos.getSizes: the original, else the largest."""
    entries = _part(answer, "sizes").get("size")
    sizes = [size for size in map(_size, entries if isinstance(entries, list) else []) if size is not None]
    if not sizes:
        raise Garbled("no sizes")
    return max(sizes, key=lambda size: (size.is_original, size.width * size.height))


def read_ticket(answer: Mapping[str, Any], ticket: str) -> TicketState:
    """Read flickr.photos.upload.checkTickets."""
    entry = _ticket(answer, ticket)
    if _flag(entry.get("invalid")):
        return TicketState.UNKNOWN
    states = {0: TicketState.PENDING, 1: TicketState.DONE, 2: TicketState.FAILED}
    return states.get(_whole(entry.get("complete")) or 0, TicketState.UNKNOWN)


def read_ticket_photo(answer: Mapping[str, Any], ticket: str) -> str | None:
    """Read the same: which photo a ticket that is done belongs to."""
    return _maybe(_ID, _ticket(answer, ticket).get("photoid"))


def _ticket(answer: Mapping[str, Any], ticket: str) -> Mapping[str, Any]:
    entries = _part(answer, "uploader").get("ticket")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and _text(entry.get("id")) == ticket:
            return entry
    raise Garbled("no such ticket")


def _photo(entry: object) -> Photo | None:
    """Read one entry of a listing; None when it is not even clear which photo it is."""
    if not isinstance(entry, dict):
        return None
    photo_id, secret = _maybe(_ID, entry.get("id")), _maybe(_SECRET, entry.get("secret"))
    if photo_id is None or secret is None:
        return None
    owner = _maybe(_NSID, entry.get("owner")) or ""
    tags = dict.fromkeys(f"{_text(entry.get('tags')) or ''} {_text(entry.get('machine_tags')) or ''}".split())
    place = _place(entry)
    return Photo(
        photo_id=photo_id,
        owner=owner,
        title=_text(entry.get("title")) or "",
        caption=_text(entry.get("description")) or "",
        tags=tuple(tags),
        secret=secret,
        original_secret=_maybe(_SECRET, entry.get("originalsecret")),
        original_format=_maybe(_FORMAT, entry.get("originalformat")),
        original_url=_text(entry.get("url_o")) or None,
        page_url=f"https://www.flickr.com/photos/{quote(_text(entry.get('pathalias')) or owner, safe='@')}/{photo_id}/",
        width=_edge(entry, "width"),
        height=_edge(entry, "height"),
        uploaded_at=_whole(entry.get("dateupload")) or 0,
        updated_at=_whole(entry.get("lastupdate")) or 0,
        taken=_taken(entry.get("datetaken")),
        taken_granularity=_whole(entry.get("datetakengranularity")) or 0,
        taken_unknown=_flag(entry.get("datetakenunknown")),
        is_public=_flag(entry.get("ispublic")),
        is_friend=_flag(entry.get("isfriend")),
        is_family=_flag(entry.get("isfamily")),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        accuracy=place[2] if place else None,
        media=_text(entry.get("media")) or "photo",
    )


def _edge(entry: Mapping[str, Any], edge: str) -> int | None:
    """Return an edge of the original: from o_dims, else from url_o."""
    return _whole(entry.get(f"o_{edge}")) or _whole(entry.get(f"{edge}_o")) or None


def _size(entry: object) -> OriginalSize | None:
    if not isinstance(entry, dict) or _text(entry.get("media")) == "video":
        return None
    width, height, url = _whole(entry.get("width")), _whole(entry.get("height")), _text(entry.get("source"))
    if not width or not height or not url:
        return None
    return OriginalSize(width, height, url, _text(entry.get("label")) == "Original")


def _part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = answer.get(name)
    if not isinstance(part, dict):
        raise Garbled(f"no {name}")
    return part


def _text(value: object) -> str | None:
    """Return a text that may come bare or as {"_content": ...}; half surrogates, legal in JSON, are made harmless."""
    if isinstance(value, dict):
        value = value.get("_content")
    if isinstance(value, (int, float)):
        return str(value)
    return without_lone_surrogates(value) if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and (not math.isfinite(value) or abs(value) > 1e18):
        return None
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1e18 else None


def _real(value: object) -> float | None:
    if not isinstance(value, (str, int, float)) or (isinstance(value, int) and abs(value) > 1e6):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _flag(value: object) -> bool:
    return (_whole(value) or 0) != 0


def _maybe(form: re.Pattern[str], value: object) -> str | None:
    text = _text(value)
    return text if text is not None and form.fullmatch(text) else None


def _must(form: re.Pattern[str], value: object) -> str:
    text = _maybe(form, value)
    if text is None:
        raise Garbled("a name or secret is missing")
    return text


def _taken(value: object) -> str | None:
    """Return Flickr's local date taken; all zeros (old photos) are none."""
    text = _maybe(_TAKEN, value)
    return None if text is None or text.startswith("0000") else text


def _place(value: object) -> Place | None:
    """Return a place; a listing says 0, 0, 0 where there is none, getInfo leaves it out."""
    if not isinstance(value, dict):
        return None
    latitude, longitude = _real(value.get("latitude")), _real(value.get("longitude"))
    accuracy = _whole(value.get("accuracy")) or 0
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return None if latitude == longitude == accuracy == 0 else (latitude, longitude, accuracy)


def _raw_tags(entries: object) -> tuple[str, ...]:
    known = entries if isinstance(entries, list) else []
    found = (_text(entry.get("raw")) for entry in known if isinstance(entry, dict))
    return tuple(tag for tag in found if tag is not None)
