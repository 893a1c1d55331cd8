"""Instagram's filters as tables of tones: what each did to colours, light and corners, nothing about shapes.

A filter is a row of numbers (`Filter`) worked off in one fixed order, so that adding one means adding a row. The
rows imitate what public descriptions say of each filter (warm, flat, blue blacks, dark corners); they are close in
kind, not in value, which is what a matcher's test needs: families that bend tones differently. `STRENGTHS` is how
far the slider is usually pulled. Pictures are float32 (height, width, 3), 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

Picture = NDArray[np.float32]
Colour = tuple[float, float, float]

WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)
STRENGTHS = (0.6, 1.0)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SEPIA = np.array([1.10, 0.92, 0.68], np.float32)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. Factors are 1 and shares are 0 when they do nothing.

    `bend` is how much of an S-curve each channel gets, `blacks` and `lights` are what black and white become,
    `corners` is how far the corners go towards `corner_colour`, `glow` how much light is added around `glow_at`
    (fractions of width and height), `leak` how bright a light leak is, `grain` the grain's deviation.
    """

    saturation: float = 1.0
    sepia: float = 0.0
    contrast: float = 1.0
    brightness: float = 1.0
    bend: Colour = BLACK
    blacks: Colour = BLACK
    lights: Colour = WHITE
    corners: float = 0.0
    corner_colour: Colour = BLACK
    glow: float = 0.0
    glow_colour: Colour = WHITE
    glow_at: tuple[float, float] = (0.5, 0.5)
    leak: float = 0.0
    grain: float = 0.0


