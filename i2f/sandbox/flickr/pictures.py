"""Picture files as Flickr sees them: what they are by content, how large, and in which smaller sizes they exist.

A stored file is never touched: size `o` is the bytes as they were sent. Every other size is made on demand by
Pillow, upright and without EXIF, and only up to the original's own length of edge: a 612 px picture has no 640
(recorded, jinx sample 2014). The table of sizes is Flickr's (services/api/misc.urls.html), with its trap: the letter
of a size in `url_X` is not the suffix in the address.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

_DATE_TIME_ORIGINAL = 0x9003
_EXIF_IFD = 0x8769
_GPS_IFD = 0x8825
_TURNED = (5, 6, 7, 8)


@dataclass(frozen=True, slots=True)
class Size:
    """One of Flickr's sizes: the suffix in the address, the letter in `url_X`, its label and its length of edge."""

    suffix: str
    letter: str
    label: str
    edge: int
    square: bool = False
    own_secret: bool = False


SIZES = (
    Size("s", "sq", "Square", 75, square=True),
    Size("q", "q", "Large Square", 150, square=True),
    Size("t", "t", "Thumbnail", 100),
    Size("m", "s", "Small", 240),
    Size("n", "n", "Small 320", 320),
    Size("w", "w", "Small 400", 400),
    Size("", "m", "Medium", 500),
    Size("z", "z", "Medium 640", 640),
    Size("c", "c", "Medium 800", 800),
    Size("b", "l", "Large", 1024),
    Size("h", "h", "Large 1600", 1600, own_secret=True),
    Size("k", "k", "Large 2048", 2048, own_secret=True),
    Size("3k", "3k", "X-Large 3K", 3072, own_secret=True),
    Size("4k", "4k", "X-Large 4K", 4096, own_secret=True),
    Size("5k", "5k", "X-Large 5K", 5120, own_secret=True),
    Size("6k", "6k", "X-Large 6K", 6144, own_secret=True),
)
SIZE_OF_SUFFIX = {size.suffix: size for size in SIZES}
SIZE_OF_LETTER = {size.letter: size for size in SIZES}


def kind_of(data: bytes) -> str | None:
    """Return jpg, png or gif by content; None for everything else (what Flickr answers with error 5)."""
    for kind, magic in (("jpg", b"\xff\xd8\xff"), ("png", b"\x89PNG\r\n\x1a\n"), ("gif", b"GIF8")):
        if data.startswith(magic):
            return kind
    return None


class Blob:
    """The bytes of one file, in memory or in a folder, with what can be read of it. Photos may share it."""

    def __init__(self, data: bytes, folder: Path | None) -> None:
        """Look into the bytes; with a folder they are written there and let go."""
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.size_bytes = len(data)
        self.format = kind_of(data) or "jpg"
        self.width = self.height = 0
        self.upright = (0, 0)
        self.taken: str | None = None
        self.place: tuple[float, float] | None = None
        self.exif_description: str | None = None
        self.readable = self._look(data)
        self._data: bytes | None = data
        self._path: Path | None = None
        if folder is not None:
            self._path = folder / self.sha256
            self._path.write_bytes(data)
            self._data = None

    def _look(self, data: bytes) -> bool:
        try:
            with Image.open(io.BytesIO(data)) as image:
                self.width, self.height = image.size
                exif = image.getexif()
                self.taken = _exif_date(exif.get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL))
                self.place = _exif_place(exif.get_ifd(_GPS_IFD))
                self.exif_description = str(exif[0x010E]) if 0x010E in exif else None
                turned = exif.get(0x0112) in _TURNED
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
            return False
        self.upright = (self.height, self.width) if turned else (self.width, self.height)
        return True

    def read(self) -> bytes:
        """Return the bytes as they were sent."""
        if self._data is not None:
            return self._data
        assert self._path is not None
        return self._path.read_bytes()

    def has(self, size: Size) -> bool:
        """Say whether this size exists: none is larger than the original (squares and thumbnails always exist)."""
        return size.edge <= 150 or size.edge <= max(self.upright)

    def dims(self, size: Size) -> tuple[int, int]:
        """Return the width and height of one of the sizes."""
        return _scaled(self.upright, size)


def _scaled(upright: tuple[int, int], size: Size) -> tuple[int, int]:
    width, height = upright
    longest = max(width, height, 1)
    if size.square:
        return size.edge, size.edge
    return max(1, round(width * size.edge / longest)), max(1, round(height * size.edge / longest))


@lru_cache(maxsize=64)
def rendition(blob: Blob, size: Size) -> bytes:
    """Make one of the smaller sizes: upright, without EXIF, a JPEG."""
    with Image.open(io.BytesIO(blob.read())) as opened:
        opened.draft("RGB", (size.edge * 2, size.edge * 2))
        profile = opened.info.get("icc_profile")
        image = ImageOps.exif_transpose(opened).convert("RGB")
    target = blob.dims(size)
    image = ImageOps.fit(image, target) if size.square else image.resize(target, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=87, icc_profile=profile)
    return out.getvalue()


@lru_cache(maxsize=1)
def unavailable_picture() -> bytes:
    """Return what an outdated address leads to: a picture that is not the photo, and a success by its status."""
    image = Image.new("RGB", (500, 375), (238, 238, 238))
    ImageDraw.Draw(image).text((130, 180), "This photo is no longer available", fill=(90, 90, 90))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _exif_date(value: object) -> str | None:
    text = str(value or "").strip("\0 ")
    if len(text) != 19 or not text[:4].isdigit() or text.startswith("0000"):
        return None
    return text[:10].replace(":", "-") + text[10:]


def _exif_place(gps: dict[int, object]) -> tuple[float, float] | None:
    try:
        latitude = _degrees(gps[2]) * (-1 if gps.get(1) == "S" else 1)
        longitude = _degrees(gps[4]) * (-1 if gps.get(3) == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return round(latitude, 6), round(longitude, 6)


def _degrees(value: object) -> float:
    if not isinstance(value, tuple):
        raise TypeError(value)
    degrees, minutes, seconds = (float(part) for part in value)
    return degrees + minutes / 60 + seconds / 3600
