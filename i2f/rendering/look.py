"""The look of a copy: what was done to a photograph between the camera and the post, fitted from the aligned pair.

A look is four things, applied in this order: octaves of luminance weighed anew (local_contrast.py), one table of
colours (color_table.py), a grid of what differs from place to place (bilateral_grid.py), a map of blur (blur_map.py).
They are fitted in turns, each to what the others leave. Beside them stands what shrinking did to the copy alone, the
app's own sharpening: it is measured, so that nothing else is bent by it, and not rendered.

What is compared is never the look of a shrunk picture but the shrunk picture of a look: the table is applied at twice
the copy's scale, then four pixels become one. Curves bend textures, and the mean of what was bent is not the mean bent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats, Picture
from i2f.rendering.bilateral_grid import AffineGrid, fit_grid, light_of, no_grid
from i2f.rendering.blur_map import BlurMap, fit_blur, no_blur
from i2f.rendering.color_table import ColorTable, fit_table
from i2f.rendering.local_contrast import SCALES, fit_weights, octaves_of

FIT_SHORT = 512
"""Larger copies are fitted at this size; their noise is the smaller for it."""
SAMPLES = 40_000
ROUNDS = 2
GRID_FIRST = 0.7
"""A grid alone comes first where it leaves less than this share of what a table alone leaves; it has more numbers."""
SHARP_PX = 1.0
WORTH_IT = 0.03
"""The share of what was left that local contrast has to explain."""
NOISE = 8.0
"""Levels beyond which what is missing at a pixel counts less: edges that fell beside the pixel grid, text."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that was fitted; `octaves` weigh those of local_contrast.py."""

    octaves: Floats
    table: ColorTable
    grid: AffineGrid
    blur: BlurMap

    def field(self, light: Floats) -> Floats | None:
        """What local contrast adds to every colour, for a whole picture's luminance (h, w); None for nothing."""
        if not self.octaves.any():
            return None
        return np.asarray(np.tensordot(self.octaves, octaves_of(light), 1), np.float32)


@dataclass(frozen=True, slots=True)
class Pair:
    """A copy and its original, both without border: planes (3, h, w) of the copy and (3, 2h, 2w) of the original."""

    copy: Floats
    fine: Floats


