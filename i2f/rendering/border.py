"""The border of a copy, which no original holds: found, so that the picture inside is rendered and the border left out.

Borders are paper: one colour, white or black or nearly so, along the whole side, straight or ragged. A side has one
where its outermost pixels are all of one colour and the original, with the look's tones, is something else there. The
border ends where no pixel of a line has the paper's colour any more, a pixel later for what JPEG smeared.
"""

from __future__ import annotations

import numpy as np

from i2f.ground.image import Floats

Inset = tuple[int, int, int, int]
"""Pixels left out on the left, top, right, bottom."""
DEEPEST = 0.13
"""Borders reach 8 per cent of the short side; ragged ones somewhat further in places."""
PLAIN, LIKE_PAPER = 9.0, 22.0
"""Levels from the paper's colour: what JPEG leaves of plain paper, and what may still be paper beside a sharp edge."""
COVERED, UNCOVERED = 0.95, 0.04
COVERED_RAGGED = 0.55
"""Where plain bars were cut off already, a ragged border's teeth are left."""
EXPLAINED = 0.6
"""Of a covered line so many pixels may be of the paper's colour in the original, too."""
SMEARED_PX = 2


def find_border(copy: Floats, expected: Floats, had_bars: bool) -> Inset:
    """How much of each side of a copy (3, h, w) is border; `expected` is the original with the look's tones, and
    `had_bars` says that plain bars were cut off the copy before.
    """
    return (
        _depth(copy, expected, had_bars),
        _depth(copy.transpose(0, 2, 1), expected.transpose(0, 2, 1), had_bars),
        _depth(copy[:, :, ::-1], expected[:, :, ::-1], had_bars),
        _depth(copy[:, ::-1].transpose(0, 2, 1), expected[:, ::-1].transpose(0, 2, 1), had_bars),
    )


def _depth(copy: Floats, expected: Floats, had_bars: bool) -> int:
    """Columns from the left."""
    most = round(DEEPEST * min(copy.shape[1:]))
    middle = slice(most, copy.shape[1] - most)
    near, seen = copy[:, middle, :most], expected[:, middle, :most]
    paper = np.median(near[:, :, :2].reshape(3, -1), axis=1)[:, None, None]
    away = np.abs(near - paper).max(0)
    covered = (away < LIKE_PAPER).mean(0)
    explained = (np.abs(seen - paper).max(0) < LIKE_PAPER).mean(0)
    least = COVERED_RAGGED if had_bars else COVERED
    if (away[:, :2] < PLAIN).mean() < least or explained[:2].mean() > EXPLAINED:
        return 0
    open_lines = np.flatnonzero(covered < np.maximum(UNCOVERED, 1.5 * explained))
    return 0 if not len(open_lines) else min(most, int(open_lines[0]) + SMEARED_PX)
