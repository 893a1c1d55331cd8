"""Which part of a photograph a copy shows: the geometry, with its truth to a fraction of a pixel.

How a window is meant: the original is mirrored left to right where `mirrored`; on it lies the window, turned
counter-clockwise by `degrees` around its middle, and the copy is what one sees with the window held upright (so what
it shows has turned clockwise). `center` and `size` belong to the original as it is, unmirrored; `size` is
measured before right angles, so a quarter turn leaves it alone. Points of pictures are (x, y), y down, pixel
centers at whole numbers plus a half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageOps

from i2f.ground.model import Window

Point = tuple[float, float]
Size = tuple[int, int]

SHAPES: dict[str, float | None] = {"square": 1.0, "4:5": 0.8, "3:4": 0.75, "1.91:1": 1.91, "full": None}
"""Width to height of the copy's picture; "full" keeps the original's own."""
_TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
# Before it is turned by a few degrees a picture is shrunk to this much more than it needs, to be smoothed once only.
_SPARE = 1.25


@dataclass(frozen=True, slots=True)
class Crop:
    """Which part is shown. `zoom` is a share of the largest window, `pan` (0 to 1 each way) where it lies.

    `degrees` straightens and `quarter_turns` come on top; both turn the window counter-clockwise.
    """

    shape: str = "square"
    zoom: float = 1.0
    pan: Point = (0.5, 0.5)
    degrees: float = 0.0
    quarter_turns: int = 0
    mirrored: bool = False

    def aspect(self, original: Size) -> float:
        """Width to height of the copy's picture."""
        shape = SHAPES[self.shape]
        if shape is not None:
            return shape
        own = original[0] / original[1]
        return 1 / own if self.quarter_turns % 2 else own

    def scale(self, original: Size, picture: Size) -> float:
        """Pixels of the original in one pixel of the copy's picture, for a picture of that size."""
        wide, high = self._unturned(picture)
        cos, sin = abs(math.cos(self._angle)), abs(math.sin(self._angle))
        widest = original[0] / (wide * cos + high * sin)
        return self.zoom * min(widest, original[1] / (wide * sin + high * cos))

    def cut(self, original: Image.Image, picture: Size) -> tuple[Image.Image, Window]:
        """The part of the upright original in a picture of that size, and its window."""
        scale = self.scale(original.size, picture)
        unturned = self._unturned(picture)
        cos, sin = math.cos(self._angle), math.sin(self._angle)
        half_x = scale * (unturned[0] * cos + unturned[1] * abs(sin)) / 2
        half_y = scale * (unturned[0] * abs(sin) + unturned[1] * cos) / 2
        x = half_x + self.pan[0] * (original.width - 2 * half_x)
        y = half_y + self.pan[1] * (original.height - 2 * half_y)
        source = ImageOps.mirror(original) if self.mirrored else original
        around = (max(0.0, x - half_x), max(0.0, y - half_y))
        box = (*around, min(float(source.width), x + half_x), min(float(source.height), y + half_y))
        shown = self._straightened(source, box, (x, y), scale, unturned)
        if self.quarter_turns % 4:
            shown = shown.transpose(_TURNS[self.quarter_turns % 4])
        window = Window(
            center=((original.width - x if self.mirrored else x) / original.width, y / original.height),
            size=(scale * unturned[0] / original.width, scale * unturned[1] / original.height),
            degrees=(self.degrees + 90 * self.quarter_turns + 180) % 360 - 180,
            mirrored=self.mirrored,
        )
        return shown, window

    @property
    def _angle(self) -> float:
        return math.radians(self.degrees)

    def _unturned(self, picture: Size) -> Size:
        return (picture[1], picture[0]) if self.quarter_turns % 2 else picture

    def _straightened(
        self, source: Image.Image, box: tuple[float, float, float, float], middle: Point, scale: float, size: Size
    ) -> Image.Image:
        if not self.degrees:
            return source.resize(size, Image.Resampling.LANCZOS, box=box)
        wide, high = box[2] - box[0], box[3] - box[1]
        shrunk = (max(1, round(wide / scale * _SPARE)), max(1, round(high / scale * _SPARE)))
        near = source.resize(shrunk, Image.Resampling.LANCZOS, box=box)
        grow_x, grow_y = shrunk[0] / wide, shrunk[1] / high
        cos, sin = scale * math.cos(self._angle), scale * math.sin(self._angle)
        left = middle[0] - (cos * size[0] + sin * size[1]) / 2 - box[0]
        top = middle[1] - (cos * size[1] - sin * size[0]) / 2 - box[1]
        turn = (cos * grow_x, sin * grow_x, left * grow_x, -sin * grow_y, cos * grow_y, top * grow_y)
        return near.transform(size, Image.Transform.AFFINE, turn, Image.Resampling.BICUBIC)


def original_point(window: Window, original: Size, point: Point) -> Point:
    """Where a point of the copy's picture (fractions of its width and height) lies in the original, in pixels."""
    wide, high = window.size[0] * original[0], window.size[1] * original[1]
    quarters = round(window.degrees / 90)
    if quarters % 2:
        wide, high = high, wide
    x, y = (point[0] - 0.5) * wide, (point[1] - 0.5) * high
    cos, sin = math.cos(math.radians(window.degrees)), math.sin(math.radians(window.degrees))
    across, down = x * cos + y * sin, y * cos - x * sin
    if window.mirrored:
        across = -across
    return window.center[0] * original[0] + across, window.center[1] * original[1] + down
