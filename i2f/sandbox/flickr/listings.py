"""Lists of photos: people.getPhotos, photos.recentlyUpdated, photos.search, and the rows they are made of.

The fields of a row and their mixed types follow recorded answers of 2013 to 2015: `total` a string or a number,
coordinates strings, floats or the number 0, sizes one way here and another there. Whoever reads them must convert
everything, and does so here or fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from i2f.sandbox.flickr.account import Habits, StoredPhoto
from i2f.sandbox.flickr.calls import Answer, Call, Page
from i2f.sandbox.flickr.pictures import SIZE_OF_LETTER
from i2f.sandbox.flickr.refusals import Refusal

SERVER = "65535"
FARM = 66
_MAX_PER_PAGE = 500
_SEARCH_WINDOW = 4000
_NUMBERS_AS_HEIGHT = ("n", "c", "h", "k")

Row = dict[str, Any]


def get_photos(call: Call) -> Answer:
    """flickr.people.getPhotos: the caller's photos, private ones with a login only; no limit on their number."""
    account = call.flickr.account
    wanted = call.need("user_id", 1, "User not found")
    if wanted == "me" and call.token is None:
        raise Refusal(99, "User not logged in / Insufficient permissions")
    if wanted not in ("me", account.nsid):
        raise Refusal(1, "User not found")
    return _answer(call, _filtered(call, call.store.by_upload()), window=None)


def recently_updated(call: Call) -> Answer:
    """flickr.photos.recentlyUpdated: what changed since a moment, the last change first."""
    since = call.need("min_date", 1, "Required argument missing")
    if not since.isdigit():
        raise Refusal(2, "Not a valid date")
    photos = [photo for photo in call.store.by_update() if photo.updated >= int(since)]
    return _answer(call, photos, window=None)


def search(call: Call) -> Answer:
    """flickr.photos.search, as little of it as is needed: only the first 4000 results exist, later pages repeat."""
    if call.params.get("user_id", "") not in ("", "me", call.flickr.account.nsid):
        raise Refusal(2, "Unknown user")
    photos = _filtered(call, call.store.by_upload())
    for name in ("tags", "machine_tags"):
        for tag in filter(None, call.params.get(name, "").split(",")):
            photos = [photo for photo in photos if any(own.clean == tag.strip() for own in photo.tags)]
    text = call.params.get("text", "").lower()
    if text:
        photos = [photo for photo in photos if text in f"{photo.title} {photo.description}".lower()]
    return _answer(call, photos, window=_SEARCH_WINDOW)


def _filtered(call: Call, photos: list[StoredPhoto]) -> list[StoredPhoto]:
    params = call.params
    tests: list[Callable[[StoredPhoto], bool]] = []
    if call.token is None or params.get("privacy_filter") == "1":
        tests.append(lambda photo: photo.is_public)
    elif params.get("privacy_filter") == "5":
        tests.append(lambda photo: not (photo.is_public or photo.is_friend or photo.is_family))
    earliest, latest = call.number("min_upload_date", 0), call.number("max_upload_date", 0)
    if earliest:
        tests.append(lambda photo: photo.uploaded >= earliest)
    if latest:
        tests.append(lambda photo: photo.uploaded <= latest)
    if params.get("min_taken_date"):
        tests.append(lambda photo: photo.taken >= params["min_taken_date"])
    if params.get("max_taken_date"):
        tests.append(lambda photo: photo.taken <= params["max_taken_date"])
    for test in tests:
        photos = [photo for photo in photos if test(photo)]
    return photos