FILTERS: dict[str, Filter] = {
    "normal": Filter(),
    # Black and white.
    "inkwell": Filter(saturation=0.0, contrast=1.12, brightness=1.08),
    "willow": Filter(saturation=0.06, contrast=0.88, blacks=(0.10, 0.08, 0.09), lights=(1.0, 0.97, 0.95), corners=0.25),
    "noir": Filter(saturation=0.0, contrast=1.25, bend=(0.6, 0.6, 0.6), corners=0.35, grain=0.02),
    # Warm, with dark corners.
    "xpro": Filter(
        saturation=1.15,
        contrast=1.2,
        bend=(0.5, 0.3, -0.4),
        lights=(1.0, 0.97, 0.85),
        corners=0.6,
        corner_colour=(0.05, 0.05, 0.2),
    ),
    "hefe": Filter(saturation=1.25, contrast=1.25, bend=(0.3, 0.1, 0.0), lights=(1.0, 0.95, 0.8), corners=0.5),
    "lofi": Filter(saturation=1.3, contrast=1.45, bend=(0.3, 0.3, 0.3), corners=0.35),
    "earlybird": Filter(
        saturation=0.75,
        sepia=0.35,
        contrast=0.9,
        blacks=(0.10, 0.06, 0.03),
        lights=(1.0, 0.95, 0.82),
        corners=0.6,
        corner_colour=(0.35, 0.12, 0.06),
    ),
    "sutro": Filter(
        saturation=0.7,
        sepia=0.2,
        contrast=1.15,
        brightness=0.85,
        blacks=(0.05, 0.02, 0.08),
        lights=(0.95, 0.88, 0.85),
        corners=0.65,
        corner_colour=(0.10, 0.03, 0.08),
    ),
    # Cross-processed: the channels bent against each other.
    "nashville": Filter(
        contrast=1.15, bend=(0.3, 0.0, -0.5), blacks=(0.0, 0.05, 0.25), lights=(1.0, 0.88, 0.78), brightness=1.04
    ),
    "walden": Filter(saturation=1.35, bend=(-0.2, 0.1, -0.4), blacks=(0.0, 0.12, 0.28), lights=(1.0, 1.0, 0.75)),
    "kelvin": Filter(
        saturation=1.4, brightness=1.15, bend=(0.6, 0.1, -0.2), blacks=(0.20, 0.08, 0.0), lights=(1.0, 0.85, 0.5)
    ),
    "brannan": Filter(saturation=0.65, sepia=0.4, contrast=1.35, blacks=(0.10, 0.03, 0.16), lights=(1.0, 0.98, 0.85)),
    "cross": Filter(
        saturation=1.2, contrast=1.1, bend=(0.8, 0.5, -0.8), blacks=(0.0, 0.0, 0.12), lights=(1.0, 1.0, 0.88)
    ),
    # Faded: blacks lifted, whites lowered.
    "1977": Filter(saturation=1.2, contrast=0.95, blacks=(0.22, 0.12, 0.16), lights=(1.0, 0.90, 0.92), brightness=1.05),
    "valencia": Filter(sepia=0.1, contrast=0.98, brightness=1.06, blacks=(0.14, 0.09, 0.05), lights=(1.0, 0.96, 0.86)),
    "faded": Filter(saturation=0.7, contrast=0.85, blacks=(0.16, 0.17, 0.18), lights=(0.93, 0.92, 0.90)),
    "sierra": Filter(saturation=0.85, contrast=0.82, blacks=(0.12, 0.11, 0.12), lights=(0.98, 0.95, 0.9), corners=0.25),
    "lark": Filter(saturation=0.95, contrast=0.95, brightness=1.12, blacks=(0.06, 0.06, 0.06), lights=(1.0, 1.0, 0.97)),
    # Light from within.
    "rise": Filter(contrast=0.9, glow=0.3, glow_colour=(1.0, 0.85, 0.6), corners=0.2, blacks=(0.08, 0.06, 0.03)),
    "amaro": Filter(saturation=0.95, glow=0.35, glow_colour=(0.9, 0.95, 1.0), corners=0.3, blacks=(0.06, 0.06, 0.10)),
    "mayfair": Filter(
        saturation=1.1, contrast=1.08, glow=0.25, glow_colour=(1.0, 0.85, 0.85), glow_at=(0.4, 0.4), corners=0.4
    ),
    "hudson": Filter(
        contrast=0.92, glow=0.3, glow_colour=(0.65, 0.75, 1.0), corners=0.35, blacks=(0.04, 0.05, 0.10), saturation=0.95
    ),
    "toaster": Filter(
        contrast=1.3,
        glow=0.4,
        glow_colour=(1.0, 0.55, 0.2),
        blacks=(0.16, 0.06, 0.12),
        corners=0.6,
        corner_colour=(0.25, 0.05, 0.25),
    ),
    "leak": Filter(contrast=0.95, leak=0.65, blacks=(0.08, 0.05, 0.06)),
    "leaked film": Filter(saturation=0.85, sepia=0.15, leak=0.8, corners=0.35, blacks=(0.10, 0.08, 0.06), grain=0.02),
    # Sepia, and the punchy ones of later years.
    "sepia": Filter(sepia=0.85, contrast=1.05, corners=0.3),
    "clarendon": Filter(saturation=1.3, contrast=1.2, blacks=(0.0, 0.02, 0.06), lights=(0.97, 1.0, 1.0)),
    "juno": Filter(saturation=1.35, contrast=1.12, bend=(0.2, 0.2, 0.0), lights=(1.0, 1.0, 0.9)),
    "punchy": Filter(saturation=1.45, contrast=1.3, bend=(0.4, 0.4, 0.4)),
}


def apply_filter(picture: Picture, name: str, strength: float, rng: np.random.Generator) -> Picture:
    """The picture as the named filter shows it; `strength` 0 leaves it alone, 1 is the filter pulled right up."""
    if name == "normal" or strength <= 0:
        return picture
    chosen = FILTERS[name]
    bent = _shade(_bend_tones(picture, chosen), chosen, rng)
    if chosen.grain:
        bent = bent + rng.normal(0, chosen.grain, bent.shape[:2]).astype(np.float32)[..., None]
    return np.asarray(np.clip(picture + strength * (bent - picture), 0, 1), np.float32)


