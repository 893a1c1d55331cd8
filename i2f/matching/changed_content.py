"""Changed content: does the copy show something that its original does not, or is it only ink.

What the regression of a copy on its original leaves over is compared with the pair's own noise (residuals.py). What is
an outlier then, clusters of cells far above the noise or a texture that vanished, is accounted for a second time. Ink
(text_overlays.py) is taken out of the copy, pixel by pixel, and the rest of each block regressed anew; and the gains,
that were one for each block, run from block to block, since at the edge of a tilt-shift a picture grows blurred within
a block. Of two accounts the one that leaves less counts. An ink under which the copy misses what the original shows is
none: there something else was, and its cells stay outliers.

The regression asks what the copy shows, and is content where the copy shows nothing: the weights of the original's
colours take away whatever it has there. So the other question is asked by itself (`absent_content`): is the copy plain
where the original is not? Blur excuses that, burnt lights and drowned shades do, and ink; nothing else does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, binary_fill_holes, uniform_filter

from i2f.ground.image import Floats, Picture, planes, smoothed
from i2f.matching.blocks import (
    CELL,
    Mask,
    cell_power,
    cells_within,
    corner,
    crop,
    cut,
    level,
    share_of_cells,
    spread,
    uncrop,
    uncut,
)
from i2f.matching.color_transfer import fit_colours
from i2f.matching.displacement import Pair, Regression, regress
from i2f.matching.registration import FRAME, Similarity, colours_below, grid_of
from i2f.matching.residuals import (
    HIGH_COARSE_SNR,
    HIGH_SNR,
    LEAST_COARSE,
    LOW_SNR,
    MASKED_SNR,
    largest_cluster,
    noise_of,
    outlier_cells,
    vanished,
)
from i2f.matching.text_overlays import STROKE, Ink, find_inks

MARGIN, EDGE = FRAME + 0.02, 0.04
"""Ragged frames reach a little more than FRAME: what is nearer to the edge of a copy that may be framed is
not looked at. Where nothing speaks for a frame only the edge itself is left out."""
UNCLEAR, ON_A_SIDE, SIDES = 0.2, 0.25, 3
"""A frame leaves more than this share unexplained in so many of a side's blocks, on so many sides; a thing in a corner
reaches two."""
LOWEST_SNR = 2.0
"""Times the noise below which nobody asks for what vanished."""
LEAST_CORE = 16
MOST_UNLOOKED = 100
"""Outlying cells that a few letters cannot account for: where no more than those are allowed nobody looks for ink."""
LEAST_CLEAR = 0.25
"""Share of a cell that must be clear of ink for it to be looked at."""
FINE, COARSE = 1.0, 1.5
"""Pixels over which the copy is averaged: what that takes away is fine, what it leaves of the rest is coarse."""
SOFT = 2.0
"""Pixels of a Gaussian over the original, so that grain which JPEG or an app smoothed away is no content."""
PLAIN, NOISE = 0.15, 1.0
"""A block of the copy is plain where it shows less than this share of the original's deviation, and of JPEG's noise so
many squared grey levels."""
SHADES = (30.0, 200.0)
"""Grey levels between which a filter leaves structure."""
IN_FOCUS = 0.75
"""Gain of each octave of a block below which it was blurred."""
BESIDE_INK = 0.02
"""What pixels that miss by a stroke may hold beside an ink, as a share of its power. (Beside made overlays: 0 to 0.012;
beside words and clock hands that were exchanged: 0.02 to 0.2.)"""


@dataclass(frozen=True, slots=True)
class Outliers:
    """Cells in the largest cluster of high signal-to-noise that is no ink, and all such cells; in the largest of low
    and of masked signal-to-noise; how many times the noise remains where a texture vanished; which cells were taken
    for ink, and the cells that its strokes would fill."""

    largest: int
    total: int
    low: int
    masked: int
    vanished: float
    ink: Mask
    strokes: float = 0.0


NOTHING = Outliers(0, 0, 0, 0, 0.0, np.zeros((1, 1), bool))


@dataclass(frozen=True, slots=True)
class _Account:
    """What one regression leaves over: outlying cells, and how many times the noise where a texture vanished."""

    high: Mask
    low: Mask
    masked: Mask
    vanished: float

    @property
    def left(self) -> tuple[int, int, float]:
        """What there is to say against it, for comparing."""
        return int(self.high.sum()), int(self.low.sum() + self.masked.sum()), self.vanished

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is worth a second account."""
        one_cell = largest_cluster(self.low) <= 1 and largest_cluster(self.masked) <= 1
        return one_cell and not self.high.any() and self.vanished < LOWEST_SNR