def _answer(call: Call, photos: list[StoredPhoto], window: int | None) -> Answer:
    per_page = min(max(call.number("per_page", 100), 1), _MAX_PER_PAGE)
    number = max(call.number("page", 1), 1)
    pages = -(-len(photos) // per_page)
    shown = number
    if window is not None:
        shown = min(number, max(1, window // per_page))
    elif number > pages and call.habits.beyond_last_page == "last page":
        shown = max(pages, 1)
    start = (shown - 1) * per_page
    page = Page(photos[start : start + per_page], number, pages, per_page, len(photos), photos)
    for kind in call.troubles:
        kind.listing(call, page)
    extras = [extra.strip() for extra in call.params.get("extras", "").split(",") if extra.strip()]
    maker = _RowMaker(call, extras)
    return {
        "photos": {
            "page": page.number,
            "pages": page.pages,
            "perpage": page.per_page,
            "total": str(page.total) if page.number % 2 else page.total,
            "photo": [maker.row(photo) for photo in page.photos],
        },
    }


class _RowMaker:
    """Makes the rows of one answer; what was asked for is sorted out once, not for every photo."""

    def __init__(self, call: Call, extras: list[str]) -> None:
        self._call = call
        self._habits: Habits = call.habits
        self._base = f"{call.pictures_base}/{SERVER}/"
        self._parts = [_PARTS[extra] for extra in extras if extra in _PARTS]
        self._letters = [extra[4:] for extra in extras if extra.startswith("url_")]
        self._account = call.flickr.account

    def row(self, photo: StoredPhoto) -> Row:
        if self._call.lagging and photo.before is not None:
            photo = photo.before
        public = int(photo.is_public)
        row: Row = {
            "id": photo.photo_id,
            "owner": self._account.nsid,
            "secret": photo.secret,
            "server": SERVER,
            "farm": FARM,
            "title": photo.title,
            "ispublic": str(public) if photo.photo_id.endswith("7") else public,
            "isfriend": int(photo.is_friend),
            "isfamily": int(photo.is_family),
        }
        for part in self._parts:
            part(row, photo, self._call)
        for letter in self._letters:
            self._add_size(row, photo, letter)
        return row

    def _add_size(self, row: Row, photo: StoredPhoto, letter: str) -> None:
        size = SIZE_OF_LETTER.get(letter)
        if letter == "o":
            if self._call.token is None:
                return
            width, height = original_dims(photo, self._habits)
            row["url_o"] = self._base + photo.original_name
        elif size is not None and photo.blob.has(size):
            width, height = photo.blob.dims(size)
            row[f"url_{letter}"] = self._base + photo.file_name(size)
        else:
            return
        row[f"height_{letter}"] = height if letter in _NUMBERS_AS_HEIGHT or letter == "sq" else str(height)
        row[f"width_{letter}"] = width if letter == "sq" else str(width)


def original_dims(photo: StoredPhoto, habits: Habits) -> tuple[int, int]:
    """Return the dimensions told for the original: as stored or upright, which is not established."""
    return photo.blob.upright if habits.original_dims_upright else (photo.width, photo.height)


def _description(row: Row, photo: StoredPhoto, call: Call) -> None:
    row["description"] = {"_content": photo.html(call.habits)}


def _date_taken(row: Row, photo: StoredPhoto, call: Call) -> None:
    row["datetaken"] = photo.taken
    number = photo.taken_granularity
    row["datetakengranularity"] = number if photo.photo_id.endswith("3") else str(number)
    row["datetakenunknown"] = "1" if photo.taken_unknown else 0


def _geo(row: Row, photo: StoredPhoto, call: Call) -> None:
    if photo.place is None:
        row.update(latitude=0, longitude=0, accuracy=0, context=0)
        return
    latitude, longitude = photo.place
    as_text = photo.photo_id.endswith(("0", "2", "4", "6", "8"))
    row["latitude"] = f"{latitude:.6f}" if as_text else latitude
    row["longitude"] = f"{longitude:.6f}" if as_text else longitude
    row.update(accuracy=str(photo.accuracy), context=0, place_id="", woeid="0")
    row.update(geo_is_family=0, geo_is_friend=0, geo_is_contact=0, geo_is_public=1)


def _original_format(row: Row, photo: StoredPhoto, call: Call) -> None:
    if call.token is not None:
        row.update(originalsecret=photo.original_secret, originalformat=photo.original_format)


def _o_dims(row: Row, photo: StoredPhoto, call: Call) -> None:
    width, height = original_dims(photo, call.habits)
    row.update(o_width=str(width), o_height=str(height))


def _owner_name(row: Row, photo: StoredPhoto, call: Call) -> None:
    row["ownername"] = call.flickr.account.username


def _tags(row: Row, photo: StoredPhoto, call: Call) -> None:
    row["tags"] = " ".join(tag.clean for tag in photo.tags)


def _machine_tags(row: Row, photo: StoredPhoto, call: Call) -> None:
    row["machine_tags"] = " ".join(tag.clean for tag in photo.tags if tag.machine)


def _media(row: Row, photo: StoredPhoto, call: Call) -> None:
    row.update(media=photo.media, media_status="ready")


def _path_alias(row: Row, photo: StoredPhoto, call: Call) -> None:
    row["pathalias"] = call.flickr.account.path_alias


_PARTS: dict[str, Callable[[Row, StoredPhoto, Call], None]] = {
    "description": _description,
    "license": lambda row, photo, call: row.update(license="0"),
    "date_upload": lambda row, photo, call: row.update(dateupload=str(photo.uploaded)),
    "last_update": lambda row, photo, call: row.update(lastupdate=str(photo.updated)),
    "date_taken": _date_taken,
    "owner_name": _owner_name,
    "icon_server": lambda row, photo, call: row.update(iconserver="0", iconfarm=0),
    "original_format": _original_format,
    "geo": _geo,
    "tags": _tags,
    "machine_tags": _machine_tags,
    "o_dims": _o_dims,
    "views": lambda row, photo, call: row.update(views=str(photo.views)),
    "media": _media,
    "path_alias": _path_alias,
}
