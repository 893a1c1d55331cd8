"""The template scan: where in one original could a copy lie, by laying it at every place, at a few sizes and turns.

The search (retrieval.py) compares middle squares of 16 pixels with windows on a grid: quick enough for ten thousand
originals, and deceived by small crops, long ones (of which the middle square holds little), stickers and boards of a
fence. Here the whole copy, `SIZE` pixels on its short side and less its edge, is correlated with every place of the
original (normalised cross-correlation by Fourier transforms, Lewis, Fast Normalized Cross-Correlation, 1995), both
locally normalised as in registration.py. True pairs reach 0.7 to 1, strangers that a search took for alike 0.4 to 0.7;
some milliseconds for each original.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from i2f.ground.image import Floats, resize
from i2f.matching.registration import EDGE, Similarity, grid_of, normalise, sample

SIZE = 24
SCALES = tuple(1.15**-step for step in range(9))
"""The copy's short side in short sides of the original, down to a third."""
TURNS = (-7.0, 0.0, 7.0)
DULL = 0.1
"""Share of the original's mean power below which a place counts as if it had so much: plain walls are like anything."""
PLACES = 3


def templates_of(grey: Floats) -> Floats:
    """A copy (grey, upright) as it is laid over originals, for each turn: small, normalised, less its edge, of unit
    length; (turns, height, width).
    """
    short = min(grey.shape)
    small = normalise(resize(grey, *(round(SIZE * edge / short) for edge in grey.shape)))
    rows, cols = (edge - 2 * max(1, round(EDGE * edge)) for edge in small.shape)
    x, y = (line * min(rows, cols) for line in grid_of(rows, cols))
    found = []
    for turn in _turns():
        back = Similarity(turn.real, -turn.imag, small.shape[1] / 2, small.shape[0] / 2)
        shown = sample(small, back, x, y, 1)
        shown = shown - shown.mean()
        found.append(shown / (np.linalg.norm(shown) + 1e-6))
    return np.stack(found)


def _turns() -> list[complex]:
    return [complex(np.exp(-1j * np.deg2rad(degrees))) for degrees in TURNS]


def scan(templates: Floats, original: Floats) -> list[tuple[float, Similarity]]:
    """The `PLACES` best, each from another size or turn: correlation, and the similarity that lays the copy there.

    `original` is grey, of any size; the similarity leads to its pixels, from the copy's middle in its short sides.
    """
    found: list[tuple[float, Similarity]] = []
    for scale in SCALES:
        shrink = SIZE / (scale * min(original.shape))
        rows, cols = (round(edge * shrink) for edge in original.shape)
        if rows >= templates.shape[1] and cols >= templates.shape[2]:
            small = normalise(resize(original, rows, cols))
            found += [(likeness, at.scaled(1 / shrink)) for likeness, at in _at_every_turn(templates, small)]
    found.sort(key=lambda one: -one[0])
    return found[:PLACES]


def _at_every_turn(templates: Floats, original: Floats) -> Iterator[tuple[float, Similarity]]:
    """The best place for each turn, in an original of the templates' resolution."""
    (_, high, wide), (rows, cols) = templates.shape, original.shape
    shape = next_fast_len(rows, True), next_fast_len(cols, True)
    products = irfft2(rfft2(original, shape) * np.conj(rfft2(templates, shape)), shape)
    power = _sums(original * original, high, wide)
    length = np.sqrt(np.maximum(power, DULL * float(power.mean()) + 1e-6))
    for turn, product in zip(_turns(), products, strict=True):
        likeness = product[: rows - high + 1, : cols - wide + 1] / length
        row, col = divmod(int(likeness.argmax()), likeness.shape[1])
        unit = SIZE * turn
        yield float(likeness[row, col]), Similarity(unit.real, unit.imag, col + wide / 2, row + high / 2)


def _sums(plane: Floats, high: int, wide: int) -> NDArray[np.float64]:
    """The sum of every window of `high` x `wide` pixels."""
    table = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    np.cumsum(np.cumsum(plane, 0, dtype=np.float64), 1, out=table[1:, 1:])
    return np.asarray(table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide])