def planes_of(picture: Picture) -> Floats:
    """(height, width, 3) as float planes (3, height, width)."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32)


def shrunk(picture: Picture, size: tuple[int, int], box: tuple[float, float, float, float] | None = None) -> Picture:
    """A picture, or a box of it in its own pixels, at another size (width, height)."""
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS, box))


def halved(colors: Floats) -> Floats:
    """Four pixels become one."""
    return (colors[:, ::2, ::2] + colors[:, 1::2, ::2] + colors[:, ::2, 1::2] + colors[:, 1::2, 1::2]) * np.float32(
        0.25
    )


def doubled(field: Floats) -> Floats:
    """A smooth field (h, w) at twice its size."""
    height, width = field.shape
    return np.asarray(Image.fromarray(field).resize((2 * width, 2 * height), Image.Resampling.BICUBIC), np.float32)


def edges_of(colors: Floats) -> Floats:
    """What an unsharp mask adds, planes."""
    return np.asarray(colors - np.stack([gaussian_filter(plane, SHARP_PX, mode="nearest") for plane in colors]))


def fit_look(pair: Pair) -> Look:
    """Fit everything to a pair without border."""
    fit = _Fitting(pair)
    fit.begin()
    fit.blur_map()
    for _ in range(ROUNDS):
        fit.contrast()
        fit.grid()
        fit.table()
        fit.sharpness()
        fit.blur_map()
    fit.grid()
    return fit.look


class _Fitting:
    """The look so far, and what it leaves."""

    def __init__(self, pair: Pair) -> None:
        self._copy = self._wanted = pair.copy
        self._fine = self._shifted = pair.fine
        self._coarse = halved(pair.fine)
        self._light = light_of(self._coarse)
        self._weight = np.ones(self._light.shape, np.float32)
        pixels = self._light.size
        self._sample = np.random.default_rng(0).choice(pixels, min(SAMPLES, pixels), replace=False)
        self.look = identity_look()
        self._bent = self._coarse
        self._stiffness: float | None = None
        self._octaves: Floats | None = None
        self._has_contrast = True

    def begin(self) -> None:
        """Table or grid, whichever alone explains more: a vignette bends every table, and a curve every grid."""
        plain = self.look, self._bent
        self.table()
        with_table, left = (self.look, self._bent), self._left()
        self.look, self._bent = plain
        self.grid()
        if self._left() > GRID_FIRST * left:
            self.look, self._bent = with_table
            self._stiffness = None
        self._weight = np.ones(self._light.shape, np.float32)

    def _left(self) -> float:
        return float(np.square(self._wanted - self._rendered()).sum())

    def table(self) -> None:
        """The table that makes up for what is missing now."""
        look = self.look
        sharp = self._after_grid(self._bent)
        missing = self._wanted - look.blur(sharp)
        gain = np.maximum(0.3, look.grid.gain(self._light))
        seen = halved(self._shifted)
        weight = self._weight * gain * gain * self._flat()
        if not look.blur.is_empty:
            seen = look.blur(seen)
        aims = np.asarray(look.blur(self._bent) + missing / gain, np.float32)
        at = self._sample
        table = fit_table(seen.reshape(3, -1)[:, at], aims.reshape(3, -1)[:, at], weight.ravel()[at])
        self._set(table=table)
        self._bent = halved(table(self._shifted))

    def grid(self) -> None:
        """The grid for what the table leaves."""
        blur = self.look.blur
        light = blur(self._light[None])[0]
        weight = np.asarray(self._weight * self._flat(), np.float32)
        grid, self._stiffness = fit_grid(blur(self._bent), light, self._wanted, weight, self._stiffness)
        self._set(grid=grid)
        missing = self._wanted - self._rendered()
        noise = np.maximum(NOISE, 1.5 * np.sqrt(np.mean(missing**2)))
        self._weight = np.asarray(1 / (1 + (missing**2).mean(0) / noise**2), np.float32)

    def _flat(self) -> Floats:
        """How much a pixel tells of colours: little where blurring changes it, since what was bent, then blurred, is
        not what was blurred, then bent.
        """
        if self.look.blur.is_empty:
            return np.ones(self._light.shape, np.float32)
        changed = self._light - self.look.blur(self._light[None])[0]
        return np.asarray(1 / (1 + (changed / NOISE) ** 2), np.float32)

    def contrast(self) -> None:
        """The octaves' weights, if they are worth it; the table follows. What was not is not tried again."""
        if not self._has_contrast:
            return
        if self._octaves is None:
            self._octaves = octaves_of(self._light)
        octaves = self._octaves
        before = self._wanted - self._rendered()

        def applied(colors: Floats) -> Floats:
            return self._after_grid(self.look.table(colors))

        kept = self.look, self._bent, self._shifted
        more = fit_weights(octaves, halved(self._shifted), before, self._weight, applied)
        self._set(octaves=self.look.octaves + more)
        field = np.tensordot(self.look.octaves, octaves, 1).astype(np.float32)
        self._shifted = self._fine + doubled(field)
        self._bent = halved(self.look.table(self._shifted))
        self.table()
        after = self._wanted - self._rendered()
        if float((self._weight * after**2).sum()) > (1 - WORTH_IT) * float((self._weight * before**2).sum()):
            self.look, self._bent, self._shifted = kept
            self._has_contrast = False

    def blur_map(self) -> None:
        """The map of blur, for what is rendered sharp."""
        self._set(blur=fit_blur(self._after_grid(self._bent), self._wanted))

    def sharpness(self) -> None:
        """Take from the copy what it was sharpened by after it was shrunk."""
        rendered = self._rendered()
        edges = edges_of(rendered)
        missing = self._copy - rendered
        heavy = self._weight
        share = float((edges * missing * heavy).sum() / max(1.0, float((edges * edges * heavy).sum())))
        self._wanted = self._copy - np.float32(share) * edges

    def _after_grid(self, bent: Floats) -> Floats:
        return self.look.grid(bent, self._light, (0, bent.shape[1]), bent.shape[1])

    def _rendered(self) -> Floats:
        return self.look.blur(self._after_grid(self._bent))

    def _set(self, **parts: object) -> None:
        self.look = replace(self.look, **parts)  # type: ignore[arg-type]


def identity_look() -> Look:
    """The look that changes nothing."""
    levels = np.linspace(0, 255, 6, dtype=np.float32)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij")).reshape(3, -1)
    table = fit_table(cube, cube, np.ones(cube.shape[1], np.float32))
    return Look(np.zeros(len(SCALES), np.float32), table, no_grid(), no_blur())
