"""Local displacement: what of a copy's block its original explains, and by how much the block is displaced.

The null hypothesis is exact: a copy is one similarity of its original, with tones changed smoothly, blurred or
sharpened in places, and pressed into a JPEG. So the aligned pair is cut into blocks (blocks.py), and in each the copy
is regressed on the predicted original,

    copy = sum_k g_k B_k + plane + dx Q_x + dy Q_y,      Q = sum_k g_k B_k

where B_k are four octaves of the prediction (their gains g_k let a block be blurred, sharpened or flattened), its
square (a filter's curve bends more in some places) and the original's three colours as they are: under a vignette or a
light leak the mixture of colours and the curve differ from place to place, and a texture that the one curve of the
whole picture drowns or burns is there all the same. `plane` takes the vignette itself, and Q_x, Q_y are the slopes of
what is predicted, so that (dx, dy) is the block's leftover displacement in pixels (Lucas and Kanade 1981, with gain).
Its covariance is the sandwich estimate over the block's sixteen 8 x 8 cells, JPEG's own, so it grows
where noise or a faint texture leaves nothing to measure by; and it is enlarged where the copy was blurred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, uniform_filter

from i2f.ground.image import Floats, smoothed, spots
from i2f.matching.blocks import BLOCK, CELL, Mask, corner, cut, level

Doubles = NDArray[np.float64]

OCTAVES = (1.0, 2.0, 4.0)
FLOOR = 0.02
"""Pixels of displacement no measurement is trusted below (resampling, rounding)."""
DECEIVED = 0.12
"""Grey levels by which rounding to whole levels and JPEG's steps may deceive a whole block in one sense: in a clear sky
of two levels that is half a pixel, in which all its blocks agree; in a wall it is nothing."""
BLURRED, BLURRED_OCTAVE = 0.24, 2
"""Pixels of displacement that a blur which takes all of this octave may feign: tilt-shift blurs one side of an edge
more than the other. In true pairs, blocks of which it took 55, 75 or 95 % were displaced by 0.03, 0.06 or 0.10 pixels
in the median, while their own covariance allows for 0.03, 0.04 or 0.05."""
NEIGHBOURS = 0.7
"""Blocks over which gains run into one another."""
LEAST_GAIN, LARGEST_GAIN = 0.02, 4.0
_SLOPE = (45 / 60, -9 / 60, 1 / 60)
"""Weights of the pixels one, two and three further on, less those as far back: a slope to the sixth order."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Copy and prediction laid over each other: grey pictures of one size, the original's valid part there, and, where
    they have a say, the original's three colours there."""

    copy: Floats
    predicted: Floats
    valid: NDArray[np.bool_]
    colours: tuple[Floats, ...] = ()

    @property
    def size(self) -> int:
        """The short side in pixels."""
        return int(min(self.copy.shape))


@dataclass(frozen=True, slots=True)
class Regression:
    """For n blocks: displacement (n, 2) in pixels, its covariance (n, 2, 2); copy less planes and rest (n, 1024); the
    octaves' gains (n, 4), and their deviations in grey levels (n, 4)."""

    moved: Doubles
    covariance: Doubles
    seen: Floats
    rest: Floats
    gains: Doubles
    octaves: Floats


def regress(pair: Pair, clear: Mask | None = None, guide: Regression | None = None) -> Regression:
    """The regression of the module's head, for all blocks at once; by the `clear` pixels of the pair alone.

    With a `guide`, an earlier answer, each octave's gain within a block runs towards those of its neighbours there,
    as it does at the edge of a tilt-shift, instead of being one for the block; nothing more can be fitted by it.
    """
    there = None if clear is None else cut(clear.astype(np.float32))
    seen = level(cut(pair.copy), there)
    octaves = _bands(pair.predicted)
    if guide is not None:
        octaves = [octave * _between_blocks(guide, k, pair.copy.shape) for k, octave in enumerate(octaves)]
    shaped = len(octaves)
    octaves += [_bend(pair.predicted), *pair.colours]
    bands = np.stack([level(cut(octave), there) for octave in octaves], 1)
    pull = np.full(len(octaves), float(BLOCK * BLOCK))
    aim = pull * (np.arange(len(octaves)) < shaped)
    gram = bands @ bands.swapaxes(1, 2) + np.diag(pull)
    gains = np.linalg.solve(gram, ((bands @ seen[:, :, None])[..., 0] + aim)[..., None])[..., 0].astype(np.float32)
    slopes = []
    for axis in (1, 0):
        parts = np.stack([cut(_slope(octave, axis)) for octave in octaves], 1)
        slopes.append(level((gains[:, None, :] @ parts)[:, 0], there))
    slope = np.stack(slopes, 1)
    design = np.concatenate([bands, slope], 1)
    inverse = np.linalg.inv(design @ design.swapaxes(1, 2) + np.diag(np.append(pull, [1e-3 * BLOCK * BLOCK] * 2)))
    solved = (inverse @ ((design @ seen[:, :, None])[..., 0] + np.append(aim, [0.0, 0.0]))[..., None])[..., 0]
    rest = seen - (solved[:, None, :].astype(np.float32) @ design)[:, 0]
    alone = slope - (slope @ bands.swapaxes(1, 2)) @ (np.linalg.inv(gram).astype(np.float32) @ bands)
    covariance = _covariance(inverse[:, -2:, -2:], alone, rest) + _deceived_by_blur(gains)
    deviations = np.sqrt((bands[:, :4] ** 2).mean(2))
    return Regression(solved[:, -2:], covariance, seen, rest, solved[:, :4], deviations)


