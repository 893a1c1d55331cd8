"""The bytes that Flickr gets, made at the moment of sending and proved before they go.

Flickr takes JPEG, PNG and GIF (still ones); these are sent as they are, byte for byte, from the original itself.
HEIC, AVIF, TIFF and WebP become JPEG: quality 95 without colour subsampling, the EXIF with capture time and
place, the colour profile unchanged (Display P3 stays P3), already upright with the tag saying so. The JPEG is
decoded again and compared with its source block by block before it may be sent; the caller deletes it.

However it is sent, the file is first decoded to its last row. A file cut short by the cable has a good
thumbnail and a grey half, and what is replaced on Flickr cannot be fetched again. A file that changed since it
was read is not the file that was matched, and is not sent either.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from i2f.ground.errors import PictureError
from i2f.ground.file_version import version_of
from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES, SENT_AS_THEY_ARE, accepted_format
from i2f.ground.model import Original
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import decode_fully, prove_even, prove_whole, turned
from i2f.photos.exif import EXIF_IFD, MAKER_NOTE, USER_COMMENT, upright_exif
from i2f.photos.flaws import FlawError
from i2f.photos.formats import content_format, find_flaw
from i2f.photos.open import Opened, open_picture, read_bytes
from i2f.photos.strip_location import has_place, without_place

JPEG_QUALITY = 95
MAX_JPEG_SIDE = 65_500
STRIPE_ROWS = 512
# Quality 95 leaves the means of blocks of 8 x 8 within some two grey values of their source, pure noise and hard
# edges included (tests/photos/test_outgoing_file.py); a tile that was lost or turned differs by dozens.
BLOCK = 8
MAX_BLOCK_DIFFERENCE = 6.0
# An APP1 segment holds 65533 bytes, six of them the heading.
MAX_EXIF_BYTES = 65_527


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file ready to be sent: proved whole, its hash and size noted; width and height are those stored in it.

    `converted` says that it was encoded anew, `has_place` that it carries coordinates.
    """

    path: Path
    sha256: str
    size_bytes: int
    width: int
    height: int
    converted: bool
    has_place: bool
    is_temporary: bool


def make_outgoing_file(
    original: Original, location: str, workdir: Path, max_bytes: int = MAX_PHOTO_BYTES
) -> OutgoingFile:
    """Decode the original fully and give the file to send; PictureError in one line when it must not be sent.

    `location` is "keep" or "strip". Whatever is written is a new file in `workdir`, for the caller to delete.
    """
    name = original.path.name
    try:
        data = _unchanged_bytes(original)
        with open_picture(data) as opened:
            converted = opened.content_format not in SENT_AS_THEY_ARE
            if converted:
                sent, size = _as_jpeg(opened)
            else:
                sent, size = data, opened.image.size
                prove_whole(opened)
        if location == "strip":
            sent = _stripped(sent)
        if len(sent) > max_bytes:
            raise PictureError(f"larger than the {max_bytes // 2**20} MiB that Flickr takes")
        still = original.path.stat()
        if version_of(still) != (original.size_bytes, original.mtime_ns):
            raise PictureError("changed since it was read; run again to look at it anew")
    except PictureError as error:
        raise PictureError(f"{name}: {error}; it was not sent") from error
    except OSError as error:
        raise PictureError(f"{name}: {(error.strerror or str(error)).lower()}; it was not sent") from error
    as_it_is = sent is data
    return OutgoingFile(
        path=original.path if as_it_is else _write(sent, workdir),
        sha256=hashlib.sha256(sent).hexdigest(),
        size_bytes=len(sent),
        width=size[0],
        height=size[1],
        converted=converted,
        has_place=has_place(sent),
        is_temporary=not as_it_is,
    )


def _stripped(data: bytes) -> bytes:
    """The bytes without a place, or an error: with a place in it nothing is sent that should have none."""
    try:
        stripped = without_place(data)
        clean = not has_place(stripped) and find_flaw(stripped, content_format(stripped[:64]) or "") is None
    except (FlawError, struct.error, LookupError, ValueError) as error:
        raise PictureError("its place cannot be taken out") from error
    if not clean:
        raise PictureError("its place cannot be taken out")
    return stripped


def _unchanged_bytes(original: Original) -> bytes:
    before = original.path.stat()
    if version_of(before) != (original.size_bytes, original.mtime_ns):
        raise PictureError("changed since it was read; run again to look at it anew")
    data = read_bytes(original.path)
    if len(data) != original.size_bytes:
        raise PictureError("changed while it was read; run again to look at it anew")
    return data


def _as_jpeg(opened: Opened) -> tuple[bytes, tuple[int, int]]:
    """Encode the picture upright as JPEG, and compare the result with what went in."""
    image = decode_fully(opened)
    prove_even(opened)
    profile = opened.image.info.get("icc_profile")
    upright = turned(image, opened.orientation)
    if upright.mode not in ("RGB", "L"):
        upright, profile = _as_srgb(upright, profile), None
    if max(upright.size) > MAX_JPEG_SIDE:
        raise PictureError("longer than a JPEG can be")
    kept = {"icc_profile": profile} if profile else {}
    exif = _fitting(upright_exif(opened.exif_block, upright.size))
    if exif:
        kept["exif"] = exif
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, **kept)
    sent = buffer.getvalue()
    _prove_same(sent, upright, profile)
    return sent, upright.size


def _as_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB; some rows at a time, since what lies between takes several times the memory of a picture."""
    whole = Image.new("RGB", image.size)
    for top in range(0, image.height, STRIPE_ROWS):
        stripe = image.crop((0, top, image.width, min(top + STRIPE_ROWS, image.height)))
        whole.paste(to_srgb(stripe, profile), (0, top))
    return whole


def _fitting(exif: bytes | None) -> bytes | None:
    """The block if a JPEG can hold it; else without the maker's notes, which are what makes blocks long."""
    if exif is None or len(exif) <= MAX_EXIF_BYTES:
        return exif
    slim = Image.Exif()
    slim.load(exif)
    inner = slim.get_ifd(EXIF_IFD)
    for tag in (MAKER_NOTE, USER_COMMENT):
        inner.pop(tag, None)
    made = slim.tobytes()
    return made if len(made) <= MAX_EXIF_BYTES else None


def _prove_same(sent: bytes, source: Image.Image, profile: bytes | None) -> None:
    """The JPEG must show what its source shows: same size, same profile, every block of the same colour.

    Decoded at an eighth, libjpeg gives each block's mean without its detail, in a sixty-fourth of the memory.
    """
    with open_picture(sent) as opened:
        again = opened.image
        same = again.size == source.size and again.mode == source.mode and again.info.get("icc_profile") == profile
        again.draft(None, (max(1, again.width // BLOCK), max(1, again.height // BLOCK)))
        means = np.asarray(decode_fully(opened), dtype=np.float32)
    expected = np.asarray(source.reduce(BLOCK), dtype=np.float32)
    whole = slice(0, max(1, source.height // BLOCK)), slice(0, max(1, source.width // BLOCK))
    if not same or means.shape != expected.shape or np.abs(means - expected)[whole].max() > MAX_BLOCK_DIFFERENCE:
        raise PictureError("its JPEG does not look like it")


def _write(data: bytes, workdir: Path) -> Path:
    accepted = accepted_format(data[:64])
    suffix = f".{accepted.ending}" if accepted else ".jpg"
    with tempfile.NamedTemporaryFile(dir=workdir, prefix="sending-", suffix=suffix, delete=False) as file:
        file.write(data)
        return Path(file.name)
