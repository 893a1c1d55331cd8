"""Mirrors: whether the file shows a part of the picture once more, mirrored at a straight line near the window.

Apps that mirror a picture beside itself, and those that fill the room around it with its own reflection, leave no seam:
at the line where the mirror stands both sides are alike, so that no step and no other picture begins there (seams.py,
cuts.py). But going outwards from that line one meets, line by line, what one has met going inwards. In a scene lines
that lie some way apart share nothing but what runs straight across both, a pole or the edge of a wall; that is taken
away first. What is left is compared between each pair of lines as far on one side as on the other, near the line left
out, since neighbours are alike everywhere. In a scene pairs share next to nothing, in a mirrored picture nearly all.
A still lake does the same for a few lines and less exactly; whoever weighs this may ask about one (`eligibility.py`).

Looked for is parallel to the file's sides, however the copy is tilted against it.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter1d

from i2f.ground.image import Floats
from i2f.matching.file_sides import SeenFile

FINE = 306
"""Pixels of the window's short side at which is looked."""
WITHIN, BEYOND = 0.085, 2.0
"""How far inside the window's border is looked, and how far outside, in short sides of the window."""
NEAR, FAR = 3, 12
"""Lines on either side that are compared: nearer ones are alike in any picture."""
BLUR = 0.7
STRUCTURE = 15
"""Pixels, along the lines and across them, over which what is coarse is taken away."""
LEAST_STRUCTURE = 0.25
"""Mean square of what is left, in grey levels, for it to tell anything."""
FEWEST = 30
"""Pixels of the window's breadth below which nothing is told."""


def mirrors_of(file: SeenFile) -> tuple[float, ...]:
    """For each of FILE_SIDES how much the two sides of the best mirror line near it share, 0 to 1."""
    small = file.in_grey(FINE, 2 * FAR)
    sides = small.of(_fine(small.seen)).from_each_side()
    return tuple(_best(lines, ahead, small.at.scale) for lines, ahead in sides)


def _fine(grey: Floats) -> Floats:
    """What is fine in both directions: neither a pole nor a horizon."""
    soft = gaussian_filter(grey, BLUR)
    across = soft - uniform_filter1d(soft, STRUCTURE, axis=0)
    return np.asarray(across - uniform_filter1d(across, STRUCTURE, axis=1), np.float32)


def _best(lines: Floats, ahead: float, unit: float) -> float:
    """What the two sides of the best line share, of lines whose window begins `ahead`; its side is `unit`."""
    begin = max(0, round(ahead - BEYOND * unit) - FAR - 1)
    end = min(round(ahead + WITHIN * unit) + FAR + 1, len(lines))
    part = lines[begin:end]
    if part.shape[1] < FEWEST or len(part) < 2 * FAR + 2:
        return 0.0
    power = (part * part).mean(axis=1)
    best = 0.0
    for between in (0, 1):  # the mirror stands between two lines, or on one
        places = np.arange(FAR, len(part) - FAR - between)
        apart = np.arange(NEAR, FAR)
        one, other = places[:, None] - 1 - apart, places[:, None] + between + apart
        shared = np.stack([(part[one[:, k]] * part[other[:, k]]).mean(axis=1) for k in range(len(apart))], 1)
        both = np.sqrt(power[one].sum(axis=1) * power[other].sum(axis=1))
        told = both >= LEAST_STRUCTURE * len(apart)
        best = max(best, float(np.where(told, shared.sum(axis=1) / np.maximum(both, 1e-6), 0.0).max()))
    return best
