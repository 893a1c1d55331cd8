"""The picture as posted as a file to be sent, made of the saved copy, its original and the matcher's measures.

Rendering (i2f/rendering) knows arrays only. Here both files are opened, the copy is brought into the original's own
colours, and what comes out proven becomes a JPEG with the original's EXIF and profile, made ready to be sent as every
other file is (i2f/photos/outgoing_file.py). All of it runs in the process that makes files to be sent.

The plan asks the same question before anything is sent (`check_posted`), with the very render that will be sent: the
same files and measures give the same bytes.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from i2f.ground.errors import PictureError
from i2f.ground.image import Picture
from i2f.ground.model import Fit, Original, Window
from i2f.matching.bars import without_edges
from i2f.photos.color_profiles import into_profile, to_srgb
from i2f.photos.convert_to_jpeg import as_srgb, press
from i2f.photos.decode import decode_fully, prove_even, turned
from i2f.photos.open import open_picture, unchanged_bytes
from i2f.photos.outgoing_file import OutgoingFile, outgoing, ready
from i2f.rendering.frame import Frame, find_frame, upright
from i2f.rendering.posted import Copy, NotRenderedError, Posted, refusal, render_posted
from i2f.rendering.proof import press_of
from i2f.sync.known_copies import copy_pixels
from i2f.sync.second_look import second_look

RENDERER_VERSION = "5"
PREVIEW_EDGE = 600
MAX_PIXELS = 64_000_000
"""Larger originals are not rendered: they would take more than 2 GiB."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A saved copy, and how it lies in an original by the matcher's measures."""

    copy: Path
    measures: Mapping[str, float]
    window: Window

    def signature(self, original: Original) -> str:
        """Names the render of this very version of the original, by this program."""
        told = f"{original.size_bytes} {original.mtime_ns} {sorted(self.measures.items())} {self.window}"
        return f"as posted {RENDERER_VERSION} {os.fsencode(original.path).hex()} {told}"


def pair_of(copy: Path, fit: Fit) -> Pair:
    """The pair of a saved copy and the original that `fit` speaks of."""
    needed = ("a", "b", "cx", "cy", "quarter_turns", "width", *(name for name in fit.measures if name[:5] == "test_"))
    return Pair(copy, {name: fit.measures[name] for name in needed if name in fit.measures}, fit.window)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A proven render: an upright picture, the profile that its colours are in, the original's EXIF."""

    picture: Image.Image
    profile: bytes | None
    exif_block: bytes | None
    has_border: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """Why the picture as posted cannot be rendered (None where it can), and a small JPEG of it (None where not)."""

    refused: str | None
    preview: bytes | None


def check_posted(original: Original, pair: Pair, edge: int = PREVIEW_EDGE) -> Checked:
    """Render and prove, and keep a picture of it, `edge` pixels at most. PictureError where a file cannot be read."""
    try:
        made = rendered(original, pair)
    except NotRenderedError as error:
        return Checked(str(error), None)
    small = to_srgb(made.picture.reduce(max(1, max(made.picture.size) // edge)), made.profile)
    small.thumbnail((edge, edge))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=88)
    return Checked(None, buffer.getvalue())


def make_posted_file(original: Original, pair: Pair, location: str, workdir: Path, max_bytes: int) -> OutgoingFile:
    """The file to be sent, a new one in `workdir`; PictureError in one line where it cannot be made."""
    try:
        made = rendered(original, pair)
        sent, size = press(made.picture, made.profile, made.exif_block)
        sent = ready(sent, original, location, max_bytes)
    except (NotRenderedError, PictureError) as error:
        raise PictureError(f"{original.name} as posted: {error}; it was not sent") from error
    return outgoing(sent, size, workdir, converted=True)


def posted_jpeg(original: Original, pair: Pair) -> bytes:
    """The picture as posted as JPEG, to be looked at; NotRenderedError or PictureError with the reason."""
    made = rendered(original, pair)
    return press(made.picture, made.profile, made.exif_block)[0]


def rendered(original: Original, pair: Pair) -> Rendered:
    """Open both, fit, render and prove. Raises NotRenderedError and PictureError."""
    refused = refusal(pair.measures)
    if refused is not None:
        raise NotRenderedError(refused)
    if original.width * original.height > MAX_PIXELS:
        raise NotRenderedError(f"more than {MAX_PIXELS // 1_000_000} megapixels")
    with open_picture(unchanged_bytes(original)) as opened:
        image = decode_fully(opened)
        prove_even(opened)
        profile, block = opened.image.info.get("icc_profile"), opened.exif_block
        image = turned(image, opened.orientation)
    if image.mode != "RGB" or profile is not None and into_profile(Image.new("RGB", (1, 1)), profile) is None:
        image, profile = as_srgb(image, profile), None
    pixels = np.asarray(image)
    copy, frame = _laid_over(pair, (image.width, image.height), profile)
    del image
    posted = render_posted(copy, pixels, frame, _to_srgb(profile), second_look(pair.measures))
    return _as_picture(posted, profile, block)


def _laid_over(pair: Pair, size: tuple[int, int], profile: bytes | None) -> tuple[Copy, Frame]:
    """The copy as the original shows the scene, and its frame in an original of this size."""
    data = pair.copy.read_bytes()
    whole = copy_pixels(data)
    bare = without_edges(whole)
    turns = round(pair.measures["quarter_turns"]) % 4
    flat = Frame((1, 1), (0.0, 0.0), 1.0, 0.0, turns, pair.window.mirrored)
    plain = np.ascontiguousarray(upright(bare, flat))
    seen = plain
    if profile is not None:
        own = into_profile(Image.fromarray(plain), profile)
        seen = plain if own is None else np.asarray(own)
    frame = find_frame(pair.measures, pair.window.mirrored, (plain.shape[1], plain.shape[0]), size)
    return Copy(seen, plain, press_of(data), had_bars=bare.shape != whole.shape), frame


def _to_srgb(profile: bytes | None) -> Callable[[Picture], Picture]:
    if profile is None:
        return lambda colors: colors
    return lambda colors: np.asarray(to_srgb(Image.fromarray(np.ascontiguousarray(colors)), profile))


def _as_picture(posted: Posted, profile: bytes | None, exif_block: bytes | None) -> Rendered:
    picture = Image.fromarray(np.ascontiguousarray(posted.picture))
    return Rendered(picture, profile, exif_block, posted.has_border)
