"""Frames: whether the photograph ends inside the file, further out than the copy does.

A slide, a padded picture, a gallery's screenshot or a printed card may show more of the photograph than the copy, so
that nothing stops at the window's border (seams.py), and the copy may be tilted against it. But whatever a program
puts around a picture is parallel to the file's sides: going outwards from the window, all along its breadth the texture
ends at one line, and plain ground or a blur follows. In 388 true pairs of the corpus this was seen once, at a scan's
rim of 0.03 of the window; it was seen at 0.04 or more beside 206 of 366 files that only held the picture
(`python -m bench.traps`, lists/traps-2.json, where it was found).

Texture of a line is a high percentile of the differences along it, so that a branch that reaches into a plain sky does
not make it textured, and a skyline is no line: the step must be the largest of its surroundings at nearly every place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from i2f.ground.image import Floats
from i2f.matching.file_sides import SeenFile

FINE = 612
"""Pixels of the window's short side at which is looked."""
BEYOND, WITHIN = 24, 12
"""Lines outside of an edge that must be plain, and inside of it that must not be."""
FEWEST_BEYOND = 8
LEAST_OUTSIDE = 0.03
"""Share of the window's short side that must lie outside."""
FEWEST_OF_THIN, LEAST_OF_THIN = 5, 0.012
"""The same two of a thin gap, as around the cells of a collage. Frames of a steadied film have such rims, too: of 798
true pairs seven, all but two of them on two sides (bench/lists/final-18.json)."""
TEXTURED, PLAIN = 6.0, 0.35
"""Sum of red, green and blue differences of a textured line, and what a plain one has of its neighbour's."""
STEP, LARGEST = 14.0, 1.5
"""Least step at the edge, and how many times those outside."""


@dataclass(frozen=True, slots=True)
class Frame:
    """At how much of the window's breadth the picture ends at one line outside, and how far from the file's edge that
    is, in short sides of the window; and the same share for a thin gap at the file's edge. 0 where it does not.
    """

    share: float = 0.0
    outside: float = 0.0
    thin: float = 0.0


def frames_of(file: SeenFile) -> tuple[Frame, ...]:
    """Where the photograph ends at each of FILE_SIDES."""
    small = file.in_color(FINE, WITHIN + FEWEST_BEYOND)
    return tuple(_edge(lines, ahead, small.at.scale) for lines, ahead in small.from_each_side())


def _edge(lines: Floats, ahead: float, unit: float) -> Frame:
    """The straightest end of the picture in the first `ahead` lines of a window whose short side is `unit`."""
    last = round(min(ahead + 0.02 * unit, len(lines) - WITHIN - 2))
    fewest = max(FEWEST_OF_THIN, round(LEAST_OF_THIN * unit))
    if ahead < LEAST_OF_THIN * unit or last <= fewest or lines.shape[1] < 30:
        return Frame()
    lines = lines[: last + WITHIN + 2]
    texture = np.percentile(np.abs(np.diff(lines, axis=1)).sum(2), 90, axis=1)
    step = np.abs(lines[2:] - lines[:-2]).sum(2)
    within = np.median(sliding_window_view(texture, WITHIN), axis=1)
    broad = max(FEWEST_BEYOND, round(LEAST_OUTSIDE * unit))
    best, thin = (0.0, 0.0), 0.0
    for line in range(fewest, last):
        first = max(0, line - BEYOND - 2)
        inside = within[line + 2]
        if inside < TEXTURED or texture[first + 1 : line - 2].max() >= PLAIN * inside:
            continue
        here = step[line - 2 : line + 1].max(axis=0)
        outside = step[first : line - 4].max(axis=0)
        share = float((here > np.maximum(LARGEST * outside, STEP)).mean())
        if line < broad:
            thin = max(thin, share)
        elif ahead >= LEAST_OUTSIDE * unit:
            best = max(best, (share, line / unit))
    return Frame(*best, thin)
