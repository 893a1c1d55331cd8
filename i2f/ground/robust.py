"""Iteratively reweighted least squares: a linear fit in which what another cause made pulls little.

The matcher asks everywhere how far one smooth law explains a copy: a tone curve, a colour transfer, a tint, light and
shade, a bent field of displacements. Ink, a thing that moved or was recoloured lies in the same pixels and follows no
such law, so every fit is made in rounds, and in each the rows that missed by much in the last one count for less. How
much less, in how many rounds and with which ridge differs from law to law and is the caller's.

Two fits are not of this kind and are written where they are used: registration.py's Gauss-Newton, whose design changes
with every step, and same_exposure.py's common similarity, which has two rows to a block and one weight for both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RobustFit:
    """The last solution, what it predicts, the weights it was found with, and those that it leads to."""

    solved: Doubles
    fitted: Doubles
    used: Doubles
    weight: Doubles


@dataclass(frozen=True, slots=True)
class Procedure:
    """How a law is fitted: in so many `rounds`, at least one, with `ridge` (k, k) added to the normal equations and
    `pull` to their right side, which draws the solution to ridge^-1 pull; `weight` are the first round's weights, all
    one where none are given.
    """

    rounds: int
    ridge: Doubles
    pull: Doubles | float = 0.0
    weight: Doubles | None = None


def fit_robustly(design: Doubles, wanted: Doubles, reweigh: Callable[[Doubles], Doubles], by: Procedure) -> RobustFit:
    """Fit n rows of `design` (n, k) to `wanted` (n,) or (n, c); `reweigh` gives the weights of the next round from
    what the last one predicted.
    """
    following: Doubles = np.ones(len(design)) if by.weight is None else by.weight
    for _ in range(by.rounds):
        used = following
        weighted = design * used[:, None]
        normal = weighted.T @ design + by.ridge
        solved = np.asarray(np.linalg.solve(normal, weighted.T @ wanted + by.pull), np.float64)
        fitted = design @ solved
        following = reweigh(fitted)
    return RobustFit(solved, fitted, used, following)
