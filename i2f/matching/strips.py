"""Strips: whether a narrow strip of one drawn colour lies along an edge of the file, outside of the window.

A viewer's toolbar, a caption's margin, what a screenshot that was cropped to the picture still has of the app: they
take one to three per cent of the height, too little for a frame (frames.py) or a seam (seams.py). But they lie along
the whole edge of the file, not only beside the window, they are of one exact colour, and they end all along in one
line. A sky burnt to white is as exact and ends at no line; a wall ends in a line and is not exact. Small print and
buttons may stand in it, though not at the edge itself.

A film that was steadied and a lens that was corrected leave black rims, thin ones, which `eligibility.py` considers:
so it is told how broad and how dark a strip is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from i2f.ground.image import Floats
from i2f.matching.file_sides import SeenFile

FINE = 1224
"""Pixels of the window's short side at which is looked."""
BROADEST = 0.09
"""Share of the window's short side up to which a strip is looked for; what is broader, frames.py sees."""
SLACK = 0.02
"""Share of the window's short side by which its border may be off."""
NARROWEST = 5
"""Lines that a strip has at least."""
CLOSE = 9.0
"""Sum of red, green and blue differences up to which a pixel is of the strip's colour."""
EDGE = 2
"""Lines by which the strip's end is blurred, and those at the file's edge that may be."""
DIFFERS = 24.0
"""The same sum from which the picture beside the strip is of another colour."""
TOLD = 0.25
"""Share of the places that must tell where the strip ends."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The lesser of two shares: of the file's breadth at which a strip ends in one line, and of the strip that is of
    one colour; how broad it is, in short sides of the window, and the grey level of its colour. 0 where there is none.
    """

    share: float = 0.0
    breadth: float = 0.0
    level: float = 0.0


def strips_of(file: SeenFile) -> tuple[Strip, ...]:
    """The strip along each of FILE_SIDES."""
    small = file.in_color(FINE, 4 * NARROWEST)
    return tuple(_strip(lines, ahead, small.at.scale) for lines, ahead in small.lines_outside())


def _strip(lines: Floats, ahead: float, unit: float) -> Strip:
    """The strip that begins with the first of the `lines`, of which `ahead` lie outside the window of side `unit`."""
    last = round(min(ahead + SLACK * unit, BROADEST * unit, len(lines) - 4 * EDGE))
    if min(ahead, last) < NARROWEST:
        return Strip()
    color = np.median(lines[EDGE:NARROWEST].reshape(-1, 3), axis=0)
    off = np.abs(lines[: last + 4 * EDGE] - color).sum(axis=2)
    of_color = (off <= CLOSE).mean(axis=1)
    places = np.arange(NARROWEST, last + 1)
    given_up = of_color[places - EDGE - 1] - of_color[places + EDGE]
    breadth = int(np.median(places[given_up >= given_up.max() - 0.01]))  # lines beside a sharp end are no worse
    before, beyond = off[breadth - EDGE - 1], off[breadth + EDGE : breadth + 2 * EDGE + 1].max(axis=0)
    told = beyond > DIFFERS
    if told.mean() < TOLD:
        return Strip()
    ends = float((before[told] <= CLOSE).mean())
    exact = float(of_color[EDGE : max(EDGE + 1, breadth - EDGE)].mean())
    return Strip(min(ends, exact), breadth / unit, float(color.mean()))
