"""Filters as Instagram's app really built them, and its sliders.

The app's filters of 2011 to 2016 were small programs for the graphics chip, and nearly all of them one chain: a colour
matrix, three curves read from a table, and between them pictures fixed to the frame: a vignette by table, the burnt
edge of a print, brushed metal, paper, dust, a glow, blended as overlay or soft light. So a filter is no change of tones
alone: it adds light that no original has, smooth or not. Later came sliders, on top of a filter at 30 to 100 per cent
of its strength. And every picture was sharpened a little at the end.

A look is a number, the same for ever; its family is the number modulo seven. Pictures are float32 (height, width, 3),
0 to 1, sRGB, of the copy's size; lengths are shares of its short side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from bench.look_families import LUMA, SHARPENING, SHARPENING_PX

Floats = NDArray[np.float32]

FAMILIES = ("curves", "vignette", "burnt edge", "metal", "paper and dust", "glow", "sliders")
STRENGTHS = (0.3, 1.0)


def family_of(number: int) -> str:
    """The name of a look's family."""
    return FAMILIES[number % len(FAMILIES)]


def look(seen: Floats, number: int) -> Floats:
    """Look `number` on a copy before it is pressed."""
    rng = np.random.default_rng([number, 4711])
    family = family_of(number)
    done = _sliders(seen, rng) if family == "sliders" else _filtered(seen, family, rng)
    return sharpened(np.clip(done, 0, 1).astype(np.float32))


def sharpened(seen: Floats) -> Floats:
    """As the app leaves every picture: an unsharp mask."""
    sigma = SHARPENING_PX * min(seen.shape[:2])
    return np.asarray(np.clip(seen + SHARPENING * (seen - _soft(seen, sigma)), 0, 1), np.float32)


def _filtered(seen: Floats, family: str, rng: np.random.Generator) -> Floats:
    """One filter, mixed with what it was given by its strength (half of the people left it at full)."""
    done = _matrix(seen, rng) if rng.random() < 0.7 else seen
    if family == "vignette":
        done = done * _by_distance(seen, rng)
    elif family == "burnt edge":
        done = _overlay(done, _burnt_edge(seen, rng))
    elif family == "metal":
        done = _blend(done, _metal(seen, rng), rng)
    elif family == "paper and dust":
        done = _dust(_blend(done, _paper(seen, rng), rng), rng)
    elif family == "glow":
        done = _blend(done, _glow(seen, rng), rng)
    if family in ("metal", "paper and dust") and rng.random() < 0.6:
        done = done * _by_distance(seen, rng)
    done = _curves(np.clip(done, 0, 1), rng)
    strength = 1.0 if rng.random() < 0.5 else float(rng.uniform(*STRENGTHS))
    return np.asarray(seen + strength * (done - seen), np.float32)


def _matrix(seen: Floats, rng: np.random.Generator) -> Floats:
    saturation = 0.0 if rng.random() < 0.12 else float(rng.uniform(0.5, 1.5))
    keep = np.outer(np.ones(3), LUMA)
    matrix = np.diag(rng.uniform(0.9, 1.1, 3)) @ (keep + saturation * (np.eye(3) - keep))
    return np.asarray(np.clip(seen @ matrix.T.astype(np.float32) + rng.uniform(-0.03, 0.05), 0, 1), np.float32)


def _curves(seen: Floats, rng: np.random.Generator) -> Floats:
    """Three curves, an S bent apart: lifted blacks and lowered whites each in a colour of its own."""
    knots = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    common = np.array([0.0, -0.07, -0.03, 0.04, 0.07, 0.0]) * rng.uniform(-0.6, 1.6)
    steps = np.arange(256) / 255
    done = np.empty_like(seen)
    for channel in range(3):
        heights = knots + common + rng.normal(0, 0.025, 6)
        heights[0], heights[-1] = max(0.0, rng.uniform(-0.05, 0.18)), min(1.0, rng.uniform(0.8, 1.05))
        curve = PchipInterpolator(knots, np.maximum.accumulate(np.clip(heights, 0, 1)))(steps)
        done[..., channel] = np.interp(seen[..., channel], steps, curve)
    return done


def _far(seen: Floats, at: tuple[float, float] = (0.5, 0.5)) -> Floats:
    """How far each pixel lies from a point, 1 in the furthest corner of a square."""
    y, x = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]].astype(np.float32)
    dy, dx = (y + 0.5) / seen.shape[0] - at[1], (x + 0.5) / seen.shape[1] - at[0]
    return np.asarray(np.hypot(dx, dy) / np.sqrt(0.5), np.float32)


def _by_distance(seen: Floats, rng: np.random.Generator) -> Floats:
    """A factor a channel read from a table over the distance, flat in the middle."""
    knots = np.array([0.0, 0.35, 0.6, 0.8, 1.0])
    fall = np.array([0.0, 0.02, 0.25, 0.6, 1.0]) * rng.uniform(0.15, 0.75)
    far = _far(seen)
    return np.stack([np.interp(far, knots, 1 - fall * rng.uniform(0.6, 1.1)) for _ in range(3)], -1).astype(np.float32)


def _burnt_edge(seen: Floats, rng: np.random.Generator) -> Floats:
    """Dark along the sides as a print that lay in the sun, uneven by a slow noise."""
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    inside = np.minimum(np.minimum(x, width - 1 - x) / width, np.minimum(y, height - 1 - y) / height)
    uneven = _noise(seen, 0.06, rng) * 0.02
    dark = np.exp(-np.maximum(inside + uneven, 0) / rng.uniform(0.03, 0.09)) * rng.uniform(0.2, 0.5)
    return np.asarray(0.5 - dark, np.float32)


