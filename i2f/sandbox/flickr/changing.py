"""The API methods that change a photo's words, dates, place and tags, or delete it.

Error codes are those of the method pages. What a caller does not see here did not happen: nothing is changed before
every argument was looked at.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from i2f.sandbox.flickr.calls import Answer, Call
from i2f.sandbox.flickr.captions import parse_tags
from i2f.sandbox.flickr.refusals import Refusal

_DATE_FORM = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_DAY_S = 86_400
_FIRST_PHOTOGRAPH = 1822


def set_meta(call: Call) -> Answer:
    """flickr.photos.setMeta: a title or caption that is not sent may be lost (a habit)."""
    photo = call.own_photo()
    cleared = call.habits.missing_meta == "cleared"
    if "title" in call.params or cleared:
        photo.title = call.params.get("title", "")
    if "description" in call.params or cleared:
        photo.description = call.params.get("description", "")
    call.store.touch(photo)
    return {}


def set_dates(call: Call) -> Answer:
    """flickr.photos.setDates."""
    photo = call.own_photo()
    posted, taken = call.params.get("date_posted", ""), call.params.get("date_taken", "")
    granularity = call.params.get("date_taken_granularity", "")
    if not (posted or taken):
        raise Refusal(2, "Not enough arguments")
    if granularity not in ("", "0", "4", "6", "8"):
        raise Refusal(3, "Invalid granularity")
    if posted and not (posted.isdigit() and 0 < int(posted) <= call.store.now() + _DAY_S):
        raise Refusal(4, "Invalid date_posted")
    if taken:
        _check_taken(taken, call.store.now())
        photo.taken, photo.taken_unknown = taken, False
    if granularity:
        photo.taken_granularity = int(granularity)
    if posted:
        call.store.repost(photo, int(posted))
    call.store.touch(photo)
    return {}


def _check_taken(taken: str, now: float) -> None:
    try:
        moment = datetime.fromisoformat(taken) if _DATE_FORM.fullmatch(taken) else None
    except ValueError:
        moment = None
    if moment is None:
        raise Refusal(5, "Invalid Date Taken")
    latest = datetime.fromtimestamp(now + _DAY_S, UTC).replace(tzinfo=None)
    if moment.year < _FIRST_PHOTOGRAPH or moment > latest:
        raise Refusal(6, "Invalid Date Taken (in the future or too long ago)")


def set_location(call: Call) -> Answer:
    """flickr.photos.geo.setLocation: six decimals are kept."""
    photo = call.own_photo()
    if not (call.params.get("lat") and call.params.get("lon")):
        raise Refusal(2, "Required arguments missing")
    latitude = _coordinate(call.params["lat"], 90, Refusal(3, "Not a valid latitude"))
    longitude = _coordinate(call.params["lon"], 180, Refusal(4, "Not a valid longitude"))
    accuracy = call.number("accuracy", 16)
    if not 1 <= accuracy <= 16:
        raise Refusal(5, "Not a valid accuracy")
    if not call.flickr.account.geo_privacy_chosen:
        raise Refusal(7, "User has not configured default viewing settings for location data")
    photo.place, photo.accuracy = (latitude, longitude), accuracy
    call.store.touch(photo)
    return {}


def _coordinate(text: str, most: float, refusal: Refusal) -> float:
    try:
        value = float(text)
    except ValueError:
        raise refusal from None
    if not -most <= value <= most:
        raise refusal
    return round(value, 6)


def remove_location(call: Call) -> Answer:
    """flickr.photos.geo.removeLocation."""
    photo = call.own_photo()
    if photo.place is None:
        raise Refusal(2, "Photo has no location information.")
    photo.place = None
    call.store.touch(photo)
    return {}


def add_tags(call: Call) -> Answer:
    """flickr.photos.addTags: answers the tags really added, an empty list if the photo had them all."""
    photo = call.own_photo()
    account = call.flickr.account
    present = {tag.clean for tag in photo.tags}
    added = [tag for tag in parse_tags(call.need("tags", 2, "No tags specified")) if tag.clean not in present]
    if len(photo.tags) + len(added) > account.max_tags:
        raise Refusal(2, "Maximum number of tags reached")
    photo.tags = (*photo.tags, *added)
    call.store.touch(photo)
    rows: list[Answer] = []
    for number, tag in enumerate(added, len(present) + 1):
        rows.append({"author": account.nsid, "raw": tag.raw, "machine_tag": int(tag.machine), "_content": tag.clean})
        rows[-1].update(authorname=account.username, full_tag_id=f"1-{photo.photo_id}-{number}", id=str(number))
    return {"tags": {"tag": rows}}


def set_tags(call: Call) -> Answer:
    """flickr.photos.setTags: in place of all the photo had."""
    photo = call.own_photo()
    tags = parse_tags(call.params.get("tags", ""))
    if len(tags) > call.flickr.account.max_tags:
        raise Refusal(2, "Maximum number of tags reached")
    photo.tags = tags
    call.store.touch(photo)
    return {}


def delete(call: Call) -> Answer:
    """flickr.photos.delete."""
    call.store.remove(call.own_photo().photo_id)
    return {}
