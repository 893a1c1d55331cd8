"""What photographs, matcher and rendering all do with a picture: its luminance, another size, the size that is kept.

A picture is an array (height, width, 3) of bytes, sRGB, upright. Sizes are changed here by one rule, a triangle filter
after halving, so that two pictures that are compared were shrunk alike and neither depends on a codec's own filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

REC601 = (0.299, 0.587, 0.114)
THUMBNAIL_SHORT = 756
THUMBNAIL_LONG = 1890
SEARCHED_SHORT = 152
"""Pixels on the short side of a thumbnail that are enough to make of it what it is searched by: four times those of the
largest picture whose windows are described.
"""
EXACT = 2**24
"""Whole numbers below this are exact in single precision."""


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """The size at which a colour thumbnail of an upright original is kept: short side 756, never enlarged."""
    scale = min(1.0, THUMBNAIL_SHORT / min(width, height), THUMBNAIL_LONG / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def luminance(picture: Picture) -> Floats:
    """Grey of a colour picture (h, w, 3), 0 to 255, by the Rec. 601 weights."""
    return np.asarray(picture.astype(np.float32) @ np.array(REC601, np.float32), np.float32)


@lru_cache(maxsize=512)
def resampler(n_in: int, n_out: int, start: float, length: float) -> Floats:
    """Matrix (n_out, n_in) that shows `length` input pixels from `start` as n_out pixels (triangle filter)."""
    step = length / n_out
    centers = start + (np.arange(n_out) + 0.5) * step - 0.5
    width = max(step, 1.0)
    weights = np.maximum(0.0, 1.0 - np.abs(np.arange(n_in)[None, :] - centers[:, None]) / width)
    total = weights.sum(axis=1, keepdims=True)
    weights /= np.where(total > 0, total, 1.0)
    return weights.astype(np.float32)


@lru_cache(maxsize=512)
def _sparse_resampler(n_in: int, n_out: int, length: float) -> csr_array:
    """The same for all of the input, without the zeros."""
    from scipy.sparse import csr_array  # half of what a process takes to start that only makes files to be sent

    return csr_array(resampler(n_in, n_out, 0.0, length))


def resize(grey: Floats, height: int, width: int) -> Floats:
    """A whole grey picture at another size, smoothed as the shrinking needs (by halves first, which is quick)."""
    (resized,) = resize_to_each(grey, [(height, width)])
    return resized


def resize_to_each(
    grey: Floats, sizes: Iterable[tuple[int, int]], extent: tuple[float, float] | None = None
) -> Iterator[Floats]:
    """The same at several sizes (height, width), halved once for all of them; `extent` says how many rows and columns
    the picture truly has where its last ones stand for less than a whole one.
    """
    rows, cols = extent or grey.shape
    halves = [(grey, float(rows), float(cols))]
    for height, width in sizes:
        level = 0
        while height <= 0.5 * halves[level][1] and width <= 0.5 * halves[level][2]:
            if level + 1 == len(halves):
                halves.append(_halved(*halves[level]))
            level += 1
        seen, rows, cols = halves[level]
        down, across = _sparse_resampler(seen.shape[0], height, rows), _sparse_resampler(seen.shape[1], width, cols)
        yield np.asarray((across @ (down @ seen).T).T, np.float32, order="C")


def _halved(grey: Floats, rows: float, cols: float) -> tuple[Floats, float, float]:
    """A picture at half its size, whose last row and column may stand for less than a whole one."""
    even = grey[: grey.shape[0] // 2 * 2, : grey.shape[1] // 2 * 2]
    half = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) * np.float32(0.25)
    return half, rows / 2, cols / 2


@lru_cache(maxsize=64)
def _band(n: int, sigma: float, truncate: float) -> csr_array:
    """Matrix (n, n) of a Gaussian of `sigma` pixels, cut off at `truncate` of them, mirrored at the edges."""
    from scipy.sparse import csr_array

    reach = int(truncate * sigma + 0.5)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    seen = (np.arange(n)[:, None] + offsets) % (2 * n)
    columns = np.minimum(seen, 2 * n - 1 - seen).astype(np.int32)
    starts = np.arange(0, n * len(offsets) + 1, len(offsets), dtype=np.int32)
    return csr_array((np.tile((weights / weights.sum()).astype(np.float32), n), columns.ravel(), starts), (n, n))


def smoothed(grey: Floats, sigma: float, truncate: float = 4.0) -> Floats:
    """A picture under a Gaussian of `sigma` pixels: scipy.ndimage.gaussian_filter in single precision, as two products
    with band matrices, in half of the time or less.
    """
    rows, cols = grey.shape
    down, across = _band(rows, sigma, truncate), _band(cols, sigma, truncate)
    return np.asarray((across @ (down @ grey).T).T, np.float32, order="C")


def planes(picture: Picture, height: int, width: int) -> list[Floats]:
    """The three colours of a whole picture at another size, each (height, width)."""
    return [resize(picture[..., k].astype(np.float32), height, width) for k in range(3)]


@dataclass(frozen=True, slots=True)
class Spots:
    """Points between the pixels of pictures of one size: for each the pixel above it to the left, counted along the
    rows, and how far it lies from there across and down, 0 to 1.
    """

    corner: NDArray[np.intp]
    across: Floats
    down: Floats
    width: int | NDArray[np.intp]

    def of(self, plane: Floats, begin: NDArray[np.intp] | int = 0) -> Floats:
        """What a picture (height, width) shows at these points, bilinearly; `begin` is where each point's picture
        begins in a plane that holds several, end to end.
        """
        flat, corner = plane.ravel(), self.corner + begin
        upper, lower = self._along(flat, corner), self._along(flat, corner + self.width)
        lower -= upper
        lower *= self.down
        upper += lower
        return upper

    def _along(self, flat: Floats, corner: NDArray[np.intp]) -> Floats:
        left, right = flat.take(corner, mode="clip"), flat.take(corner + 1, mode="clip")
        right -= left
        right *= self.across
        left += right
        return left


def spots(shape: tuple[int, ...] | NDArray[np.intp], u: Floats, v: Floats) -> Spots:
    """The points `u` across and `v` down, of one shape, in a picture of `shape` (height, width) whose pixels' middles
    lie at whole numbers; outside of it the nearest edge.

    Does what scipy.ndimage.map_coordinates does at its first order, in a third of the time, and for several
    pictures of one size the places are worked out once. Heights and widths may be arrays that go with those of the
    points: then each point lies in a picture of its own size.
    """
    height, width = shape
    right, bottom = np.asarray(width - 1, np.float32), np.asarray(height - 1, np.float32)
    across, down = np.clip(u, 0, right), np.clip(v, 0, bottom)
    left, upper = np.floor(across), np.floor(down)
    # The last pixel has none beyond it; seen from the one before it lies one whole pixel on.
    np.minimum(left, np.maximum(0, right - 1), out=left)
    np.minimum(upper, np.maximum(0, bottom - 1), out=upper)
    across -= left
    down -= upper
    if np.max(height * width) >= EXACT:
        left, upper = left.astype(np.float64), upper.astype(np.float64)
    upper *= np.asarray(width, upper.dtype)
    upper += left
    return Spots(upper.astype(np.intp), across, down, width)
