"""Scan: where in one original could a copy lie, by laying it at every place, at a few sizes and turns.

The search (search.py) compares middle squares of 16 pixels with windows on a grid: quick enough for ten thousand
originals, and deceived by small crops, long ones (of which the middle square holds little), stickers and boards of a
fence. Here the whole copy, `SIZE` pixels on its short side and less its edge, is correlated with every place of the
original (normalised cross-correlation by Fourier transforms, Lewis, Fast Normalized Cross-Correlation, 1995), both
locally normalised as in align.py. True pairs reach 0.7 to 1, strangers that a search took for alike 0.4 to 0.7; a
hundredth of a second for each original.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from align import EDGE, Similarity, grid_of, inside, normalise, sample
from search import Floats, resize

SIZE = 24
SCALES = tuple(1.15**-step for step in range(9))
"""The copy's short side in short sides of the original, down to a third."""
TURNS = (-7.0, 0.0, 7.0)
DULL = 0.1
"""Share of the original's mean power below which a place counts as if it had so much: plain walls are like anything."""
PLACES = 3


def template_of(grey: Floats) -> Floats:
    """A copy (grey, upright) as it is laid over originals: small, normalised, without its edge, of unit length."""
    short = min(grey.shape)
    small = normalise(resize(grey, *(round(SIZE * edge / short) for edge in grey.shape)))
    rows, cols = (max(1, round(EDGE * edge)) for edge in small.shape)
    core = small[rows:-rows, cols:-cols]
    core = core - core.mean()
    return np.asarray(core / (np.linalg.norm(core) + 1e-6), np.float32)


def scan(template: Floats, original: Floats) -> list[tuple[float, Similarity]]:
    """The `PLACES` best, each from another size or turn: correlation, and the similarity that lays the copy there.

    `original` is grey, of any size; the similarity leads to its pixels, from the copy's middle in its short sides.
    """
    found: list[tuple[float, Similarity]] = []
    for scale in SCALES:
        shrink = SIZE / (scale * min(original.shape))
        rows, cols = (round(edge * shrink) for edge in original.shape)
        if rows >= template.shape[0] and cols >= template.shape[1]:
            small = normalise(resize(original, rows, cols))
            found += [(likeness, at.scaled(1 / shrink)) for likeness, at in _at_every_turn(template, small)]
    found.sort(key=lambda one: -one[0])
    return found[:PLACES]


def _at_every_turn(template: Floats, original: Floats) -> Iterator[tuple[float, Similarity]]:
    """The best place for each turn, in an original of the template's resolution."""
    (high, wide), (rows, cols) = template.shape, original.shape
    shape = next_fast_len(rows, True), next_fast_len(cols, True)
    waves = np.conj(rfft2(template, shape))
    x, y = (line * min(rows, cols) for line in grid_of(rows, cols))
    for degrees in TURNS:
        turn = np.exp(-1j * np.deg2rad(degrees))
        about = Similarity(float(turn.real), float(turn.imag), cols / 2, rows / 2)
        turned = sample(original, about, x, y, 1) * inside(original.shape, about, x, y, 0.0) if degrees else original
        product = irfft2(rfft2(turned, shape) * waves, shape)[: rows - high + 1, : cols - wide + 1]
        power = _sums(turned * turned, high, wide)
        likeness = product / np.sqrt(np.maximum(power, DULL * float((turned * turned).mean()) * high * wide + 1e-6))
        row, col = divmod(int(likeness.argmax()), likeness.shape[1])
        middle = complex(col + wide / 2 - cols / 2, row + high / 2 - rows / 2) * turn
        center = middle + complex(cols / 2, rows / 2)
        unit = SIZE * turn
        yield float(likeness[row, col]), Similarity(unit.real, unit.imag, center.real, center.imag)


def _sums(plane: Floats, high: int, wide: int) -> NDArray[np.float64]:
    """The sum of every window of `high` x `wide` pixels."""
    table = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    np.cumsum(np.cumsum(plane, 0, dtype=np.float64), 1, out=table[1:, 1:])
    return np.asarray(table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide])
