"""The illumination residual: after any filter, does the light still fall where it fell.

Where the camera stood still between two shots nothing has moved, and only a cloud or a lamp tells them apart: a
shadow that went on, a wall that grew darker towards one side. A filter changes brightness by rules of its own: by a
curve over a mixture of colours (tone_curve.py), by vignettes about the middle or beside it, by gradients, by local
contrast, which follows from the brightness around, and by light leaks (color_cast.py). So the aligned pair is brought
to 40 cells of the short side, and the copy's luminance is regressed, robustly, on exactly these. What is left over is
parted in two: `soft`, smoothed over some seven cells, its 97th percentile; `hard`, the root mean square of the rest,
which lies at edges. A hard filter or much local contrast, which no regression follows wholly, leaves more at edges
than between them; a light that went on leaves it between them. Grey levels, medians: true pairs 1 soft and 3 hard,
with strong local contrast 3 and 6; siblings that differ in light alone 4 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from i2f.ground.image import REC601, Floats
from i2f.ground.robust import Procedure, fit_robustly
from i2f.matching.color_cast import LEAST_CELLS, Cells, at_best_angle, leak_bands
from i2f.matching.tone_curve import Tones

SMOOTH = 3.0
AROUND = (1.5, 4.0)
ROUNDS = 5
WORTH_A_LEAK = 5.0
LEFT_OF_LEAK = 0.5
"""A light leak is believed in when it leaves less than this share of what is left without one."""


@dataclass(frozen=True, slots=True)
class Light:
    """Grey levels that no filter explains: of smooth light and shade, and at edges."""

    soft: float = 0.0
    hard: float = 0.0


def light_left(cells: Cells, tones: Tones, leaked: bool = False) -> Light:
    """Light and shade that no filter explains; `leaked` says that the colours hold a light leak.

    Where they do not, a leak must explain more than a lamp or a cloud would: a leak is added, and weakest where the
    picture is bright; other light multiplies, and is strongest there. (Left by the leak: 0.2 to 1 times what is left
    by the lamp; for siblings in other light 0.95 to 1.7.)
    """
    if cells.here.sum() < LEAST_CELLS:
        return Light()
    terms, expected = _terms(cells, tones)
    left = _left(cells, terms)
    if left.soft < WORTH_A_LEAK:
        return left

    def across(weight: Floats) -> Light:
        """What is left where straight bands of light were laid over the picture with this weight."""
        shape = cells.here.shape
        return at_best_angle(
            lambda angle: _left(cells, terms + [band * weight for band in leak_bands(shape, angle)]), _softness
        )

    screened = across(1 - expected)
    if screened.soft >= LEFT_OF_LEAK * left.soft:
        return left
    return screened if leaked or screened.soft < across(1 + expected).soft else left


def _softness(light: Light) -> float:
    return light.soft


def _terms(cells: Cells, tones: Tones) -> tuple[list[Floats], Floats]:
    """What a filter may make of the brightness, each (rows, columns); and the brightness the tones predict, -1 to 1."""
    rows, cols = cells.here.shape
    grey = cells.there @ np.array(REC601, np.float32) / np.float32(128) - 1
    expected = tones.predict(tones.mix(cells.there)) / np.float32(128) - 1
    red, blue = (cells.there[..., band] / np.float32(128) - 1 - grey for band in (0, 2))
    y, x = (line.astype(np.float32) for line in np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : cols * 1j])
    terms = [np.ones_like(grey), expected, expected**2, expected**3, grey, grey**2]
    terms += [red, blue, red * grey, blue * grey, x, y, x * expected, y * expected]
    oval = x * x + y * y
    circle = 2 * ((cols * x) ** 2 + (rows * y) ** 2) / (cols**2 + rows**2)
    # A vignette is as wide as the picture or round, and may lie beside the middle.
    terms += [oval * expected**2, x * oval * (1 + expected), y * oval * (1 + expected)]
    for far in (oval, circle):
        terms += [far, far * expected, far**2, far**2 * expected]
    shown = cells.here.astype(np.float32)
    for sigma in AROUND:
        around = gaussian_filter(expected * shown, sigma) / (gaussian_filter(shown, sigma) + 1e-3)
        terms += [around, around * expected]
    return terms, expected


def _left(cells: Cells, terms: list[Floats]) -> Light:
    here = cells.here
    design = np.stack([term[here] for term in terms], 1).astype(np.float64)
    wanted = (cells.seen @ np.array(REC601, np.float32))[here].astype(np.float64)
    darkest, brightest = float(wanted.min()), float(wanted.max())

    def rest_of(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
        """What a vignette drowned or a filter burnt is no darker and no brighter than the copy can be."""
        return np.asarray(wanted - np.clip(fitted, darkest, brightest))

    def reweigh(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
        rest = rest_of(fitted)
        return np.asarray(1 / (1 + (rest / max(5.0, 2.5 * float(np.median(np.abs(rest))))) ** 2))

    rest = rest_of(fit_robustly(design, wanted, reweigh, Procedure(ROUNDS, 0.02 * np.eye(design.shape[1]))).fitted)
    plane = np.zeros(here.shape, np.float32)
    plane[here] = np.clip(rest, -60, 60)
    share = gaussian_filter(here.astype(np.float32), SMOOTH)
    smooth = gaussian_filter(plane, SMOOTH) / (share + 1e-3)
    at_edges = np.clip(plane - smooth, -30, 30)[here]
    within = here & (share > 0.5)
    return Light(
        soft=float(np.percentile(np.abs(smooth[within if within.any() else here]), 97)),
        hard=float(np.sqrt(np.mean(at_edges**2))),
    )
