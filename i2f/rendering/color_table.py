"""One table of colours for the whole picture: what a filter's curves and matrices do, wherever they do it.

A colour of the original leads to a colour of the copy. Each channel bends by curves of its own, the sum of which is
all that curves and matrices can do together; what is left over, hues that turn and tints of some colours alone, is a
coarse cube of differences, smooth by its second differences, which leaves colours that the picture does not hold where
straight continuation puts them.

Fitted are values at nodes, by weighted least squares. Applied is a finer cube that holds a value and three slopes for
each cell of 8 x 8 x 8 levels, so that one look-up and three products give a pixel. The curves bend at the cells' edges
only and lose nothing by it, the cube of differences less than a tenth of a level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from scipy.sparse import csc_array, diags_array, eye_array, kron

from i2f.ground.image import Floats

Doubles = NDArray[np.float64]
FINE = 32
STEP = 256 // FINE
KNOTS = FINE + 1
NODES = 11
PIXELS_AT_ONCE = 1 << 15
CURVE_SMOOTH = 300.0
CURVE_RIDGE = 1e-3
CUBE_SMOOTH = 30.0
CUBE_RIDGE = 0.03
"""Weights of second differences and of the size of what is added, in rows of the fit; a row is one sampled pixel of
which the noise is about that of the others."""


@dataclass(frozen=True, slots=True)
class ColorTable:
    """`cells` (FINE ** 3, 12): for each cell the three values at its middle, then the slopes by each channel."""

    cells: Floats

    def __call__(self, colors: Floats) -> Floats:
        """Planes (3, h, w), 0 to 255, as they are after the table; not rounded, and not clipped."""
        flat = colors.reshape(3, -1)
        found = np.empty_like(flat)
        for first in range(0, flat.shape[1], PIXELS_AT_ONCE):
            part = slice(first, first + PIXELS_AT_ONCE)
            found[:, part] = self._looked_up(flat[:, part])
        return found.reshape(colors.shape)

    def _looked_up(self, colors: Floats) -> Floats:
        held = np.clip(colors, 0, 255)
        at = (held * np.float32(1 / STEP)).astype(np.int32)
        held -= at * np.float32(STEP) + np.float32(STEP / 2)
        rows = np.take(self.cells, (at[0] * FINE + at[1]) * FINE + at[2], axis=0)
        planes = np.ascontiguousarray(rows.T)
        found = planes[:3]
        for channel in range(3):
            slopes = planes[3 + 3 * channel : 6 + 3 * channel]
            slopes *= held[channel]
            found += slopes
        return found


def fit_table(seen: Floats, wanted: Floats, weight: Floats) -> ColorTable:
    """From n colours `seen` (3, n) to those `wanted` (3, n), 0 to 255, each with its weight (n,)."""
    weight64 = weight.astype(np.float64) / max(1e-9, float(weight.mean()))
    rows, aims = seen.T.astype(np.float64), wanted.T.astype(np.float64)
    curves = _fit_curves(rows, aims, weight64)
    left = aims - _curved(rows, curves)
    return ColorTable(_fine_cells(curves, _fit_cube(rows, left, weight64)))


# The curves: for each channel of the input, hats at KNOTS levels, each with a height for every channel of the output.


def _hats(values: Doubles, nodes: int, highest: float) -> tuple[NDArray[np.intp], Doubles]:
    """The node below each value, and how far the value lies towards the next; nodes lie from 0 to `highest`."""
    place = np.clip(values / highest * (nodes - 1), 0, nodes - 1 - 1e-9)
    below = place.astype(np.intp)
    return below, place - below


def _curve_hats(rows: Doubles) -> list[tuple[NDArray[np.intp], Doubles]]:
    """Which heights a colour lies between, two a channel, and the shares of them."""
    parts = []
    for channel in range(3):
        below, share = _hats(rows[:, channel], KNOTS, 256)
        parts += [(below + channel * KNOTS, 1 - share), (below + channel * KNOTS + 1, share)]
    return parts


def _fit_curves(rows: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    count = 3 * KNOTS
    straight = np.zeros((count, 3))
    for channel in range(3):
        straight[channel * KNOTS : (channel + 1) * KNOTS, channel] = np.linspace(0, 256, KNOTS)
    hats, missing = _curve_hats(rows), wanted - rows
    normal, right = np.zeros((count, count)), np.zeros((count, 3))
    for place, (at, share) in enumerate(hats):
        heavy = weight * share
        for channel in range(3):
            right[:, channel] += np.bincount(at, heavy * missing[:, channel], count)
        for other, (at_other, other_share) in enumerate(hats[: place + 1]):
            sums = np.bincount(at * count + at_other, heavy * other_share, count * count).reshape(count, count)
            normal += sums if other == place else sums + sums.T
    second = _second_differences(KNOTS)
    normal += CURVE_SMOOTH * kron(eye_array(3), second.T @ second).toarray() + CURVE_RIDGE * np.eye(count)
    return straight + np.linalg.solve(normal, right)


def _curved(rows: Doubles, curves: Doubles) -> Doubles:
    return np.asarray(sum(share[:, None] * curves[at] for at, share in _curve_hats(rows)), np.float64)


# The cube.


def _second_differences(nodes: int) -> csc_array:
    return csc_array(diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(nodes - 2, nodes)))


BAND = 2 * NODES * NODES
"""Nodes farther apart than this in the cube's order have nothing to do with each other: second differences reach two
nodes along the first axis.
"""


@lru_cache(maxsize=1)
def _cube_stiffness() -> Doubles:
    """The penalty, as lower diagonals (BAND + 1, NODES ** 3)."""
    one, second = eye_array(NODES), _second_differences(NODES)
    bend = second.T @ second
    along = (kron(kron(bend, one), one), kron(kron(one, bend), one), kron(kron(one, one), bend))
    total = (CUBE_SMOOTH * (along[0] + along[1] + along[2]) + CUBE_RIDGE * eye_array(NODES**3)).tocoo()
    lower = total.row >= total.col
    bands = np.zeros((BAND + 1, NODES**3))
    np.add.at(bands, (total.row[lower] - total.col[lower], total.col[lower]), total.data[lower])
    return bands


def _fit_cube(rows: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    parts = [_hats(rows[:, channel], NODES, 255) for channel in range(3)]
    base = (parts[0][0] * NODES + parts[1][0]) * NODES + parts[2][0]
    count = NODES**3
    corners = []
    for corner in range(8):
        steps = corner >> 2 & 1, corner >> 1 & 1, corner & 1
        share = np.ones(len(rows))
        for up, (_, towards) in zip(steps, parts, strict=True):
            share = share * (towards if up else 1 - towards)
        corners.append(((steps[0] * NODES + steps[1]) * NODES + steps[2], share))
    normal, right = _cube_stiffness().copy(), np.zeros((count, 3))
    for place, (offset, share) in enumerate(corners):
        heavy = weight * share
        for channel in range(3):
            right[:, channel] += np.bincount(base + offset, heavy * wanted[:, channel], count)
        for other_offset, other_share in corners[: place + 1]:
            normal[offset - other_offset] += np.bincount(base + other_offset, heavy * other_share, count)
    solved = solveh_banded(normal, right, lower=True, overwrite_ab=True, check_finite=False)
    return np.asarray(solved.reshape(NODES, NODES, NODES, 3), np.float64)


def _fine_cells(curves: Doubles, cube: Doubles) -> Floats:
    """Curves and cube together, at the middles of the fine cells, with slopes."""
    from scipy.interpolate import CubicSpline  # a third of what a run takes to start, and most runs render nothing

    middles = (np.arange(FINE) + 0.5) * STEP
    spread = CubicSpline(np.linspace(0, 255, NODES), np.eye(NODES))(middles)
    values = cube
    for _ in range(3):  # one axis after the other, each put behind the others
        values = np.moveaxis(np.tensordot(spread, values, (1, 0)), 0, 2)
    cells = np.empty((FINE, FINE, FINE, 12), np.float32)
    for channel in range(3):
        knots = curves[channel * KNOTS : (channel + 1) * KNOTS]
        shape = [FINE if axis == channel else 1 for axis in range(3)] + [3]
        slope = np.gradient(values, STEP, axis=channel) + (np.diff(knots, axis=0) / STEP).reshape(shape)
        cells[..., 3 + 3 * channel : 6 + 3 * channel] = slope
    for channel in range(3):
        knots = curves[channel * KNOTS : (channel + 1) * KNOTS]
        values = values + ((knots[1:] + knots[:-1]) / 2).reshape(
            [FINE if axis == channel else 1 for axis in range(3)] + [3]
        )
    cells[..., :3] = values
    return cells.reshape(-1, 12)
