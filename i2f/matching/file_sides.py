"""A file around the window that its copy was cut from, for all who look there: smaller, and side after side.

Whatever a program draws around a picture, or lays beside it, is parallel to the file's sides, however the copy is
tilted against it. So frames.py, cuts.py, mirrors.py, strips.py and smears.py each look at the file with one side after
the other on top, line by line from there to the window and a little into it, most of them over the window's breadth
less its ends, where corners are rounded. They need no more pixels than tell what they ask; each size is made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from i2f.ground.image import Floats, Picture, luminance, planes, resize
from i2f.matching.registration import Similarity

FILE_SIDES = ("top", "left", "bottom", "right")
ENDS = 0.06
"""Share of the window's breadth left out at both ends."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A file made smaller: `seen` (height, width, 3) or (height, width), and where an upright copy of `copy_size`
    (height, width) lies in it.
    """

    seen: Floats
    copy_size: tuple[int, int]
    at: Similarity

    def from_each_side(self) -> Iterator[tuple[Floats, float]]:
        """For each of FILE_SIDES the lines of the file, outermost first, and how many lie ahead of the window. Lines
        may be mirrored.
        """
        box = self._room_around()
        for quarter, (lines, ahead) in enumerate(self.lines_outside()):
            before, behind = (box[1], box[3]) if quarter % 2 == 0 else (box[0], box[2])
            left, right = max(0, round(before)), min(lines.shape[1], round(lines.shape[1] - behind))
            margin = round(ENDS * (right - left))
            yield lines[:, left + margin : right - margin], ahead

    def lines_outside(self) -> Iterator[tuple[Floats, float]]:
        """The same over the whole breadth of the file."""
        seen, across = self.seen, self.seen.swapaxes(0, 1)
        return zip((seen, across, seen[::-1], across[::-1]), self._room_around(), strict=True)

    def of(self, seen: Floats) -> Shrunk:
        """Something else that was made of the same file at this size."""
        return Shrunk(seen, self.copy_size, self.at)

    def _room_around(self) -> tuple[float, float, float, float]:
        """How many lines of the file lie outside the window at each of FILE_SIDES."""
        half = np.array(self.copy_size[::-1], float) / (2 * min(self.copy_size))
        turn, middle = complex(self.at.a, self.at.b), complex(self.at.cx, self.at.cy)
        corners = [turn * complex(x, y) + middle for x in (-half[0], half[0]) for y in (-half[1], half[1])]
        xs, ys = [one.real for one in corners], [one.imag for one in corners]
        return min(ys), min(xs), self.seen.shape[0] - max(ys), self.seen.shape[1] - max(xs)


@dataclass(frozen=True)
class SeenFile:
    """An upright `picture` (height, width, 3) of a file, in which `at` lays an upright copy of `copy_size` (height,
    width).
    """

    copy_size: tuple[int, int]
    picture: Picture
    at: Similarity
    _made: dict[tuple[int, int, int], Floats] = field(default_factory=dict)

    def in_color(self, fine: float, least: int) -> Shrunk:
        """The file so small that its window's short side has no more than `fine` pixels, itself at `least`."""
        rows, cols, shrink = self._size(fine, least)
        if (rows, cols, 3) not in self._made:
            small = planes(self.picture, rows, cols) if shrink < 1 else np.moveaxis(self.picture, 2, 0)
            self._made[rows, cols, 3] = np.stack([np.asarray(one, np.float32) for one in small], 2)
        return Shrunk(self._made[rows, cols, 3], self.copy_size, self.at.scaled(shrink))

    def in_grey(self, fine: float, least: int) -> Shrunk:
        """The same of its luminance."""
        rows, cols, shrink = self._size(fine, least)
        if (rows, cols, 1) not in self._made:
            self._made[rows, cols, 1] = resize(self.grey, rows, cols) if shrink < 1 else self.grey
        return Shrunk(self._made[rows, cols, 1], self.copy_size, self.at.scaled(shrink))

    @cached_property
    def grey(self) -> Floats:
        """Its luminance."""
        return luminance(self.picture)

    def _size(self, fine: float, least: int) -> tuple[int, int, float]:
        shrink = min(1.0, fine / self.at.scale)
        if shrink == 1:
            return *self.picture.shape[:2], shrink
        rows, cols = (max(least, round(edge * shrink)) for edge in self.picture.shape[:2])
        return rows, cols, shrink
