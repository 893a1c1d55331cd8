"""Where the picture as posted lies in its original, pixel for pixel: the frame that is rendered.

The matcher lays the copy, turned upright and without its bars, over the original's thumbnail:
u = a x - b y + cx, v = b x + a y + cy, with x and y in short sides of the copy from its middle. Brought to the
original's own pixels this is the frame: as many pixels as the original holds there, neither enlarged nor reduced.

Nearly all crops are whole pixels of an upright picture, and the matcher finds their edges to some tenth of one of the
original's pixels. So a frame that is straight to within `STRAIGHT_DEGREES` is laid on whole pixels, and cutting it out
changes nothing; any other is resampled once, by cubic splines.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, spline_filter

from i2f.ground.image import Picture

STRAIGHT_DEGREES = 0.04
"""Nobody turns a picture by less; the matcher is unsure by as much where a tilt-shift left little to hold on to."""
EDGE_PX = 2.5
"""A frame that ends so near to the original's edge, in the original's pixels, ends there."""
MARGIN_PX = 12
"""Pixels around a turned frame that its splines need."""
TILE_ROWS = 256


@dataclass(frozen=True, slots=True)
class Frame:
    """`size` is (width, height) of what is rendered, before right angles; `scale` is 1 but for the turn.

    `cos` and `sin` turn the frame's pixels, from its middle, into the original's, whose `center` (x, y) lies there.
    """

    size: tuple[int, int]
    center: tuple[float, float]
    cos: float
    sin: float
    quarter_turns: int
    mirrored: bool

    @property
    def is_straight(self) -> bool:
        """Whether it can be cut out without resampling."""
        return self.sin == 0.0

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of a straight frame."""
        left, top = round(self.center[0] - self.size[0] / 2), round(self.center[1] - self.size[1] / 2)
        return left, top, left + self.size[0], top + self.size[1]


def find_frame(
    measures: Mapping[str, float], mirrored: bool, copy_size: tuple[int, int], original_size: tuple[int, int]
) -> Frame:
    """The frame of a copy of `copy_size` (width, height; turned upright, without bars) that the matcher measured."""
    grow = original_size[0] / measures["width"]
    a, b = measures["a"] * grow, measures["b"] * grow
    center = measures["cx"] * grow, measures["cy"] * grow
    scale = math.hypot(a, b)
    short = min(copy_size)
    wide, high = copy_size[0] * scale / short, copy_size[1] * scale / short
    turns = round(measures["quarter_turns"]) % 4
    if abs(math.degrees(math.atan2(b, a))) >= STRAIGHT_DEGREES:
        return Frame((round(wide), round(high)), center, a / scale, b / scale, turns, mirrored)
    left, right = _whole(center[0] - wide / 2, center[0] + wide / 2, original_size[0])
    top, bottom = _whole(center[1] - high / 2, center[1] + high / 2, original_size[1])
    middle = ((left + right) / 2, (top + bottom) / 2)
    return Frame((right - left, bottom - top), middle, 1.0, 0.0, turns, mirrored)


def _whole(start: float, end: float, length: int) -> tuple[int, int]:
    """Whole pixels from `start` to `end`, inside the original and on its edge where they come near to it."""
    first, last = round(start), round(end)
    if abs(first) <= EDGE_PX:
        first = 0
    if abs(length - last) <= EDGE_PX:
        last = length
    return max(0, first), min(length, max(last, first + 1))


def cut(original: Picture, frame: Frame) -> Picture:
    """The frame's own pixels (height, width, 3): a view where it is straight, else resampled."""
    if frame.is_straight:
        left, top, right, bottom = frame.box
        return original[top:bottom, left:right]
    width, height = frame.size
    reach_x = (width * abs(frame.cos) + height * abs(frame.sin)) / 2 + MARGIN_PX
    reach_y = (width * abs(frame.sin) + height * abs(frame.cos)) / 2 + MARGIN_PX
    left, top = (max(0, math.floor(c - r)) for c, r in zip(frame.center, (reach_x, reach_y), strict=True))
    right, bottom = math.ceil(frame.center[0] + reach_x), math.ceil(frame.center[1] + reach_y)
    around = original[top:bottom, left:right]
    found = np.empty((height, width, 3), np.uint8)
    for channel in range(3):
        splines = spline_filter(around[..., channel], 3, output=np.float32, mode="mirror")
        for first in range(0, height, TILE_ROWS):
            last = min(first + TILE_ROWS, height)
            at = _points(frame, first, last, (left, top))
            seen = map_coordinates(splines, at, order=3, mode="mirror", prefilter=False, output=np.float32)
            found[first:last, :, channel] = np.clip(seen + 0.5, 0, 255)
    return found


def _points(frame: Frame, first: int, last: int, origin: tuple[int, int]) -> NDArray[np.float32]:
    """Row and column, counted from `origin`, of the frame's pixels in these rows."""
    width, height = frame.size
    x = (np.arange(width) + 0.5 - width / 2)[None, :]
    y = (np.arange(first, last) + 0.5 - height / 2)[:, None]
    column = frame.cos * x - frame.sin * y + (frame.center[0] - origin[0] - 0.5)
    row = frame.sin * x + frame.cos * y + (frame.center[1] - origin[1] - 0.5)
    return np.asarray(np.stack([row, column]), np.float32)


def as_posted(picture: Picture, frame: Frame) -> Picture:
    """A rendered frame the way the copy shows it: mirrored and turned by right angles; what `upright` undoes."""
    seen = picture[:, ::-1] if frame.mirrored else picture
    return np.rot90(seen, -frame.quarter_turns)


def upright(copy: Picture, frame: Frame) -> Picture:
    """A copy turned back by right angles and unmirrored, as the original shows the scene."""
    seen = np.rot90(copy, frame.quarter_turns)
    return seen[:, ::-1] if frame.mirrored else seen
