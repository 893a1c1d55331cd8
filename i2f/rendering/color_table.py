"""One table of colours for the whole picture: what a filter's curves and matrices do, wherever they do it.

A colour of the original leads to a colour of the copy. Each channel bends by curves of its own, the sum of which is
all that curves and matrices can do together; what is left over, hues that turn and tints of some colours alone, is a
coarse cube of differences, smooth by its second differences, which leaves colours that the picture does not hold where
straight continuation puts them.

Fitted are values at nodes, by weighted least squares. Applied is a finer cube that holds a value and three slopes for
each cell of 4 x 4 x 4 levels, so that one look-up and three products give a pixel: quick, and within a twentieth of a
level of the curve that was fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.sparse import coo_array, csc_array, diags_array, eye_array, kron
from scipy.sparse.linalg import splu

from i2f.ground.image import Floats

Doubles = NDArray[np.float64]
KNOTS = 33
NODES = 11
FINE = 64
STEP = 256 // FINE
PIXELS_AT_ONCE = 1 << 15
CURVE_SMOOTH = 30.0
CURVE_RIDGE = 1e-3
CUBE_SMOOTH = 3.0
CUBE_RIDGE = 0.03
"""Weights of second differences and of the size of what is added, in rows of the fit; a row is one sampled pixel of
which the noise is about that of the others."""


@dataclass(frozen=True, slots=True)
class ColorTable:
    """`cells` (64 * 64 * 64, 12): for each cell the three values at its middle, then the slopes by each channel."""

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
        held -= at * np.float32(STEP) + np.float32((STEP - 1) / 2)
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


def _hats(values: Doubles, nodes: int) -> tuple[NDArray[np.intp], Doubles]:
    """The node below each value, and how far the value lies towards the next."""
    place = np.clip(values / 255 * (nodes - 1), 0, nodes - 1 - 1e-9)
    below = place.astype(np.intp)
    return below, place - below


def _curve_design(rows: Doubles) -> csc_array:
    count = np.arange(len(rows))
    parts = []
    for channel in range(3):
        below, share = _hats(rows[:, channel], KNOTS)
        columns = below + channel * KNOTS
        parts += [(count, columns, 1 - share), (count, columns + 1, share)]
    at, columns, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    return coo_array((values, (at, columns)), (len(rows), 3 * KNOTS)).tocsc()


def _fit_curves(rows: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    design = _curve_design(rows)
    weighted = design.multiply(weight[:, None])
    second = _second_differences(KNOTS)
    stiff = kron(eye_array(3), second.T @ second).toarray()
    normal = (weighted.T @ design).toarray() + CURVE_SMOOTH * stiff + CURVE_RIDGE * np.eye(3 * KNOTS)
    identity = np.zeros((3 * KNOTS, 3))
    for channel in range(3):
        identity[channel * KNOTS : (channel + 1) * KNOTS, channel] = np.linspace(0, 255, KNOTS)
    return identity + np.linalg.solve(normal, weighted.T @ (wanted - design @ identity))


def _curved(rows: Doubles, curves: Doubles) -> Doubles:
    return np.asarray(_curve_design(rows) @ curves, np.float64)


# The cube.


def _second_differences(nodes: int) -> csc_array:
    return csc_array(diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(nodes - 2, nodes)))


@lru_cache(maxsize=1)
def _cube_stiffness() -> csc_array:
    one, second = eye_array(NODES), _second_differences(NODES)
    bend = second.T @ second
    along = (kron(kron(bend, one), one), kron(kron(one, bend), one), kron(kron(one, one), bend))
    total = along[0] + along[1] + along[2]
    return csc_array(CUBE_SMOOTH * total + CUBE_RIDGE * eye_array(NODES**3))


def _fit_cube(rows: Doubles, wanted: Doubles, weight: Doubles) -> Doubles:
    parts = [_hats(rows[:, channel], NODES) for channel in range(3)]
    count = np.arange(len(rows))
    entries = []
    for corner in range(8):
        columns, share = np.zeros(len(rows), np.intp), np.ones(len(rows))
        for channel, (below, towards) in enumerate(parts):
            up = corner >> channel & 1
            columns = columns * NODES + below + up
            share = share * (towards if up else 1 - towards)
        entries.append((count, columns, share))
    at, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    design = coo_array((values, (at, columns)), (len(rows), NODES**3)).tocsc()
    weighted = design.multiply(weight[:, None]).tocsc()
    normal = csc_array(weighted.T @ design) + _cube_stiffness()
    solved = splu(normal, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(
        np.asarray(weighted.T @ wanted)
    )
    return np.asarray(solved.reshape(NODES, NODES, NODES, 3), np.float64)


def _fine_cells(curves: Doubles, cube: Doubles) -> Floats:
    """Curves and cube together, at the middles of the fine cells, with slopes."""
    middles = np.arange(FINE) * STEP + (STEP - 1) / 2
    spread = CubicSpline(np.linspace(0, 255, NODES), np.eye(NODES))(middles)
    values = cube
    for _ in range(3):  # one axis after the other, each put behind the others
        values = np.moveaxis(np.tensordot(spread, values, (1, 0)), 0, 2)
    for channel in range(3):
        knots = curves[channel * KNOTS : (channel + 1) * KNOTS]
        bent = np.stack([np.interp(middles, np.linspace(0, 255, KNOTS), knots[:, k]) for k in range(3)], -1)
        values += bent.reshape([FINE if axis == channel else 1 for axis in range(3)] + [3])
    slopes = [np.gradient(values, STEP, axis=channel) for channel in range(3)]
    return np.ascontiguousarray(np.concatenate([values, *slopes], -1).reshape(-1, 12), np.float32)
