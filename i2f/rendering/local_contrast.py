"""Local contrast that a look raised or lowered, carried over by scales.

Lux and Structure lift what is brighter than its surroundings and sink what is darker. No function of a pixel's colour
does that, and a grid does it only as coarsely as its cells. So the luminance is split into octaves, and the look is
allowed to weigh each of them anew before the colours are bent.

A steeper table and flatter octaves are the same picture, but for where it is clipped. There they differ much, since a
table clips colours and an app clips what it had raised. So the weights are brought to the form that an app has: local
contrast leaves the brightness of the whole alone, and its coarsest octave has no weight. All octaves but the finest are
smooth at the copy's scale, so what they add to the original can be found there and enlarged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from i2f.ground.image import Floats
from i2f.rendering.gaussian import blurred
from i2f.rendering.parallel import each

SCALES = (0.009, 0.02, 0.045, 0.1)
"""Radii of the octaves' blurs, in short sides; the last octave is what lies beyond."""
LEAST_LEFT = 0.3
"""Of the coarsest octave so much is left at least: no look raises local contrast more than threefold."""
RIDGE = 0.002
PROBE = 3.0
"""Levels by which the luminance is moved to learn how the look answers there."""


def octaves_of(light: Floats) -> Floats:
    """A luminance (h, w) less its mean, from what is finer than SCALES to what is coarser: (1 + len(SCALES), h, w)."""
    short = min(light.shape)
    smooth = [light, *each(lambda radius: blurred(light, radius * short), SCALES)]
    parts = [one - other for one, other in zip(smooth, smooth[1:], strict=False)]
    return np.stack([*parts, smooth[-1] - smooth[-1].mean()])


def local(weights: Floats) -> Floats:
    """The same change as by the octaves' `weights`, the coarsest left alone, for a table that is less steep by that."""
    flatter = -weights[-1] / max(LEAST_LEFT, 1 + weights[-1])
    return np.asarray(flatter + (1 + flatter) * weights, np.float32)


@dataclass(frozen=True, slots=True)
class Sight:
    """What local contrast is fitted to: `colors` (3, h, w) before the `look`, what is `missing` after it (3, h, w), the
    `edges` that sharpening the copy may have added to it (3, h, w), and each pixel's `weight` (h, w).
    """

    colors: Floats
    missing: Floats
    edges: Floats
    weight: Floats
    look: Callable[[Floats], Floats]


def fit_weights(octaves: Floats, sight: Sight) -> Floats:
    """How much of each octave is to be added before the look, so that what is missing after it is made up for,
    (len(octaves),), beside as much of the edges as explains it best: what is fine may be either.
    """
    colors, weight = sight.colors, sight.weight
    answer = (sight.look(colors + PROBE) - sight.look(colors - PROBE)) / np.float32(2 * PROBE)
    features = np.stack([(one * answer).ravel() for one in octaves] + [sight.edges.ravel()])
    heavy = features * np.broadcast_to(weight, colors.shape).ravel()
    right = (heavy @ sight.missing.ravel()).astype(np.float64)
    normal = (heavy @ features.T).astype(np.float64)
    normal[np.diag_indices(len(right))] *= 1 + RIDGE
    normal += 1e-6 * np.trace(normal) * np.eye(len(right))
    return np.asarray(np.linalg.solve(normal, right)[:-1], np.float32)
