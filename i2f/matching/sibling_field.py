"""Could another exposure hide here: odds of a smooth displacement field against none, over the whole copy.

Four numbers fitted to a sharp disc absorb what a hand's movement did inside it. So that nothing moved where something
could be measured proves little; what matters is what a sibling's field would have done, and where nobody looked. Two
hypotheses about the blocks' displacements d (displacement.py), with covariance V:

    same exposure:  d = G t + e                 e ~ N(0, V)
    sibling:        d = G t + F c + e           c ~ N(0, L)

G is the similarity, whose four numbers t are free in both. F are low cosines over the copy, one set for each direction;
the variances L fall with the frequency as those of a Gaussian process whose length is `LENGTH` short sides, and are
scaled so that the field that no similarity absorbs has a root mean square of `SMALLEST`: the stillest sibling. t and c
are integrated out, which is exact, and leaves

- odds: the logarithm of how many times likelier the displacements are under the sibling. Where blocks with a voice are
  few or crowded both explain them alike, and the odds are near nothing: no evidence is no proof;
- unsettled: the standard error that this field keeps at the copy's worst place once all voices are heard, as a share
  of `SMALLEST`: near nothing where the blocks settle it, large where they are far away.

Blurred blocks have a voice here, too, faint as it is: under a tilt-shift it is they that a sibling would move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from i2f.matching.displacement import Doubles

SMALLEST = 0.0006
"""Short sides: the root mean square of the stillest sibling's field, 0.2 pixels of 320. (Of real siblings one in
twenty moved by less than 0.3 in the median of its blocks; those of siblings.py begin at 0.2.)"""
LENGTH, ORDERS = 0.5, 5
"""Short sides over which a field changes, and cosines in each direction."""
AUDIBLE = 0.5
"""Pixels: a block whose displacement is less certain than this says nothing even here. (Of sharp true pairs' blocks
between 0.15 and 0.5 nine in ten stay below 3.7 to 7.4 of chi square where chance gives 4.6, half below 0.9 of 1.4.)"""
SYSTEMATIC, BLURRED, SHARP = 0.03, 0.1, 0.15
"""Pixels that are added to each block's uncertainty, and to that of those that are less certain than SHARP."""
OUTLIER = 8.0
"""Squared displacements in units of their variance beyond which that is enlarged to fit: a thing moved, no field."""
_FREQUENCIES = [(i, j) for i in range(ORDERS) for j in range(ORDERS) if i + j]


@dataclass(frozen=True, slots=True)
class Displacements:
    """All blocks of a pair: their middles x, y from the copy's middle and what is left of their displacements (n, 2),
    in short sides; their deviation in pixels; which lie in the original; pixels of the short side."""

    x: Doubles
    y: Doubles
    left: Doubles
    deviation: Doubles
    valid: NDArray[np.bool_]
    size: int


@dataclass(frozen=True, slots=True)
class SiblingField:
    """Natural logarithm of the odds for a sibling, and how much of its field stays unsettled."""

    odds: float = 0.0
    unsettled: float = 99.0


def covariance_of_similarity(found: Displacements) -> Doubles:
    """Covariance (4, 4) of a similarity fitted to the certain blocks: of (a, b, cx, cy) as shares of its scale."""
    use = found.valid & (found.deviation < SHARP)
    weight = np.tile(1 / _variance_of(found.deviation[use], found.size), 2)
    free = _similarity_of(found.x[use], found.y[use])
    return np.asarray(np.linalg.inv(free.T @ (free * weight[:, None]) + 1e-9 * np.eye(4)))


def _variance_of(deviation: Doubles, size: int) -> Doubles:
    """Variance of one coordinate of blocks' displacements, in short sides, from their deviation in pixels."""
    blurred = np.where(deviation > SHARP, BLURRED, 0.0)
    return np.asarray((deviation**2 + SYSTEMATIC**2 + blurred**2) / size**2)


def _similarity_of(x: Doubles, y: Doubles) -> Doubles:
    """Design (2n, 4) of a small similarity at these points: x of all displacements first, then y."""
    one, none = np.ones_like(x), np.zeros_like(x)
    return np.concatenate([np.stack([x, -y, one, none], 1), np.stack([y, x, none, one], 1)])


def sibling_field(found: Displacements) -> SiblingField:
    """The two statistics of the module's head."""
    use = found.valid & (found.deviation < AUDIBLE)
    if use.sum() < 4:
        return SiblingField()
    whole, similarity = _cosines(found.x, found.y), _similarity_of(found.x, found.y)
    prior = _prior(whole, similarity)
    variance = _variance_of(found.deviation[use], found.size)
    variance *= np.maximum(1.0, (found.left[use] ** 2).sum(1) / variance / OUTLIER)
    both = np.concatenate([use, use])
    weight = np.tile(1 / variance, 2)
    d, field, free = found.left[use].T.ravel(), whole[both] * np.sqrt(prior), similarity[both]
    inner = np.linalg.inv(free.T @ (free * weight[:, None]))
    along = inner @ (free.T @ (field * weight[:, None]))
    cleared = (field - free @ along) * weight[:, None]
    precision = np.eye(len(prior)) + field.T @ cleared
    heard = cleared.T @ d
    covariance = np.linalg.inv(precision)
    odds = 0.5 * float(heard @ covariance @ heard) - 0.5 * float(np.linalg.slogdet(precision)[1])
    rest = whole * np.sqrt(prior) - similarity @ along
    spread = np.einsum("ni,ij,nj->n", rest, covariance, rest) + np.einsum("ni,ij,nj->n", similarity, inner, similarity)
    return SiblingField(odds, float(np.sqrt(spread.reshape(2, -1).sum(0).max())) / SMALLEST)


def _cosines(x: Doubles, y: Doubles) -> Doubles:
    """The fields F at these points (2n, k), x of all displacements first, the slow ones as the prior wants them."""
    across, down = (x - x.min()) / max(np.ptp(x), 1e-6), (y - y.min()) / max(np.ptp(y), 1e-6)
    one = np.stack([np.cos(np.pi * i * across) * np.cos(np.pi * j * down) for i, j in _FREQUENCIES], 1)
    none = np.zeros_like(one)
    return np.concatenate([np.concatenate([one, none], 1), np.concatenate([none, one], 1)])


def _prior(whole: Doubles, similarity: Doubles) -> Doubles:
    """Variance of each field's coefficient (k,), such that what no similarity absorbs has SMALLEST over the copy."""
    squares = np.array([i * i + j * j for i, j in _FREQUENCIES])
    doubled = np.array([(1 + (i > 0)) * (1 + (j > 0)) for i, j in _FREQUENCIES])
    falling = np.tile(doubled * np.exp(-0.5 * (np.pi * LENGTH) ** 2 * squares), 2)
    basis, _ = np.linalg.qr(similarity)
    rest = whole - basis @ (basis.T @ whole)
    mean_square = 2 * float(((rest**2).mean(0) * falling).sum())
    return np.asarray(falling * SMALLEST**2 / mean_square)
