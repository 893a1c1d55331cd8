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
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from i2f.ground.image import Floats, Picture, luminance, resize, resize_to_each
from i2f.matching.bars import is_framed, without_edges
from i2f.matching.looks import FAR_TRIMS, upright
from i2f.matching.registration import EDGE, Similarity, grid_of, normalise, normalise_framed, sample, started_at
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


def templates_of(grey: Floats, framed: bool = False) -> Floats:
    """A copy (grey, upright) as it is laid over originals, for each turn: small, normalised, less its edge, of unit
    length; (turns, height, width).
    """
    short = min(grey.shape)
    small = resize(grey, *(round(SIZE * edge / short) for edge in grey.shape))
    high, wide = (max(1, round(EDGE * edge)) for edge in small.shape)
    small = normalise_framed(small, (high, wide)) if framed else normalise(small)
    rows, cols = small.shape[0] - 2 * high, small.shape[1] - 2 * wide
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


@dataclass(frozen=True, slots=True)
class _Sized:
    """An original in the templates' resolution: `shrink` times its size, the shape its Fourier transform is padded to,
    and that transform; the sums of its squares up to each pixel, and their mean.
    """

    shrink: float
    size: tuple[int, int]
    shape: tuple[int, int]
    spectrum: NDArray[np.complex64]
    squares: NDArray[np.float64]
    mean: float

    def lengths(self, high: int, wide: int) -> Floats:
        """The length of every window of `high` x `wide` pixels as a vector, that of a dull one raised."""
        table = self.squares
        power = table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide]
        return np.asarray(np.sqrt(np.maximum(power, DULL * high * wide * self.mean + 1e-6)), np.float32)


class Ground:
    """An original to lay copies over, at each of `SCALES`: made once for all ways of holding them."""

    def __init__(self, original: Floats, share: float) -> None:
        """`original` is grey, of `share` of its thumbnail's size."""
        self.share = share
        short = min(original.shape)
        shrinks = [SIZE / (scale * short) for scale in SCALES]
        sizes = [(round(original.shape[0] * shrink), round(original.shape[1] * shrink)) for shrink in shrinks]
        self._sized = [
            _sized(shrink, normalise(small))
            for shrink, small in zip(shrinks, resize_to_each(original, sizes), strict=True)
        ]

    def holding(self, high: int, wide: int) -> Iterator[_Sized]:
        """The original at those scales at which a template of `high` x `wide` pixels fits into it."""
        return (one for one in self._sized if one.size[0] >= high and one.size[1] >= wide)


def _sized(shrink: float, original: Floats) -> _Sized:
    (rows, cols), squares = original.shape, np.zeros((original.shape[0] + 1, original.shape[1] + 1))
    np.cumsum(np.cumsum(original * original, 0, dtype=np.float64), 1, out=squares[1:, 1:])
    shape = next_fast_len(rows, True), next_fast_len(cols, True)
    return _Sized(shrink, (rows, cols), shape, rfft2(original, shape), squares, squares[-1, -1] / original.size)


class _Templates:
    """A copy held one way, as it is laid over originals, and its Fourier transforms for each shape of theirs."""

    def __init__(self, grey: Floats, framed: bool) -> None:
        self._pictures = templates_of(grey, framed)
        self._spectra: dict[tuple[int, int], NDArray[np.complex64]] = {}

    def scan(self, ground: Ground) -> list[tuple[float, Similarity]]:
        """The `PLACES` best, each from another size or turn: correlation, and the similarity that lays the copy there,
        from its middle in its short sides to the original's thumbnail.
        """
        found: list[tuple[float, Similarity]] = []
        for sized in ground.holding(*self._pictures.shape[1:]):
            factor = 1 / (sized.shrink * ground.share)
            found += [(likeness, at.scaled(factor)) for likeness, at in self._at_every_turn(sized)]
        found.sort(key=lambda one: -one[0])
        return found[:PLACES]

    def _at_every_turn(self, sized: _Sized) -> Iterator[tuple[float, Similarity]]:
        """The best place for each turn, in an original of the templates' resolution."""
        (_, high, wide), (rows, cols), shape = self._pictures.shape, sized.size, sized.shape
        if shape not in self._spectra:
            self._spectra[shape] = np.conj(rfft2(self._pictures, shape))
        products = irfft2(sized.spectrum * self._spectra[shape], shape)[:, : rows - high + 1, : cols - wide + 1]
        likeness = (products / sized.lengths(high, wide)).reshape(len(products), -1)
        for turn, best, of_turn in zip(_turns(), likeness.argmax(axis=1), likeness, strict=True):
            row, col = divmod(int(best), cols - wide + 1)
            unit = SIZE * turn
            yield float(of_turn[best]), Similarity(unit.real, unit.imag, col + wide / 2, row + high / 2)


