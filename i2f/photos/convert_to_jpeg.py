"""A picture that Flickr does not take as it is becomes a JPEG that shows the same, and that is proved before it goes.

HEIC, AVIF, TIFF and WebP become JPEG of quality 95 without colour subsampling: the EXIF with capture time and place,
the colour profile unchanged (Display P3 stays P3), already upright with the tag saying so. The JPEG is decoded again
and compared with its source block by block.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from i2f.ground.errors import PictureError
from i2f.photos.color_profiles import to_srgb
from i2f.photos.decode import decode_fully, prove_even, turned
from i2f.photos.exif import EXIF_IFD, MAKER_NOTE, USER_COMMENT, upright_exif
from i2f.photos.open import Opened, open_picture

JPEG_QUALITY = 95
MAX_JPEG_SIDE = 65_500
STRIPE_ROWS = 512
# Quality 95 leaves the means of blocks of 8 x 8 within some two grey values of their source, pure noise and hard
# edges included (tests/photos/test_outgoing_file.py); a tile that was lost or turned differs by dozens.
BLOCK = 8
MAX_BLOCK_DIFFERENCE = 6.0
# An APP1 segment holds 65533 bytes, six of them the heading.
MAX_EXIF_BYTES = 65_527


def as_jpeg(opened: Opened) -> tuple[bytes, tuple[int, int]]:
    """Encode the picture upright as JPEG, and compare the result with what went in."""
    image = decode_fully(opened)
    prove_even(opened)
    profile = opened.image.info.get("icc_profile")
    upright = turned(image, opened.orientation)
    if upright.mode not in ("RGB", "L"):
        upright, profile = as_srgb(upright, profile), None
    return press(upright, profile, opened.exif_block)


def press(upright: Image.Image, profile: bytes | None, exif_block: bytes | None) -> tuple[bytes, tuple[int, int]]:
    """An upright picture (RGB or L) as JPEG with the profile and an original's EXIF, proved to show the same."""
    if max(upright.size) > MAX_JPEG_SIDE:
        raise PictureError("longer than a JPEG can be")
    kept = {"icc_profile": profile} if profile else {}
    exif = _fitting(upright_exif(exif_block, upright.size))
    if exif:
        kept["exif"] = exif
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, **kept)
    sent = buffer.getvalue()
    _prove_same(sent, upright, profile)
    return sent, upright.size


def as_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
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
        raise PictureError("the JPEG made from it does not look like it")
