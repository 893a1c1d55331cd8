"""A file's lines, side by side with the window: what lies outside of it, seen from each side of the file.

Whatever a program draws around a picture, or lays beside it, is parallel to the file's sides, however the copy is
tilted against it. So frames.py, cuts.py and mirrors.py each look at the file with one side after the other on top, line
by line from there to the window and a little into it, over the window's breadth less its ends, where corners are
rounded.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from i2f.ground.image import Floats
from i2f.matching.registration import Similarity

FILE_SIDES = ("top", "left", "bottom", "right")
ENDS = 0.06
"""Share of the window's breadth left out at both ends."""


def shrink_to(fine: float, at: Similarity) -> float:
    """By how much a file shrinks for its window's short side to have no more than `fine` pixels."""
    return min(1.0, fine / at.scale)


def from_each_side(
    copy_size: tuple[int, int], seen: Floats, at: Similarity, shrink: float
) -> Iterator[tuple[Floats, float]]:
    """For each of FILE_SIDES the lines of an upright file (height, width) or (height, width, 3), outermost first, and
    how many lie ahead of the window. `at` lays an upright copy of `copy_size` (height, width) in the file before it
    shrank. Lines may be mirrored.
    """
    box = _room_around(copy_size, seen, at, shrink)
    for quarter, (lines, ahead) in enumerate(lines_outside(copy_size, seen, at, shrink)):
        before, behind = (box[1], box[3]) if quarter % 2 == 0 else (box[0], box[2])
        left, right = max(0, round(before)), min(lines.shape[1], round(lines.shape[1] - behind))
        margin = round(ENDS * (right - left))
        yield lines[:, left + margin : right - margin], ahead


def lines_outside(
    copy_size: tuple[int, int], seen: Floats, at: Similarity, shrink: float
) -> Iterator[tuple[Floats, float]]:
    """The same over the whole breadth of the file."""
    box = _room_around(copy_size, seen, at, shrink)
    across = seen.swapaxes(0, 1)
    return zip((seen, across, seen[::-1], across[::-1]), box, strict=True)


def _room_around(
    copy_size: tuple[int, int], seen: Floats, at: Similarity, shrink: float
) -> tuple[float, float, float, float]:
    """How many lines of the file lie outside the window at each of FILE_SIDES."""
    half = np.array(copy_size[::-1], float) / (2 * min(copy_size))
    turn = complex(at.a, at.b)
    corners = [turn * complex(x, y) + complex(at.cx, at.cy) for x in (-half[0], half[0]) for y in (-half[1], half[1])]
    xs, ys = [one.real * shrink for one in corners], [one.imag * shrink for one in corners]
    return min(ys), min(xs), seen.shape[0] - max(ys), seen.shape[1] - max(xs)
