"""What a look does differently from place to place: a grid over position and luminance of affine colour transforms.

The grid of Chen, Adams, Wadhwa and Hasinoff (Bilateral Guided Upsampling, 2016), laid over what the color table leaves:
at each place and each luminance of the original three colours are a little mixed, scaled and shifted. Vignettes and
light leaks are exactly this, and tones that are flattened tile by tile nearly so. In position it is spanned by cubic
B-splines, since a vignette must not show the cells it was fitted in; in luminance by hats.

The fit is regularised least squares on all pixels at once. What a pixel adds to the normal equations is its colours'
moments; summed over cells that are several times finer than the splines they are all the fit needs, and the equations
stay dense and small. How stiff the grid should be differs from look to look: what was held out of the fit tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from i2f.ground.image import REC601, Floats

Doubles = NDArray[np.float64]
PIECES = 5
"""Splines' intervals along the short side; along the long one as many more as it is longer, up to MOST_PIECES."""
MOST_PIECES = 8
LEVELS = 5
CELLS = 6
"""Fine cells in an interval."""
STIFFNESS = (3e-4, 3e-3, 3e-2, 0.3)
"""Weights of second differences in position to be tried, in shares of the fit's own weight."""
WORTH_IT = 0.3
"""The share of what the table left, in the blocks held out, that a grid has to explain; else there is none."""
ALONG_LEVELS = 0.3
RIDGE = 3e-4
HELD_OUT = 4
"""One in so many blocks is held out to choose the stiffness."""
BLOCKS = 10
"""Such blocks along the short side: as large as what a map of places can follow, else it would be praised for following
the scene.
"""


@dataclass(frozen=True, slots=True)
class AffineGrid:
    """`nodes` (LEVELS, 3, 4, rows, columns): how much of each colour, and of 1, is added to each colour."""

    nodes: Floats

    def __call__(self, colors: Floats, light: Floats, rows: tuple[int, int], height: int) -> Floats:
        """Planes (3, h, w) after the table, 0 to 255, with the `light` (h, w) of the original that they were, as they
        are after the grid; they are the `rows` (first, last) of a picture `height` rows high.
        """
        if not self.nodes.any():
            return colors
        levels, _, _, down, across = self.nodes.shape
        at_y = splines(height, down - 3)[rows[0] : rows[1]].astype(np.float32)
        at_x = splines(colors.shape[2], across - 3).T.astype(np.float32)
        place = np.clip(light * np.float32((levels - 1) / 255), 0, levels - 1)
        found = colors.copy()
        part = np.empty(light.shape, np.float32)
        for level in range(int(place.min()), int(np.ceil(place.max())) + 1):
            hat = np.maximum(0, 1 - np.abs(place - np.float32(level)))
            spread = (at_y @ self.nodes[level]) @ at_x  # out, in, rows, columns
            for feature in range(4):
                share = hat * (colors[feature] if feature < 3 else np.float32(255))
                for out in range(3):
                    np.multiply(spread[out, feature], share, out=part)
                    found[out] += part
        return found

    def gain(self, light: Floats) -> Floats:
        """How much of a small change of all colours it lets through where the original has this `light` (h, w)."""
        if not self.nodes.any():
            return np.ones(light.shape, np.float32)
        some = light[::2, ::2]
        rows = (0, len(some))
        still = np.zeros((3, *some.shape), np.float32)
        moved = (self(still + 1, some, rows, len(some)) - self(still, some, rows, len(some))).mean(0)
        return np.asarray(np.kron(moved, np.ones((2, 2), np.float32))[: light.shape[0], : light.shape[1]], np.float32)


def light_of(colors: Floats) -> Floats:
    """Luminance (h, w) of planes (3, h, w)."""
    return np.asarray(np.tensordot(np.array(REC601, np.float32), colors, 1), np.float32)


def no_grid() -> AffineGrid:
    """The grid that changes nothing."""
    return AffineGrid(np.zeros((LEVELS, 3, 4, PIECES + 3, PIECES + 3), np.float32))


