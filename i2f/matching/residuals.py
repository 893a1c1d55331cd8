"""Residual outliers: places where the copy shows what its original does not.

After every block was regressed on the prediction (displacement.py) a rest remains. Where the pair is of one exposure
the rest is JPEG noise, and its power in a cell of 8 x 8 pixels is a level plus a share of the texture there, or of
what is fine in the copy there, whichever is more: JPEG coarsens what is fine, so that between the blurred parts of a
tilt-shift the sharp one, the grain of a scanned film and leather are noisier than their texture tells. Level and
shares are learnt from the pair's own cells. A thing that moved, vanished or was exchanged leaves tens to hundreds of
times that. Cells are joined into clusters that are

- high: many times the noise, and a good share of what the copy shows there. A true pair's largest cluster holds two
  cells or fewer nineteen times in twenty. So is a cell whose rest, freed of what is fine, is many times the noise of
  such: the edge of a shadow that moved over gravel is coarse, the noise of gravel is not;
- low: a few times the noise, but most of what the copy shows: a thing on plain ground, or one so small that its
  cells are not high in a small copy;
- masked: very many times the noise, though a small share of what is shown: a thing beside a strong edge.

Where murky water or grained wood moved no cell stands out. There the texture itself has vanished: of what a patch of
4 x 4 cells shows most remains unexplained, and that is several times the noise.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.ndimage import label, uniform_filter

from i2f.ground.image import Floats
from i2f.matching.blocks import Mask

HIGH_SNR, LOW_SNR, MASKED_SNR = (12.0, 0.3), (4.5, 0.5), (20.0, 0.15)
"""Times the noise, and share of what the copy shows, above which a cell's signal-to-noise is high, low or masked. (Of
1,868 true pairs of 2,000 cells or more 15 had a cluster of five high cells or more, words laid over the copy most of
them, 22 of low ones, 8 of masked ones; of 76 of copies of 306 pixels 4, 6 and 2.)"""
HIGH_COARSE_SNR, LEAST_COARSE = (20.0, 0.3), 0.3
"""The same for a cell of the coarse rest, and the least level of its noise. (At 16 times five more true pairs of 3,500
were held back, and no more shadows or things found.)"""
PATCH, VANISHED = 4, 0.55
"""Cells of a side of a patch, and the share of what a patch shows that the prediction leaves unexplained where a
texture went and another one came."""
WORST_LEVEL, WORST_SHARE = 40.0, 0.04
"""What JPEG at quality 60 leaves at most; a pair that is strange all over must not pass for a noisy one."""


def noise_of(rest: Floats, texture: Floats, core: Mask, least: float = 1.0) -> Floats:
    """Expected power of the rest per cell: a level, `least` or more, and a share of the texture, fitted to the pair's
    own medians."""
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
    learnt = max(level, least) + slope * texture
    return np.asarray(np.minimum(learnt, WORST_LEVEL + WORST_SHARE * texture), np.float32)


def largest_cluster(mask: Mask) -> int:
    """Cells in the largest cluster of a mask, corners touching."""
    marked, count = label(mask, np.ones((3, 3)))
    return int(np.bincount(marked.ravel())[1:].max()) if count else 0


def outlier_cells(rest: Floats, seen: Floats, noise: Floats, core: Mask, *kinds: tuple[float, float]) -> list[Mask]:
    """For each kind (times the noise, share) the cells that are so much above it; all are powers per cell."""
    around = _around((rest, noise, seen), core, 2)
    return [
        np.asarray(core & (around[0] > times * around[1]) & (around[0] > share * (around[2] + 4)))
        for times, share in kinds
    ]


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


def spread_over(cells: Mask, rows: int, cols: int) -> Mask:
    """A mask of cells that tile a picture, at another number of rows and columns."""
    height, width = cells.shape
    return np.asarray(cells[(np.arange(rows) * height // rows)[:, None], (np.arange(cols) * width // cols)[None, :]])
