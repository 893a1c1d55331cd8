"""The colour cast: could any filter have given the copy these colours, or was a large thing recoloured.

color_transfer.py finds recoloured things by their edges, with a colouring so supple that it follows a soft stain or
turns one hue into another everywhere, as when a shirt on a white wall is dyed. No filter does that: it strengthens or
weakens the colours there are, and lays a tint over them that depends on brightness, and from the middle to the
corners. So the aligned pair is brought to 40 cells of the short side, and the copy's two colour differences (red and
blue less luminance) are regressed, robustly, on exactly that: a common strength, of the colours as they are and as a
curve for each of red, green and blue makes them (which burns and drowns some, and cannot turn one hue alone), a tint
by brightness to the third order, a slope and a vignette. A cell is tinted when it misses the prediction by more than a
level and a share of its colour.

A light leak is a large tint too, but of a form that things in a scene do not have: light that is added along a
straight line, so that its colour is a function of one coordinate across it. Where tinted cells are many, a tint that
is any smooth function of such a coordinate, weaker where the picture is bright (it is screened), is tried in twelve
directions and about the best of them; it is believed to be a leak when it leaves less than a quarter of the cells.
Leaks of 12 to 127 cells kept 0 to 9 (37 copies); recoloured things keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from i2f.ground.image import REC601, Floats, Picture, planes
from i2f.ground.robust import Procedure, fit_robustly
from i2f.matching.color_tolerance import LOOSE, STRICTEST, Tolerance
from i2f.matching.color_transfer import broken_lines, fit_colours
from i2f.matching.registration import FRAME, Similarity, colours_below, grid_of, inside
from i2f.matching.residuals import largest_cluster, spread_over

Left = TypeVar("Left")

CELLS, FINER = 40, 4
"""Cells of the short side, and points of the original a cell is the mean of in each direction."""
MARGIN = FRAME + 0.005
ROUNDS = 6
LEAK_ANGLES = tuple(np.arange(12) * np.pi / 12)
LEAK_TURN = np.pi / 24
LEAK_STEPS = np.linspace(-1.2, 1.2, 7)
LEAK_WIDTH = 0.4
LEFT_OF_LEAK = 0.25
LEAST_LEAK = 12
LEAST_CELLS = 100


@dataclass(frozen=True, slots=True)
class Cells:
    """Means of the copy, of the original below it, and of what one curve for each colour makes of that, (rows, columns,
    3); and which cells show the picture."""

    seen: Floats
    there: Floats
    curved: Floats
    here: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tint:
    """Cells in the largest cluster whose colour nothing explains; and whether a light leak explained others."""

    cells: int = 0
    leaked: bool = False


def tint_left(cells: Cells, tolerance: Tolerance) -> Tint:
    """The tint that no filter explains, nor, where one may be, a light leak."""
    if cells.here.sum() < LEAST_CELLS:
        return Tint()
    tinted = _largest(cells, tolerance)
    if not tolerance.leaks or tinted < LEAST_LEAK:
        return Tint(tinted)
    left = at_best_angle(lambda angle: _largest(cells, tolerance, angle), float)
    return Tint(left, leaked=True) if left <= LEFT_OF_LEAK * tinted else Tint(tinted)


def at_best_angle(left: Callable[[float], Left], amount: Callable[[Left], float]) -> Left:
    """What is `left`, least by `amount`, when a light leak lies at one of LEAK_ANGLES or beside the best of them."""
    found = [(left(angle), angle) for angle in LEAK_ANGLES]
    best, at = min(found, key=lambda one: amount(one[0]))
    return min((best, left(at - LEAK_TURN), left(at + LEAK_TURN)), key=amount)


def leak_bands(shape: tuple[int, ...], angle: float) -> list[Floats]:
    """Soft bands (rows, columns) side by side, across which the colour of a light leak at this angle may change."""
    rows, cols = shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : cols * 1j]
    across = x * np.cos(angle) + y * np.sin(angle)
    return [np.exp(-(((across - step) / LEAK_WIDTH) ** 2)).astype(np.float32) for step in LEAK_STEPS]


def _largest(cells: Cells, tolerance: Tolerance, leak: float | None = None) -> int:
    much, strength = _missed(cells, leak)
    strict = min(1.0, max(STRICTEST, float(np.median(much)) / LOOSE))
    outliers = np.zeros(cells.here.shape, bool)
    outliers[cells.here] = much > strict * (tolerance.level + tolerance.share * strength)
    return largest_cluster(outliers)


def cells_of(copy: Picture, original: Picture, at: Similarity, ink: NDArray[np.bool_]) -> Cells:
    """The pair (an upright copy, an original's thumbnail) in CELLS of the short side, less its margin and `ink`.

    `ink` marks, in cells of any size that tile the copy, what was drawn over it.
    """
    shrink = CELLS / min(copy.shape[:2])
    rows, cols = (max(1, round(edge * shrink)) for edge in copy.shape[:2])
    x, y = grid_of(rows * FINER, cols * FINER)
    finer = np.stack(colours_below(original, at, x, y, CELLS * FINER), 2)
    there = finer.reshape(rows, FINER, cols, FINER, 3).mean(axis=(1, 3))
    x, y = grid_of(rows, cols)
    seen = np.stack(planes(copy, rows, cols), 2)
    here = inside((original.shape[0], original.shape[1]), at, x, y, 2 * max(1.0, at.scale / CELLS)).copy()
    edge = int(np.ceil(MARGIN * CELLS))
    here[:edge], here[-edge:], here[:, :edge], here[:, -edge:] = False, False, False, False
    here &= ~binary_dilation(spread_over(ink, rows, cols), np.ones((3, 3)))
    curved = _curved(there, seen, here) if here.sum() >= LEAST_CELLS else there
    return Cells(seen, there, curved, here)


def _missed(cells: Cells, leak: float | None = None) -> tuple[Floats, Floats]:
    """Per cell how far the copy's colour is from what a filter makes of the original's, and how strong that is.

    `leak` is the angle at which a light leak lies over the copy.
    """
    seen, there, here = cells.seen, cells.there, cells.here
    rows, cols = here.shape
    grey = there @ np.array(REC601, np.float32)
    colour, brightness = _differences(there, grey)[here].astype(np.float64), grey[here] / 128 - 1
    wanted = _differences(seen, seen @ np.array(REC601, np.float32))[here].astype(np.float64)
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : cols * 1j]
    x, y = x[here], y[here]
    far = x * x + y * y
    terms = [np.ones_like(far), brightness, brightness**2, brightness**3, x, y, far, far * brightness]
    if leak is not None:
        terms += [band[here] * (1 - brightness) / 2 for band in leak_bands(here.shape, leak)]
    tint = np.stack(terms, 1)
    nothing = np.zeros_like(tint)
    curved = _differences(cells.curved, cells.curved @ np.array(REC601, np.float32))[here].astype(np.float64)
    strengths = [part / 64 for whole in (colour, curved) for part in (whole, whole * brightness[:, None])]
    common = np.stack(strengths, 2)
    design = np.concatenate(
        [np.concatenate([tint, nothing, common[:, 0]], 1), np.concatenate([nothing, tint, common[:, 1]], 1)]
    )
    target = np.concatenate([wanted[:, 0], wanted[:, 1]])

    def missed_by(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.hypot(*np.split(target - fitted, 2)))

    def reweigh(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
        missed = missed_by(fitted)
        return np.tile(1 / (1 + (missed / max(3.0, 1.5 * float(np.median(missed)))) ** 2), 2)

    found = fit_robustly(design, target, reweigh, Procedure(ROUNDS, 0.5 * np.eye(design.shape[1])))
    missed = missed_by(found.fitted)
    return missed.astype(np.float32), np.hypot(colour[:, 0], colour[:, 1]).astype(np.float32)


def _curved(there: Floats, seen: Floats, here: NDArray[np.bool_]) -> Floats:
    """What one curve for each of red, green and blue makes of the original's colours (rows, columns, 3), robustly."""
    answer = np.zeros_like(there)
    for band in range(3):
        from_ = there[..., band] / 128 - 1
        terms = np.stack([np.ones_like(from_), from_, *broken_lines(from_)], 2)
        wanted = seen[here][:, band, None].astype(np.float64)
        answer[..., band] = (terms @ fit_colours(terms[here].astype(np.float64), wanted).astype(np.float32))[..., 0]
    return answer


def _differences(picture: Floats, grey: Floats) -> Floats:
    return np.stack([picture[..., 0] - grey, picture[..., 2] - grey], 2)
