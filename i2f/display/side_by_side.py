"""A copy and its original side by side, as an eye wants them: the found window, and the original cut to it.

The matcher says where in the thumbnail a copy lies (registration.py: u = a x - b y + cx, v = b x + a y + cy, for the
copy turned upright). From that come the corners of the window, as fractions of the original, and a cut of the
original that lies exactly over the copy, turned and mirrored as the copy is, so that the two can be blinked; and, for
a look at the original's own pixels, where each pixel of that cut lies when the cut is as large as the original holds.
Pictures come from kept thumbnails and saved copies; no original is opened here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from i2f.ground.model import Fit, Window

_TURN_BACK = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copy lies in a thumbnail: the similarity of the upright copy, and how the copy was turned before."""

    a: float
    b: float
    cx: float
    cy: float
    quarter_turns: int
    mirrored: bool


def find_place(fit: Fit, copy_size: tuple[int, int], thumbnail_size: tuple[int, int]) -> Place:
    """The place that was measured; where the pair was not worth measuring, the one its window tells."""
    told = fit.measures
    if all(name in told for name in ("a", "b", "cx", "cy", "quarter_turns")):
        turns = round(told["quarter_turns"]) % 4
        return Place(told["a"], told["b"], told["cx"], told["cy"], turns, fit.window.mirrored)
    return _from_window(fit.window, copy_size, thumbnail_size)


def _from_window(window: Window, copy_size: tuple[int, int], thumbnail_size: tuple[int, int]) -> Place:
    quarter_turns = round(window.degrees / 90) % 4
    turn = math.radians(window.degrees - 90 * round(window.degrees / 90))
    across, _ = _upright_size(copy_size, quarter_turns)
    scale = window.size[0] * thumbnail_size[0] * min(copy_size) / across
    return Place(
        scale * math.cos(turn),
        -scale * math.sin(turn),
        window.center[0] * thumbnail_size[0],
        window.center[1] * thumbnail_size[1],
        quarter_turns,
        window.mirrored,
    )


def _upright_size(copy_size: tuple[int, int], quarter_turns: int) -> tuple[int, int]:
    return (copy_size[1], copy_size[0]) if quarter_turns % 2 else copy_size


def find_corners(
    place: Place, copy_size: tuple[int, int], thumbnail_size: tuple[int, int]
) -> tuple[tuple[float, float], ...]:
    """The window's four corners as fractions of the original's width and height."""
    across, down = _upright_size(copy_size, place.quarter_turns)
    short = min(copy_size)
    x, y = across / short / 2, down / short / 2
    return tuple(
        (
            (place.a * left - place.b * top + place.cx) / thumbnail_size[0],
            (place.b * left + place.a * top + place.cy) / thumbnail_size[1],
        )
        for left, top in ((-x, -y), (x, -y), (x, y), (-x, y))
    )


def cut(thumbnail: Image.Image, place: Place, copy_size: tuple[int, int], edge: int) -> Image.Image:
    """The original inside the window, upright as the copy is, with a long side of `edge` pixels."""
    factor = edge / max(copy_size)
    across, down = (max(1, round(side * factor)) for side in _upright_size(copy_size, place.quarter_turns))
    short = min(across, down)
    # Sampling a much larger picture would leave sparkles; it is shrunk by a whole number first.
    shrink = max(1, int(math.hypot(place.a, place.b) / short))
    source = thumbnail.reduce(shrink) if shrink > 1 else thumbnail
    a, b, cx, cy = (value / shrink for value in (place.a, place.b, place.cx, place.cy))
    a, b = a / short, b / short
    matrix = (a, -b, cx - (a * across - b * down) / 2, b, a, cy - (b * across + a * down) / 2)
    found = source.transform((across, down), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    if place.mirrored:
        found = found.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return found.transpose(_TURN_BACK[place.quarter_turns]) if place.quarter_turns else found


Matrix = tuple[float, float, float, float, float, float]


def full_frame(
    place: Place, copy_size: tuple[int, int], thumbnail_size: tuple[int, int], original_size: tuple[int, int]
) -> tuple[int, int]:
    """The size of the copy's frame in which one pixel is one pixel of the original."""
    per_copy_pixel = math.hypot(place.a, place.b) / min(copy_size) * original_size[0] / thumbnail_size[0]
    return max(1, round(copy_size[0] * per_copy_pixel)), max(1, round(copy_size[1] * per_copy_pixel))


def frame_matrix(place: Place, frame: tuple[int, int]) -> Matrix:
    """Where in the thumbnail a pixel of the copy's frame lies, as Pillow's affine matrix; turns and mirror included."""
    across, down = _upright_size(frame, place.quarter_turns)
    a, b = place.a / min(frame), place.b / min(frame)
    back = ((1, 0, 0, 0, 1, 0), (0, 1, 0, -1, 0, down), (-1, 0, across, 0, -1, down), (0, -1, across, 1, 0, 0))

    def seen(x: float, y: float) -> tuple[float, float]:
        turn = back[place.quarter_turns]
        x, y = turn[0] * x + turn[1] * y + turn[2], turn[3] * x + turn[4] * y + turn[5]
        x, y = (across - x if place.mirrored else x) - across / 2, y - down / 2
        return a * x - b * y + place.cx, b * x + a * y + place.cy

    (left, top), (right_x, right_y), (below_x, below_y) = seen(0, 0), seen(1, 0), seen(0, 1)
    return right_x - left, below_x - left, left, right_y - top, below_y - top, top


def stretched(matrix: Matrix, across: float, down: float, corner: tuple[int, int]) -> Matrix:
    """The same matrix for a source so many times as large, begun at another corner of the frame."""
    a, b, c, d, e, f = matrix
    x, y = corner
    return a * across, b * across, (a * x + b * y + c) * across, d * down, e * down, (d * x + e * y + f) * down


def shrunk(picture: Image.Image, edge: int) -> Image.Image:
    """A picture with a long side of `edge` pixels at most."""
    factor = edge / max(picture.size)
    if factor >= 1:
        return picture
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def open_thumbnail(jpeg: bytes, edge: int | None = None) -> Image.Image:
    """A kept thumbnail as a picture; when only `edge` pixels are wanted, decoded at a half or less where that does."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        if edge is not None:
            picture.draft("RGB", (edge, edge))
        return picture.convert("RGB")


def thumbnail_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a kept thumbnail, from its heading."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        return picture.size


def points(corners: Sequence[tuple[float, float]], width: int, height: int) -> str:
    """Corners as an SVG polygon's points in a picture of this size."""
    return " ".join(f"{x * width:.1f},{y * height:.1f}" for x, y in corners)
