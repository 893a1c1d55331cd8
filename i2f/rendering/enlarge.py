"""Smooth pictures and fields enlarged some rows at a time: what was found at the copy's scale, at the original's.

Cubic convolution (Keys, 1981, a = -1/2) as two products with sparse matrices, which is several times quicker than an
image library's resizing of floats and gives the same for a tile as for the whole.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from i2f.ground.image import Floats

TAPS = 4


@lru_cache(maxsize=16)
def _taps(small: int, large: int) -> tuple[Floats, NDArray[np.int32]]:
    """(large, TAPS): for each row of the larger one the weights of four neighbours, and which those are; beyond its
    edge a picture goes on as it ends.
    """
    place = (np.arange(large) + 0.5) * small / large - 0.5
    below = np.floor(place).astype(np.int64)
    t = place - below
    taps = (
        ((-0.5 * t + 1) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1,
        ((-1.5 * t + 2) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    columns = np.clip(below[:, None] + np.arange(-1, 3), 0, small - 1)
    weights = np.stack(taps, axis=1).astype(np.float32)
    return weights, columns.astype(np.int32)


def _matrix(small: int, large: int, rows: slice) -> csr_array:
    """These rows of the matrix (large, small). To cut them out of a whole one would take ten times as long."""
    weights, columns = (taps[rows] for taps in _taps(small, large))
    starts = np.arange(0, weights.size + 1, TAPS, dtype=np.int32)
    return csr_array((weights.ravel(), columns.ravel(), starts), (len(weights), small))


@lru_cache(maxsize=16)
def _whole(small: int, large: int) -> csr_array:
    return _matrix(small, large, slice(None))


def enlarged(small: Floats, shape: tuple[int, int], rows: slice) -> Floats:
    """These rows of a smooth picture (h, w) brought to the size `shape` (height, width)."""
    down = _matrix(small.shape[0], shape[0], rows) @ small
    return np.ascontiguousarray((_whole(small.shape[1], shape[1]) @ np.ascontiguousarray(down.T)).T, np.float32)
