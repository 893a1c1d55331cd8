"""Writing: whether a program wrote a line of letters over the file, outside of the window.

A caption, a name in the corner, a meme's lines: outside of the copy's window they hide what nobody compares. Letters
that a program drew are of one exact colour (text_overlays.py), are as high as each other and stand side by side on one
straight line that is parallel to the file's side. A lens sees letters, too, on signs and labels, but hardly ever
parallel to the file's side within a pixel, and never in one exact colour: light and grain lie on them. Twigs, grass and
windows stand in rows as well, and their colours differ even more.

Looked for are strokes, lighter or darker than all around, in several sizes. Small letters are coarsely coded, and pale
ones take on the colours below, so that both are missed; a single line of fewer letters than `eligibility.py` asks for
says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label, maximum_filter, minimum_filter

from i2f.ground.image import Floats, resize
from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity

SIZES = (1.0, 0.5, 0.25)
"""Shares of its size at which the file is looked at: letters of a title are large."""
SMALLEST = 64
STROKE, CONTRAST = 11, 40.0
"""Pixels that a stroke is narrower than, and grey levels by which it stands out."""
HEIGHTS, WIDEST = (7, 70), 2.5
"""Pixels of a letter's height, and how many times that it is broad at most (or two letters that touch)."""
FILLED = 0.12
"""Share of its box that a letter fills at least."""
EXACT, ALIKE = 2.2, 4.0
"""Grey levels by which the core of a letter's strokes varies, and by which letters of a line differ."""
CORE = 40
"""Per cent of a letter's pixels that are its core, away from its smoothed edges."""
BASELINE, HIGHER, LOWER = 0.1, 1.6, 0.45
"""What letters of one line differ in where they end, and how high they are, in heights of the highest before."""
APART = 1.1
"""Heights between two letters of a line at most, a blank between words included."""
INSIDE = 0.98
"""Share of the window's sides within which letters are the copy's, too."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A box in pixels, and the grey level of what fills it."""

    top: int
    bottom: int
    left: int
    right: int
    level: float

    @property
    def height(self) -> int:
        return self.bottom - self.top


def letters_outside(file: SeenFile) -> int:
    """How many letters the longest line has that was written over a file outside of the window."""
    longest, grey, at = 0, file.grey, file.at
    if _shows_all(file):
        return 0
    for size in SIZES:
        rows, cols = (round(edge * size) for edge in grey.shape)
        if min(rows, cols) < SMALLEST:
            break
        small = grey if size == 1 else resize(grey, rows, cols)
        here = at.scaled(size)
        for strokes in (small, -small):
            letters = [one for one in _letters(strokes) if _is_outside(one, file.copy_size, here)]
            longest = max(longest, _longest_line(letters))
    return longest


def _shows_all(file: SeenFile) -> bool:
    """Whether no room for letters is left outside of the window."""
    at, (rows, cols) = file.at, file.picture.shape[:2]
    corners = [complex(x, y) for x in (0, cols) for y in (0, rows)]
    places = [(one - complex(at.cx, at.cy)) / complex(at.a, at.b) for one in corners]
    room = 2 * HEIGHTS[0] / at.scale
    height, width = (side / (2 * min(file.copy_size)) + room for side in file.copy_size)
    return all(abs(one.real) <= width and abs(one.imag) <= height for one in places)


def _letters(grey: Floats) -> list[_Letter]:
    """What could be a letter: lighter than all around, narrow, of a letter's size and of one exact level."""
    stands_out = grey - maximum_filter(minimum_filter(grey, STROKE), STROKE) >= CONTRAST
    marked, _ = label(stands_out, np.ones((3, 3)))
    found = []
    for number, box in enumerate(find_objects(marked), 1):
        height, width = box[0].stop - box[0].start, box[1].stop - box[1].start
        if not HEIGHTS[0] <= height <= HEIGHTS[1] or not 2 <= width <= WIDEST * height:
            continue
        strokes: NDArray[np.bool_] = marked[box] == number
        if strokes.sum() < FILLED * height * width:
            continue
        core = np.sort(grey[box][strokes])[-max(1, strokes.sum() * CORE // 100) :]
        level = float(np.median(core))
        if np.abs(core - level).mean() <= EXACT:
            found.append(_Letter(box[0].start, box[0].stop, box[1].start, box[1].stop, level))
    return found


def _is_outside(letter: _Letter, copy_size: tuple[int, int], at: Similarity) -> bool:
    """Whether a letter's middle lies where the copy shows nothing."""
    middle = complex((letter.left + letter.right) / 2, (letter.top + letter.bottom) / 2)
    place = (middle - complex(at.cx, at.cy)) / complex(at.a, at.b)
    height, width = (INSIDE * side / (2 * min(copy_size)) for side in copy_size)
    return abs(place.real) > width or abs(place.imag) > height


def _longest_line(letters: list[_Letter]) -> int:
    """How many letters stand side by side on one line at most."""
    letters = sorted(letters, key=lambda one: one.left)
    longest, done = 0, set[int]()
    for first, begin in enumerate(letters):
        if first in done:
            continue
        line, highest = [first], begin.height
        for number in range(first + 1, len(letters)):
            one, last = letters[number], letters[line[-1]]
            if one.left - last.right > APART * highest:
                break
            if one.left < last.right - 1 or abs(one.level - begin.level) > ALIKE:
                continue
            ends_alike = abs(one.bottom - begin.bottom) <= max(1.5, BASELINE * highest)
            if ends_alike and LOWER <= one.height / highest <= HIGHER:
                line.append(number)
                highest = max(highest, one.height)
        longest = max(longest, len(line))
        if len(line) > 2:
            done.update(line)
    return longest
