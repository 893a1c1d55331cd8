"""Strange: places where the copy shows what its original does not, and whether they are only ink.

After every block was regressed on the prediction (identify.py) a rest remains. Where the pair is of one exposure the
rest is JPEG noise, and its power in a cell of 8 x 8 pixels is a level plus a share of the texture there; both are
learnt from the pair's own cells. A thing that moved, vanished or was exchanged leaves tens to hundreds of
times that. Cells above `LOUD` times the noise, whose rest is also more than `SHARE` of the copy's texture, are
joined into clusters; a true pair's largest cluster holds two cells or fewer nineteen times in twenty. A thing of two or
three cells is seldom loud in each, and where murky water or grained wood moved nothing is loud. There the texture
itself has vanished: of what a patch of 4 x 4 cells shows most remains unexplained, and that is several times the noise.

Ink. Words, date stamps and stickers laid over a copy are strange as well, yet say nothing about the exposure.
They are told from things by what they are made of: a program draws in exact colours, and a JPEG leaves an exact colour
within a grey level or three of itself, while whatever a lens saw, be it printed as flatly as can be, carries light and
grain. And the colour must be foreign to what surrounds it, since a thing that went away leaves its surroundings behind.
All that misses the prediction must be such colours and the two or three pixels by which their edges are smoothed.
(Measured on made overlays: deviation 0 to 4 levels and foreign to 65 to 100 % of the surroundings; exchanged prints,
signs and clock hands: deviation 5 to 16, or foreign to less than half. Six made overlays in ten pass; of 80 painted
signs, prints, persons and hands two did, both boards that a program had painted in one colour.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, binary_fill_holes, gaussian_filter, label, uniform_filter

from grid import CELL
from search import REC601, Floats, resize

LOUD, SHARE = 12.0, 0.3
PATCH, VANISHED = 4, 0.55
"""Cells of a side of a patch, and the share of what a patch shows that the prediction leaves unexplained where a
texture went and another one came."""
WORST_LEVEL, WORST_SHARE = 40.0, 0.04
"""What JPEG at quality 60 leaves at most; a pair that is strange all over must not pass for a noisy one."""
STROKE = 28.0
"""Grey levels by which a pixel must miss prediction and surroundings to count as drawn."""
EXACT = 3.5
"""Median grey levels by which the inner pixels of one ink may deviate from it."""
FLAT = 26.0
INK_COLOURS = 5
FOREIGN, FOREIGN_BURNT = 0.63, 0.85
"""Share of the surroundings to which an ink is foreign; more where a lens could have burnt or drowned it to a colour as
exact."""
BURNT, DROWNED = 244.0, 10.0
DRAWN_SHARE = 0.95
"""Share of the power of all that misses the prediction in a cluster that exact colours and their edges must hold."""
SMOOTHED = 3
LEAST_CORE = 12
AROUND = 6
"""Pixels from an area in which its surroundings are looked for."""
SLOW = 3.0
"""Cells over which a difference is slow."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Strangeness:
    """Cells in the largest strange cluster that is no ink, all such cells; which cells were taken for ink, and the
    cells that its strokes would fill; how many times the noise remains where a texture vanished."""

    largest: int
    total: int
    ink: Mask
    strokes: float = 0.0
    vanished: float = 0.0


NOTHING = Strangeness(0, 0, np.zeros((1, 1), bool))


def noise_of(rest: Floats, texture: Floats, core: Mask) -> Floats:
    """Expected power of the rest per cell: a level and a share of the texture, fitted to the pair's own medians."""
    power, here = rest[core], texture[core]
    steps = [part for part in np.array_split(np.argsort(here), 8) if len(part)]
    x = np.array([np.median(here[s]) for s in steps])
    y = np.array([np.median(power[s]) for s in steps])
    weight = 1 / (y + 1) ** 2
    mean_x, mean_y = np.average(x, weights=weight), np.average(y, weights=weight)
    slope = max(0.0, float(weight @ ((x - mean_x) * (y - mean_y)) / (weight @ (x - mean_x) ** 2 + 1e-9)))
    level = max(0.0, float(mean_y - slope * mean_x))
    if level == 0.0:
        slope = float((weight @ (x * y)) / (weight @ (x * x) + 1e-9))
    learnt = max(level, 1.0) + slope * texture
    return np.asarray(np.minimum(learnt, WORST_LEVEL + WORST_SHARE * texture), np.float32)


def largest_cluster(mask: Mask) -> int:
    """Cells in the largest cluster of a mask, corners touching."""
    marked, count = label(mask, np.ones((3, 3)))
    return int(np.bincount(marked.ravel())[1:].max()) if count else 0


def loud_cells(rest: Floats, seen: Floats, noise: Floats, core: Mask) -> Mask:
    """Cells whose rest is far above the noise and a good share of what is seen; all are powers per cell."""
    around = _around((rest, noise, seen), core, 2)
    return np.asarray(core & (around[0] > LOUD * around[1]) & (around[0] > SHARE * (around[2] + 4)))


def vanished(rest: Floats, seen: Floats, noise: Floats, core: Mask) -> float:
    """The most that the rest of a patch is of its noise, where it is most of what is seen; powers per cell."""
    around = _around((rest, noise, seen), core, PATCH)
    there = core & (around[0] > VANISHED * around[2])
    return float((around[0] / (around[1] + 1e-6))[there].max(initial=0.0))


