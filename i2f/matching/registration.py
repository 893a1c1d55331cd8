"""Image registration: the similarity (shift, scale, turn) that lays a copy over an original, coarse to fine.

Coordinates. A point of the copy is (x, y) from its middle, in units of the copy's short side, x to the right, y
down. The similarity sends it to pixels of the original's thumbnail:

    u = a x - b y + cx        v = b x + a y + cy        (pixel centers at whole numbers plus a half)

so hypot(a, b) is the size of the copy's short side in pixels of the thumbnail. Four numbers are all that a crop with
straightening can do; whatever displacement they leave over is evidence (same_exposure.py).

Method. Both pictures are locally normalised, as in retrieval.py, and laid over each other by Gauss-Newton
(gauss_newton.py) on a ladder of 32, 64, 128 and 256 pixels of the copy's short side. On the first rung several turns
and scales are tried, and many where a pair that looked alike does not fall into place. A pair that correlates below
`HOPELESS` at 64 pixels is left there: nearly all pairs are, and so many pixels are all of the original they need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, uniform_filter, uniform_filter1d

from i2f.ground.image import Floats, Picture, planes, resize, spots
from i2f.matching.gauss_newton import Ground, Starts, Template, descend
from i2f.matching.retrieval import Proposal

LEVELS = (32, 64, 128, 256)
STEPS = (7, 10, 6, 5)
TURNS = (0.0, -5.0, 5.0)
SCALES = (1.0, 0.92, 1.08)
WIDE_TURNS = (-10.0, -7.0, -3.5, 0.0, 3.5, 7.0, 10.0)
WIDE_SCALES = (0.78, 0.85, 0.92, 1.0, 1.08, 1.17, 1.27)
LOST = 0.7
"""Correlation at 64 pixels below which a start that looked alike is taken for a wrong start, and many are tried."""
HOPELESS = 0.38
"""Correlation at 64 pixels: strangers reach 0.2 to 0.45, true pairs 0.7 to 0.99 (shared corpus, 2026-11)."""
DARK = 0.3
"""The same after the first steps there, below which nobody goes on. (Of 434 strangers 345 are below, by then; of 46
pairs that come through to the last rung the lowest has 0.66.)"""
FRAME = 0.08
"""Share of the short side that frames reach. Every test keeps off by so much, and by what its grid needs besides."""
EDGE = FRAME + 0.01
"""Nothing nearer to the edge pulls."""
_RADIUS = 9
_SMALL = 128


@dataclass(frozen=True, slots=True)
class Similarity:
    """u = a x - b y + cx, v = b x + a y + cy; see the module's head for the units."""

    a: float
    b: float
    cx: float
    cy: float

    @property
    def scale(self) -> float:
        """Pixels of the thumbnail in one short side of the copy."""
        return float(np.hypot(self.a, self.b))

    @property
    def degrees(self) -> float:
        """Turn, counter-clockwise as the eye sees it (y runs down)."""
        return -float(np.degrees(np.arctan2(self.b, self.a)))

    def scaled(self, factor: float) -> Similarity:
        """The same for a thumbnail brought to `factor` of its size."""
        return Similarity(self.a * factor, self.b * factor, self.cx * factor, self.cy * factor)

    def tried(self, degrees: float, factor: float) -> Similarity:
        """The same, turned by so much and `factor` times as large."""
        turn = complex(self.a, self.b) * factor * np.exp(1j * np.deg2rad(degrees))
        return Similarity(turn.real, turn.imag, self.cx, self.cy)

    def of(self, other: Similarity, size: tuple[float, float]) -> Similarity:
        """From the whole thumbnail of `size` (width, height) that `other` leads to, to the one this leads to."""
        turn = complex(self.a, self.b) / complex(other.a, other.b)
        middle = complex(size[0] / 2, size[1] / 2)
        center = complex(self.cx, self.cy) + turn * (middle - complex(other.cx, other.cy))
        outer = turn * min(size)
        return Similarity(outer.real, outer.imag, center.real, center.imag)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where Gauss-Newton ended, and the correlation of the normalised pictures there."""

    similarity: Similarity
    correlation: float


def similarity_of(measures: Mapping[str, float]) -> Similarity:
    """The one that a fit's measures hold: from the copy's units to the thumbnail's pixels."""
    return Similarity(measures["a"], measures["b"], measures["cx"], measures["cy"])


def start_of(proposal: Proposal) -> Similarity:
    """The coarse geometry of a proposal, as a similarity of the copy turned upright."""
    angle = np.deg2rad(-proposal.tilt)
    share = (1 - 2 * proposal.trim) / (abs(np.cos(angle)) + abs(np.sin(angle)))
    scale = proposal.side / share
    return Similarity(scale * float(np.cos(angle)), scale * float(np.sin(angle)), *proposal.center)


