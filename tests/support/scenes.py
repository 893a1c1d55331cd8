"""Photographs that never were: texture of all sizes and things with edges, made from a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

Picture = NDArray[np.uint8]
Light = NDArray[np.float64]
HEIGHT, WIDTH = 640, 853


def scene(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Light:
    """A photograph that never was: texture of all sizes, fifty things with edges. Light from 0 to 1, (h, w, 3)."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 0.45)
    for octave in range(2, 9):
        coarse = rng.normal(size=(2**octave, 2**octave, 3))
        picture += zoom(coarse, (height / 2**octave, width / 2**octave, 1), order=1, grid_mode=True, mode="nearest") / (
            5 + 3 * octave
        )
    y, x = np.mgrid[0:height, 0:width]
    for _ in range(50):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        a, b = rng.uniform(8, 90, 2)
        picture[((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 < 1] += rng.uniform(-0.25, 0.25, 3)
    return np.asarray(np.clip(picture, 0.02, 0.98))


def bytes_of(light: Light) -> Picture:
    return np.asarray(np.clip(light * 255 + 0.5, 0, 255), np.uint8)
