"""Photographs that never were: texture of all sizes and things with edges, made from a seed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

Picture = NDArray[np.uint8]
Light = NDArray[np.float64]
HEIGHT, WIDTH = 640, 853


def _between(length: int, count: int) -> csr_array:
    """How each of `length` places mixes `count` values that lie evenly along them: linear interpolation as a matrix."""
    at = np.clip((np.arange(length) + 0.5) * count / length - 0.5, 0, count - 1)
    before = np.minimum(at.astype(np.intp), count - 2)
    share = np.stack([1 - (at - before), at - before], axis=1)
    columns = np.stack([before, before + 1], axis=1)
    return csr_array((share.ravel(), columns.ravel(), np.arange(length + 1) * 2), (length, count))


@lru_cache(maxsize=4)
def scene(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Light:
    """A photograph that never was: texture of all sizes, fifty things with edges. Light from 0 to 1, (h, w, 3).

    One picture for all who ask for it, and read-only for that reason.
    """
    rng = np.random.default_rng(seed)
    octaves = [2**octave for octave in range(2, 9)]
    coarse = [rng.normal(size=(count, count, 3)) / (5 + 3 * octave) for octave, count in enumerate(octaves, 2)]
    wide = [
        (_between(width, len(one)) @ one.transpose(1, 0, 2).reshape(len(one), -1)).reshape(width, -1, 3)
        for one in coarse
    ]
    down = hstack([_between(height, count) for count in octaves], format="csr")
    rows_of_all = np.concatenate([one.transpose(1, 0, 2).reshape(-1, width * 3) for one in wide])
    picture = np.asarray(0.45 + down @ rows_of_all).reshape(height, width, 3)
    y, x = np.ogrid[0:height, 0:width]
    for _ in range(50):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        a, b = rng.uniform(8, 90, 2)
        rows, columns = (slice(max(0, int(mid - half)), int(mid + half) + 2) for mid, half in ((cy, b), (cx, a)))
        inside = ((x[:, columns] - cx) / a) ** 2 + ((y[rows] - cy) / b) ** 2 < 1
        picture[rows, columns][inside] += rng.uniform(-0.25, 0.25, 3)
    picture = np.asarray(np.clip(picture, 0.02, 0.98))
    picture.setflags(write=False)
    return picture


def bytes_of(light: Light) -> Picture:
    return np.asarray(np.clip(light * 255 + 0.5, 0, 255), np.uint8)