def _slope(picture: Floats, axis: int) -> Floats:
    """How a picture rises along one axis, in levels a pixel; beyond its edges it goes on as it ends."""
    reach, length = len(_SLOPE), picture.shape[axis]
    padded = np.pad(picture, [(reach, reach) if axis == k else (0, 0) for k in range(2)], mode="edge")
    shifted = [padded[k : k + length] if axis == 0 else padded[:, k : k + length] for k in range(2 * reach + 1)]
    rise = np.zeros_like(picture)
    for step, weight in enumerate(_SLOPE, start=1):
        difference = shifted[reach + step] - shifted[reach - step]
        difference *= np.float32(weight)
        rise += difference
    return rise


def _between_blocks(guide: Regression, octave: int, shape: tuple[int, ...]) -> Floats:
    """The gain of one octave as a smooth picture of `shape`; a block has as much say as it has of that octave."""
    top, left, rows, cols = corner(shape)
    weight = guide.octaves[:, octave].reshape(rows, cols) + 1e-3
    gains = np.clip(guide.gains[:, octave], LEAST_GAIN, LARGEST_GAIN).reshape(rows, cols)
    around = gaussian_filter(gains * weight, NEIGHBOURS, mode="nearest")
    around /= gaussian_filter(weight, NEIGHBOURS, mode="nearest")
    y = (np.arange(shape[0]) - top + 0.5) / BLOCK - 0.5
    x = (np.arange(shape[1]) - left + 0.5) / BLOCK - 0.5
    v, u = np.meshgrid(y.astype(np.float32), x.astype(np.float32), indexing="ij")
    return spots(around.shape, u, v).of(np.asarray(around, np.float32))


def _bands(picture: Floats) -> list[Floats]:
    """Four octaves that add up to the picture."""
    layers = [picture, *(smoothed(picture, sigma, truncate=2.5) for sigma in OCTAVES)]
    return [a - b for a, b in zip(layers, layers[1:], strict=False)] + [layers[-1]]


def _bend(picture: Floats) -> Floats:
    """Square of the prediction about its local mean: lets a block's tone curve bend (burnt lights, drowned shades)."""
    middle = uniform_filter(picture, 2 * BLOCK, mode="nearest")
    return np.asarray((picture - middle) ** 2 * np.float32(1 / 64), np.float32)


def _covariance(bread: Doubles, slope: Floats, rest: Floats) -> Doubles:
    """Sandwich over the cells (n, 2, 2), plus what independent noise would give, what deceives all cells alike, and
    the floor."""
    per = BLOCK // CELL
    scores = (slope * rest[:, None, :]).reshape(-1, 2, per, CELL, per, CELL).sum((3, 5)).reshape(len(rest), 2, -1)
    spread = scores @ scores.swapaxes(1, 2) * (per * per / (per * per - 4))
    noise = (rest * rest).sum(1) / (BLOCK * BLOCK - 9) + BLOCK * BLOCK * DECEIVED**2
    return np.asarray(bread @ spread @ bread + bread * noise[:, None, None] + np.eye(2) * FLOOR**2)


def _deceived_by_blur(gains: Floats) -> Doubles:
    """What a blur may deceive by (n, 2, 2); `gains` (n, 5) tell what is left of the fine octave, and of the next."""
    fine, coarse = gains[:, BLURRED_OCTAVE], np.maximum(gains[:, BLURRED_OCTAVE + 1], 0.05)
    lost = np.clip(1 - fine / coarse, 0, 1).astype(np.float64)
    return np.asarray((BLURRED * lost**3)[:, None, None] ** 2 * np.eye(2))
