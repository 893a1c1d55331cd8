"""Gaussian blurs of planes, wide ones on a smaller plane, for the pixels of which a wide blur has no use."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats

FINEST_SIGMA = 0.3
"""Pixels of a blur that cannot be told from none."""
LEAST_SIGMA = 2.5
"""Pixels of a blur's standard deviation that are enough to draw it with."""


def blurred(plane: Floats, sigma: float) -> Floats:
    """A plane (h, w), blurred by `sigma` pixels; beyond its edge it goes on as it ends."""
    if sigma < FINEST_SIGMA:
        return plane
    step = int(sigma / LEAST_SIGMA)
    if step < 2:
        return np.asarray(gaussian_filter(plane, sigma, mode="nearest", truncate=3.0), np.float32)
    height, width = plane.shape
    reach = step * math.ceil(3 * sigma / step)
    padded = np.pad(plane, ((reach, reach + -height % step), (reach, reach + -width % step)), mode="edge")
    small = padded.reshape(len(padded) // step, step, -1, step).mean((1, 3))
    left = math.sqrt((sigma / step) ** 2 - 1 / 12)  # a mean over one pixel has blurred by the rest
    smooth = gaussian_filter(small, left, mode="nearest", truncate=3.0)
    grown = Image.fromarray(smooth).resize((padded.shape[1], padded.shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(grown, np.float32)[reach : reach + height, reach : reach + width]