def _around(powers: Iterable[Floats], core: Mask, cells: int) -> list[Floats]:
    """Means over squares of cells. What lies outside the core, a frame that a block was fitted to, has no share."""
    here = core.astype(np.float32)
    share = uniform_filter(here, cells) + 1e-6
    return [uniform_filter(power * here, cells) / share for power in powers]


def ink_in(colours: Floats, miss: Floats, area: Mask) -> Mask | None:
    """The pixels of ink (with their edges) in an area when ink is all that is drawn there; None when it is not.

    `colours` (h, w, 3) is the copy, `miss` (h, w) how far it is from what was expected there.
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
        foreign = float((np.abs(outside - middle).max(axis=1) > 1.5 * FLAT).mean())
        if foreign < (FOREIGN_BURNT if middle.min() > BURNT or middle.max() < DROWNED else FOREIGN):
            native |= near
        elif _is_exact(colours, near):
            inks |= near
        left &= ~near
    inks = binary_dilation(inks, np.ones((3, 3)), iterations=SMOOTHED) & area & ~binary_erosion(native)
    power = miss * miss * area
    return inks if power[inks].sum() >= DRAWN_SHARE * power.sum() else None


def _within(colours: Floats, middle: NDArray[np.float32], reach: float) -> Mask:
    """Pixels of (h, w, 3) no band of which is further than `reach` from `middle`."""
    close = [np.abs(colours[..., band] - middle[band]) <= reach for band in range(3)]
    return np.asarray(close[0] & close[1] & close[2])


def _is_exact(colours: Floats, near: Mask) -> bool:
    """Whether the inner pixels of a colour are that one colour and no shades of it."""
    core = near & (binary_erosion(near, np.ones((1, 3))) | binary_erosion(near, np.ones((3, 1))))
    grey = colours[core] @ np.array(REC601, np.float32)
    return len(grey) >= LEAST_CORE and float(np.median(np.abs(grey - np.median(grey)))) <= EXACT


def _spread(mask: Mask) -> Mask:
    """A mask of cells as a mask of pixels."""
    return np.repeat(np.repeat(mask, CELL, 0), CELL, 1)


def spread_over(cells: Mask, rows: int, cols: int) -> Mask:
    """A mask of cells that tile a picture, at another number of rows and columns."""
    height, width = cells.shape
    return np.asarray(cells[(np.arange(rows) * height // rows)[:, None], (np.arange(cols) * width // cols)[None, :]])


def local_miss(seen: Floats, expected: Floats, loud: Mask) -> tuple[Floats, Floats]:
    """How far the copy is from the expected once the slow difference around is taken off: in colour, in luminance.

    The pictures are (h, w, 3), the answers (h, w). What stands out, loud or not, has no share in the slow difference;
    what nine in ten quiet pixels miss, under a hard filter, is no miss.
    """
    quiet = ~_spread(binary_dilation(loud, np.ones((3, 3))))
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


def judge_cells(loud: Mask, seen: Floats, expected: Floats) -> Strangeness:
    """Clusters of loud cells, told from ink. `seen` is the copy, `expected` what was predicted: pixels (h, w, 3),
    whole cells in each direction.
    """
    marked, count = label(loud, np.ones((3, 3)))
    ink = np.zeros_like(loud)
    if not count:
        return Strangeness(0, 0, ink)
    miss, dark = local_miss(seen, expected, loud)
    things, _ = label(miss > STROKE, np.ones((3, 3)))
    largest = total = 0
    strokes = 0.0
    for k in range(1, count + 1):
        cluster = marked == k
        size = int(cluster.sum())
        if ink[cluster].all():
            continue
        if size >= 3:
            area = _spread(binary_dilation(cluster, np.ones((3, 3))))
            whole = np.isin(things, np.setdiff1d(np.unique(things[area]), [0]))
            area |= binary_dilation(whole, iterations=3)
            box = _box(area)
            found = ink_in(seen[box], miss[box], area[box])
            if found is None:  # JPEG halves the resolution of colours: thin letters are sharp in luminance alone
                found = ink_in(seen[box], dark[box], area[box])
            if found is not None:
                ink |= binary_dilation(cluster, np.ones((3, 3)))
                ink[tuple(slice(side.start // CELL, side.stop // CELL) for side in box)] |= _cells_of(found)
                strokes += float(found.sum()) / CELL**2
                continue
        largest, total = max(largest, size), total + size
    return Strangeness(largest, total, np.asarray(binary_fill_holes(ink)), strokes)


def _box(area: Mask) -> tuple[slice, slice]:
    """Rows and columns, in whole cells, that hold an area and its surroundings."""
    sides = []
    for axis in (1, 0):
        there = np.flatnonzero(area.any(axis=axis))
        first = max(0, int(there[0]) - AROUND - 1) // CELL * CELL
        last = min(area.shape[1 - axis], (int(there[-1]) + AROUND + CELL + 1) // CELL * CELL)
        sides.append(slice(first, last))
    return sides[0], sides[1]


def _cells_of(mask: Mask) -> Mask:
    """The cells that a mask of pixels touches."""
    rows, cols = mask.shape[0] // CELL, mask.shape[1] // CELL
    return np.asarray(mask.reshape(rows, CELL, cols, CELL).any(axis=(1, 3)))
