"""Text overlays, or ink: words, date stamps and stickers that were laid over a copy and tell nothing about the
exposure.

They are told from things by what they are made of. A program draws in exact colours, and a JPEG leaves an exact colour
within a grey level or three of itself, five where letters are thin, while whatever a lens saw, be it printed as flatly
as can be, carries light and grain. The colour must be foreign to what surrounds it, since a thing that went away leaves
its surroundings behind; and foreign to the original below it, since a thing that moved, the other word on a board, the
hand of a clock, was there before. With an ink go the few pixels by which its edges are smoothed, and what borders it
in colours as foreign: the white rim of a sticker, the shadow of letters.

What is not ink must be explained as well as anywhere: an ink is `plain` when it holds all that misses the prediction.
Under a hard filter or strong local contrast other pixels miss it too; then the regression without the ink's pixels
(changed_content.py) has to explain them.

(Measured on made overlays: deviation 0 to 5 levels and foreign to 63 to 100 % of the surroundings; exchanged prints,
signs and clock hands: deviation 5 to 16, or foreign to less than half, or there before. Of 120 boards and clock faces
that a program had painted in exact colours, with other words and hands, one passed by its ink.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter, label

from i2f.ground.image import REC601, Floats, resize
from i2f.matching.blocks import CELL, Mask, spread

LEAST_CELLS = 3
STROKE = 28.0
"""Grey levels by which a pixel must miss prediction and surroundings to count as drawn."""
EXACT, EXACT_THIN, THIN = 3.5, 4.7, 0.5
"""Median grey levels by which the inner pixels of one ink may deviate from it; more in thin letters, of which less than
THIN is left when a pixel is taken off all around, where nothing around is like them."""
FLAT = 26.0
INK_COLOURS = 5
FOREIGN, FOREIGN_BURNT, FOREIGN_WHOLLY = 0.63, 0.85, 0.93
"""Share of the surroundings to which an ink is foreign; more where a lens could have burnt or drowned it to a colour as
exact."""
BEFORE, FLAWLESS = 0.1, 0.3
"""Pixels that the original has of an ink's colour there, as a share of the ink; where it has more, the ink must be of
one colour as no lens has ever seen one."""
BURNT, DROWNED = 244.0, 10.0
LEAST_SHARE, PLAIN_SHARE = 0.3, 0.95
"""Share of the power of all that misses the prediction in a cluster that inks and their edges hold: so that they are
looked into, and so that they are plainly all that is there."""
SMOOTHED = 3
BORDER, LEAST_BORDERED = 7, 0.8
"""Pixels from an ink to which its rim or its shadow reaches, where it holds so much of what misses the prediction."""
SHADE = 12
LEAST_CORE = 12
AROUND = 6
"""Pixels from an area in which its surroundings are looked for."""
SLOW = 3.0
"""Cells over which a difference is slow."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink in one cluster: its cells with those around, the pixels looked at, the ink's, and the ink's power."""

    cells: Mask
    area: Mask
    pixels: Mask
    power: float
    plain: bool


def find_inks(outliers: Mask, seen: Floats, expected: Floats) -> Iterator[Ink]:
    """The inks in clusters of outlying cells. `seen` is the copy, `expected` what was predicted: pixels (h, w, 3),
    whole cells in each direction.
    """
    marked, count = label(outliers, np.ones((3, 3)))
    taken = np.zeros_like(outliers)
    miss, dark = _local_miss(seen, expected, outliers)
    things, _ = label(miss > STROKE, np.ones((3, 3)))
    for k in range(1, count + 1):
        cluster = marked == k
        if cluster.sum() < LEAST_CELLS or taken[cluster].all():
            continue
        cells = binary_dilation(cluster, np.ones((3, 3)))
        area = spread(cells)
        area |= binary_dilation(np.isin(things, np.setdiff1d(np.unique(things[area]), [0])), iterations=3)
        box = _box(area)
        found, share = _ink_in(seen[box], expected[box], miss[box], area[box])
        if share < PLAIN_SHARE:  # JPEG halves the resolution of colours: thin letters are sharp in luminance alone
            by_luminance = _ink_in(seen[box], expected[box], dark[box], area[box])
            found, share = max((found, share), by_luminance, key=lambda one: one[1])
        if share >= LEAST_SHARE:
            taken |= cells
            pixels = np.zeros_like(area)
            pixels[box] = found
            yield Ink(cells, area, pixels, float((dark[pixels] ** 2).sum()), share >= PLAIN_SHARE)


