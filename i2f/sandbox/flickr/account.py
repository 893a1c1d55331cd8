"""What the pretend Flickr remembers: one account, its photos, and the ways in which it is not known to behave.

Photos keep what a person typed and the bytes as sent; secrets are derived from the id and the number of
replacements, so that 100,000 photos stay small and any older address is recognised as such. `Habits` holds a switch
for everything that public material does not settle, so that tests can try each way.
"""

from __future__ import annotations

import copy
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from threading import RLock
from typing import Literal

from i2f.sandbox.flickr.captions import Tag, as_html, parse_tags
from i2f.sandbox.flickr.pictures import Blob, Size

_FIRST_ID = 53_000_000_000


@dataclass
class Account:
    """The person whose photos these are."""

    nsid: str = "20260312@N08"
    username: str = "sandbox"
    fullname: str = "Sandy Box"
    path_alias: str | None = None
    is_pro: bool = True
    max_photo_bytes: int = 209_715_200
    utc_offset_s: int = 0
    geo_privacy_chosen: bool = True
    max_tags: int = 75
    max_photos: int | None = None
    max_albums: int | None = None


@dataclass
class Habits:
    """How Flickr behaves where nobody has written it down; the defaults are what looks most usual."""

    replace_title: Literal["kept", "as sent", "file name"] = "kept"
    replace_caption: Literal["kept", "cleared", "from exif"] = "kept"
    replace_takes_date_from_exif: bool = False
    replace_takes_place_from_exif: bool = False
    replace_unknown_photo: tuple[int, str] = (2, "Photo not found")
    after_replace: Callable[[StoredPhoto], None] | None = None
    after_upload: Callable[[StoredPhoto], None] | None = None
    upload_takes_place_from_exif: bool = True
    outdated_address: Literal["redirect", "in place", "not found", "old bytes"] = "redirect"
    original_dims_upright: bool = False
    missing_meta: Literal["kept", "cleared"] = "cleared"
    bad_token_answer: Literal["98", "401"] = "98"
    beyond_last_page: Literal["empty", "last page"] = "empty"
    pending_polls: int = 1
    replaced_when_polled: bool = True
    link_rel: str = "noreferrer nofollow"


@dataclass(slots=True, eq=False)
class StoredPhoto:
    """One photo as Flickr holds it; `description` is the text as typed, `taken` local time without a zone."""

    photo_id: str
    blob: Blob
    title: str
    description: str
    tags: tuple[Tag, ...]
    uploaded: int
    updated: int
    taken: str
    taken_granularity: int = 0
    taken_unknown: bool = False
    is_public: bool = True
    is_friend: bool = False
    is_family: bool = False
    place: tuple[float, float] | None = None
    accuracy: int = 16
    media: str = "photo"
    rotation: int = 0
    version: int = 0
    past: tuple[Blob, ...] = ()
    before: StoredPhoto | None = None
    views: int = 0
    comments: int = 0
    favorites: int = 0
    content_type: int = 1
    safety_level: int = 1
    hidden: int = 1

    @property
    def data(self) -> bytes:
        """The bytes as they were last sent."""
        return self.blob.read()

    @property
    def history(self) -> list[bytes]:
        """The bytes that were replaced, oldest first."""
        return [blob.read() for blob in self.past]

    @property
    def width(self) -> int:
        """Width of the original file as stored (before any EXIF turn)."""
        return self.blob.width

    @property
    def height(self) -> int:
        """Height of the original file as stored (before any EXIF turn)."""
        return self.blob.height

    @property
    def secret(self) -> str:
        """The secret of the sizes up to 1024."""
        return self.secret_of("")

    @property
    def original_secret(self) -> str:
        """The secret of the original."""
        return self.secret_of("o")

    @property
    def raw_tags(self) -> tuple[str, ...]:
        """The tags as typed."""
        return tuple(tag.raw for tag in self.tags)

    def secret_of(self, which: str, version: int | None = None) -> str:
        """Return the secret of a size that has its own, of the original ("o") or of the rest (""), at any time."""
        at = self.version if version is None else version
        return hashlib.sha256(f"{self.photo_id}/{at}/{which}".encode()).hexdigest()[:10]

    def file_name(self, size: Size) -> str:
        """Return the name of one of the smaller sizes in its address."""
        secret = self.secret_of(size.suffix if size.own_secret else "")
        return f"{self.photo_id}_{secret}{'_' if size.suffix else ''}{size.suffix}.jpg"

    @property
    def original_name(self) -> str:
        """The name of the original in its address."""
        return f"{self.photo_id}_{self.original_secret}_o.{self.original_format}"

    @property
    def original_format(self) -> str:
        """The ending of the original: jpg, png, gif, or mp4 for a video."""
        return "mp4" if self.media == "video" else self.blob.format

    def html(self, habits: Habits) -> str:
        """Return the caption as the API shows it."""
        return as_html(self.description, habits.link_rel)