def _metal(seen: Floats, rng: np.random.Generator) -> Floats:
    """Brushed metal: fine streaks along one side, brighter in the middle."""
    streaks = rng.normal(0, 1, seen.shape[:2])
    length = rng.uniform(0.03, 0.15) * min(seen.shape[:2])
    streaks = gaussian_filter1d(streaks, length, axis=int(rng.integers(2)), mode="reflect")
    streaks = gaussian_filter1d(streaks, 0.8, axis=0, mode="reflect")
    streaks *= rng.uniform(0.01, 0.05) / max(1e-6, float(streaks.std()))
    middle = rng.uniform(0.0, 0.25) * (0.6 - _far(seen))
    return np.asarray(0.5 + middle + streaks, np.float32)


def _paper(seen: Floats, rng: np.random.Generator) -> Floats:
    """Paper: grain and fibres of a few sizes, and slow stains."""
    fine, mid, slow = (_noise(seen, size, rng) for size in (0.0016, 0.006, 0.08))
    return np.asarray(
        0.5 + rng.uniform(0.005, 0.03) * fine + rng.uniform(0.0, 0.025) * mid + rng.uniform(0.0, 0.06) * slow,
        np.float32,
    )


def _dust(seen: Floats, rng: np.random.Generator) -> Floats:
    """Specks and scratches, lighter than what lies under them."""
    height, width = seen.shape[:2]
    light = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(0, 40))):
        light[int(rng.integers(height)), int(rng.integers(width))] += rng.uniform(1, 4)
    for _ in range(int(rng.integers(0, 4))):
        column, top, long = int(rng.integers(width)), int(rng.integers(height)), int(rng.integers(10, height // 3))
        light[top : top + long, column] += 0.5
    light = np.minimum(_soft(light, 0.7) * rng.uniform(0.2, 0.8), 0.5)
    return np.asarray(1 - (1 - seen) * (1 - light[..., None]), np.float32)


def _glow(seen: Floats, rng: np.random.Generator) -> Floats:
    """Light around a point, in a colour, and dark far from it."""
    at = (float(rng.uniform(0.35, 0.65)), float(rng.uniform(0.35, 0.65)))
    bright = np.exp(-((_far(seen, at) / rng.uniform(0.35, 0.7)) ** 2))
    colour = rng.uniform(0.6, 1.0, 3)
    shade = 0.5 + rng.uniform(0.1, 0.35) * (bright[..., None] * colour - rng.uniform(0.2, 0.5))
    return np.asarray(shade, np.float32)


def _blend(below: Floats, above: Floats, rng: np.random.Generator) -> Floats:
    return _overlay(below, above) if rng.random() < 0.6 else _soft_light(below, above)


def _overlay(below: Floats, above: Floats) -> Floats:
    above = above if above.ndim == 3 else above[..., None]
    return np.asarray(
        np.where(below < 0.5, 2 * below * above, 1 - 2 * (1 - below) * (1 - above)).clip(0, 1), np.float32
    )


def _soft_light(below: Floats, above: Floats) -> Floats:
    above = above if above.ndim == 3 else above[..., None]
    return np.asarray((1 - 2 * above) * below**2 + 2 * above * below, np.float32)


def _sliders(seen: Floats, rng: np.random.Generator) -> Floats:
    """Three or four of the sliders of 2014, each by half of its way at most."""
    light = (seen @ LUMA)[..., None]
    done = seen
    for name in rng.permutation(["brightness", "contrast", "warmth", "fade", "shadows", "structure", "edges"])[:4]:
        by = float(rng.uniform(-0.5, 0.5))
        if name == "brightness":
            done = np.clip(done, 0, 1) ** (2.0**-by)
        elif name == "contrast":
            done = 0.5 + (done - 0.5) * (1 + 0.5 * by)
        elif name == "warmth":
            done = done * (1 + 0.2 * by * np.array([1, 0, -1], np.float32))
        elif name == "fade":
            done = done * (1 - 0.3 * abs(by)) + 0.12 * abs(by)
        elif name == "shadows":
            slow = _soft(light[..., 0], 0.02 * min(seen.shape[:2]))[..., None]
            done = done + by * 0.4 * np.clip(0.5 - slow, 0, 1) * light
        elif name == "structure":
            for radius in (0.004, 0.02):
                done = done + 0.6 * abs(by) * (light - _soft(light[..., 0], radius * min(seen.shape[:2]))[..., None])
        else:
            done = done * (1 - max(0.0, by) * _far(seen)[..., None] ** 2)
    return np.asarray(done, np.float32)


def _noise(seen: Floats, size: float, rng: np.random.Generator) -> Floats:
    """Noise of unit deviation, smooth over `size`."""
    noise = gaussian_filter(rng.normal(0, 1, seen.shape[:2]), size * min(seen.shape[:2]), mode="reflect")
    return np.asarray(noise / max(1e-9, float(noise.std())), np.float32)


def _soft(picture: Floats, sigma: float) -> Floats:
    spread = (sigma, sigma, 0) if picture.ndim == 3 else sigma
    return np.asarray(gaussian_filter(picture, spread, mode="nearest"), np.float32)
