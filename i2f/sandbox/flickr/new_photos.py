"""A new photo as Flickr makes it of what was sent, and albums to put it into.

Title, caption, tags and privacy come with the picture; without the three privacy flags it is public. The date taken
and the place are those of the file's EXIF (docs misc.dates), else the moment of upload, which counts as unknown. With
`dedup_check` a file that the account holds already is refused and the photo that holds it named (flickrapi PR 137).
"""

from __future__ import annotations

from i2f.sandbox.flickr.account import Album, StoredPhoto
from i2f.sandbox.flickr.calls import Answer, Call
from i2f.sandbox.flickr.refusals import DuplicateRefusal, Refusal
from i2f.sandbox.flickr.tickets import Sent

_PRIVACY = ("is_public", "is_friend", "is_family")


def check_limits(call: Call, sent: Sent) -> None:
    """Refuse what the account may not hold: a photo too many, a file it holds already."""
    most = call.flickr.account.max_photos
    if most is not None and not call.flickr.account.is_pro and len(call.store.photos) >= most:
        raise Refusal(6, "User exceeded upload limit")
    for name, allowed in (("content_type", "123"), ("safety_level", "123"), ("hidden", "12")):
        if call.params.get(name, allowed[0]) not in set(allowed):
            raise Refusal(3, "General upload failure")
    if call.params.get("dedup_check", "0") in {"1", "2"}:
        blob = call.store.blob(sent.data)
        twin = next((photo for photo in call.store.by_upload() if photo.blob is blob), None)
        if twin is not None:
            raise DuplicateRefusal(twin.photo_id)


def make_photo(call: Call, sent: Sent, form: dict[str, str]) -> StoredPhoto:
    """Make the photo that was sent with this form."""
    photo = call.store.add(
        sent.data,
        form.get("title", sent.file_name.rsplit(".", 1)[0]),
        form.get("description", ""),
        form.get("tags", ""),
        None,
    )
    if any(name in form for name in _PRIVACY):
        photo.is_public, photo.is_friend, photo.is_family = (form.get(name) == "1" for name in _PRIVACY)
    if photo.is_public:
        photo.is_friend = photo.is_family = False
    if not call.habits.upload_takes_place_from_exif:
        photo.place = None
    photo.tags = photo.tags[: call.flickr.account.max_tags]
    for name in ("content_type", "safety_level", "hidden"):
        setattr(photo, name, int(form.get(name) or "1"))
    if call.habits.after_upload is not None:
        call.habits.after_upload(photo)
    return photo


def list_albums(call: Call) -> Answer:
    """flickr.photosets.getList: the caller's albums, the newest first."""
    per_page = min(max(call.number("per_page", 500), 1), 500)
    page = max(call.number("page", 1), 1)
    rows = [_row(album) for album in reversed(call.store.albums.values())]
    shown = rows[(page - 1) * per_page : page * per_page]
    pages = -(-len(rows) // per_page)
    return {
        "photosets": {"page": page, "pages": pages, "perpage": per_page, "total": str(len(rows)), "photoset": shown}
    }


def create_album(call: Call) -> Answer:
    """flickr.photosets.create."""
    title = call.need("title", 1, "No title specified")
    photo_id = call.params.get("primary_photo_id", "")
    if photo_id not in call.store.photos:
        raise Refusal(2, "Photo not found")
    most = call.flickr.account.max_albums
    if most is not None and len(call.store.albums) >= most:
        raise Refusal(3, "Can't create any more sets")
    album = call.store.add_album(title, call.params.get("description", ""), photo_id)
    return {"photoset": {"id": album.album_id, "url": f"https://www.flickr.com/photos/me/sets/{album.album_id}/"}}


def add_to_album(call: Call) -> Answer:
    """flickr.photosets.addPhoto."""
    album = call.store.albums.get(call.params.get("photoset_id", ""))
    if album is None:
        raise Refusal(1, "Photoset not found")
    photo_id = call.params.get("photo_id", "")
    if photo_id not in call.store.photos:
        raise Refusal(2, "Photo not found")
    if photo_id in album.photo_ids:
        raise Refusal(3, "Photo already in set")
    album.photo_ids.append(photo_id)
    return {}


def _row(album: Album) -> Answer:
    return {
        "id": album.album_id,
        "primary": album.photo_ids[0],
        "title": {"_content": album.title},
        "description": {"_content": album.description},
        "photos": len(album.photo_ids),
    }