def started_at(at: Similarity, proposal: Proposal) -> Proposal:
    """A proposal moved to where the similarity lays its trimmed copy: `start_of`, the other way round."""
    angle = np.deg2rad(at.degrees)
    side = at.scale / float(abs(np.cos(angle)) + abs(np.sin(angle)))
    return replace(proposal, center=(at.cx, at.cy), side=side, tilt=at.degrees)


def grid_of(height: int, width: int) -> tuple[Floats, Floats]:
    """x (1, width) and y (height, 1) of the pixel centers, in short sides from the middle."""
    short = min(height, width)
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / short
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / short
    return np.asarray(x[None, :], np.float32), np.asarray(y[:, None], np.float32)


def normalise(grey: Floats) -> Floats:
    """Local mean away, divided by the local deviation (a box of `_RADIUS` pixels, twice)."""
    flat = grey - _local_mean(grey)
    return np.asarray(flat / (np.sqrt(np.maximum(_local_mean(flat * flat), 0.0)) + 2.0), np.float32)


def normalise_framed(grey: Floats, edges: tuple[int, int]) -> Floats:
    """The same of a picture on whose outermost rows and columns a frame lies: what is near it is normalised without it,
    and beneath it that goes on.
    """
    rows, cols = edges
    inner = normalise(grey[rows : grey.shape[0] - rows, cols : grey.shape[1] - cols])
    return np.pad(inner, ((rows, rows), (cols, cols)), mode="edge")


def _local_mean(grey: Floats) -> Floats:
    """Under a box of `_RADIUS` pixels, twice; of small pictures, which are many, as two quick products of matrices."""
    if max(grey.shape) > _SMALL:
        return np.asarray(uniform_filter(uniform_filter(grey, _RADIUS, mode="nearest"), _RADIUS, mode="nearest"))
    return np.asarray(_boxes(grey.shape[0]) @ grey @ _boxes(grey.shape[1]).T)


@lru_cache(maxsize=_SMALL)
def _boxes(n: int) -> Floats:
    """Matrix (n, n) of that box along a line whose end pixels go on for ever."""
    once = uniform_filter1d(np.eye(n), _RADIUS, axis=0, mode="nearest")
    return np.asarray(uniform_filter1d(once, _RADIUS, axis=0, mode="nearest"), np.float32)


def sample(picture: Floats, similarity: Similarity, x: Floats, y: Floats, order: int) -> Floats:
    """The original under each point of the copy's grid, by splines of this order; outside it the nearest edge."""
    u = similarity.a * x - similarity.b * y + np.float32(similarity.cx - 0.5)
    v = similarity.b * x + similarity.a * y + np.float32(similarity.cy - 0.5)
    return np.asarray(map_coordinates(picture, (v, u), output=np.float32, order=order, mode="nearest"), np.float32)


def colours_below(original: Picture, similarity: Similarity, x: Floats, y: Floats, size: int) -> list[Floats]:
    """The original's three colours under each point of a grid of `size` pixels of the copy's short side, smoothed as
    that size needs.
    """
    shrink = min(1.0, size / similarity.scale)
    height, width = (max(8, round(edge * shrink)) for edge in original.shape[:2])
    across, down = np.float32(width / original.shape[1]), np.float32(height / original.shape[0])
    u = (similarity.a * x - similarity.b * y + np.float32(similarity.cx)) * across - np.float32(0.5)
    v = (similarity.b * x + similarity.a * y + np.float32(similarity.cy)) * down - np.float32(0.5)
    below = spots((height, width), u, v)
    return [below.of(plane) for plane in planes(original, height, width)]


def inside(shape: tuple[int, int], similarity: Similarity, x: Floats, y: Floats, margin: float) -> NDArray[np.bool_]:
    """Which points of the copy's grid fall inside the original, `margin` pixels away from its edge."""
    u = similarity.a * x - similarity.b * y + np.float32(similarity.cx)
    v = similarity.b * x + similarity.a * y + np.float32(similarity.cy)
    return (u >= margin) & (v >= margin) & (u <= shape[1] - margin) & (v <= shape[0] - margin)


class Ladder:
    """A copy (grey, upright) at the sizes of the ladder's rungs; made once for all originals it is laid over."""

    def __init__(self, copy: Floats, framed: bool = False) -> None:
        """`copy` is of any size, `framed` where a frame lies over it; no rung is made before it is asked for."""
        self._copy, self._framed = copy, framed
        self._rungs: dict[int, Template] = {}

    def at(self, level: int) -> Template:
        """The copy with about `level` pixels on its short side."""
        if level not in self._rungs:
            grow = level / min(self._copy.shape)
            rows, cols = (max(8, round(edge * grow)) for edge in self._copy.shape)
            edges = max(1, round(EDGE * rows)), max(1, round(EDGE * cols))
            small = resize(self._copy, rows, cols)
            seen = normalise_framed(small, edges) if self._framed else normalise(small)
            self._rungs[level] = Template(seen, *grid_of(rows, cols), edges)
        return self._rungs[level]


