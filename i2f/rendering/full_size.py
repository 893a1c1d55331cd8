"""A look applied to the original's own pixels, in tiles, so that 48 megapixels need no more memory than they are.

Each tile goes through octaves, maps, table and grid in single precision and is rounded once, with a noise of half a
level either way before it: without it a bent sky would show steps that neither the copy nor the original has. Tiles are
so small that what a step leaves is still in the processor's cache for the next, and two are under way at once. What is
blurred is blurred afterwards, from the render reduced to twice the copy's scale.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from i2f.ground.image import Floats, Picture
from i2f.rendering.bilateral_grid import light_of
from i2f.rendering.enlarge import enlarged
from i2f.rendering.look import FIT_SHORT, Look, planes_of, shrunk
from i2f.rendering.parallel import each

TILE_PIXELS = 1 << 16
NOISE_SIDE = 256


def render(original: Picture, look: Look, copy_size: tuple[int, int]) -> Picture:
    """The frame's pixels (height, width, 3) with the look on them; `copy_size` is (width, height) of the copy there."""
    field = _field(original, look, copy_size) if look.octaves.any() else None
    rendered = np.empty(original.shape, np.uint8)

    def one(rows: slice) -> None:
        colors = planes_of(original[rows])
        light = light_of(colors)
        if field is not None:
            colors = look.raised(colors, light, enlarged(field, original.shape[:2], rows))
        rendered[rows] = _rounded(look.bent(colors, light, (rows.start, rows.stop), len(original)), rows.start)

    _in_tiles(original, one)
    return rendered if look.blur.is_empty else _blurred(rendered, look, copy_size)


def _field(original: Picture, look: Look, copy_size: tuple[int, int]) -> Floats | None:
    """What local contrast adds; it is smooth, so it is found where it was fitted."""
    smaller = min(1.0, FIT_SHORT / min(copy_size))
    size = round(copy_size[0] * smaller), round(copy_size[1] * smaller)
    return look.field(light_of(planes_of(shrunk(original, size, quickly=True))))


def _blurred(rendered: Picture, look: Look, copy_size: tuple[int, int]) -> Picture:
    height, width = rendered.shape[:2]
    half_size = min(width, 2 * copy_size[0]), min(height, 2 * copy_size[1])
    blurred, sharp = look.blur.mixed(planes_of(shrunk(rendered, half_size)))

    def one(rows: slice) -> None:
        share = enlarged(sharp, (height, width), rows)
        if share.min() >= 1:
            return
        colors = planes_of(rendered[rows])
        for plane, smooth in zip(colors, blurred, strict=True):
            plane *= share
            plane += enlarged(smooth, (height, width), rows)
        rendered[rows] = _rounded(colors, rows.start)

    _in_tiles(rendered, one)
    return rendered


def _in_tiles(picture: Picture, work: Callable[[slice], None]) -> None:
    height, width = picture.shape[:2]
    step = max(1, TILE_PIXELS // width)
    each(work, [slice(first, min(first + step, height)) for first in range(0, height, step)])


@lru_cache(maxsize=1)
def _noise(width: int) -> Floats:
    """Rows of noise (3, NOISE_SIDE, width), from 0 to 1, the same each time."""
    square = np.random.default_rng(1).random((3, NOISE_SIDE, NOISE_SIDE), np.float32)
    return np.ascontiguousarray(np.tile(square, (1, 1, -(-width // NOISE_SIDE)))[:, :, :width])


def _rounded(colors: Floats, first_row: int) -> Picture:
    """Planes (3, h, w) as bytes (h, w, 3), up or down by chance; the same chance each time."""
    height, width = colors.shape[1:]
    noise, first = _noise(width), first_row % NOISE_SIDE
    if first + height <= NOISE_SIDE:
        noisy = colors + noise[:, first : first + height]
    else:
        noisy = colors + noise[:, (np.arange(height) + first) % NOISE_SIDE]
    np.clip(noisy, 0, 255, out=noisy)
    rounded = np.empty((height, width, 3), np.uint8)
    for channel, plane in enumerate(noisy.astype(np.uint8)):
        rounded[..., channel] = plane
    return rounded
