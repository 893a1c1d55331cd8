"""Seams: whether the picture ends, inside the file, exactly where the copy ends.

Whoever crops a photograph for Instagram cuts through the scene, so that in the original the scene goes on across the
border of the window. In a screenshot, a collage or a poster it does not: at the border, along all of it, the picture
stops, and a drawn ground or another picture begins. So the file is looked at along lines parallel to each side of the
window. At every place of a side the step across the border is compared with the steps just inside; a scene has its
largest one there by chance, at one place in six, a seam at nearly every place. In busy pictures the steps inside are as
large as any; there the fine structure tells, which neighbouring lines of a scene share, and lines on both sides of a
seam do not. A side says nothing where it is the edge of the file, or where neither the border nor what lies inside of
it has any steps (a white sky beside white paper).

One side proves little: a horizon or the edge of a wall may lie where somebody cropped. What the sides say together is
weighed in `eligibility.py`. The same is asked of the lines further outside, since a gallery's screenshot or a slide
may show more of the photograph than the copy does, and end it there: such an outer edge counts only where nothing but
one flat colour lies beyond.

Positions are in pixels of the copy, brought to at most `FINE` on its short side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import uniform_filter1d

from i2f.ground.image import Floats, spots
from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity

SIDES = ("top", "right", "bottom", "left")
FINE = 612
DEPTH = 16
"""Lines inside of the border that its steps are compared with."""
SLACK = 0.008
"""Share of the short side by which the border found may be off."""
LEAST_OUTSIDE = 0.015
"""Share of the short side that must lie outside for a side to be none of the file's edges."""
LEAST_GROUND = 0.04
"""Share of the short side that a drawn ground further outside is broad at least."""
STEP = 14.0
"""Sum over red, green and blue below which a step is taken for noise and JPEG."""
FLAT_STEP = 7.0
FLAT_SPREAD = 8.0
CORNERS = 0.04
STRUCTURE = 25
"""Places over which what is coarse along a line is taken away."""
LEAST_STRUCTURE, LEAST_SHARED = 9.0, 0.4
"""Mean square of the fine structure inside, and what neighbouring lines there must share, for it to tell anything."""


@dataclass(frozen=True, slots=True)
class Side:
    """What lies along one side of the window. `outside` is how much of the file lies beyond, in short sides of the
    copy; `told` the share of places that can tell; `seam` the share of those where the border is the largest step;
    `broken` how much less the lines beside the border share than those inside (0 to 1); `ground` the share beyond the
    border that is of one flat colour; `outer` and `outer_ground` the same as seam and ground for the likeliest drawn
    edge further outside, `straight` as seam for the straightest edge there.
    """

    outside: float
    told: float
    seam: float
    broken: float
    ground: float
    outer: float
    outer_ground: float
    straight: float


@dataclass(frozen=True, slots=True)
class _Lines:
    """The file along lines parallel to one side: `values` (lines, places, 3); the border lies before line `border`."""

    values: Floats
    border: int


def sides_of(file: SeenFile) -> list[Side | None]:
    """Top, right, bottom and left of the copy's window in the file; None where the window ends at the file's edge."""
    fine = min(FINE, max(64, round(min(file.at.scale, min(file.copy_size)))))
    small = file.in_color(fine, 8)
    levels = [np.ascontiguousarray(small.seen[..., k]) for k in range(3)]
    unit = fine / min(file.copy_size)
    half = (file.copy_size[1] * unit / 2, file.copy_size[0] * unit / 2)
    return [_side(levels, small.at, half, fine, quarter) for quarter in range(4)]


def _side(small: list[Floats], at: Similarity, half: tuple[float, float], fine: int, quarter: int) -> Side | None:
    away, along = (half[1], half[0]) if quarter % 2 == 0 else (half[0], half[1])
    height, width = small[0].shape
    outside = _room(at, (away, along), fine, quarter, (height, width))
    if outside < LEAST_OUTSIDE * fine:
        return None
    slack = max(2, round(SLACK * fine))
    lines = _read(small, at, (away, along), fine, quarter, (DEPTH + slack, int(outside)))
    return _weigh(lines, slack, fine, outside)


def _point(at: Similarity, fine: int, quarter: int, away: Floats, along: Floats) -> tuple[Floats, Floats]:
    """Pixels of the picture at this distance from the middle towards a side, and so far along it."""
    x, y = ((along, -away), (away, along), (along, away), (-away, along))[quarter]
    scale = np.float32(1 / fine)
    u, v = (at.a * x - at.b * y) * scale + at.cx, (at.b * x + at.a * y) * scale + at.cy
    return np.asarray(u, np.float32), np.asarray(v, np.float32)