@dataclass(frozen=True, slots=True)
class Seen:
    """An original's luminance at `share` of its thumbnail's size, which is (height, width)."""

    grey: Floats
    share: float
    size: tuple[int, int]

    def at(self, scale: float, level: int) -> Ground:
        """Normalised, at the size at which `level` pixels lie under a copy that covers `scale` of the thumbnail's."""
        factor = min(self.share, level / scale)
        rows, cols = (max(8, round(edge * factor)) for edge in self.size)
        return Ground(normalise(resize(self.grey, rows, cols) if factor < self.share else self.grey), factor, self.size)


@dataclass(frozen=True, slots=True)
class Beginning:
    """An original to lay a copy over, and the similarities to begin at. `alike` says that the search thought much of
    the pair, so that more is tried before it is given up.
    """

    original: Seen
    starts: Sequence[Similarity]
    alike: bool = False


@dataclass(frozen=True, slots=True)
class _Rung:
    """What one descent begins with: similarities over one original, as large as a copy of `scale` needs it."""

    original: Seen
    scale: float
    starts: Sequence[Similarity]


def align(copy: Floats, original: Floats, starts: Sequence[Similarity], alike: bool = False) -> Alignment:
    """Lay the copy (grey, upright) over the original (grey thumbnail), beginning at each of `starts` until one fits."""
    ladder, seen = Ladder(copy), Seen(original, 1.0, (original.shape[0], original.shape[1]))
    return finish(ladder, seen, begin(ladder, [Beginning(seen, starts, alike)])[0])


def begin(copy: Ladder, beginnings: Sequence[Beginning]) -> list[list[Alignment]]:
    """For each original the alignments at the second rung that its starts lead to, best first; they tell a stranger."""
    all_starts = [(one.original, start) for one in beginnings for start in one.starts]
    found = iter(_begin(copy, all_starts, tuple(product(TURNS, SCALES)), 3))
    begun = []
    for one in beginnings:
        here = [next(found) for _ in one.starts]
        if one.alike and max(here, key=_correlated).correlation < LOST:
            here += _begin(copy, [(one.original, one.starts[0])], tuple(product(WIDE_TURNS, WIDE_SCALES)), 6)
        begun.append(sorted(here, key=_correlated, reverse=True)[: len(one.starts)])
    return begun


def _begin(
    copy: Ladder, starts: Sequence[tuple[Seen, Similarity]], tries: Sequence[tuple[float, float]], keep: int
) -> list[Alignment]:
    """The best alignment at the second rung for each original and start, from turns and scales of that start of which
    `keep` survive the first rung.
    """
    tried = _descend(
        copy, [_Rung(seen, start.scale, [start.tried(*one) for one in tries]) for seen, start in starts], 0
    )
    second = []
    for (seen, start), found in zip(starts, tried, strict=True):
        hopeful = [one.similarity for one in found[:keep] if one.correlation > found[0].correlation - 0.15]
        second.append(_Rung(seen, found[0].similarity.scale, [*hopeful, start]))
    return [found[0] for found in _descend(copy, second, 1)]


def finish(copy: Ladder, original: Seen, begun: Sequence[Alignment]) -> Alignment:
    """The best alignment at the last rung, from those that `begin` gave, one after the other until one fits."""
    found = _climb(copy, original, begun[0])
    for other in begun[1:]:
        if found.correlation < LOST:  # boards of a fence fall into place one board further, too, when seen from afar
            found = max(found, _climb(copy, original, other), key=_correlated)
    return found


def _climb(copy: Ladder, original: Seen, found: Alignment) -> Alignment:
    """From the second rung to the last."""
    for level in range(2, len(LEVELS)):
        if found.correlation < HOPELESS:
            break
        found = _descend(copy, [_Rung(original, found.similarity.scale, [found.similarity])], level)[0][0]
    return found


def _descend(copy: Ladder, rungs: Sequence[_Rung], level: int) -> list[list[Alignment]]:
    """Gauss-Newton at one of LEVELS from every start of every rung; of each what they led to, best first."""
    template, all_starts = copy.at(LEVELS[level]), [start for one in rungs for start in one.starts]
    found, correlations = descend(
        template,
        Starts(
            np.array([complex(one.a, one.b) for one in all_starts]),
            np.array([complex(one.cx, one.cy) for one in all_starts]),
            np.repeat(np.arange(len(rungs)), [len(one.starts) for one in rungs]),
        ),
        [one.original.at(one.scale, LEVELS[level]) for one in rungs],
        STEPS[level],
        DARK if level == 1 else -1.0,
    )
    ended: list[list[Alignment]] = [[] for _ in rungs]
    for turn, middle, correlation, on in zip(found.turn, found.middle, correlations, found.on, strict=True):
        at = Similarity(float(turn.real), float(turn.imag), float(middle.real), float(middle.imag))
        ended[on].append(Alignment(at, float(correlation)))
    return [sorted(one, key=_correlated, reverse=True) for one in ended]


def _correlated(one: Alignment) -> float:
    return one.correlation