class Scanner:
    """A copy as it is laid at every place of an original, in whichever way it is held."""

    def __init__(self, copy: Picture) -> None:
        """Nothing is made of the copy before it is needed."""
        self._copy = copy
        self._inner: dict[float, tuple[Floats, bool]] = {}
        self._templates: dict[tuple[float, int, bool], _Templates] = {}

    def places(self, ground: Ground, proposal: Proposal) -> list[Proposal]:
        """Where the copy, held as in the proposal, could lie on an original: a few places, likeliest first."""
        bars = bars_of(proposal)
        places = self._templates_of(bars, proposal.quarter_turns, proposal.mirrored).scan(ground)
        return [
            started_at(at, replace(proposal, likeness=likeness, trim=bars))
            for likeness, at in places[: 1 if bars else None]
        ]

    def _templates_of(self, bars: float, quarter_turns: int, mirrored: bool) -> _Templates:
        way = bars, quarter_turns, mirrored
        if way not in self._templates:
            inner, framed = self._between(bars)
            self._templates[way] = _Templates(upright(inner, quarter_turns, mirrored), framed)
        return self._templates[way]

    def _between(self, bars: float) -> tuple[Floats, bool]:
        """The copy (grey) without its bars, and whether a frame lies over it."""
        if bars not in self._inner:
            grey = self._grey
            side = round(bars * min(grey.shape))
            inner = grey[side : grey.shape[0] - side, side : grey.shape[1] - side]
            self._inner[bars] = inner, is_framed(inner)
        return self._inner[bars]

    @cached_property
    def _grey(self) -> Floats:
        return luminance(without_edges(self._copy))


def bars_of(proposal: Proposal) -> float:
    """The share of the copy's short side that its bars take in this proposal."""
    return proposal.trim if proposal.trim in FAR_TRIMS else 0.0


def look_everywhere(
    proposals: Iterable[Proposal], places: Callable[[Proposal], Sequence[Proposal]]
) -> list[list[Proposal]]:
    """Where else in its original, held the same way, each proposal's copy could lie: for each original and way a few
    proposals, likeliest first, and so the originals; those that are far less likely than the first are left out.

    `places` are those of one proposal (Scanner); it is asked for all proposals of an original one after the other.
    Where a search that compares windows alone has the true original somewhere among fifty, this has it first.
    """
    by_original: dict[int, dict[tuple[float, int, bool], Proposal]] = {}
    for one in proposals:
        by_original.setdefault(one.index, {}).setdefault((bars_of(one), one.quarter_turns, one.mirrored), one)
    found: dict[tuple[int, int, bool], list[Proposal]] = {}
    for ways in by_original.values():
        for one in ways.values():
            found.setdefault((one.index, one.quarter_turns, one.mirrored), []).extend(places(one))
    likely = [sorted(ways, key=lambda way: -way.likeness) for ways in found.values() if ways]
    likely.sort(key=lambda ways: -ways[0].likeness)
    return [ways for ways in likely if ways[0].likeness > likely[0][0].likeness - UNLIKELY]
