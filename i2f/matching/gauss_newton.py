"""Gauss-Newton: a small normalised copy slides over a normalised original until they agree, many starts at once.

Inverse compositional (Baker and Matthews, Lucas-Kanade 20 Years On, IJCV 2004): the gradients are the copy's and stay
put, only the original is sampled anew. Residuals are weighted by a Cauchy function, so that frames, stickers and things
that moved pull little.

Nearly everything a run compares is a stranger, from several starts, and a picture of 32 pixels is too small for an
array library: what costs is the calls. So all starts of one level advance together, as rows of one array: one product
of matrices lays all of them over the original, one more gives all normal equations, since those are weighted sums of
the same ten products of gradients. Each start still ends by its own rules.

A start is (a, b, cx, cy) as registration.py has it, and held here as two complex numbers, `turn` = a + ib and
`middle` = cx + i cy, so that the point z = x + iy of the copy lies at turn z + middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from i2f.ground.image import Floats, spots

Doubles = NDArray[np.float64]
Complexes = NDArray[np.complex128]

LEAST_INSIDE = 0.3
"""Share of the copy that must lie in the original for another step to be worth anything."""
LEAST_PIXELS = 64
STILL = 0.01
"""Pixels of the copy: a step that moves less is followed by a last look."""
LEAST_SCALE, LARGEST_SCALE = 0.5, 2.0
"""What a start may shrink or grow to; what goes further is lost."""
_PAIRS = np.triu_indices(4)


class Template:
    """A normalised copy: what each step needs of it, computed once."""

    def __init__(self, picture: Floats, x: Floats, y: Floats, edges: tuple[int, int]) -> None:
        """`x` and `y` are its pixels' places (registration.grid_of); what lies within `edges` of the border, rows and
        columns, is left out.
        """
        rows, cols = picture.shape
        inner = np.s_[edges[0] : rows - edges[0], edges[1] : cols - edges[1]]
        down, across = (np.gradient(picture, axis=axis)[inner].ravel() * np.float32(min(rows, cols)) for axis in (0, 1))
        x, y = (np.broadcast_to(line, picture.shape)[inner].ravel() for line in (x, y))
        self.short, self.pixels = min(rows, cols), rows * cols
        self.values = picture[inner].ravel()
        self.squares = self.values * self.values
        self.points = np.stack([x, y, np.ones_like(x)])
        self.jacobian = np.stack([across * x + down * y, down * x - across * y, across, down], 1)
        self.products = self.jacobian[:, _PAIRS[0]] * self.jacobian[:, _PAIRS[1]]


@dataclass(frozen=True, slots=True)
class Ground:
    """A normalised original to lay a template over: `factor` times the thumbnail of `size` (height, width)."""

    picture: Floats
    factor: float
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Look:
    """What k starts show of the original: residuals and their weights (k, n), pixels inside, and correlation (k,)."""

    residual: Floats
    weight: Floats
    inside: Doubles
    correlation: Doubles


@dataclass(frozen=True, slots=True)
class Starts:
    """Where k similarities lay the copy, in pixels of the thumbnail; (k,) each."""

    turn: Complexes
    middle: Complexes

    def some(self, which: NDArray[np.intp]) -> Starts:
        """Those at these places."""
        return Starts(self.turn[which], self.middle[which])

    def after(self, delta: Doubles) -> Starts:
        """Each, applied after the small inverse of (1 + da, db, dx, dy), (k, 4): the compositional update."""
        turn = self.turn / (1 + delta[:, 0] + 1j * delta[:, 1])
        return Starts(turn, self.middle - turn * (delta[:, 2] + 1j * delta[:, 3]))


def descend(template: Template, ground: Ground, starts: Starts, steps: int) -> tuple[Starts, Doubles]:
    """`steps` of Gauss-Newton from each start: where each correlated best on its way, and how well, (k,)."""
    at, going = starts, np.arange(len(starts.turn))
    best = Starts(starts.turn.copy(), starts.middle.copy())
    correlation, last = np.full(len(going), -1.0), np.full(len(going), steps)
    for step in range(steps + 1):
        look = _look(template, ground, at)
        better = np.flatnonzero(look.correlation > correlation[going])
        correlation[going[better]] = look.correlation[better]
        best.turn[going[better]], best.middle[going[better]] = at.turn[better], at.middle[better]
        on = np.flatnonzero((step < last[going]) & (look.inside >= LEAST_INSIDE * template.pixels))
        if not len(on):
            break
        delta = _step(template, look, on)
        at, going = at.some(on).after(delta), going[on]
        last[going[np.abs(delta).max(1) * template.short < STILL]] = step + 1
        grown = np.abs(at.turn) / np.abs(starts.turn[going])
        kept = np.flatnonzero((grown > LEAST_SCALE) & (grown < LARGEST_SCALE))
        if not len(kept):
            break
        at, going = at.some(kept), going[kept]
    return best, correlation


def _look(template: Template, ground: Ground, at: Starts) -> _Look:
    """Lay the template over the original, as each start has it."""
    turn, middle = at.turn * ground.factor, at.middle * ground.factor
    across = np.stack([turn.real, -turn.imag, middle.real - 0.5], 1).astype(np.float32) @ template.points
    down = np.stack([turn.imag, turn.real, middle.imag - 0.5], 1).astype(np.float32) @ template.points
    height, width = (edge * ground.factor - 0.5 for edge in ground.size)
    here = ((across >= -0.5) & (down >= -0.5) & (across <= width) & (down <= height)).astype(np.float32)
    seen = spots(ground.picture.shape, across, down).of(ground.picture)
    residual = seen - template.values
    return _Look(residual, here / (1 + residual * residual), *_correlations(template, seen, here))


def _correlations(template: Template, seen: Floats, here: Floats) -> tuple[Doubles, Doubles]:
    """How many pixels are `here`, and the correlation of those with the template; (k,) each."""
    count = here.sum(1, dtype=np.float64)
    n = np.maximum(count, 1)
    shown = seen * here
    mean, mean_square = shown.sum(1) / n, np.einsum("kn,kn->k", shown, seen) / n
    own, own_square, product = (
        sums / n for sums in (here @ template.values, here @ template.squares, shown @ template.values)
    )
    deviations = np.sqrt(np.maximum((mean_square - mean * mean) * (own_square - own * own), 0.0))
    return count, np.where(count < LEAST_PIXELS, -1.0, (product - mean * own) / (deviations + 1e-6))


def _step(template: Template, look: _Look, on: NDArray[np.intp]) -> Doubles:
    """The steps (da, db, dx, dy) that the normal equations ask of the starts that go `on`."""
    weight, residual = (
        (look.weight, look.residual) if len(on) == len(look.weight) else (look.weight[on], look.residual[on])
    )
    normal = np.zeros((len(on), 4, 4))
    normal[:, _PAIRS[0], _PAIRS[1]] = normal[:, _PAIRS[1], _PAIRS[0]] = weight @ template.products
    diagonal = np.arange(4)
    normal[:, diagonal, diagonal] = normal[:, diagonal, diagonal] * (1 + 1e-4) + 1e-9
    wanted = (weight * residual) @ template.jacobian
    return np.asarray(np.linalg.solve(normal, wanted.astype(np.float64)[..., None])[..., 0])