def fit_grid(
    colors: Floats, light: Floats, wanted: Floats, weight: Floats, stiffness: float | None = None
) -> tuple[AffineGrid, float]:
    """From planes (3, h, w) after the table and the original's light to those `wanted`; `weight` (h, w).

    The stiffness that was found best is told, infinite where no grid is worth it, and may be given the next time.
    """
    shape = pieces_of(light.shape)
    if stiffness == np.inf:
        return AffineGrid(np.zeros((LEVELS, 3, 4, shape[0] + 3, shape[1] + 3), np.float32)), np.inf
    cells = _cells_of(light.shape, shape)
    everything = _moments(colors.reshape(3, -1), light.ravel(), wanted.reshape(3, -1), weight.ravel(), cells)
    whole = _equations(everything, shape)
    penalty = _penalty(shape)
    size = float(weight.sum()) / (LEVELS * (shape[0] + 3) * (shape[1] + 3))

    def solve(normal: Doubles, right: Doubles, stiff: float) -> Doubles:
        held = normal + (size * stiff) * penalty
        held[np.diag_indices(len(held))] += size * RIDGE
        return np.asarray(cho_solve(cho_factor(held, overwrite_a=True, check_finite=False), right), np.float64)

    if stiffness is None:
        held = np.flatnonzero(held_out(light.shape).ravel())
        missing = (wanted.reshape(3, -1)[:, held], colors.reshape(3, -1)[:, held])
        part = _moments(missing[1], light.ravel()[held], missing[0], weight.ravel()[held], cells.part(held))
        checked = _equations(part, shape)
        losses = []
        for stiff in STIFFNESS:
            solved = solve(whole[0] - checked[0], whole[1] - checked[1], stiff)
            losses.append(float(np.sum(solved * (checked[0] @ solved)) - 2 * np.sum(solved * checked[1])))
        left = float(np.sum(weight.ravel()[held] * np.sum((missing[0] - missing[1]) ** 2, 0))) / 255**2
        stiffness = STIFFNESS[int(np.argmin(losses))] if -min(losses) > WORTH_IT * left else np.inf
        if stiffness == np.inf:
            return fit_grid(colors, light, wanted, weight, stiffness)
    nodes = solve(*whole, stiffness).reshape(LEVELS, 4, shape[0] + 3, shape[1] + 3, 3).transpose(0, 4, 1, 2, 3)
    return AffineGrid(np.ascontiguousarray(nodes, np.float32)), stiffness


