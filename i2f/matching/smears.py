"""Smears: whether what lies outside of the window was made by drawing out what lies along its border.

Programs that grow a picture beyond its border, or fill the room that a turn has left, draw its outermost lines
outwards, blur and grain them. No edge is left, and the scene seems to go on. But going outwards nothing changes any
more: lines that lie some way apart are the same line. Of a scene that is so where planks or pillars run to the file's
edge all along the window's breadth; at two opposite sides at once it hardly ever is.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter1d

from i2f.ground.image import Floats
from i2f.matching.file_sides import SeenFile

FINE = 306
"""Pixels of the window's short side at which is looked."""
APART, REACH = 0.03, 0.25
"""How far apart compared lines lie, and how far from the border at most, in short sides of the window."""
LEAST_APART, FEWEST = 4, 30
"""Lines apart at least, and pixels of the window's breadth below which nothing is told."""
BLUR = (1.2, 1.0)
"""Of lines and along them: grain was added to a smear, and is none of it."""
STRUCTURE = 15
"""Places over which what is coarse along a line is taken away."""


def smears_of(file: SeenFile) -> tuple[float, ...]:
    """For each of FILE_SIDES what lines outside of the window, some way apart, share; -1 to 1, 0 without any."""
    small = file.in_grey(FINE, 2 * LEAST_APART)
    return tuple(_shared(lines, round(ahead), small.at.scale) for lines, ahead in small.from_each_side())


def _shared(lines: Floats, ahead: int, unit: float) -> float:
    """What lines share of the `ahead` that lie outside of the window, whose side is `unit`."""
    apart = max(LEAST_APART, round(APART * unit))
    if ahead < apart + LEAST_APART or lines.shape[1] < FEWEST:
        return 0.0
    outside = gaussian_filter(lines[max(0, ahead - round(REACH * unit)) : ahead], BLUR)
    fine = outside - uniform_filter1d(outside, STRUCTURE, axis=1)
    power = (fine * fine).mean(axis=1)
    both = (fine[apart:] * fine[:-apart]).mean(axis=1)
    return float(np.median(both / np.sqrt(np.maximum(power[apart:] * power[:-apart], 1e-6))))
