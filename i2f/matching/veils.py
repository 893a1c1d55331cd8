"""Veils: whether a program laid a translucent band or panel over a part of the file.

A status shows its caption on a dimmed band, a poster its words on a veil. The picture goes on below, so that nothing
stops and no other picture begins (seams.py, cuts.py). But at the veil's border each place changes by the same rule:
what it was, mixed with one colour in one proportion. So the lines on both sides of the border are the same line, one
of them paler by a constant share, and that all across the file, in one line parallel to its sides.

Two lines of a scene on both sides of an edge do not do that: what is fine in them is not the same, or not weaker in the
same proportion as what is coarse; and a plain wall and a plain floor have nothing in them that could be in proportion.
What comes near is a straight shadow across boards, if it is parallel to the file within a pixel from side to side.

Looked for is a veil that reaches from its border to the file's edge, outside of the window or inside of it: a copy
that shows the same part without the veil is explained all the same, as if it had been brightened there. A veil that
grows slowly towards the edge has no border and is not seen.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d

from i2f.ground.image import Floats
from i2f.matching.file_sides import SeenFile

FINE = 612
"""Pixels of the window's short side at which is looked."""
REACH = 0.5
"""Share of the file from its edge in which a border is looked for."""
MOST_PLACES = 900
GAP = 3
"""Lines from one of those compared to the other, so that the blur of a border lies between them."""
FAR = 10
"""Lines on either side with which a border is compared."""
STRUCTURE = 25
"""Places over which what is coarse along a line is taken away."""
LEAST_STRUCTURE = 4.0
"""Mean square of what is left, in levels of red, green and blue together, for it to tell anything."""
STEP, LARGER = 6.0, 1.5
"""Levels by which the lines beside a border differ at half of the places, and how many times those around it."""
SHARED, OF_USUAL = 0.4, 0.6
"""What lines around must share of their fine structure to tell anything, and how much of it those at a border share."""
THROUGH = (0.12, 0.92)
"""The share of the picture that a veil lets through."""
ALIKE = 1.28
"""Times by which what is fine and what is coarse may differ in how much of them is let through."""
CANDIDATES, ROUNDS, OUTLYING = 6, 3, 2.5


def veils_of(file: SeenFile) -> tuple[float, ...]:
    """For each of FILE_SIDES how many times what a veil leaves unexplained the step at its border is; 0 without one."""
    return tuple(_clearest(lines) for lines, _ in file.in_color(FINE, 4 * FAR).lines_outside())


def _clearest(lines: Floats) -> float:
    """The clearest border of a veil over the first of the `lines`."""
    thin = -(-lines.shape[1] // MOST_PLACES)
    part = lines[: round(REACH * len(lines)) + FAR, ::thin]
    fine = part - uniform_filter1d(part, STRUCTURE, axis=1)
    places = 3 * part.shape[1]
    power = np.einsum("kij,kij->k", fine, fine) / places
    both = np.einsum("kij,kij->k", fine[GAP:], fine[:-GAP]) / places
    shared = both / np.sqrt(np.maximum(power[GAP:] * power[:-GAP], 1e-6))
    step = np.median(np.abs(part[GAP:] - part[:-GAP]).sum(axis=2), axis=1) / 3
    usual_step, usual_shared = (median_filter(one, 2 * FAR + 1) for one in (step, shared))
    goes_on = (shared > OF_USUAL * usual_shared) & (usual_shared > SHARED) & (3 * power[GAP:] > LEAST_STRUCTURE)
    rank = np.where(goes_on & (step > STEP) & (step > LARGER * usual_step), step / (usual_step + 1), 0.0)
    borders = [int(at) for at in np.argsort(rank)[-CANDIDATES:] if rank[at] > 0]
    weaker = np.sqrt(power[:-GAP] / np.maximum(power[GAP:], 1e-6))
    return max((_told(part[at + GAP], part[at], float(weaker[at]), float(step[at])) for at in borders), default=0.0)


def _told(within: Floats, beyond: Floats, weaker: float, step: float) -> float:
    """How many times what is left the step is, once the line beyond a border (places, 3) is taken for the one within,
    mixed with a colour; 0 where that is no veil. `weaker` is how much of the fine structure is let through.
    """
    here, there = (line - np.median(line, axis=0) for line in (within, beyond))
    kept = np.ones(len(here), bool)
    through, off = 1.0, np.zeros(len(here), np.float32)
    for _ in range(ROUNDS):  # letters stand on one side alone
        through = float((here[kept] * there[kept]).sum() / max(float((here[kept] ** 2).sum()), 1e-6))
        rest = there - through * here
        off = np.abs(rest - np.median(rest[kept], axis=0)).sum(axis=1)
        kept = off <= OUTLYING * np.median(off) + 1
    left = float(np.median(off)) / 3
    if not THROUGH[0] <= through <= THROUGH[1] or not 1 / ALIKE <= weaker / through <= ALIKE:
        return 0.0
    if (1 - through) * float(np.median(np.abs(here).sum(axis=1))) / 3 < left:
        return 0.0  # a mere step, all along the same
    return step / max(left, 0.5)