def pieces_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Intervals of the splines down and across a picture (h, w)."""
    short = min(shape)
    return min(MOST_PIECES, round(PIECES * shape[0] / short)), min(MOST_PIECES, round(PIECES * shape[1] / short))


def held_out(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixels of a picture (h, w) the fit does not see while its stiffness is chosen."""
    side = max(1, min(shape) // BLOCKS)
    blocks = np.random.default_rng(0).random((-(-shape[0] // side), -(-shape[1] // side))) < 1 / HELD_OUT
    return np.kron(blocks, np.ones((side, side), bool))[: shape[0], : shape[1]]


@lru_cache(maxsize=32)
def splines(length: int, pieces: int) -> Doubles:
    """Cubic B-splines with so many intervals at the middles of `length` pixels: (length, pieces + 3)."""
    from scipy.interpolate import BSpline  # a third of what a run takes to start, and most runs render nothing

    knots = np.arange(-3, pieces + 4) / pieces
    at = (np.arange(length) + 0.5) / length
    return np.asarray(BSpline.design_matrix(np.clip(at, 0, 1 - 1e-9), knots, 3).toarray(), np.float64)


def weighted_squares(rows: Doubles, columns: Doubles, weight: Doubles) -> Doubles:
    """B' W B for the products B of two bases, (high, a) down and (wide, b) across, and weights of high x wide:
    (a b, a b). One direction after the other, which is a hundred times quicker than writing B out.
    """
    (high, down), (wide, across) = rows.shape, columns.shape
    in_rows = (rows[:, :, None] * rows[:, None, :]).reshape(high, -1)
    in_columns = (columns[:, :, None] * columns[:, None, :]).reshape(wide, -1)
    both = (in_rows.T @ weight.reshape(high, wide) @ in_columns).reshape(down, down, across, across)
    return both.transpose(0, 2, 1, 3).reshape(down * across, -1)


@dataclass(frozen=True, slots=True)
class _Cells:
    """In which of so many fine cells each pixel lies."""

    count: int
    number: NDArray[np.intp]

    def part(self, pixels: NDArray[np.intp]) -> _Cells:
        """The same for some of the pixels."""
        return _Cells(self.count, self.number[pixels])


def _cells_of(size: tuple[int, ...], shape: tuple[int, int]) -> _Cells:
    high, wide = (CELLS * pieces for pieces in shape)
    row = (np.arange(size[0]) * high // size[0])[:, None]
    return _Cells(high * wide, (row * wide + (np.arange(size[1]) * wide // size[1])[None, :]).ravel())


def _moments(colors: Floats, light: Floats, wanted: Floats, weight: Floats, cells: _Cells) -> tuple[Doubles, Doubles]:
    """Sums over fine cells: (cell, LEVELS, LEVELS, 4, 4) of products of features, (cell, LEVELS, 4, 3) with what is
    wanted beyond them. Features are the colours and 1, in units of 255.
    """
    cell, count = cells.number, cells.count
    place = np.clip(light * np.float32((LEVELS - 1) / 255), 0, LEVELS - 1 - 1e-4)
    below = place.astype(np.intp)
    towards = place - below
    heavy = weight
    features = [*(colors / np.float32(255)), np.ones(cell.size, np.float32)]
    missing = (wanted - colors) / np.float32(255)
    products = np.zeros((count, LEVELS, LEVELS, 4, 4))
    rights = np.zeros((count, LEVELS, 4, 3))
    key = cell * LEVELS + below
    shares = (1 - towards, towards)
    for up in (0, 1):
        for one in range(4):
            scaled = heavy * shares[up] * features[one]
            for out in range(3):
                sums = np.bincount(key, scaled * missing[out], count * LEVELS).reshape(count, LEVELS)
                rights[:, up:, one, out] += sums[:, : LEVELS - up]
            for other in range(one + 1):
                both = scaled * features[other]
                for up_too in range(up + 1):
                    sums = np.bincount(key, both * shares[up_too], count * LEVELS).reshape(count, LEVELS)
                    for level in range(LEVELS - max(up, up_too)):
                        products[:, level + up, level + up_too, one, other] += sums[:, level]
    _mirror(products)
    return products, rights


def _mirror(products: Doubles) -> None:
    """Fill in what symmetry tells: features first, then levels."""
    for one in range(4):
        for other in range(one):
            products[..., other, one] = products[..., one, other]
    for level in range(LEVELS - 1):
        products[:, level, level + 1] = products[:, level + 1, level]


def _equations(sums: tuple[Doubles, Doubles], shape: tuple[int, int]) -> tuple[Doubles, Doubles]:
    """Normal matrix and right side; unknowns are in the order level, feature, place."""
    high, wide = (CELLS * pieces for pieces in shape)
    rows, columns = splines(high, shape[0]), splines(wide, shape[1])
    basis = np.einsum("ya,xb->yxab", rows, columns).reshape(high * wide, -1)
    products, rights = sums
    places = basis.shape[1]
    normal = np.zeros((LEVELS, 4, places, LEVELS, 4, places))
    for level in range(LEVELS):
        for other_level in range(max(0, level - 1), level + 1):
            for one in range(4):
                for other in range(4):
                    part = weighted_squares(rows, columns, products[:, level, other_level, one, other])
                    normal[level, one, :, other_level, other] = part
                    normal[other_level, other, :, level, one] = part.T
    right = np.einsum("cp,clfo->lfpo", basis, rights, optimize=True)
    size = LEVELS * 4 * places
    return normal.reshape(size, size), right.reshape(size, 3)


def _bend(count: int) -> Doubles:
    """Squares of the second differences of so many values in a row, as a matrix."""
    second = np.diff(np.eye(count), 2, axis=0)
    return np.asarray(second.T @ second, np.float64)


@lru_cache(maxsize=8)
def bending(down: int, across: int) -> Doubles:
    """The same of values at the nodes of (down, across), along both."""
    return np.asarray(np.kron(_bend(down), np.eye(across)) + np.kron(np.eye(down), _bend(across)), np.float64)


@lru_cache(maxsize=8)
def _penalty(shape: tuple[int, int]) -> Doubles:
    down, across = shape[0] + 3, shape[1] + 3
    in_place = np.kron(np.eye(LEVELS * 4), bending(down, across))
    in_light = np.kron(np.kron(_bend(LEVELS), np.eye(4)), np.eye(down * across))
    return in_place + ALONG_LEVELS * in_light