def _room(at: Similarity, half: tuple[float, float], fine: int, quarter: int, shape: tuple[int, int]) -> float:
    """How far one can go outwards from every place of a side before the file ends."""
    along = np.array([-0.9, 0.0, 0.9], np.float32) * np.float32(half[1])
    steps = np.arange(0, 4 * fine, dtype=np.float32)
    u, v = _point(at, fine, quarter, (steps + np.float32(half[0]))[:, None], along[None, :])
    inside = ((u > 0) & (v > 0) & (u < shape[1]) & (v < shape[0])).all(axis=1)
    return float(np.argmin(inside)) if not inside.all() else float(len(steps))


def _read(
    small: list[Floats], at: Similarity, half: tuple[float, float], fine: int, quarter: int, reach: tuple[int, int]
) -> _Lines:
    """Lines from `reach[0]` inside of the border to `reach[1]` outside of it."""
    ends = (1 - 2 * CORNERS) * half[1]
    along = np.arange(-ends, ends, dtype=np.float32) + np.float32(0.5)
    away = np.arange(-reach[0], reach[1], dtype=np.float32) + np.float32(half[0] + 0.5)
    u, v = _point(at, fine, quarter, away[:, None], along[None, :])
    there = spots(small[0].shape, u - np.float32(0.5), v - np.float32(0.5))
    return _Lines(np.stack([there.of(plane) for plane in small], axis=2), reach[0])


def _weigh(lines: _Lines, slack: int, fine: int, outside: float) -> Side:
    step = np.abs(lines.values[2:] - lines.values[:-2]).sum(axis=2)
    # step[k] lies around line k + 1, and the border before line `border`: it shows in steps border - 2 and border - 1.
    middle = lines.border - 1
    inner = step[: middle - slack - 1].max(axis=0)
    best, told = 0.0, 0.0
    where = middle
    for k in range(middle - slack, min(middle + slack + 1, len(step))):
        here = np.maximum(step[k], step[k - 1])
        telling = (here > STEP) | (inner > STEP)
        share = float((here > np.maximum(inner, STEP)).sum() / max(1, telling.sum()))
        if share > best:
            best, where = share, k
        told = max(told, float(telling.mean()))
    ground = _flat(lines.values[where + 3 : where + 3 + max(4, round(0.06 * fine))])
    broken = _broken(lines.values, middle, slack)
    return Side(
        outside / fine,
        told,
        best,
        broken,
        ground,
        *_outer_edge(lines.values, step, where + 6, round(LEAST_GROUND * fine)),
    )


def _broken(values: Floats, middle: int, slack: int) -> float:
    """How much less the lines on both sides of the border have in common than neighbouring lines inside have."""
    seen = values[: middle + slack + 2]
    fine = seen - uniform_filter1d(seen, STRUCTURE, axis=1)
    power = (fine * fine).sum(axis=(1, 2))
    shared = (fine[2:] * fine[:-2]).sum(axis=(1, 2)) / np.sqrt(np.maximum(power[2:] * power[:-2], 1.0))
    places = fine.shape[1] * fine.shape[2]
    inside, border = shared[: middle - slack - 1], shared[middle - slack - 1 : middle + slack]
    if not len(border) or not len(inside) or np.median(power[: middle - slack]) < LEAST_STRUCTURE * places:
        return 0.0
    usual = float(np.median(inside))
    if usual < LEAST_SHARED:
        return 0.0
    return float(np.clip(1 - border.min() / usual, 0.0, 1.0))


def _outer_edge(values: Floats, step: Floats, begin: int, least_ground: int) -> tuple[float, float, float]:
    """The straight edge outside the window that has the flattest ground beyond it: its share of places, the ground;
    and the share of the straightest. Beyond it so many lines of ground must lie: a thin rim is a scan's or a lens
    correction's, and a photograph may well have it.
    """
    end = len(step) - max(5, least_ground)
    if end <= begin:
        return 0.0, 0.0, 0.0
    here = np.maximum(step[begin:end], step[begin - 1 : end - 1])
    inner = sliding_window_view(step[begin - DEPTH : end - 3], DEPTH - 2, axis=0).max(axis=-1)
    telling = ((here > STEP) | (inner > STEP)).sum(axis=1)
    stops = (here > np.maximum(inner, STEP)).sum(axis=1)
    shares = np.where(telling >= 0.2 * step.shape[1], stops / np.maximum(telling, 1), 0.0)
    edges = ((float(shares[k]), _flat(values[begin + k + 3 : begin + k + 23])) for k in np.flatnonzero(shares > 0.5))
    return *max([(0.0, 0.0), *edges], key=min), float(shares.max())


def _flat(beyond: Floats) -> float:
    """Share of a strip that is of its own commonest colour and as smooth as a program draws it."""
    if beyond.shape[0] < 3:
        return 0.0
    common = np.median(beyond.reshape(-1, 3), axis=0)
    close = np.abs(beyond - common).sum(axis=2) < FLAT_SPREAD
    smooth = np.abs(np.diff(beyond, axis=1)).sum(axis=2) < FLAT_STEP
    return float((close[:, 1:] & smooth).mean())
