"""Gauss-Newton: a small normalised copy slides over a normalised original until they agree, many starts at once.

Inverse compositional (Baker and Matthews, Lucas-Kanade 20 Years On, IJCV 2004): the gradients are the copy's and stay
put, only the original is sampled anew. Residuals are weighted by a Cauchy function, so that frames, stickers and things
that moved pull little.

Nearly everything a run compares is a stranger, from several starts, and a picture of 32 pixels is too small for an
array library: what costs is the calls. So all starts of one level advance together, as rows of one array, on all the
originals that are proposed for a copy: one product of matrices lays all of them over their originals, one more gives
all normal equations, since those are weighted sums of the same ten products of gradients. Each start still ends by its
own rules.

A start is (a, b, cx, cy) as registration.py has it, and held here as two complex numbers, `turn` = a + ib and
`middle` = cx + i cy, so that the point z = x + iy of the copy lies at turn z + middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from i2f.ground.image import Floats, spots

Doubles = NDArray[np.float64]
Complexes = NDArray[np.complex128]

LEAST_INSIDE = 0.3
"""Share of the copy that must lie in the original for another step to be worth anything."""
LEAST_PIXELS = 64
EARLY = 2
"""Steps after which a stranger shows: what correlates hardly then seldom does later."""
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
        self.moments = np.stack([np.ones_like(self.values), self.values, self.values**2], 1)
        self.points = np.stack([x, y, np.ones_like(x)])
        self.jacobian = np.stack([across * x + down * y, down * x - across * y, across, down], 1)
        self.products = self.jacobian[:, _PAIRS[0]] * self.jacobian[:, _PAIRS[1]]


@dataclass(frozen=True, slots=True)
class Ground:
    """A normalised original to lay a template over: `factor` times the thumbnail of `size` (height, width)."""

    picture: Floats
    factor: float
    size: tuple[int, int]


class _Grounds:
    """Several of them, end to end in one row of numbers, and what is known of each, (grounds, 1)."""

    def __init__(self, grounds: Sequence[Ground]) -> None:
        self.flat = np.concatenate([one.picture.ravel() for one in grounds])
        self.shape = np.array([one.picture.shape for one in grounds]).T[..., None]
        self.begin = np.cumsum([0, *(one.picture.size for one in grounds[:-1])])[:, None]
        self.factor = np.array([one.factor for one in grounds])
        self.ends = (np.array([one.size for one in grounds]).T * self.factor - 0.5).astype(np.float32)[..., None]


@dataclass(frozen=True, slots=True)
class _Look:
    """What k starts show of the original: residuals and their weights (k, n), pixels inside, and correlation (k,)."""

    residual: Floats
    weight: Floats
    inside: Doubles
    correlation: Doubles


@dataclass(frozen=True, slots=True)
class Starts:
    """Where k similarities lay the copy, in pixels of the thumbnail, and on which of the grounds; (k,) each."""

    turn: Complexes
    middle: Complexes
    on: NDArray[np.intp]

    def some(self, which: NDArray[np.intp]) -> Starts:
        """Those at these places."""
        return Starts(self.turn[which], self.middle[which], self.on[which])

    def after(self, delta: Doubles) -> Starts:
        """Each, applied after the small inverse of (1 + da, db, dx, dy), (k, 4): the compositional update."""
        turn = self.turn / (1 + delta[:, 0] + 1j * delta[:, 1])
        return Starts(turn, self.middle - turn * (delta[:, 2] + 1j * delta[:, 3]), self.on)


def descend(
    template: Template, starts: Starts, grounds: Sequence[Ground], steps: int, least: float = -1.0
) -> tuple[Starts, Doubles]:
    """`steps` of Gauss-Newton from each start: where each correlated best on its way, and how well, (k,). All starts on
    one ground end after `EARLY` steps where none of them correlates `least` by then.
    """
    joined, at, going = _Grounds(grounds), starts, np.arange(len(starts.turn))
    best = Starts(starts.turn.copy(), starts.middle.copy(), starts.on)
    correlation, last = np.full(len(going), -1.0), np.full(len(going), steps)
    for step in range(steps + 1):
        look = _look(template, joined, at)
        better = np.flatnonzero(look.correlation > correlation[going])
        correlation[going[better]] = look.correlation[better]
        best.turn[going[better]], best.middle[going[better]] = at.turn[better], at.middle[better]
        further = (step < last[going]) & (look.inside >= LEAST_INSIDE * template.pixels)
        if step == EARLY:
            further &= _best_of_ground(correlation, starts.on)[at.on] >= least
        on = np.flatnonzero(further)
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


def _best_of_ground(correlation: Doubles, on: NDArray[np.intp]) -> Doubles:
    """The best correlation on each ground, (grounds,), of starts on these."""
    best = np.full(on.max() + 1, -1.0)
    np.maximum.at(best, on, correlation)
    return best


def _look(template: Template, grounds: _Grounds, at: Starts) -> _Look:
    """Lay the template over the originals, as each start has it."""
    turn, middle = at.turn * grounds.factor[at.on], at.middle * grounds.factor[at.on]
    across = np.stack([turn.real, -turn.imag, middle.real - 0.5], 1).astype(np.float32) @ template.points
    down = np.stack([turn.imag, turn.real, middle.imag - 0.5], 1).astype(np.float32) @ template.points
    there = across >= -0.5
    for line in (down >= -0.5, down <= grounds.ends[0, at.on], across <= grounds.ends[1, at.on]):
        there &= line
    here = there.astype(np.float32)
    seen = spots(grounds.shape[:, at.on], across, down).of(grounds.flat, grounds.begin[at.on])
    residual = seen - template.values
    weight = residual * residual
    weight += 1
    np.divide(here, weight, out=weight)
    return _Look(residual, weight, *_correlations(template, seen, here))


def _correlations(template: Template, seen: Floats, here: Floats) -> tuple[Doubles, Doubles]:
    """How many pixels are `here`, and the correlation of those with the template; (k,) each."""
    sums = (here @ template.moments).astype(np.float64)
    n = np.maximum(sums[:, 0], 1)
    own, own_square = sums[:, 1] / n, sums[:, 2] / n
    shown = seen * here
    mean, product = (shown @ template.moments[:, :2]).astype(np.float64).T / n
    mean_square = np.einsum("kn,kn->k", shown, seen) / n
    deviations = np.sqrt(np.maximum((mean_square - mean * mean) * (own_square - own * own), 0.0))
    return sums[:, 0], np.where(sums[:, 0] < LEAST_PIXELS, -1.0, (product - mean * own) / (deviations + 1e-6))


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
