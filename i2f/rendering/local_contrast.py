"""Local contrast that a look raised or lowered, carried over by scales.

Lux and Structure lift what is brighter than its surroundings and sink what is darker. No function of a pixel's colour
does that, and a grid does it only as coarsely as its cells. So the luminance is split into octaves, and the look is
allowed to weigh each of them anew before the colours are bent. What is finer than the finest octave needs no weight:
there the color table's own slope is the gain. All octaves are smooth at the copy's scale, so the field that is added
to the original can be found there and enlarged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from i2f.ground.image import Floats
from i2f.rendering.gaussian import blurred
from i2f.rendering.parallel import each

SCALES = (0.004, 0.009, 0.02, 0.045, 0.1)
"""Radii of the octaves' blurs, in short sides; the last octave is what lies beyond."""
RIDGE = 0.002
PROBE = 3.0
"""Levels by which the luminance is moved to learn how the look answers there."""


def octaves_of(light: Floats) -> Floats:
    """The luminance (h, w) less its mean, from the finest octave of SCALES to what remains: (len(SCALES), h, w)."""
    short = min(light.shape)
    smooth = each(lambda radius: blurred(light, radius * short), SCALES)
    parts = [one - other for one, other in zip(smooth, smooth[1:], strict=False)]
    return np.stack([*parts, smooth[-1] - smooth[-1].mean()])


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
