"""Tilt-shift: how strongly a look blurred each place, as a map that is fitted and not guessed.

A copy's own blur says where. The picture as rendered so far is blurred by a few radii at the copy's scale, and each
place of the copy is explained as a mixture of them: shares that vary smoothly over the frame, on cubic B-splines,
found by regularised least squares of the luminance. None may be below zero: the copy was sharpened, too, and a small
blur taken away for that would be made up for by a larger one that is not there. A sharp picture mixed with one that is
blurred, as the first app did it, and a radius that grows from the middle, as later ones did, both are such mixtures.
Where nothing has texture the shares are those around.

At full size the blurred pictures are made from the render itself, reduced to twice the copy's scale (blur leaves
nothing finer), mixed there, and enlarged. So what is sharp in the middle stays the original's own pixels, and next to
it the blur takes its colours from the same picture as the app's did: no halo that the copy does not have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from i2f.ground.image import Floats
from i2f.rendering.bilateral_grid import Doubles, bending, light_of, splines, weighted_squares
from i2f.rendering.gaussian import blurred
from i2f.rendering.parallel import each

RADII = (0.0016, 0.0036, 0.008, 0.016)
"""The blurs' standard deviations in short sides: 1 to 10 px of 640."""
PIECES = 18
"""Splines' intervals along each side: a soft edge is a twelfth of it broad, or more."""
CELLS = 4
STIFFNESS = 0.02
RIDGE = 0.001
BAND = len(RADII) * (3 * (PIECES + 3) + 4) - 1
"""Shares farther apart than this in the equations' order (row, column, radius) have nothing to do with each other:
splines reach over three nodes.
"""
LEAST = 0.25
"""A look that blurs no place by so large a share blurs none."""
WORTH_IT = 0.35
"""The share of what was left, where it blurs, that the blur has to explain."""
ROUNDS = 8
WORTH_THREADS = 100_000
"""Pixels of a plane from which on two planes are blurred at once."""


@dataclass(frozen=True, slots=True)
class BlurMap:
    """`nodes` (radii, rows, columns): the share of each blurred picture, the rest is the sharp one; empty for none."""

    nodes: Floats

    @property
    def is_empty(self) -> bool:
        """Whether nothing is blurred anywhere."""
        return self.nodes.size == 0

    def shares(self, height: int, width: int) -> Floats:
        """(radii, height, width), none below 0, together at most 1."""
        down, across = (splines(side, PIECES).astype(np.float32) for side in (height, width))
        found = np.maximum(0, down @ self.nodes @ across.T)
        return np.asarray(found / np.maximum(1, found.sum(0)), np.float32)

    def mixed(self, colors: Floats) -> tuple[Floats, Floats]:
        """Of planes (c, h, w) the blurred part (c, h, w), shares applied, and the share of the sharp (h, w)."""
        shares = self.shares(*colors.shape[1:])
        mixed, short = np.zeros_like(colors), min(colors.shape[1:])

        def one(plane: int) -> None:
            for share, radius in zip(shares, RADII, strict=True):
                if share.max() > 0:
                    mixed[plane] += share * blurred(colors[plane], radius * short)

        if colors[0].size < WORTH_THREADS:
            for plane in range(len(colors)):
                one(plane)
        else:
            each(one, range(len(colors)))
        return mixed, 1 - shares.sum(0)

    def __call__(self, colors: Floats) -> Floats:
        """Planes (c, h, w), blurred by the map."""
        if self.is_empty:
            return colors
        mixed, sharp = self.mixed(colors)
        return np.asarray(mixed + sharp * colors, np.float32)


def no_blur() -> BlurMap:
    """The map that blurs nothing."""
    return BlurMap(np.zeros((0, 0, 0), np.float32))


def fit_blur(colors: Floats, wanted: Floats) -> BlurMap:
    """How planes (3, h, w), rendered sharp, are to be blurred to look like those `wanted`; no_blur() where they are
    not blurred.
    """
    light, aim = light_of(colors), light_of(wanted)
    parts = each(lambda radius: blurred(light, radius * min(light.shape)) - light, RADII)
    missing = aim - light
    normal, right = _equations(parts, missing)
    solved = _none_below_zero(normal, right).reshape(PIECES + 3, PIECES + 3, len(RADII))
    found = BlurMap(np.ascontiguousarray(solved.transpose(2, 0, 1), np.float32))
    shares = found.shares(*light.shape)
    changed = shares.sum(0)
    if float(changed.max()) < LEAST:
        return no_blur()
    left = missing - sum(share * part for share, part in zip(shares, parts, strict=True))
    held = float((changed * left**2).sum()) < (1 - WORTH_IT) * float((changed * missing**2).sum())
    return found if held else no_blur()


def _none_below_zero(normal: Doubles, right: Doubles) -> Doubles:
    """The least squares solution without negative numbers, nearly: what comes out below zero is left out of the next
    round.
    """
    free = np.ones(len(right), bool)
    found = np.zeros(len(right))
    for _ in range(ROUNDS):
        found[:] = 0
        kept = normal[np.ix_(free, free)]
        bands = np.zeros((BAND + 1, len(kept)))
        for below in range(min(len(bands), len(kept))):
            bands[below, : len(kept) - below] = np.diagonal(kept, -below)
        found[free] = solveh_banded(bands, right[free], lower=True, overwrite_ab=True, check_finite=False)
        if not (found < 0).any():
            break
        free &= found > 0
    return np.maximum(0, found)


def _equations(parts: list[Floats], missing: Floats) -> tuple[Doubles, Doubles]:
    """Normal matrix and right side of the shares in the order row, column, radius, from sums over fine cells; penalties
    included.
    """
    height, width = missing.shape
    fine = CELLS * PIECES
    rows = np.linspace(0, height, fine + 1).astype(int)[:-1]
    columns = np.linspace(0, width, fine + 1).astype(int)[:-1]

    def sums(values: Floats) -> Doubles:
        return np.asarray(np.add.reduceat(np.add.reduceat(values, rows, 0), columns, 1), np.float64).ravel()

    one = splines(fine, PIECES)
    count, places = len(parts), one.shape[1] ** 2
    normal, right = np.zeros((places, count, places, count)), np.zeros((places, count))
    for first in range(count):
        right[:, first] = (one.T @ sums(parts[first] * missing).reshape(fine, fine) @ one).ravel()
        for second in range(first + 1):
            both = weighted_squares(one, one, sums(parts[first] * parts[second]))
            normal[:, first, :, second] = normal[:, second, :, first] = both
    size = float(np.einsum("papa->", normal)) / (count * places)
    stiff = STIFFNESS * bending(PIECES + 3, PIECES + 3) + RIDGE * np.eye(places)
    for radius in range(count):
        normal[:, radius, :, radius] += size * stiff
    return normal.reshape(count * places, -1), right.ravel()
