"""Photographs that never were: texture of all sizes and things with edges, made from a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Light = NDArray[np.float64]
HEIGHT, WIDTH = 640, 853


def _between(length: int, count: int) -> Light:
    """How each of `length` places mixes `count` values that lie evenly along them: linear interpolation as a matrix."""
    at = np.clip((np.arange(length) + 0.5) * count / length - 0.5, 0, count - 1)
    return np.asarray(np.clip(1 - np.abs(at[:, None] - np.arange(count)), 0, 1))


def scene(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Light:
    """A photograph that never was: texture of all sizes, fifty things with edges. Light from 0 to 1, (h, w, 3)."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 0.45)
    for octave in range(2, 9):
        coarse = rng.normal(size=(2**octave, 2**octave, 3))
        down, across = _between(height, 2**octave), _between(width, 2**octave).T
        picture += np.stack([down @ coarse[..., band] @ across for band in range(3)], axis=2) / (5 + 3 * octave)
    y, x = np.mgrid[0:height, 0:width]
    for _ in range(50):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        a, b = rng.uniform(8, 90, 2)
        box = np.s_[max(0, int(cy - b)) : int(cy + b) + 2, max(0, int(cx - a)) : int(cx + a) + 2]
        inside = ((x[box] - cx) / a) ** 2 + ((y[box] - cy) / b) ** 2 < 1
        picture[box][inside] += rng.uniform(-0.25, 0.25, 3)
    return np.asarray(np.clip(picture, 0.02, 0.98))


def bytes_of(light: Light) -> Picture:
    return np.asarray(np.clip(light * 255 + 0.5, 0, 255), np.uint8)
