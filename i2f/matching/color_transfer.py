"""The colour transfer: does one smooth colouring explain the copy's colours, or was a thing recoloured.

A filter sends colours to colours by one smooth map, bent slowly over the picture by vignettes and leaks. The aligned
pair is brought to 256 pixels; the copy's two colour differences (red and blue less luminance) are regressed, robustly,
on the original's colours to the second order, on broken lines of each of them (a filter's curves burn and drown), and
on low powers of the place. What is left over, less a plane in each
block, is compared cell by cell with its own noise (residuals.py). A shirt of another colour is left over at its
edges and folds; a filter is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from i2f.ground.image import REC601, Floats, Picture, planes, smoothed
from i2f.ground.robust import Procedure, fit_robustly
from i2f.matching.blocks import Mask, cell_power, cells_within, cut, level
from i2f.matching.registration import FRAME, Similarity, colours_below, grid_of, inside
from i2f.matching.residuals import largest_cluster, noise_of, spread_over

SIZE = 256
MARGIN = FRAME + 0.005
OUTLIER_SNR = 8.0
STRONG = 80.0
"""Power of the rest in a cell, grey levels squared, both differences together."""
SHARE = 0.3
KNOTS = (-0.6, -0.2, 0.2, 0.6)
"""Where the line that a curve is made of may break, of a colour from -1 to 1."""


def _grey(colours: list[Floats]) -> Floats:
    return np.asarray(np.tensordot(np.array(REC601, np.float32), np.stack(colours), 1), np.float32)


def broken_lines(colour: NDArray[Any]) -> list[NDArray[Any]]:
    """What a curve of a colour, from -1 to 1, is made of beside the colour itself."""
    return [np.maximum(colour - knot, 0) for knot in KNOTS]


def _terms(colours: list[Floats], grey: Floats, x: Floats, y: Floats) -> Floats:
    """Regressors (h, w, 37): colours to the second order, broken lines of them, places to the third, and products."""
    r, g, b = (c / 128 - 1 for c in colours)
    m = grey / 128 - 1
    x, y = np.broadcast_to(2 * x, grey.shape), np.broadcast_to(2 * y, grey.shape)
    far = x * x + y * y
    terms: list[NDArray[Any]] = [np.ones_like(r), r, g, b, r * r, g * g, b * b, r * g, g * b, r * b, m**3]
    terms += [x, y, x * x, y * y, x * y, x**3, y**3, x * x * y, x * y * y]
    terms += [x * m, y * m, far * m, far * (r - m), far * (b - m)]
    terms += broken_lines(r) + broken_lines(g) + broken_lines(b)
    return np.stack(terms, 2).astype(np.float32)


def recoloured_cells(copy: Picture, original: Picture, at: Similarity, ink: Mask) -> int:
    """Cells (of 1/32 of the short side) in the largest cluster whose colour no smooth colouring explains.

    `ink` marks, in cells of any size that tile the copy, what was drawn over it and is left out.
    """
    short = min(copy.shape[:2])
    grow = min(SIZE, short) / short
    rows, cols = (round(n * grow) for n in copy.shape[:2])
    size = min(rows, cols)
    x, y = grid_of(rows, cols)
    there = colours_below(original, at, x, y, size)
    seen = planes(copy, rows, cols)
    grey_seen, grey_there = (_grey(colours) for colours in (seen, there))
    here = inside((original.shape[0], original.shape[1]), at, x, y, 2 * max(1.0, at.scale / size))
    edge = round(MARGIN * min(rows, cols))
    here[:edge], here[-edge:], here[:, :edge], here[:, -edge:] = False, False, False, False
    here &= ~spread_over(ink, rows, cols)
    target = np.stack([seen[0] - grey_seen, seen[2] - grey_seen], 2)
    expected = _coloured(_terms(there, grey_there, x, y), target, here)
    return _largest(target, expected, grey_seen, here)


def _coloured(terms: Floats, target: Floats, here: Mask) -> Floats:
    """The colour differences that one smooth colouring predicts, fitted to every fourth pixel."""
    some = here[::2, ::2]
    if some.sum() < 400:
        return target
    design, wanted = (a[::2, ::2][some].astype(np.float64) for a in (terms, target))
    return terms @ fit_colours(design, wanted).astype(np.float32)


def fit_colours(design: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (k, c) by which n rows of `design` (n, k) give the colours `wanted` (n, c): least squares, reweighted
    so that what another cause made (ink, a thing that was recoloured) pulls little.
    """

    def reweigh(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
        missed = ((wanted - fitted) ** 2).sum(1)
        return np.asarray(1 / (1 + missed / (3 * (np.median(missed) + 4))))

    return fit_robustly(design, wanted, reweigh, Procedure(4, 0.1 * np.eye(design.shape[1]))).solved


def _explain(target: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
    """Blocks of one difference less planes: what two octaves of the expected leave over, the copy's, the expected."""
    blurred = smoothed(expected, 3.0, truncate=2.5)
    bands = np.stack([level(cut(expected - blurred)), level(cut(blurred))], 1)
    seen = level(cut(target))
    pull = np.full(2, 16.0 * bands.shape[2])
    gram = bands @ bands.swapaxes(1, 2) + np.diag(pull)
    gains = np.linalg.solve(gram, ((bands @ seen[:, :, None])[..., 0] + pull)[..., None])[..., 0].astype(np.float32)
    return seen - (gains[:, None, :] @ bands)[:, 0], seen, bands.sum(1)


def _largest(target: Floats, expected: Floats, grey: Floats, here: Mask) -> int:
    here3 = here[..., None]
    target, expected = target * here3, expected * here3
    parts = [_explain(target[..., k], expected[..., k]) for k in range(2)]
    powers = [cell_power(parts[0][k], grey.shape) + cell_power(parts[1][k], grey.shape) for k in range(3)]
    core = cells_within(here)
    if core.sum() < 16:
        return 0
    texture = np.maximum(powers[1], powers[2])
    noise_by = uniform_filter(texture, 3) + 0.02 * uniform_filter(cell_power(level(cut(grey)), grey.shape), 3)
    noise = np.maximum(noise_of(powers[0], noise_by, core), 4.0)
    outliers = core & (powers[0] > OUTLIER_SNR * noise) & (powers[0] > STRONG) & (powers[0] > SHARE * (texture + 8))
    return largest_cluster(outliers)
