"""Cuts: whether another picture begins inside the file, at a straight line near the window.

Cells of a collage without gaps lie side by side: no ground is drawn between them that frames.py could see, and where
the copy shows more or less than the cell does, nothing stops just at the window's border (seams.py). But the cells meet
in one line parallel to the file's sides, and all along the window's breadth the step across that line is larger than
any of the ten lines on either side of it. In a scene that is so at one place in twelve by chance, and along the edge of
a wall or a table as far as it is straight, sharp and parallel to the file, which is seldom far and hardly ever on two
sides. The two pictures differ further on, too: a line ruled on a sheet has the sheet on both sides of it. Lines a
little inside the window count, too: a frame that was cut off the copy may have lain there.

Looked for is parallel to the file's sides, however the copy is tilted against it.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from i2f.ground.image import Floats
from i2f.matching.file_sides import SeenFile

FINE = 612
"""Pixels of the window's short side at which is looked."""
WITHIN, BEYOND = 0.085, 2.0
"""How far inside the window's border is looked, and how far outside, in short sides of the window."""
LEAST_OUTSIDE = 0.03
"""Share of the short side that must lie beyond a line."""
NEAR, FAR = 3, 10
"""Lines on either side that a step is compared with: so many are the step's own blur, as far is looked."""
STEP, LARGER = 14.0, 1.2
"""Least step, and how many times those around it."""
LASTING = 2
"""Lines beyond a step at which its two sides must differ as well."""
FEWEST = 30
"""Pixels of the window's breadth below which nothing is told."""


def cuts_of(file: SeenFile) -> tuple[float, ...]:
    """For each of FILE_SIDES at how much of the window's breadth the sharpest line near it cuts the picture."""
    small = file.in_color(FINE, 2 * FAR)
    return tuple(_sharpest(lines, ahead, small.at.scale) for lines, ahead in small.from_each_side())


def _sharpest(lines: Floats, ahead: float, unit: float) -> float:
    """The largest share of places that one line cuts, of lines whose window begins `ahead`; its side is `unit`."""
    begin = max(0, round(ahead - BEYOND * unit) - FAR)
    end = min(round(ahead + WITHIN * unit) + FAR + 2, len(lines))
    first = max(FAR, round(LEAST_OUTSIDE * unit) - begin)
    if lines.shape[1] < FEWEST or end - begin <= first + FAR + 2:
        return 0.0
    part = lines[begin:end]
    step = np.abs(part[2:] - part[:-2]).sum(2)
    here = np.maximum(step[1:], step[:-1])
    around = sliding_window_view(step, FAR - NEAR, axis=0).max(axis=-1)
    places = np.arange(first, min(len(here), len(around) - 1 - NEAR))
    if not len(places):
        return 0.0
    beside = np.maximum(around[places - FAR], around[places + 1 + NEAR])
    apart = np.abs(part[np.minimum(places + 3 + LASTING, len(part) - 1)] - part[places - LASTING]).sum(2) > STEP
    return float(((here[places] > np.maximum(LARGER * beside, STEP)) & apart).mean(axis=1).max())
