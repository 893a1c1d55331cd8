"""One file becomes pixels: upright, in sRGB, bounded in size, whole or refused.

`read_picture` makes the colour thumbnail that stands for an original from then on: searched by, aligned with,
never decoded again. Its geometry must be exact, since the matcher measures displacements of a tenth of a pixel
in it. A JPEG is scaled by libjpeg while it is decoded: that yields ceil(size / n) columns of which the last may
stand for less than a whole one, so the box of true size is cut out when resizing. `decode_fully` is for
sending: every row, no shortcut.

Turning is done once, and by the rule of each format: JPEG, PNG, WebP and AVIF by the EXIF tag (Pillow writes
AVIF's own turn into it); TIFF by the same tag, but by Pillow itself; HEIC by its `irot` and `imir`, which
libheif applies on opening, whatever the EXIF tag says. The size of a picture is the one decoded, not the one
EXIF claims.

Pillow's guard against decompression bombs (a warning at 89 megapixels, an error at 179) is raised to what is
really read, 250 megapixels, and everything above is refused by name; it is never switched off.
"""

from __future__ import annotations

import functools
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms

import matcher
from dng import full_preview, tiff_kind
from errors import PictureError
from exif import EXIF_IFD, GPS_IFD, MAKE, MODEL, ORIENTATION, Exif, byte_order, read_exif
from flaws import CUT_SHORT, DAMAGED
from formats import PICTURE_FORMATS, content_format, find_flaw