def find_changed_content(
    copy: Picture,
    original: Picture,
    at: Similarity,
    pair: Pair,
    regression: Regression,
    no_overlay: bool = False,
) -> tuple[Outliers, int]:
    """The outliers, and how many cells without the margin were looked at. `copy` is upright, `original` its
    thumbnail, `at` where it lies there; `pair` and `regression` are what was measured of the two. With `no_overlay`
    nobody looks for ink where there is more left over than ink may hide."""
    within = _within(pair, MARGIN)
    inner = _core(pair, within)
    cells = int(inner.sum())
    if cells < LEAST_CORE:
        return NOTHING, cells
    if _may_be_framed(pair, regression):
        regression = regress(pair, within)
    else:
        within = _within(pair, EDGE)
    core = _core(pair, within)
    none = np.zeros_like(core)
    best = first = _account(pair, regression, np.ones_like(within), core, inner)
    drawn, ink, excused, refused = np.zeros(spread(core).shape, bool), none, none.copy(), none.copy()
    if no_overlay and first.high.sum() > MOST_UNLOOKED:
        guided = _account(pair, regress(pair, within, guide=regression), np.ones_like(within), core, inner)
        best = min(first, guided, key=lambda account: account.left)
    if not first.is_quiet and not (no_overlay and best.high.sum() > MOST_UNLOOKED):
        colours = np.stack([crop(plane) for plane in planes(copy, *pair.copy.shape)], 2)
        inks = list(find_inks(first.high, colours, _expected_colours(colours, original, at, pair)))
        for one, is_ink in zip(inks, _are_ink(inks, pair, within, regression), strict=True):
            if is_ink:
                drawn |= one.pixels
                excused |= one.cells & one.plain
            else:
                refused |= one.cells
        clear = ~uncrop(drawn, pair.copy.shape)
        ink = excused | (share_of_cells(crop(clear)) < 1)
        untouched = inner & ~binary_dilation(ink, np.ones((3, 3)))
        simple = regress(pair, within & clear) if drawn.any() else regression
        smooth = regress(pair, within & clear, guide=regression)
        accounts = (_account(pair, one, clear, core, untouched) for one in (simple, smooth))
        best = min(accounts, key=lambda account: account.left)
    high = (best.high & ~excused) | (first.high & refused)
    return Outliers(
        largest=largest_cluster(high),
        total=int(high.sum()),
        low=largest_cluster(best.low & ~excused),
        masked=largest_cluster(best.masked & ~excused),
        vanished=best.vanished,
        ink=np.asarray(binary_fill_holes(ink)),
        strokes=float((drawn & spread(core)).sum()) / CELL**2,
    ), cells


def absent_content(pair: Pair, regression: Regression, ink: Mask) -> float:
    """How much the original shows where the copy is plain, at most: a block's deviation in grey levels, as the copy
    would show it. `ink` are the cells under words and stickers.
    """
    blocks = cut(pair.copy)
    clear = _within(pair, MARGIN) & ~uncrop(spread(binary_dilation(ink)), pair.copy.shape)
    there = cut(clear.astype(np.float32)).min(1) > 0
    there &= (blocks.mean(1) > SHADES[0]) & (blocks.mean(1) < SHADES[1]) & (regression.gains.min(1) > IN_FOCUS)
    deviation = np.sqrt((level(cut(smoothed(pair.predicted, SOFT, truncate=2.5))) ** 2).mean(1))
    plain = (regression.seen**2).mean(1) < (PLAIN * deviation) ** 2 + NOISE
    return float(deviation[there & plain].max(initial=0.0))


def _within(pair: Pair, margin: float) -> Mask:
    """The pixels that the original shows, less a margin in short sides."""
    edge = round(margin * pair.size)
    within = pair.valid.copy()
    if edge:
        within[:edge], within[-edge:], within[:, :edge], within[:, -edge:] = False, False, False, False
    return within


def _core(pair: Pair, within: Mask) -> Mask:
    return np.asarray(cells_within(within) & binary_erosion(cells_within(pair.valid), np.ones((3, 3)), border_value=1))


