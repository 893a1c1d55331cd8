"""A file is opened: what picture it holds, how large, which way up, and every complaint in a few words.

Files are opened once, only for reading, and read whole; the heading is read here, pixels come when they are asked
for (decode.py). Turning is done once, and by the rule of each format: JPEG, PNG, WebP and AVIF by the EXIF tag
(Pillow writes AVIF's own turn into it); TIFF by the same tag, but by Pillow itself; HEIC by its `irot` and `imir`,
which libheif applies on opening, whatever the EXIF tag says. The size of a picture is the one decoded, not the
one EXIF claims.

Pillow's guard against decompression bombs (a warning at 89 megapixels, an error at 179) is raised to what is
really read, 250 megapixels, and everything above is refused by name; it is never switched off. Besides, what a
picture takes while it is read and made ready to be sent is reckoned from its heading, and one that would take more
than a gibibyte (a HEIC two) is refused by name, too: 200 megapixels fit as JPEG, PNG and HEIC, not as WebP.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms

from i2f.ground.archives import ArchiveError, file_version, read_member, split_member
from i2f.ground.errors import PictureError
from i2f.ground.flickr_accepts import SENT_AS_THEY_ARE
from i2f.ground.model import Original
from i2f.photos.color_profiles import HDR_TRANSFERS, profile_of
from i2f.photos.dng import full_preview, tiff_kind
from i2f.photos.exif import EXIF_IFD, GPS_IFD, MAKE, MODEL, ORIENTATION, Exif, byte_order, read_exif
from i2f.photos.flaws import CUT_SHORT, DAMAGED
from i2f.photos.formats import PICTURE_FORMATS, content_format, find_flaw
from i2f.photos.isobmff import coded_colours, is_sequence, jpeg_item

MAX_PIXELS = 250_000_000
MAX_FILE_BYTES = 512 * 2**20
MAX_MEMORY_GIB = {"HEIF": 2}
# Python, the libraries, and the stripes in which large pictures are made smaller.
BASE_MEMORY_BYTES = 100 * 2**20
# The most that decoding, converting and comparing take for each pixel, beside the file: measured with pictures of 200
# megapixels as the peak of the process, November 2026. Pillow keeps four bytes a pixel, most codecs one copy or more.
BYTES_PER_PIXEL = {"JPEG": 1.0, "PNG": 4.0, "GIF": 2.0, "DNG": 5.5, "TIFF": 5.5, "AVIF": 9.5, "WEBP": 16.0, "HEIF": 8.5}
BYTES_TO_TURN = 4.0
BYTES_TO_CONVERT = 5.0
BYTES_PER_COEFFICIENT = 2
# A JPEG is tried out in versions (jpeg_entropy.py), and one copy more is held while one is made.
FILES_AT_ONCE = {"JPEG": 3}
DECODER_ERRORS = (
    OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, LookupError, ArithmeticError,
    MemoryError, AttributeError, AssertionError, struct.error, zlib.error, ImageCms.PyCMSError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
# ImageDescription, Make, Model, Software, DateTime, Artist, Copyright
_TIFF_TEXTS = (0x010E, MAKE, MODEL, 0x0131, 0x0132, 0x013B, 0x8298)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Depth maps, gain maps and embedded thumbnails are not the picture; not listing them also spares opening time.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture whose heading has been read; pixels come when they are asked for. Sizes as stored.

    `data` are the bytes of the picture itself, which some files only contain.
    """

    image: Image.Image
    data: bytes
    content_format: str
    exif: Exif
    exif_block: bytes | None
    orientation: int

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height after turning."""
        width, height = self.image.size
        return (height, width) if self.orientation >= 5 else (width, height)


class NotAPictureError(PictureError):
    """The bytes are no picture at all; whether that is worth a word depends on the file's name."""


class NotDownloadedError(NotAPictureError):
    """A file with a name and a size and nothing on the disk, as a cloud's placeholder is once it was copied."""


class UnavailableError(PictureError):
    """The trouble lies around the file and not in it (rights, a disk, memory) and may be gone tomorrow."""


def read_bytes(path: Path, opener: Callable[[str, int], int] | None = None) -> bytes:
    """The whole file, opened once and only for reading; PictureError when it is no picture or far too large.

    The path may lead through a zip archive.
    """
    if split_member(path) is not None:
        return _read_member(path)
    try:
        with open(path, "rb", opener=opener) as file:  # noqa: PTH123 - Path.open takes no opener
            head = file.read(64)
            if not head:
                raise NotAPictureError("empty")
            if not any(head) and getattr(os.fstat(file.fileno()), "st_blocks", 1) == 0:
                raise NotDownloadedError("not on this disk yet; download it from the cloud first")
            _readable(content_format(head))
            if file.seek(0, os.SEEK_END) > MAX_FILE_BYTES:
                raise PictureError(f"too large, above {MAX_FILE_BYTES // 2**20} MiB")
            file.seek(0)
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise UnavailableError((error.strerror or str(error)).lower()) from error


def unchanged_bytes(original: Original) -> bytes:
    """The bytes of a file that was read before; UnavailableError where they are no longer those.

    Its size and time of change tell nearly always. Where the bytes themselves are known by their hash they must agree,
    too: a file can be written over by another of its size that keeps its time.
    """
    if file_version(original.path) != (original.size_bytes, original.mtime_ns):
        raise UnavailableError("changed since it was read; run again to read it again")
    data = read_bytes(original.path)
    if len(data) != original.size_bytes:
        raise UnavailableError("changed while it was read; run again to read it again")
    if original.content is not None and hashlib.sha256(data).digest() != original.content:
        raise UnavailableError("changed since it was read, with its size and date kept; rename it and run again")
    return data


