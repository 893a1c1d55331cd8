"""The tone curve: how the brightness of a copy follows from the colours of its original.

A filter is, to first order, one curve over one mixture of red, green and blue (a black and white filter changes the
mixture, a faded one the curve); vignettes, light leaks and local contrast bend it slowly over the picture. So the
aligned pair is brought to 128 pixels, the mixture is found by reweighted least squares, and the curve as the
smoothed mean of the copy's luminance in 64 bins of the mixture. The curve predicts where texture must vanish because it
was burnt out or drowned, so that same_exposure.py does not mistake that for a change. `fit` is the share of the copy's
luminance variance that mixture and curve explain (a correlation ratio, 0 to 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from i2f.ground.image import Floats, Picture, planes
from i2f.ground.robust import Procedure, fit_robustly
from i2f.matching.registration import FRAME, Similarity, colours_below, grid_of, inside

SIZE = 128
BINS = 64
EDGE = FRAME - 0.01
_REC601 = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True)
class Tones:
    """`mixture` of red, green, blue; `curve` in BINS steps of it; `fit`: the share of variance explained."""

    mixture: Floats
    curve: Floats
    fit: float

    def mix(self, picture: Picture | Floats) -> Floats:
        """The mixture of a colour picture, 0 to 255."""
        return np.asarray(picture @ self.mixture, np.float32)

    def predict(self, mixed: Floats) -> Floats:
        """The copy's luminance for the original's mixture."""
        steps = (np.arange(BINS) + 0.5) * (255 / BINS)
        return np.interp(mixed, steps, self.curve).astype(np.float32)


def fit_tones(copy: Picture, original: Picture, at: Similarity) -> Tones:
    """Mixture and curve for an upright copy laid over its original at `at`."""
    grow = SIZE / min(copy.shape[:2])
    rows, cols = (max(16, round(n * grow)) for n in copy.shape[:2])
    x, y = grid_of(rows, cols)
    here = inside((original.shape[0], original.shape[1]), at, x, y, 2 * max(1.0, at.scale / SIZE))
    edge = round(EDGE * SIZE)
    here[:edge], here[-edge:], here[:, :edge], here[:, -edge:] = False, False, False, False
    there = np.stack([plane[here] for plane in colours_below(original, at, x, y, SIZE)], 1).astype(np.float64)
    seen = np.stack([plane[here] for plane in planes(copy, rows, cols)], 1) @ _REC601
    return _mixture_and_curve(there, seen)


def _mixture_and_curve(there: NDArray[np.float64], seen: NDArray[np.float64]) -> Tones:
    """Reweighted least squares for the mixture, then the curve on its bins."""

    def reweigh(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
        rest = seen - fitted
        return np.asarray(1 / (1 + (rest / (2 * np.median(np.abs(rest)) + 2)) ** 2)) if len(rest) else rest

    prior, aim = np.diag([1e4, 1e4, 1e4, 1e-3]), 1e4 * np.append(_REC601 * 0.7, 0.0)
    found = fit_robustly(np.c_[there, np.ones(len(seen))], seen, reweigh, Procedure(3, prior, aim))
    weight = found.weight
    mixture = np.maximum(found.solved[:3], 0.02)
    mixture /= mixture.sum()
    mixed = there @ mixture
    which = np.clip((mixed * (BINS / 255)).astype(int), 0, BINS - 1)
    steps = (np.arange(BINS) + 0.5) * (255 / BINS)
    slope, level = _line(mixed, seen, weight)
    count = np.bincount(which, weight, BINS)
    beyond = np.bincount(which, weight * (seen - slope * mixed - level), BINS)
    smooth = gaussian_filter1d(np.stack([count, beyond]), 1.5, axis=1, mode="constant")
    curve = slope * steps + level + smooth[1] / (smooth[0] + 3)
    rest = seen - np.interp(mixed, steps, curve)
    spread = float(np.sum(weight * (seen - np.average(seen, weights=weight)) ** 2)) if len(seen) else 0.0
    fit = max(0.0, 1.0 - float(np.sum(weight * rest * rest)) / (spread + 1e-6))
    return Tones(mixture.astype(np.float32), curve.astype(np.float32), fit)


def _line(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    """Weighted straight line y = slope x + level."""
    total = weight.sum() + 1e-9
    mx, my = (weight @ x) / total, (weight @ y) / total
    slope = (weight @ ((x - mx) * (y - my))) / (weight @ (x - mx) ** 2 + 1e-3 * total)
    return float(slope), float(my - slope * mx)
