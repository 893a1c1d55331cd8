"""What a look does to every tone alike but not everywhere: a map of gains and offsets, one of each for every colour.

A vignette multiplies, a light leak screens, contrast that was flattened tile by tile stretches what is there around its
mean: each is a gain and an offset that vary over the frame and do not ask how bright a pixel is. That is far less than
the grid can say (bilateral_grid.py), so it can be said more finely, on cubic B-splines with twelve intervals along the
short side, and a grid is left with what depends on brightness, too.

A filter shades before or after it bends its curves. Which of the two it was decides the fit (look.py); here the map is
fitted between two pictures by regularised least squares. How stiff it is, and whether there is one, is told by blocks
that were held out of the fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from i2f.ground.image import Floats
from i2f.rendering.bilateral_grid import Doubles, bending, held_out, splines, weighted_squares

PIECES = 12
"""Splines' intervals along the short side; along the long one as many more as it is longer, up to MOST_PIECES."""
MOST_PIECES = 18
STIFFNESS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""Weights of second differences to be tried, in shares of the fit's own weight."""
RIDGE = 1e-5
WORTH_IT = 0.3
"""The share of what is missing, in the blocks held out, that a map has to explain; else there is none."""


@dataclass(frozen=True, slots=True)
class GainMap:
    """`nodes` (3, 2, rows, columns): for each colour how much of itself, and how many levels, are added to it. The
    `stiffness` is the one that was found best for it.
    """

    nodes: Floats
    stiffness: float = 0.0

    @property
    def is_flat(self) -> bool:
        """Whether it changes nothing."""
        return not self.nodes.any()

    def __call__(self, colors: Floats, rows: tuple[int, int] | None = None, height: int | None = None) -> Floats:
        """Planes (3, h, w) under the map; they are the `rows` (first, last) of a picture `height` rows high, or all."""
        if self.is_flat:
            return colors
        down, across = self._bases(colors.shape, rows, height)
        found = np.empty_like(colors)
        for channel, (gain, offset) in enumerate(self.nodes):
            np.multiply((down @ gain) @ across, colors[channel], out=found[channel])
            found[channel] += colors[channel]
            found[channel] += (down @ offset) @ across
        return found

    def gains(self, shape: tuple[int, ...]) -> Floats:
        """By how much it multiplies each colour of a whole picture (3, h, w)."""
        down, across = self._bases(shape, None, None)
        return np.asarray(1 + down @ self.nodes[:, 0] @ across, np.float32)

    def _bases(self, shape: tuple[int, ...], rows: tuple[int, int] | None, height: int | None) -> tuple[Floats, Floats]:
        first, last = rows or (0, shape[1])
        down = splines(height or shape[1], self.nodes.shape[2] - 3)[first:last].astype(np.float32)
        return down, _across(shape[2], self.nodes.shape[3] - 3)


@lru_cache(maxsize=8)
def _across(width: int, pieces: int) -> Floats:
    return np.ascontiguousarray(splines(width, pieces).T, np.float32)


def no_gain() -> GainMap:
    """The map that changes nothing."""
    return GainMap(np.zeros((3, 2, PIECES + 3, PIECES + 3), np.float32))


def fit_gain(colors: Floats, wanted: Floats, weight: Floats, stiffness: float | None = None) -> GainMap:
    """From planes (3, h, w) to those `wanted`; `weight` is (3, h, w) or (h, w). no_gain() where none is worth it, which
    is not asked where the `stiffness` is known from a map before.
    """
    shape = colors.shape[1:]
    short = min(shape)
    pieces = [min(MOST_PIECES, round(PIECES * side / short)) for side in shape]
    down, across = (splines(side, count) for side, count in zip(shape, pieces, strict=True))
    weights = np.broadcast_to(weight, colors.shape)
    fits = [_Channel(colors[k], wanted[k], weights[k], (down, across)) for k in range(3)]
    penalty = bending(down.shape[1], across.shape[1])
    if stiffness is None:
        held = held_out(shape)
        parts = [one.part(held) for one in fits]
        losses = [
            sum(one.loss(*part, stiff, penalty) for one, part in zip(fits, parts, strict=True)) for stiff in STIFFNESS
        ]
        if -min(losses) <= WORTH_IT * sum(one.missing(held) for one in fits):
            return no_gain()
        stiffness = STIFFNESS[int(np.argmin(losses))]
    nodes = np.stack([one.solved(stiffness, penalty) for one in fits])
    nodes[:, 1] *= 255
    return GainMap(np.asarray(nodes, np.float32), stiffness)


class _Channel:
    """The equations of one colour (h, w), by bases down and across."""

    def __init__(self, color: Floats, wanted: Floats, weight: Floats, bases: tuple[Doubles, Doubles]) -> None:
        self._bases = bases
        self._share = color.astype(np.float64) / 255
        self._lacks = (wanted - color).astype(np.float64) / 255
        self._weight = weight.astype(np.float64)
        self._size = float(weight.sum()) / (2 * bases[0].shape[1] * bases[1].shape[1])
        self._normal, self._right = self._equations(self._weight)

    def part(self, held: NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
        """The equations of these pixels alone."""
        return self._equations(self._weight * held)

    def missing(self, held: NDArray[np.bool_]) -> float:
        """Squares of what these pixels lack."""
        return float(np.sum(self._weight * held * self._lacks**2))

    def _equations(self, weight: Doubles) -> tuple[Doubles, Doubles]:
        (down, across), share = self._bases, self._share
        both = weighted_squares(down, across, weight * share)
        normal = np.block(
            [[weighted_squares(down, across, weight * share**2), both], [both, weighted_squares(down, across, weight)]]
        )
        sides = [(down.T @ (weight * feature * self._lacks) @ across).ravel() for feature in (share, 1.0)]
        return normal, np.concatenate(sides)

    def _solve(self, normal: Doubles, right: Doubles, stiff: float, penalty: Doubles) -> Doubles:
        held, places = normal.copy(), len(penalty)
        for first in (0, places):
            held[first : first + places, first : first + places] += (self._size * stiff) * penalty
        held[np.diag_indices(len(held))] += self._size * RIDGE
        return np.asarray(cho_solve(cho_factor(held, overwrite_a=True, check_finite=False), right), np.float64)

    def loss(self, normal: Doubles, right: Doubles, stiff: float, penalty: Doubles) -> float:
        """What a fit without a part's equations changes of its missing squares; below 0 is better."""
        found = self._solve(self._normal - normal, self._right - right, stiff, penalty)
        return float(found @ normal @ found - 2 * found @ right)

    def solved(self, stiff: float, penalty: Doubles) -> Doubles:
        """Gains and offsets at the nodes (2, rows, columns), fitted to all pixels; in units of 255."""
        down, across = self._bases
        found = self._solve(self._normal, self._right, stiff, penalty)
        return found.reshape(2, down.shape[1], across.shape[1])
