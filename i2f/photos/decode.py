"""One file becomes pixels: a faithful thumbnail for matching, or every row for sending.

`read_picture` makes the colour thumbnail that stands for an original from then on: searched by, aligned with,
never decoded again. Its geometry must be exact, since the matcher measures displacements of a tenth of a pixel
in it. A JPEG is scaled by libjpeg while it is decoded, to the least of its sizes that is not below the thumbnail's:
each pixel is the mean of a square of the picture's, and lies in its middle. Of ceil(size / n) columns the last may
stand for less than a whole one, so the box of true size is cut out when resizing. What other codecs yield is averaged
alike. A fine filter takes the rest of the way, less than half, or nothing where the scale fits, as with 4032 x 3024.
Against the mean of a full decode the result is displaced by less than 0.001 px where the scale fits, and against a fine
filter all the way by less than 0.03, anywhere (November 2026, 17 sizes, three colour samplings, noise as fine as 6 px).
`prove_whole` and `decode_fully` are for sending: every row, no shortcut.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from i2f.ground.errors import PictureError
from i2f.ground.image import thumbnail_size
from i2f.photos.color_profiles import plain, to_srgb
from i2f.photos.exif import Exif
from i2f.photos.flaws import DAMAGED
from i2f.photos.jpeg_entropy import comes_out_even
from i2f.photos.open import Opened, decoding, open_picture
from i2f.photos.provenance import FileMark, is_borrowed, marks_of

# Above this a picture is decoded alone. JPEG is decoded scaled down, so only very large ones count.
BIG_PIXELS = 60_000_000
BIG_DRAFT_PIXELS = 200_000_000
STRIPE_ROWS = 16
# Pressed harder (75), another moment's water passed for the original's (bench/PROFILE.md).
THUMBNAIL_QUALITY = 90
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_JPEG_NAMES = frozenset({"JPEG", "MPO"})

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of one original: its upright size, its EXIF and other marks, and its thumbnail (JPEG, sRGB)."""

    content_format: str
    width: int
    height: int
    exif: Exif
    thumbnail: bytes
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The luminance of a thumbnail at `share` of its size (height, width)."""

    grey: NDArray[np.float32]
    share: float
    size: tuple[int, int]


def read_picture(data: bytes, alone: bool = True) -> Picture | None:
    """Decode a file once, just far enough for its thumbnail; None when it is too large to be read beside others."""
    with open_picture(data) as opened:
        width, height = opened.upright_size
        limit = BIG_DRAFT_PIXELS if opened.image.format in _JPEG_NAMES else BIG_PIXELS
        if not alone and width * height > limit:
            return None
        thumbnail = _thumbnail(opened, thumbnail_size(width, height))
        marks = marks_of(opened.exif_block, opened.image.info)
        if is_borrowed(opened.exif.size, (width, height)):
            marks = (*marks, FileMark.BORROWED)
        return Picture(opened.content_format, width, height, opened.exif, thumbnail, marks)


def _thumbnail(opened: Opened, upright_size: tuple[int, int]) -> bytes:
    image = opened.image
    size = upright_size[::-1] if opened.orientation >= 5 else upright_size
    profile = image.info.get("icc_profile")
    drafted = image.draft(None, size) if image.format in _JPEG_NAMES else None
    image.load()
    reduced, box = _reduced(image, size)
    if drafted:
        box = drafted[1]
    averaged, box = _averaged(reduced, box, size)
    small = averaged if box == (0, 0, *size) else averaged.resize(size, Image.Resampling.LANCZOS, box)
    buffer = io.BytesIO()
    turned(to_srgb(small, profile), opened.orientation).save(buffer, "JPEG", quality=THUMBNAIL_QUALITY)
    return buffer.getvalue()


def _reduced(image: Image.Image, size: tuple[int, int]) -> tuple[Image.Image, Box]:
    """The picture in a plain mode and the box of it that is the picture; very large ones averaged stripe by stripe, to
    no less than `size`.

    Changing the mode of a whole picture doubles its memory, and so does resizing one with transparency.
    """
    width, height = image.size
    factor = min(width // size[0], height // size[1])
    if width * height <= BIG_PIXELS or factor < 2:
        return plain(image), (0, 0, width, height)
    parts = []
    for top in range(0, height, factor * STRIPE_ROWS):
        stripe = image.crop((0, top, width, min(top + factor * STRIPE_ROWS, height)))
        stripe.info = image.info
        parts.append(plain(stripe).reduce(factor))
    whole = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole, (0, 0, width / factor, height / factor)


def _averaged(image: Image.Image, box: Box, size: tuple[int, int]) -> tuple[Image.Image, Box]:
    """The mean of each square of pixels, as large as leaves no less than `size`; and where the box of it lies then."""
    factor = min(image.width // size[0], image.height // size[1])
    if factor < 2:
        return image, box
    left, top, right, bottom = (edge / factor for edge in box)
    return image.reduce(factor), (left, top, right, bottom)


def decode_fully(opened: Opened) -> Image.Image:
    """Every pixel, unturned and in the picture's own colours, 8 bits deep; PictureError if it does not decode."""
    with decoding():
        return plain(opened.image)


def prove_even(opened: Opened) -> None:
    """PictureError for a JPEG whose coded data does not come out even: something in the middle is lost."""
    with decoding():
        if opened.image.format in _JPEG_NAMES and not comes_out_even(opened.data):
            raise PictureError(DAMAGED)


def prove_whole(opened: Opened) -> None:
    """Decode to the last row and throw the pixels away; PictureError if it does not decode or cannot be shown."""
    image = opened.image
    with decoding():
        if opened.content_format == "GIF" and getattr(image, "is_animated", False):
            raise PictureError("an animated GIF, which Flickr does not accept")
        if opened.image.format not in _JPEG_NAMES:
            image.load()
    prove_even(opened)  # which decodes a JPEG to its last row


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The picture upright."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def pixels(jpeg: bytes) -> NDArray[np.uint8]:
    """A thumbnail as (height, width, 3) array."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        return np.array(image.convert("RGB"), dtype=np.uint8)


def look_again(data: bytes, short: int) -> NDArray[np.uint8]:
    """A file upright in sRGB, (height, width, 3), with about `short` pixels on its short side, or all that it has."""
    with open_picture(data) as opened:
        image = opened.image
        profile = image.info.get("icc_profile")
        scale = min(1.0, short / min(image.size))
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        with decoding():
            drafted = image.draft(None, size) if image.format in _JPEG_NAMES and scale < 1 else None
            image.load()
            reduced, box = _reduced(image, size)
            if drafted:
                box = drafted[1]
            if scale < 1:
                reduced = reduced.resize(size, Image.Resampling.LANCZOS, box)
            return np.array(turned(to_srgb(reduced, profile), opened.orientation).convert("RGB"), dtype=np.uint8)


def glimpse(jpeg: bytes, least: float = 0.25) -> Glimpse:
    """A thumbnail at `least` of its size at least, which is quick: at an eighth, a quarter, a half or all of it."""
    least = min(1.0, least)
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        width, height = image.size
        image.draft("L", (max(1, math.floor(width * least)), max(1, math.floor(height * least))))
        grey = np.asarray(image.convert("L"), np.float32)
    return Glimpse(grey, min(grey.shape) / min(width, height), (height, width))