def _read_member(path: Path) -> bytes:
    """The same for a picture in a zip archive; damage there lasts as long as the archive is the same."""
    try:
        if file_version(path)[0] > MAX_FILE_BYTES:
            raise PictureError(f"too large, above {MAX_FILE_BYTES // 2**20} MiB")
        data = read_member(path, MAX_FILE_BYTES) or b""
    except ArchiveError as error:
        raise PictureError(error.strerror) from error
    except OSError as error:
        raise UnavailableError((error.strerror or str(error)).lower()) from error
    if not data:
        raise NotAPictureError("empty")
    _readable(content_format(data[:64]))
    return data


@contextmanager
def open_picture(data: bytes) -> Iterator[Opened]:
    """Read the heading of a whole file; PictureError with a short reason for whatever goes wrong inside."""
    with decoding():
        kind = _kind(data)
        flaw = find_flaw(data, "TIFF" if kind == "DNG" else kind)
        if flaw is not None:
            raise PictureError(flaw)
        inside = _inside(data, kind)
        with Image.open(io.BytesIO(inside.data), formats=(inside.shown_as,)) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            if kind in ("HEIF", "AVIF"):
                _name_colours(image, data)
            block = inside.exif or image.info.get("exif")
            exif = read_exif(block)
            opened = Opened(image, inside.data, kind, exif, block, inside.orientation or exif.orientation)
            _prove_it_fits(opened, len(data))
            yield opened


def _name_colours(image: Image.Image, data: bytes) -> None:
    """Give the picture a profile where the file names its colours by number; PictureError for HDR."""
    primaries, transfer = coded_colours(data) or (1, 13)
    if transfer in HDR_TRANSFERS:
        raise PictureError("an HDR picture (PQ or HLG), which is not supported")
    profile = profile_of(primaries)
    if profile is not None:
        image.info.setdefault("icc_profile", profile)


def _prove_it_fits(opened: Opened, file_bytes: int) -> None:
    """PictureError when reading or sending it would take more memory than one picture may."""
    image, kind = opened.image, opened.content_format
    each = BYTES_PER_PIXEL[kind]
    if kind not in SENT_AS_THEY_ARE:
        is_turned = opened.orientation != 1 or (kind == "TIFF" and opened.exif.orientation != 1)
        each += is_turned * BYTES_TO_TURN + (image.mode not in ("RGB", "L")) * BYTES_TO_CONVERT
    if "progression" in image.info:  # all coefficients are kept until the last scan
        layers: Sequence[tuple[int, int, int, int]] = image.layer  # type: ignore[attr-defined]
        samples = [across * down for _, across, down, _ in layers]
        each += BYTES_PER_COEFFICIENT * sum(samples) / max(samples)
    limit_gib = MAX_MEMORY_GIB.get(kind, 1)
    needed = BASE_MEMORY_BYTES + file_bytes * FILES_AT_ONCE.get(kind, 1) + image.width * image.height * each
    if needed > limit_gib * 2**30:
        raise PictureError(f"too large to be read within {limit_gib} GiB of memory")


def _kind(data: bytes) -> str:
    """The format, if it is one that is read; else NotAPictureError."""
    kind = content_format(data[:64])
    if kind == "TIFF":
        kind = tiff_kind(data)
    elif kind in ("HEIF", "AVIF") and is_sequence(data):
        raise PictureError(f"a sequence of pictures ({kind}, as bursts and animations are), which is not supported")
    return _readable(kind)


def _readable(kind: str | None) -> str:
    """The format again, if it is one that is read; a picture of another kind is an error that is always named."""
    if kind in PICTURE_FORMATS:
        return kind
    if kind is None:
        raise NotAPictureError("not a picture")
    if kind == "VIDEO":
        raise NotAPictureError("a video")
    raise PictureError(f"{'a camera raw file' if kind == 'RAW' else kind}, which is not supported")


@dataclass(frozen=True, slots=True)
class _Inside:
    """The bytes that hold the picture, and what the file around them says of it; orientation 0 leaves it to EXIF."""

    data: bytes
    shown_as: str
    exif: bytes | None = None
    orientation: int = 0


def _inside(data: bytes, kind: str) -> _Inside:
    """The file itself; the full-size preview of a DNG; the JPEG that a few HEIC hold."""
    if kind == "DNG":
        preview = full_preview(data)
        if preview is None:
            raise PictureError("a raw file without a preview of full size, which is not supported")
        return _whole_jpeg(_Inside(preview, "JPEG", _exif_of_tiff(data)))
    if kind == "HEIF":
        item = jpeg_item(data)
        if item is not None:
            return _whole_jpeg(_Inside(item.jpeg, "JPEG", item.exif, item.orientation))
        return _Inside(data, kind, None, 1)
    if kind == "TIFF":
        return _Inside(data, kind, _exif_of_tiff(data), 1)
    return _Inside(data, kind)


def _whole_jpeg(inside: _Inside) -> _Inside:
    flaw = find_flaw(inside.data, "JPEG") if inside.data.startswith(b"\xff\xd8\xff") else DAMAGED
    if flaw is not None:
        raise PictureError(flaw)
    return inside


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
def decoding() -> Iterator[None]:
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
            raise UnavailableError("too large for this machine's memory") from error
        except DECODER_ERRORS as error:
            raise PictureError(CUT_SHORT if _sounds_cut(str(error)) else DAMAGED) from error


def _sounds_cut(complaint: str) -> bool:
    words = complaint.lower()
    return any(word in words for word in ("truncated", "premature", "end of file", "unexpected end", "cut off"))