def _may_be_framed(pair: Pair, regression: Regression) -> bool:
    """Whether so much remains unexplained along the copy's sides that a frame may lie over them."""
    _, _, rows, cols = corner(pair.copy.shape)
    unclear = (regression.rest**2).mean(1) > UNCLEAR * (regression.seen**2).mean(1)
    grid = unclear.reshape(rows, cols)
    sides = (grid[0], grid[-1], grid[:, 0], grid[:, -1])
    return sum(float(side.mean()) >= ON_A_SIDE for side in sides) >= SIDES


def _account(pair: Pair, found: Regression, clear: Mask, core: Mask, untouched: Mask) -> _Account:
    """The outliers by one regression among the cells of the core, as far as they are clear of ink; and what
    vanished where no ink is near."""
    shape = pair.copy.shape
    share = share_of_cells(crop(clear))
    by_share = (1 / np.maximum(share, LEAST_CLEAR)).astype(np.float32)
    predicted = level(cut(pair.predicted))
    rest, seen = cell_power(found.rest, shape) * by_share, cell_power(found.seen, shape) * by_share
    cells = core & (share >= LEAST_CLEAR)
    texture = uniform_filter(np.maximum(seen, cell_power(predicted, shape)), 3)
    fine = uniform_filter(cell_power(_fine(pair.copy, clear), shape) * by_share, 3)
    noise = np.maximum(noise_of(rest, texture, cells), noise_of(rest, fine, cells))
    high, low, masked = outlier_cells(rest, seen, noise, cells, HIGH_SNR, LOW_SNR, MASKED_SNR)
    coarse = [cell_power(_coarse(part, shape), shape) * by_share for part in (found.rest, found.seen, predicted)]
    coarse_noise = noise_of(coarse[0], uniform_filter(np.maximum(coarse[1], coarse[2]), 3), cells, LEAST_COARSE)
    high |= outlier_cells(coarse[0], coarse[1], coarse_noise, cells, HIGH_COARSE_SNR)[0]
    return _Account(high, low, masked, vanished(rest, seen, noise, cells & untouched))


def _fine(copy: Floats, clear: Mask) -> Floats:
    """Blocks of the copy's finest texture, what JPEG must coarsen."""
    return level(cut(copy - smoothed(copy, FINE)), None if clear.all() else cut(clear.astype(np.float32)))


def _coarse(blocks: Floats, shape: tuple[int, ...]) -> Floats:
    """Blocks without their fine texture."""
    return cut(smoothed(uncut(blocks, shape), COARSE, truncate=2.5))


def _are_ink(inks: Sequence[Ink], pair: Pair, within: Mask, regression: Regression) -> list[bool]:
    """Which of them are ink: those that are plain, and those beside which the original explains the copy."""
    if all(one.plain for one in inks):
        return [True] * len(inks)
    drawn = np.any([one.pixels for one in inks], axis=0)
    again = regress(pair, within & ~uncrop(drawn, pair.copy.shape), guide=regression)
    missed = uncut(again.rest, pair.copy.shape) ** 2
    missed[missed < STROKE**2] = 0
    return [one.plain or float(missed[one.area & ~one.pixels].sum()) <= BESIDE_INK * one.power for one in inks]


def _expected_colours(seen: Floats, original: Picture, at: Similarity, pair: Pair) -> Floats:
    """The colours (h, w, 3) that a common curve of all three makes of the original below the blocks, robustly."""
    x, y = grid_of(*pair.copy.shape)
    there = [crop(plane) / 128 - 1 for plane in colours_below(original, at, x, y, pair.size)]
    some = np.s_[4::8, 4::8]
    few = np.stack([plane[some].ravel() for plane in there], 1).astype(np.float64)
    design, wanted = np.concatenate([np.ones((len(few), 1)), few, few**2, few**3], 1), seen[some].reshape(-1, 3)
    solved = fit_colours(design, wanted.astype(np.float64))
    first, second, third = (solved[power : power + 3].astype(np.float32) for power in (1, 4, 7))
    answer = np.empty_like(seen)
    for k in range(3):
        curves = (((third[j, k] * t + second[j, k]) * t + first[j, k]) * t for j, t in enumerate(there))
        answer[..., k] = sum(curves, start=np.float32(solved[0, k]))
    return answer
