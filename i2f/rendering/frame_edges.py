"""Where a straight frame's edges lie by the render itself, to a pixel of the original.

A copy has whole rows and columns, whatever its shape asked for. So one of 1080 x 565 may show what 565.4 rows would: it
is stretched a little, by up to a quarter of its pixel at either edge, which the matcher's one scale for both directions
cannot say. Near those edges fine texture lies beside the copy's then, and the proof refuses it. Once the look is
rendered the two are one picture, and what is left between them is found by least squares (Lucas and Kanade, 1981): a
shift and a stretch along each side, no more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats, Picture
from i2f.rendering.bilateral_grid import light_of
from i2f.rendering.border import Inset
from i2f.rendering.frame import Frame
from i2f.rendering.look import planes_of

SMOOTH_PX = 1.0
NOISE = 8.0
"""Levels beyond which what differs at a pixel counts less."""
MOST_PX = 0.5
"""Pixels of the copy that rounding and the matcher's own error may amount to; what lies farther off is another matter,
and nothing is moved.
"""


def nearer_frame(
    frame: Frame, copy: Picture, reduced: Picture, inset: Inset, original_size: tuple[int, int]
) -> Frame | None:
    """The frame with its edges where the copy's are, from a copy without its border `inset` and the render reduced to
    its size (height, width, 3), inside an original of this size (width, height); None where it is that already.
    """
    if not frame.is_straight:
        return None
    moves = _moves(light_of(planes_of(copy)), light_of(planes_of(reduced)))
    edges, limits = frame.box, (*original_size, *original_size)
    found = []
    for edge in range(4):
        axis, far = edge % 2, edge // 2
        side = copy.shape[1 - axis]
        before, after = inset[axis], inset[axis + 2]
        scale = frame.size[axis] / (side + before + after)
        shift, stretch = moves[axis]
        away = shift + stretch * (0.5 + after / side if far else -0.5 - before / side)
        if abs(away) > MOST_PX:
            return None
        found.append(min(max(0, round(edges[edge] + away * scale)), limits[edge]))
    left, top, right, bottom = found
    if tuple(found) == edges:
        return None
    return replace(frame, size=(right - left, bottom - top), center=((left + right) / 2, (top + bottom) / 2))


def _moves(copy: Floats, reduced: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """For x and y how far the copy's content is shifted in the render, in pixels, and by how much more over the whole
    side.
    """
    wanted, shown = (gaussian_filter(one, SMOOTH_PX, mode="nearest") for one in (copy, reduced))
    down, across = np.gradient(shown)
    y, x = (((np.arange(side) + 0.5) / side - 0.5).astype(np.float32) for side in copy.shape)
    features = np.stack([one.ravel() for one in (across, across * x[None, :], down, down * y[:, None])])
    missing = (wanted - shown).ravel()
    heavy = features / (1 + (missing / NOISE) ** 2)
    normal = (heavy @ features.T).astype(np.float64)
    normal[np.diag_indices(4)] *= 1 + 1e-3
    normal += 1e-6 * (1 + np.trace(normal)) * np.eye(4)
    shift_x, stretch_x, shift_y, stretch_y = np.linalg.solve(normal, heavy @ missing).tolist()
    return (shift_x, stretch_x), (shift_y, stretch_y)
