"""How far two pictures of one size are apart: PSNR, CIEDE2000 and the SSIM of the luminance.

PSNR counts every pixel. Colour differences are those of every fourth pixel each way, which are still some 700,000 of 12
megapixels; SSIM is the mean over nine squares of 512 pixels, at full size, with windows of 7 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from i2f.ground.image import Picture, luminance

Doubles = NDArray[np.float64]
EVERY = 4
TILE, WINDOW = 512, 7
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


@dataclass(frozen=True, slots=True)
class Distance:
    """`psnr` in decibels, `delta_e` the mean CIEDE2000, `ssim` up to 1."""

    psnr: float
    delta_e: float
    ssim: float


def distance(one: Picture, truth: Picture) -> Distance:
    """How far `one` is from the `truth`, both sRGB bytes of one size."""
    errors = [
        float(np.square(one[top : top + 256].astype(np.float32) - truth[top : top + 256]).sum())
        for top in range(0, len(truth), 256)
    ]
    psnr = 10 * np.log10(255**2 / max(1e-6, sum(errors) / truth.size))
    thin = slice(None, None, EVERY)
    return Distance(
        float(psnr), float(delta_e(_lab(one[thin, thin]), _lab(truth[thin, thin])).mean()), _ssim(one, truth)
    )


def _lab(picture: Picture) -> Doubles:
    coded = picture.reshape(-1, 3) / 255.0
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _XYZ.T / _WHITE
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def delta_e(one: Doubles, two: Doubles) -> Doubles:
    """CIEDE2000 of rows of L*, a*, b* (CIE 142-2001; tests compare it with Sharma's published pairs)."""
    chroma = (np.hypot(one[:, 1], one[:, 2]) + np.hypot(two[:, 1], two[:, 2])) / 2
    grow = 1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    (l1, c1, h1), (l2, c2, h2) = (_polar(each, grow) for each in (one, two))
    turn = np.where(c1 * c2 == 0, 0, (h2 - h1 + 180) % 360 - 180)
    d_light, d_chroma, d_hue = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.deg2rad(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    apart = np.abs(h1 - h2) > 180
    hue = np.where(
        c1 * c2 == 0, h1 + h2, np.where(apart, (h1 + h2 + np.where(h1 + h2 < 360, 360, -360)) / 2, (h1 + h2) / 2)
    )
    parts = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    weight = 1 + sum(share * np.cos(np.deg2rad(times * hue + shift)) for share, times, shift in parts)
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * weight
    bend = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.deg2rad(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    a, b, c = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    return np.asarray(np.sqrt(a * a + b * b + c * c + bend * b * c))


def _polar(lab: Doubles, grow: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    a = lab[:, 1] * grow
    return lab[:, 0], np.hypot(a, lab[:, 2]), np.degrees(np.arctan2(lab[:, 2], a)) % 360


def _ssim(one: Picture, truth: Picture) -> float:
    found = []
    for top in np.linspace(0, max(0, len(truth) - TILE), 3).astype(int):
        for left in np.linspace(0, max(0, truth.shape[1] - TILE), 3).astype(int):
            at = slice(top, top + TILE), slice(left, left + TILE)
            found.append(_ssim_of(luminance(one[at]).astype(np.float64), luminance(truth[at]).astype(np.float64)))
    return float(np.mean(found))


def _ssim_of(one: Doubles, two: Doubles) -> float:
    m1, m2 = uniform_filter(one, WINDOW), uniform_filter(two, WINDOW)
    v1, v2 = uniform_filter(one * one, WINDOW) - m1 * m1, uniform_filter(two * two, WINDOW) - m2 * m2
    both = uniform_filter(one * two, WINDOW) - m1 * m2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * m1 * m2 + c1) * (2 * both + c2)) / ((m1 * m1 + m2 * m2 + c1) * (v1 + v2 + c2))).mean())