def _ink_in(colours: Floats, expected: Floats, miss: Floats, area: Mask) -> tuple[Mask, float]:
    """The pixels of ink, with their edges, in an area; and the share that they hold of what misses there.

    `colours` (h, w, 3) is the copy, `expected` what was expected there, `miss` (h, w) how far they are apart.
    """
    drawn = (miss > STROKE) & area
    around = binary_dilation(drawn, iterations=AROUND) & ~binary_dilation(drawn, iterations=2) & (miss < STROKE)
    outside = colours[around]
    left, inks, native = drawn.copy(), np.zeros_like(drawn), np.zeros_like(drawn)
    for _ in range(INK_COLOURS):
        if left.sum() < LEAST_CORE or not len(outside):
            break
        bins = (colours[left] // 20).astype(np.int64) @ np.array([1, 16, 256])
        values, sizes = np.unique(bins, return_counts=True)
        middle = np.median(colours[left][bins == values[sizes.argmax()]], axis=0)
        near = area & _within(colours, middle, FLAT)
        foreign = _foreign(middle, outside)
        if foreign < (FOREIGN_BURNT if middle.min() > BURNT or middle.max() < DROWNED else FOREIGN):
            native |= near
        else:
            deviation = _deviation(colours, near)
            was_before = (area & _within(expected, middle, FLAT)).sum() > BEFORE * near.sum()
            thin = binary_erosion(near, np.ones((3, 3))).sum() < THIN * near.sum()
            allowed = EXACT_THIN if thin and foreign >= FOREIGN_WHOLLY else EXACT
            if deviation <= (FLAWLESS if was_before else allowed):
                inks |= near
        left &= ~near
    certain = inks & (colours.min(axis=2) < BURNT) & (colours.max(axis=2) > DROWNED)
    inks = binary_dilation(inks, np.ones((3, 3)), iterations=SMOOTHED) & area & ~binary_erosion(native)
    power = miss * miss * area
    share = float(power[inks].sum() / (power.sum() + 1e-9))
    if share >= LEAST_BORDERED:
        beside = binary_dilation(certain, np.ones((3, 3)), iterations=BORDER) & drawn & ~inks
        inks |= _as_foreign(colours, beside, outside)
    return inks, share


def _foreign(colour: NDArray[np.float32], outside: Floats) -> float:
    """Share of the surroundings (n, 3) that are of another colour."""
    return float((np.abs(outside - colour).max(axis=1) > 1.5 * FLAT).mean())


def _as_foreign(colours: Floats, where: Mask, outside: Floats) -> Mask:
    """Which pixels are of colours foreign to nearly all of the surroundings."""
    found = np.zeros_like(where)
    if where.any():
        shades, of_pixel = np.unique(colours[where] // SHADE, axis=0, return_inverse=True)
        foreign = [_foreign((shade + 0.5) * SHADE, outside) >= FOREIGN_WHOLLY for shade in shades]
        found[where] = np.array(foreign)[of_pixel.ravel()]
    return found


def _within(colours: Floats, middle: NDArray[np.float32], reach: float) -> Mask:
    """Pixels of (h, w, 3) no band of which is further than `reach` from `middle`."""
    close = [np.abs(colours[..., band] - middle[band]) <= reach for band in range(3)]
    return np.asarray(close[0] & close[1] & close[2])


def _deviation(colours: Floats, near: Mask) -> float:
    """Median grey levels by which the inner pixels of a colour deviate from it; infinite where there are too few."""
    core = near & (binary_erosion(near, np.ones((1, 3))) | binary_erosion(near, np.ones((3, 1))))
    grey = colours[core] @ np.array(REC601, np.float32)
    return float(np.median(np.abs(grey - np.median(grey)))) if len(grey) >= LEAST_CORE else np.inf


def _local_miss(seen: Floats, expected: Floats, outliers: Mask) -> tuple[Floats, Floats]:
    """How far the copy is from the expected once the slow difference around is taken off: in colour, in luminance.

    The pictures are (h, w, 3), the answers (h, w). What stands out, an outlier or not, has no share in the slow
    difference; what nine in ten quiet pixels miss, under a hard filter, is no miss.
    """
    quiet = ~spread(binary_dilation(outliers, np.ones((3, 3))))
    left = np.zeros(seen.shape, np.float32)
    for band in range(3):
        missed = seen[..., band] - expected[..., band]
        usual = float(np.median(missed[quiet])) if quiet.any() else 0.0
        calm = (quiet & (np.abs(missed - usual) < 2 * STROKE)).astype(np.float32)
        share = gaussian_filter(_by_cells(calm), SLOW, truncate=2.5)
        around = (gaussian_filter(_by_cells(missed * calm), SLOW, truncate=2.5) + 1e-3 * usual) / (share + 1e-3)
        left[..., band] = missed - resize(around, *missed.shape)
    colour = np.sqrt((left[..., 0] ** 2 + left[..., 1] ** 2 + left[..., 2] ** 2) / 3)
    return _beyond_usual(colour, quiet), _beyond_usual(np.abs(left @ np.array(REC601, np.float32)), quiet)


def _beyond_usual(miss: Floats, quiet: Mask) -> Floats:
    usual = min(STROKE, float(np.percentile(miss[quiet], 90))) if quiet.any() else 0.0
    return np.where(miss > usual, miss, np.float32(0)).astype(np.float32)


def _by_cells(plane: Floats) -> Floats:
    """Means of a plane's cells."""
    rows, cols = plane.shape[0] // CELL, plane.shape[1] // CELL
    return np.asarray(plane.reshape(rows, CELL, cols, CELL).mean(axis=(1, 3)))


def _box(area: Mask) -> tuple[slice, slice]:
    """Rows and columns, in whole cells, that hold an area and its surroundings."""
    sides = []
    for axis in (1, 0):
        there = np.flatnonzero(area.any(axis=axis))
        first = max(0, int(there[0]) - AROUND - 1) // CELL * CELL
        last = min(area.shape[1 - axis], (int(there[-1]) + AROUND + CELL + 1) // CELL * CELL)
        sides.append(slice(first, last))
    return sides[0], sides[1]
