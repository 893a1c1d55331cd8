"""A look applied to the original's own pixels, in tiles, so that 48 megapixels need no more memory than they are.

Each tile goes through octaves, table and grid in single precision and is rounded once, with a noise of half a level
either way before it: without it a bent sky would show steps that neither the copy nor the original has. Two tiles are
under way at once. What is blurred is blurred afterwards, from the render reduced to twice the copy's scale.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from PIL import Image

from i2f.ground.image import Floats, Picture
from i2f.rendering.bilateral_grid import light_of
from i2f.rendering.look import Look, planes_of, shrunk

TILE_PIXELS = 400_000
THREADS = 2
NOISE_SIDE = 256


def render(original: Picture, look: Look, copy_size: tuple[int, int]) -> Picture:
    """The frame's pixels (height, width, 3) with the look on them; `copy_size` is (width, height) of the copy there."""
    field = look.field(light_of(planes_of(shrunk(original, copy_size))))
    rendered = np.empty(original.shape, np.uint8)

    def one(rows: slice) -> None:
        colors = planes_of(original[rows])
        light = light_of(colors)
        if field is not None:
            colors += _enlarged(field, original.shape, rows)
        looked = look.grid(look.table(colors), light, (rows.start, rows.stop), len(original))
        rendered[rows] = _rounded(looked, rows.start)

    _in_tiles(original, one)
    return rendered if look.blur.is_empty else _blurred(rendered, look, copy_size)


def _blurred(rendered: Picture, look: Look, copy_size: tuple[int, int]) -> Picture:
    height, width = rendered.shape[:2]
    half_size = min(width, 2 * copy_size[0]), min(height, 2 * copy_size[1])
    blurred, sharp = look.blur.mixed(planes_of(shrunk(rendered, half_size)))

    def one(rows: slice) -> None:
        colors = planes_of(rendered[rows])
        colors *= _enlarged(sharp, rendered.shape, rows)
        for plane, smooth in zip(colors, blurred, strict=True):
            plane += _enlarged(smooth, rendered.shape, rows)
        rendered[rows] = _rounded(colors, rows.start)

    _in_tiles(rendered, one)
    return rendered


def _in_tiles(picture: Picture, work: Callable[[slice], None]) -> None:
    height, width = picture.shape[:2]
    step = max(1, TILE_PIXELS // width)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, [slice(first, min(first + step, height)) for first in range(0, height, step)]))


def _enlarged(small: Floats, shape: tuple[int, ...], rows: slice) -> Floats:
    """These rows of a smooth picture (h, w), brought to the size of `shape`."""
    grow = small.shape[0] / shape[0]
    box = (0, rows.start * grow, small.shape[1], rows.stop * grow)
    size = (shape[1], rows.stop - rows.start)
    return np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC, box), np.float32)


@lru_cache(maxsize=1)
def _noise() -> Floats:
    return np.random.default_rng(1).random((3, NOISE_SIDE, NOISE_SIDE), np.float32)


def _rounded(colors: Floats, first_row: int) -> Picture:
    """Planes (3, h, w) as bytes (h, w, 3), up or down by chance; the same chance each time."""
    height, width = colors.shape[1:]
    rows = (np.arange(height) + first_row) % NOISE_SIDE
    noise = np.tile(_noise()[:, rows], (1, 1, -(-width // NOISE_SIDE)))[:, :, :width]
    return np.asarray(np.clip(colors + noise, 0, 255).astype(np.uint8).transpose(1, 2, 0))
