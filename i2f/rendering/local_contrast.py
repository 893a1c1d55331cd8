"""Local contrast that a look raised or lowered, carried over by scales.

Lux and Structure lift what is brighter than its surroundings and sink what is darker. No function of a pixel's colour
does that, and a grid does it only as coarsely as its cells. So the luminance is split into octaves, and the look is
allowed to weigh each of them anew before the colours are bent.

What is finer than the finest octave cannot be told from the color table's own slope by least squares: a steeper table
and flatter octaves are the same picture, but for where it is clipped. There they differ much, since a table clips
colours and an app clips what it had raised. So the weights are brought to the form that an app has: local contrast
leaves the brightness of the whole alone, its coarsest octave has no weight, and the luminance itself has one instead.
All octaves are smooth at the copy's scale, so what they add to the original can be found there and enlarged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from i2f.ground.image import Floats
from i2f.rendering.gaussian import blurred
from i2f.rendering.parallel import each

SCALES = (0.004, 0.009, 0.02, 0.045, 0.1)
"""Radii of the octaves' blurs, in short sides; the last octave is what lies beyond."""
LEAST_LEFT = 0.3
"""Of the coarsest octave so much is left at least: no look raises local contrast more than threefold."""
RIDGE = 0.002
PROBE = 3.0
"""Levels by which the luminance is moved to learn how the look answers there."""


def octaves_of(light: Floats) -> Floats:
    """The luminance (h, w) less its mean, from the finest octave of SCALES to what remains: (len(SCALES), h, w)."""
    short = min(light.shape)
    smooth = each(lambda radius: blurred(light, radius * short), SCALES)
    parts = [one - other for one, other in zip(smooth, smooth[1:], strict=False)]
    return np.stack([*parts, smooth[-1] - smooth[-1].mean()])


def local(weights: Floats) -> Floats:
    """The same change as by `weights` (of the luminance itself, then of each octave), the coarsest octave left alone,
    for a table that is less steep by so much.
    """
    coarsest = float(weights[0] + weights[-1])
    flatter = -coarsest / max(LEAST_LEFT, 1 + coarsest)
    raised = (1 + flatter) * weights
    raised[0] += flatter
    return np.asarray(raised, np.float32)


def fit_weights(
    octaves: Floats, colors: Floats, missing: Floats, weight: Floats, look: Callable[[Floats], Floats]
) -> Floats:
    """How much of each octave is to be added to the colours (3, h, w) before the `look`, so that what is `missing`
    after it (3, h, w) is made up for; (len(octaves),). `weight` is (h, w).
    """
    answer = (look(colors + PROBE) - look(colors - PROBE)) / np.float32(2 * PROBE)
    heavy = (answer * answer * weight).sum(0)
    right = np.array([float((one * (answer * missing * weight).sum(0)).sum()) for one in octaves])
    flat = octaves.reshape(len(octaves), -1)
    normal = ((flat * heavy.ravel()) @ flat.T).astype(np.float64)
    normal[np.diag_indices(len(octaves))] *= 1 + RIDGE
    normal += 1e-6 * np.trace(normal) * np.eye(len(octaves))
    return np.asarray(np.linalg.solve(normal, right), np.float32)
