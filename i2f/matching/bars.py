"""Bars: what padding apps and frames laid beside a picture, cut off before it is looked at.

Until August 2015 all posts were squares; who wanted to show the whole of a photograph had an app lay it between two
bars. Bars of one colour, frames among them, are known line by line: a line is all of one colour, and so is the next.
After a filter with dark corners or a light leak they no longer are, and blurred bars, the picture itself grown and
blurred, never were. Such uneven bars have no fine structure along their lines and end in a step along the picture's
side, a pixel wide, the first one seen from there, at the same distance from both sides. A sky is as smooth, and a wall
ends as sharply; that both do so on two sides at equal distances is rare enough, where the steps are plain or the bars
show the picture grown.

Both sides are cut alike, so that the picture's middle stays where it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from i2f.ground.image import Floats, Picture, luminance, resampler
from i2f.matching.registration import FRAME

PLAIN = 7.0
"""Grey levels by which lines of one bar may differ."""
LEAST_UNEVEN, BROADEST = 0.03, 0.35
"""Shares of a side that an uneven bar takes at least, and any bar at most."""
SMOOTH = 3.5
"""Grey levels from place to place along an uneven bar, at three quarters of its places: grain, but no more."""
STEP, STANDS_OUT = 6.0, 3.0
"""A step is so many grey levels more than so many times those on either side of it."""
SEAM, BOTH_SEAMS = 0.07, 0.45
PLAIN_SEAM, PLAIN_SEAMS = 0.15, 1.0
"""The share of its places at which a seam has a step at least, and two seams together (where a bar is as dark as the
picture beside it, the other one must be the plainer): for blurred bars, and where the seams alone must tell. Of 2,265
photographs and squares of them nine have two smooth sides with 0.45 to 0.83, none with more."""
REACH = 7
"""Lines on either side that a step is compared with."""
LESSER = 0.5
"""A step within a bar, where words may be written, has at most so much of its seam's share: a lined sheet has more."""
ALIKE, CELLS = 0.65, (4, 24)
"""How much blurred bars are like the picture between them, grown, in so many cells of each: 0.75 and more; those nine
reach 0.53."""
EVEN = 2
"""Lines by which two bars may differ in breadth."""
FRAMED, SIDES = 0.6, 3
"""A frame that lies over the picture is seen by a seam of so large a share along so many sides at least."""
THIN = 3
"""Of the places along a line every third is looked at."""


def without_edges(copy: Picture) -> Picture:
    """The copy less its bars and its frame, the same at opposite sides, so that its middle stays where it is."""
    grey = luminance(copy)
    top, left = plain_edges(grey)
    grey = grey[top : len(grey) - top, left : grey.shape[1] - left]
    more = uneven_bars(grey), uneven_bars(grey.T)
    top, left = top + more[0], left + more[1]
    return copy[top : copy.shape[0] - top, left : copy.shape[1] - left]


def is_framed(grey: Floats) -> bool:
    """Whether a frame lies over the picture's edge that `without_edges` left: a thin line inside, a grainy one."""
    reach = round(FRAME * min(grey.shape)) + 1
    sides = (grey, grey[::-1], grey.T, grey.T[::-1])
    if min(grey.shape) <= 2 * (reach + REACH):
        return False
    shares = [float(_seams(lines[: reach + REACH, ::THIN])[1:reach].max()) for lines in sides]
    return sum(share >= FRAMED for share in shares) >= SIDES


def plain_edges(grey: Floats) -> tuple[int, int]:
    """Rows at top and bottom, columns at left and right, that plain bars or a plain frame take (the lesser of two)."""
    found = []
    for lines in (grey, grey.T):
        flat = lines[:, ::7]
        spread, mean = flat.std(axis=1) < PLAIN / 2, flat.mean(axis=1)
        ends = [spread & (np.abs(mean - mean[end]) < PLAIN) for end in (0, -1)]
        reach = min(int(np.argmin(np.append(end, False))) for end in (ends[0], ends[1][::-1]))
        found.append(min(reach, int(BROADEST * len(lines))))
    return found[0], found[1]


def uneven_bars(lines: Floats) -> int:
    """How many lines at the beginning, and as many at the end, an uneven bar takes; 0 where there is none."""
    count, least = len(lines), max(REACH + EVEN, round(LEAST_UNEVEN * len(lines)))
    breadths = np.arange(least, int(BROADEST * count))
    if not len(breadths) or not _are_smooth(lines, least):
        return 0
    seams = _seams(lines[:, ::THIN])
    within = np.arange(-EVEN, EVEN + 1)
    first = seams[breadths[:, None] - 1 + within].max(axis=1)
    last = seams[count - 1 - breadths[:, None] + within].max(axis=1)
    at = int(np.where(np.minimum(first, last) >= SEAM, first + last, 0).argmax())
    near = breadths[at] + within
    breadth = int(max(near[seams[near - 1].argmax()], near[seams[count - 1 - near].argmax()]))
    if first[at] + last[at] < BOTH_SEAMS or min(first[at], last[at]) < SEAM or not _are_smooth(lines, breadth - EVEN):
        return 0
    within_bars = seams[: breadth - 2 * EVEN], seams[count - 1 - breadth + 2 * EVEN :]
    if within_bars[0].max() > LESSER * first[at] or within_bars[1].max() > LESSER * last[at]:
        return 0
    is_plain = first[at] + last[at] >= PLAIN_SEAMS and min(first[at], last[at]) >= PLAIN_SEAM
    return breadth if is_plain or _likeness_of_bars(lines, breadth) >= ALIKE else 0


def _likeness_of_bars(lines: Floats, breadth: int) -> float:
    """How much the bars look like what lies between them, grown until it covers them: a correlation, -1 to 1."""
    count, width = lines.shape
    picture = lines[breadth : count - breadth]
    shrink = len(picture) / count
    down, across = CELLS
    seen_cols = resampler(width, across, 0.0, width)
    cols = resampler(width, across, width / 2 * (1 - shrink), width * shrink)
    seen, expected = [], []
    for first in (0, count - breadth):
        rows = resampler(count, down, first, breadth)
        seen.append(rows @ lines @ seen_cols.T)
        expected.append(resampler(len(picture), down, first * shrink, breadth * shrink) @ picture @ cols.T)
    bars, grown = (np.concatenate(one).ravel() for one in (seen, expected))
    return float(np.corrcoef(bars, grown)[0, 1]) if bars.std() > 0 and grown.std() > 0 else 0.0


def _are_smooth(lines: Floats, breadth: int) -> bool:
    """Whether nothing fine lies along so many of the first lines, nor along the last."""
    bars = lines[:breadth:2], lines[len(lines) - breadth :: 2]
    return all(np.quantile(np.abs(np.diff(bar, axis=1)), 0.75) <= SMOOTH for bar in bars)


def _seams(lines: Floats) -> NDArray[np.float64]:
    """For each boundary between two lines the share of its places at which there is a step."""
    steps = np.abs(np.diff(lines, axis=0))
    count = len(steps)
    sums = np.cumsum(np.pad(steps, ((REACH + 1, REACH), (0, 0)), mode="edge"), axis=0)
    before = (sums[REACH - 1 : REACH - 1 + count] - sums[:count]) / (REACH - 1)
    after = (sums[2 * REACH + 1 : 2 * REACH + 1 + count] - sums[REACH + 2 : REACH + 2 + count]) / (REACH - 1)
    return np.asarray((steps > STEP + STANDS_OUT * np.maximum(before, after)).mean(axis=1), np.float64)