def boost_local_contrast(picture: Picture, amount: float) -> Picture:
    """Lux: what is darker than its surroundings gets darker still, and shadows open; `amount` 0 to 1."""
    if amount <= 0:
        return picture
    light = picture @ _LUMA
    wide = _blurred(light, 0.05 * min(light.shape))
    fine = _blurred(light, 0.008 * min(light.shape))
    lit = light + amount * (0.9 * (light - wide) + 0.5 * (light - fine) + 0.25 * (0.5 - wide))
    ratio = np.clip(lit, 0.01, 1.0) / np.maximum(light, 0.01)
    return np.asarray(np.clip(picture * np.minimum(ratio, 3.0)[..., None], 0, 1), np.float32)


def _bend_tones(picture: Picture, chosen: Filter) -> Picture:
    grey = (picture @ _LUMA)[..., None]
    bent = grey + np.float32(chosen.saturation) * (picture - grey)
    if chosen.sepia:
        bent = bent + np.float32(chosen.sepia) * (grey * _SEPIA - bent)
    bent = np.clip((bent - 0.5) * chosen.contrast + 0.5, 0, 1) * np.float32(chosen.brightness)
    bent = np.clip(bent, 0, 1)
    curve = np.asarray(chosen.bend, np.float32)
    if curve.any():
        bent = bent + curve * (bent * bent * (3 - 2 * bent) - bent)
    blacks, lights = np.asarray(chosen.blacks, np.float32), np.asarray(chosen.lights, np.float32)
    return np.asarray(blacks + bent * (lights - blacks), np.float32)


def _shade(picture: Picture, chosen: Filter, rng: np.random.Generator) -> Picture:
    """Glow, light leak and dark corners: what depends on the place in the picture."""
    if chosen.glow:
        far = _distance(picture.shape[:2], chosen.glow_at)
        picture = _add_light(picture, np.exp(-((far / 0.55) ** 2)) * np.float32(chosen.glow), chosen.glow_colour)
    if chosen.leak:
        picture = _add_light(picture, _leak(picture.shape[:2], rng) * np.float32(chosen.leak), (1.0, 0.45, 0.15))
    if chosen.corners:
        far = _distance(picture.shape[:2], (0.5, 0.5))
        dark = np.float32(chosen.corners) * np.clip((far - 0.2) / 0.5, 0, 1) ** 2
        tint = np.asarray(chosen.corner_colour, np.float32)
        picture = picture * (1 - dark[..., None] * (1 - tint))
    return picture


def _add_light(picture: Picture, amount: Picture, colour: Colour) -> Picture:
    return np.asarray(1 - (1 - picture) * (1 - amount[..., None] * np.asarray(colour, np.float32)), np.float32)


def _distance(shape: tuple[int, int], center: tuple[float, float]) -> Picture:
    """Distance from a point given in fractions, in units of the mean side."""
    height, width = shape
    unit = (height + width) / 2
    x = (np.arange(width, dtype=np.float32) + 0.5 - center[0] * width) / unit
    y = (np.arange(height, dtype=np.float32) + 0.5 - center[1] * height) / unit
    return np.asarray(np.hypot(x[None, :], y[:, None]), np.float32)


def _leak(shape: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A streak of stray light from one side, uneven along it."""
    height, width = shape
    angle, offset, breadth = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.55), rng.uniform(0.12, 0.3)
    x = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :]
    y = (np.arange(height, dtype=np.float32) / height - 0.5)[:, None]
    across = x * np.cos(angle) + y * np.sin(angle)
    rough = zoom(
        rng.random((5, 5)).astype(np.float32), (height / 5, width / 5), order=1, grid_mode=True, mode="nearest"
    )
    rough = rough[:height, :width]
    return np.asarray(np.exp(-(((across - offset) / breadth) ** 2)) * (0.6 + 0.4 * rough), np.float32)


def _blurred(grey: Picture, sigma: float) -> Picture:
    """A Gaussian blur, worked out on a smaller picture when it is wide."""
    step = max(1, int(sigma // 3))
    small = gaussian_filter(grey[::step, ::step], sigma / step, mode="nearest")
    if step == 1:
        return np.asarray(small, np.float32)
    grown = np.repeat(np.repeat(small, step, axis=0), step, axis=1)[: grey.shape[0], : grey.shape[1]]
    return np.asarray(gaussian_filter(grown, step / 2, mode="nearest"), np.float32)
