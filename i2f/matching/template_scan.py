"""The template scan: where in one original could a copy lie, by laying it at every place, at a few sizes and turns.

The search (retrieval.py) compares middle squares of 16 pixels with windows on a grid: quick enough for ten thousand
originals, and deceived by small crops, long ones (of which the middle square holds little), stickers and boards of a
fence. Here the whole copy, `SIZE` pixels on its short side and less its edge, is correlated with every place of the
original (normalised cross-correlation by Fourier transforms, Lewis, Fast Normalized Cross-Correlation, 1995), both
locally normalised as in registration.py. True pairs reach 0.7 to 1, strangers that a search took for alike 0.4 to 0.7;
some milliseconds for each original.

One copy is laid over many originals, in every way the search proposed to hold it: a `Scanner` makes what all of them
need of the copy once, and `look_everywhere` puts what they found into order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from i2f.ground.image import Floats, Picture, luminance, resize
from i2f.matching.bars import without_edges
from i2f.matching.looks import FAR_TRIMS, upright
from i2f.matching.registration import EDGE, Similarity, grid_of, normalise, sample, started_at
from i2f.matching.retrieval import Proposal

SIZE = 24
SCALES = tuple(1.15**-step for step in range(9))
"""The copy's short side in short sides of the original, down to a third."""
TURNS = (-7.0, 0.0, 7.0)
DULL = 0.1
"""Share of the original's mean power below which a place counts as if it had so much: plain walls are like anything."""
PLACES = 3
UNLIKELY = 0.25
"""A true original and its siblings are about as likely as one another; what is so much less likely is neither."""


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


class Scanner:
    """A copy as it is laid at every place of an original, in whichever way it is held."""

    def __init__(self, copy: Picture) -> None:
        """Nothing is made of the copy before it is needed."""
        self._copy = copy
        self._grey: Floats | None = None
        self._templates: dict[tuple[float, int, bool], Floats] = {}

    def places(self, original: Floats, share: float, proposal: Proposal) -> list[Proposal]:
        """Where the copy, held as in the proposal, could lie: a few places, likeliest first.

        `original` is the luminance of one, of `share` of its thumbnail's size.
        """
        bars = bars_of(proposal)
        places = scan(self._templates_of(bars, proposal.quarter_turns, proposal.mirrored), original)
        return [
            started_at(at.scaled(1 / share), replace(proposal, likeness=likeness, trim=bars))
            for likeness, at in places[: 1 if bars else None]
        ]

    def _templates_of(self, bars: float, quarter_turns: int, mirrored: bool) -> Floats:
        way = bars, quarter_turns, mirrored
        if way not in self._templates:
            if self._grey is None:
                self._grey = luminance(without_edges(self._copy))
            grey = self._grey
            side = round(bars * min(grey.shape))
            inner = grey[side : grey.shape[0] - side, side : grey.shape[1] - side]
            self._templates[way] = templates_of(upright(inner, quarter_turns, mirrored))
        return self._templates[way]


def bars_of(proposal: Proposal) -> float:
    """The share of the copy's short side that its bars take in this proposal."""
    return proposal.trim if proposal.trim in FAR_TRIMS else 0.0


def look_everywhere(
    proposals: Iterable[Proposal], places: Callable[[Proposal], Sequence[Proposal]]
) -> list[list[Proposal]]:
    """Where else in its original, held the same way, each proposal's copy could lie: for each original and way a few
    proposals, likeliest first, and so the originals; those that are far less likely than the first are left out.

    `places` are those of one proposal (Scanner). Where a search that compares windows alone has the true original
    somewhere among fifty, this has it first.
    """
    seen: set[tuple[int, float, int, bool]] = set()
    found: dict[tuple[int, int, bool], list[Proposal]] = {}
    for one in proposals:
        held = one.index, one.quarter_turns, one.mirrored
        if (one.index, bars_of(one), *held[1:]) not in seen:
            seen.add((one.index, bars_of(one), *held[1:]))
            found.setdefault(held, []).extend(places(one))
    likely = [sorted(ways, key=lambda way: -way.likeness) for ways in found.values() if ways]
    likely.sort(key=lambda ways: -ways[0].likeness)
    return [ways for ways in likely if ways[0].likeness > likely[0][0].likeness - UNLIKELY]
