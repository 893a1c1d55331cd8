"""Retrieval: which originals could a copy have been made from, and which window of them does it show.

A picture is looked at through square windows brought down to 16 x 16 numbers. Each window is locally
normalised (a Gaussian mean taken away, divided by the local deviation, sigma 2.5 of the 16), since filters,
vignettes and exposure change brightness and contrast slowly over the picture but leave this in place. The
outermost ring is dropped (frames), and the 14 x 14 numbers left are expressed by their 64 lowest cosine
waves without the constant one (the tolerance a window grid needs lies in the low waves), brought to unit length and
kept as bytes. Likeness of two windows is the dot product of their vectors: a correlation coefficient, -1 to 1.

An original is all its windows of `SCALES` of the short side, overlapping by seven eighths: about 550 for 4:3, 35 kB.
How a copy is held is looks.py's; which originals are like it search.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats, Picture, luminance, resize_to_each

T = TypeVar("T", np.uint8, np.float32)

SIDE = 16
SIGMA = 2.5
WAVES = 64
SCALES = (1.0, 0.88, 0.78, 0.69, 0.61, 0.54, 0.48, 0.42)
HEADER_ROWS = 1
LEAST_LENGTH = 1e-3
"""Of a window's vector before it is brought to unit length; those that show something have a thousand times that."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An original worth comparing, and the coarse geometry to start from.

    `index` counts in the fingerprints the Index was given. `center` (x, y) and `side` give the window's square in
    the original, in pixels of the thumbnail; it is shown by the middle square of the copy (less plain edges), `trim`
    of its side less on each side, after the copy was turned back by `quarter_turns` (np.rot90 of the copy), flipped
    left to right when `mirrored`, and straightened by `tilt` degrees.
    """

    index: int
    likeness: float
    center: tuple[float, float]
    side: float
    trim: float
    quarter_turns: int
    mirrored: bool
    tilt: float


@lru_cache(maxsize=1)
def _waves() -> Floats:
    """Orthonormal cosine waves (196, WAVES) on the 14 x 14 square, lowest first, without the constant."""
    n = SIDE - 2
    ranks = sorted((i * i + j * j, i, j) for i in range(n) for j in range(n))[1 : WAVES + 1]
    x = (np.arange(n) + 0.5) / n
    basis = [np.outer(np.cos(np.pi * i * x), np.cos(np.pi * j * x)).ravel() for _, i, j in ranks]
    stacked = np.array(basis, np.float32).T
    return np.asarray(stacked / np.linalg.norm(stacked, axis=0), np.float32)


@lru_cache(maxsize=1)
def _gaussian() -> Floats:
    """The Gaussian (SIDE, SIDE) along a window's rows, which end in their outermost pixels for ever: two products with
    it take a third of what two filters of so small pictures cost.
    """
    return np.asarray(gaussian_filter(np.eye(SIDE), (0, SIGMA), mode="nearest"), np.float32)


def describe(windows: Floats) -> Floats:
    """Unit vectors (n, WAVES) of windows (n, 16, 16)."""
    across = _gaussian()
    # Less its mean first: a plain window must come out as nothing, not as rounding.
    flat = windows - windows.mean(axis=(1, 2), keepdims=True)
    flat = flat - across.T @ flat @ across
    spread = np.sqrt(np.maximum(0.0, across.T @ (flat * flat) @ across))
    flat = flat / (spread + 2.0)
    inner = flat[:, 1:-1, 1:-1].reshape(len(windows), -1)
    vectors = inner @ _waves()
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + LEAST_LENGTH), np.float32)


def _corners(size: int) -> NDArray[np.int64]:
    """Where windows begin along a side: first and last fixed, the others about two pixels apart."""
    steps = 1 + (size - SIDE + 1) // 2
    return np.unique(np.round(np.linspace(0, size - SIDE, steps)).astype(np.int64))


@lru_cache(maxsize=4096)
def window_grid(height: int, width: int) -> tuple[tuple[int, int, int, NDArray[np.int64], NDArray[np.int64]], ...]:
    """For each scale: the shrunk picture's height and width, and rows and columns of the windows' corners."""
    short = min(height, width)
    grid = []
    for scale in SCALES:
        rows, cols = (max(SIDE, round(SIDE / scale * side / short)) for side in (height, width))
        ys, xs = np.meshgrid(_corners(rows), _corners(cols), indexing="ij")
        grid.append((rows, cols, SIDE, ys.ravel(), xs.ravel()))
    return tuple(grid)


def windows_of(height: int, width: int) -> Floats:
    """Every window as (center x, center y, side) in pixels of the thumbnail, in the fingerprint's order."""
    found = []
    for rows, cols, side, ys, xs in window_grid(height, width):
        sy, sx = height / rows, width / cols
        found.append(np.stack([(xs + side / 2) * sx, (ys + side / 2) * sy, np.full(len(xs), side * (sx + sy) / 2)], 1))
    return np.concatenate(found).astype(np.float32)


def fingerprint(picture: Picture) -> NDArray[np.int8]:
    """All windows of an original's thumbnail: int8 (1 + windows, WAVES); the first row holds its height and width."""
    return fingerprint_of(luminance(picture), (picture.shape[0], picture.shape[1]))


def fingerprint_of(grey: Floats, size: tuple[int, int]) -> NDArray[np.int8]:
    """The same of the luminance of a thumbnail of `size` (height, width), itself or its mean over squares of so many
    pixels that at least SEARCHED_SHORT remain on the short side: no window is described by more.
    """
    height, width = size
    side = round(max(size) / max(grey.shape))
    vectors = []
    grid = window_grid(height, width)
    shrunk = resize_to_each(grey, [(rows, cols) for rows, cols, _, _, _ in grid], (height / side, width / side))
    for small, (_, _, side, ys, xs) in zip(shrunk, grid, strict=True):
        views = np.lib.stride_tricks.sliding_window_view(small, (side, side))
        vectors.append(describe(views[ys, xs]))
    header = np.zeros((HEADER_ROWS, WAVES), np.int8)
    header[0, :4] = np.array([height, width], "<i2").view(np.int8)
    body = np.clip(np.round(np.concatenate(vectors) * 254), -127, 127).astype(np.int8)
    return np.concatenate([header, body])