@dataclass(slots=True)
class Album:
    """An album: its photos in order, the first made it."""

    album_id: str
    title: str
    description: str
    photo_ids: list[str]


@dataclass
class Store:
    """All photos of the account, quick to list however many they are."""

    account: Account
    folder: Path | None
    now: Callable[[], float] = time.time
    lock: RLock = field(default_factory=RLock)
    photos: dict[str, StoredPhoto] = field(default_factory=dict)
    gone: dict[str, StoredPhoto] = field(default_factory=dict)
    albums: dict[str, Album] = field(default_factory=dict)
    _blobs: dict[str, Blob] = field(default_factory=dict)
    _last: tuple[bytes, Blob] | None = None
    _by_upload: list[StoredPhoto] | None = None
    _by_update: list[StoredPhoto] | None = None
    _next_id: int = _FIRST_ID

    def blob(self, data: bytes) -> Blob:
        """Return the stored file with these bytes; equal bytes are kept once."""
        with self.lock:
            if self._last is not None and self._last[0] is data:
                return self._last[1]
            blob = self._blobs.get(hashlib.sha256(data).hexdigest())
            if blob is None:
                blob = Blob(data, self.folder)
                self._blobs[blob.sha256] = blob
            self._last = (data, blob)
            return blob

    def add(self, data: bytes, title: str, description: str, tags: str, uploaded: int | None) -> StoredPhoto:
        """Keep a new photo; its date taken comes from EXIF, else it is the moment of upload and unknown."""
        blob = self.blob(data)
        with self.lock:
            posted = int(self.now()) if uploaded is None else uploaded
            self._next_id += 1
            photo = StoredPhoto(
                photo_id=str(self._next_id),
                blob=blob,
                title=title,
                description=description,
                tags=parse_tags(tags),
                uploaded=posted,
                updated=posted,
                taken=blob.taken or self.local_time(posted),
                taken_unknown=blob.taken is None,
                place=blob.place,
            )
            self.photos[photo.photo_id] = photo
            self._by_upload = self._by_update = None
            return photo

    def remove(self, photo_id: str) -> None:
        """Delete a photo, as its owner might at any time; an album without photos is gone with its last one."""
        with self.lock:
            self.gone[photo_id] = self.photos.pop(photo_id)
            self._by_upload = self._by_update = None
            for album in list(self.albums.values()):
                if photo_id in album.photo_ids:
                    album.photo_ids.remove(photo_id)
                if not album.photo_ids:
                    del self.albums[album.album_id]

    def add_album(self, title: str, description: str, photo_id: str) -> Album:
        """Make an album of one photo."""
        with self.lock:
            album = Album(str(72_177_720_300_000_000 + len(self.albums) + 1), title, description, [photo_id])
            self.albums[album.album_id] = album
            return album

    def touch(self, photo: StoredPhoto) -> None:
        """Note that a photo was changed just now."""
        with self.lock:
            photo.updated = max(int(self.now()), photo.updated)
            self._by_update = None

    def repost(self, photo: StoredPhoto, uploaded: int) -> None:
        """Move a photo to another moment of posting."""
        with self.lock:
            photo.uploaded = uploaded
            self._by_upload = None
            self.touch(photo)

    def replace(self, photo: StoredPhoto, blob: Blob) -> None:
        """Exchange the bytes: both secrets and the dimensions change, what was typed stays."""
        with self.lock:
            photo.before = None
            photo.before = copy.copy(photo)
            photo.past = (*photo.past, photo.blob)
            photo.blob = blob
            photo.version += 1
            self.touch(photo)

    def by_upload(self) -> list[StoredPhoto]:
        """Return all photos, the last uploaded first."""
        with self.lock:
            if self._by_upload is None:
                self._by_upload = sorted(self.photos.values(), key=attrgetter("uploaded", "photo_id"), reverse=True)
            return self._by_upload

    def by_update(self) -> list[StoredPhoto]:
        """Return all photos, the last changed first."""
        with self.lock:
            if self._by_update is None:
                self._by_update = sorted(self.photos.values(), key=attrgetter("updated", "photo_id"), reverse=True)
            return self._by_update

    def local_time(self, unix: float) -> str:
        """Return a moment as the account's local time in Flickr's form."""
        local = datetime.fromtimestamp(unix, UTC) + timedelta(seconds=self.account.utc_offset_s)
        return local.strftime("%Y-%m-%d %H:%M:%S")