MAX_PIXELS = 250_000_000
MAX_FILE_BYTES = 512 * 2**20
# Above this a picture is decoded alone. JPEG is decoded scaled down, so only very large ones count.
BIG_PIXELS = 60_000_000
BIG_DRAFT_PIXELS = 200_000_000
STRIPE_ROWS = 64
THUMBNAIL_QUALITY = 90
# Drafts are at least this many times the thumbnail, so that their own rough filter does not show in it.
DRAFT_MARGIN = 2
DECODER_ERRORS = (
    OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, LookupError, ArithmeticError,
    MemoryError, AttributeError, AssertionError, struct.error, zlib.error, ImageCms.PyCMSError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
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
_TURNED_ON_OPENING = frozenset({"HEIF", "TIFF"})
_UNSUPPORTED = {"RAW": "a camera's raw file, which is not supported", "VIDEO": "a video"}

# ImageDescription, Make, Model, Software, DateTime, Artist, Copyright
_TIFF_TEXTS = (0x010E, MAKE, MODEL, 0x0131, 0x0132, 0x013B, 0x8298)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Depth maps, gain maps and embedded thumbnails are not the picture; not listing them also spares opening time.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture whose heading has been read; pixels come when they are asked for. Sizes as stored."""

    image: Image.Image
    content_format: str
    exif: Exif
    exif_block: bytes | None
    orientation: int

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height after turning."""
        width, height = self.image.size
        return (height, width) if self.orientation >= 5 else (width, height)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of one original: its upright size, its EXIF, and its thumbnail (JPEG, sRGB)."""

    content_format: str
    width: int
    height: int
    exif: Exif
    thumbnail: bytes


class NotAPictureError(PictureError):
    """The bytes are no picture at all; whether that is worth a word depends on the file's name."""


def read_bytes(path: Path) -> bytes:
    """The whole file, opened once and only for reading; PictureError when it is no picture or far too large."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
            if not head:
                raise NotAPictureError("empty")
            kind = content_format(head)
            if kind not in PICTURE_FORMATS:
                raise NotAPictureError(_UNSUPPORTED.get(kind or "", "not a picture"))
            rest = file.read(MAX_FILE_BYTES - len(head) + 1)
    except OSError as error:
        raise PictureError((error.strerror or str(error)).lower()) from error
    if len(head) + len(rest) > MAX_FILE_BYTES:
        raise PictureError("too large, above 512 MiB")
    return head + rest


@contextmanager
def open_picture(data: bytes) -> Iterator[Opened]:
    """Read the heading of a whole file; PictureError with a short reason for whatever goes wrong inside."""
    kind = _kind(data)
    flaw = find_flaw(data, "TIFF" if kind == "DNG" else kind)
    if flaw is not None:
        raise PictureError(flaw)
    inside = _picture_inside(data, kind)
    shown = "JPEG" if inside is not data else kind
    with _decoding(), Image.open(io.BytesIO(inside), formats=(shown,)) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise Image.DecompressionBombError
        block = image.info.get("exif")
        if kind in ("TIFF", "DNG"):
            block = _exif_of_tiff(data)
        exif = read_exif(block)
        yield Opened(image, kind, exif, block, 1 if kind in _TURNED_ON_OPENING else exif.orientation)


def _kind(data: bytes) -> str:
    """The format, if it is one that is read; else NotAPictureError."""
    kind = content_format(data[:64])
    if kind == "TIFF":
        kind = tiff_kind(data)
    if kind is None or kind not in PICTURE_FORMATS:
        raise NotAPictureError(_UNSUPPORTED.get(kind or "", "not a picture"))
    return kind


def _picture_inside(data: bytes, kind: str) -> bytes:
    """The bytes that hold the picture: the file itself, or the full-size preview of a DNG."""
    if kind != "DNG":
        return data
    preview = full_preview(data)
    if preview is None:
        raise PictureError("a raw file without a preview of full size, which is not supported")
    if find_flaw(preview, "JPEG"):
        raise PictureError(DAMAGED)
    return preview


def _exif_of_tiff(data: bytes) -> bytes | None:
    """A TIFF's own entries are its EXIF, among those that describe its rows; only the former are wanted."""
    if byte_order(data) is None:
        return None
    whole, kept = Image.Exif(), Image.Exif()
    whole.load(data)
    for tag in _TIFF_TEXTS:
        if isinstance(whole.get(tag), str):
            kept[tag] = whole[tag]
    kept[ORIENTATION] = whole.get(ORIENTATION, 1)
    for directory in (EXIF_IFD, GPS_IFD):
        kept.get_ifd(directory).update(whole.get_ifd(directory))
    return kept.tobytes()


@contextmanager
def _decoding() -> Iterator[None]:
    """Decoders complain in twenty ways; here each becomes a short reason."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except PictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise PictureError(f"too large, above {MAX_PIXELS // 1_000_000} megapixels") from error
        except MemoryError as error:
            raise PictureError("too large for this machine's memory") from error
        except DECODER_ERRORS as error:
            raise PictureError(CUT_SHORT if _sounds_cut(str(error)) else DAMAGED) from error


def _sounds_cut(complaint: str) -> bool:
    words = complaint.lower()
    return any(word in words for word in ("truncated", "premature", "end of file", "unexpected end", "cut off"))


def read_picture(data: bytes, alone: bool = True) -> Picture | None:
    """Decode a file once, just far enough for its thumbnail; None when it is too large to be read beside others."""
    with open_picture(data) as opened:
        width, height = opened.upright_size
        limit = BIG_DRAFT_PIXELS if opened.image.format in _JPEG_NAMES else BIG_PIXELS
        if not alone and width * height > limit:
            return None
        thumbnail = _thumbnail(opened, matcher.thumbnail_size(width, height))
        return Picture(opened.content_format, width, height, opened.exif, thumbnail)


def _thumbnail(opened: Opened, upright_size: tuple[int, int]) -> bytes:
    image = opened.image
    size = upright_size[::-1] if opened.orientation >= 5 else upright_size
    roomy = (size[0] * DRAFT_MARGIN, size[1] * DRAFT_MARGIN)
    profile = image.info.get("icc_profile")
    drafted = image.draft(None, roomy) if image.format in _JPEG_NAMES else None
    image.load()
    plain, box = _reduced(image, roomy)
    if drafted:
        box = drafted[1]
    small = plain if box == (0, 0, *size) else plain.resize(size, Image.Resampling.LANCZOS, box)
    buffer = io.BytesIO()
    turned(to_srgb(small, profile), opened.orientation).save(buffer, "JPEG", quality=THUMBNAIL_QUALITY)
    return buffer.getvalue()


def _reduced(image: Image.Image, roomy: tuple[int, int]) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """The picture in a plain mode and the box of it that is the picture; very large ones averaged stripe by stripe.

    Changing the mode of a whole picture doubles its memory, and so does resizing one with transparency.
    """
    width, height = image.size
    factor = min(width // roomy[0], height // roomy[1])
    if width * height <= BIG_PIXELS or factor < 2:
        return _plain(image), (0, 0, width, height)
    parts = []
    for top in range(0, height, factor * STRIPE_ROWS):
        stripe = image.crop((0, top, width, min(top + factor * STRIPE_ROWS, height)))
        stripe.info = image.info
        parts.append(_plain(stripe).reduce(factor))
    whole = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole, (0, 0, width / factor, height / factor)


def decode_fully(opened: Opened) -> Image.Image:
    """Every pixel, unturned and in the picture's own colours, 8 bits deep; PictureError if it does not decode."""
    with _decoding():
        return _plain(opened.image)


def prove_whole(opened: Opened) -> None:
    """Decode to the last row and throw the pixels away; PictureError if it does not decode or cannot be shown."""
    image = opened.image
    with _decoding():
        if opened.content_format == "GIF" and getattr(image, "is_animated", False):
            raise PictureError("an animated GIF, which Flickr does not take")
        if opened.image.format in _JPEG_NAMES and image.mode == "RGB":
            image.draft("L", image.size)  # all data is decoded either way, in a quarter of the memory
        image.load()


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The picture upright."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def pixels(jpeg: bytes) -> NDArray[np.uint8]:
    """A thumbnail as (height, width, 3) array."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        return np.array(image.convert("RGB"), dtype=np.uint8)


def _plain(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be resized and has 8 bits: L, LA, RGB, RGBA, CMYK or LAB."""
    image.load()
    mode = image.mode
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image.convert("RGBA") if mode in ("L", "RGB") and "transparency" in image.info else image
    if mode in ("P", "PA"):
        return image.convert("RGBA" if mode == "PA" or "transparency" in image.info else "RGB")
    if mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if mode in ("I", "F"):
        return Image.fromarray(_to_bytes(np.asarray(image)))
    return image.convert({"1": "L", "La": "LA", "RGBa": "RGBA"}.get(mode, "RGB"))


def _to_bytes(values: NDArray[np.int32] | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Grey values of unknown depth as 8 bits: up to 1 for floats, 255 or 65535 for the rest."""
    finite = np.nan_to_num(values.astype(np.float32))
    top = float(finite.max(initial=0.0))
    full = 1.0 if top <= 1.0 and values.dtype.kind == "f" else 255.0 if top <= 255 else max(65535.0, top)
    scaled: NDArray[np.uint8] = np.clip(finite * (255.0 / full), 0, 255).astype(np.uint8)
    return scaled


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, alpha laid on white; a profile that cannot be used is left aside."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    base = image.convert(image.mode[:-1]) if alpha is not None else image
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transform = _transform(profile, base.mode) if profile else None
        if transform is None and base.mode == "LAB":
            transform = _lab_transform()
        converted = ImageCms.applyTransform(base, transform) if transform else base.convert("RGB")
    if converted is None:
        converted = base.convert("RGB")
    if alpha is None:
        return converted
    return Image.composite(converted, Image.new("RGB", converted.size, "white"), alpha)


@functools.lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        return ImageCms.buildTransform(source, _srgb(), mode, "RGB", renderingIntent=intent)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@functools.lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), _srgb(), "LAB", "RGB")


@functools.lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
