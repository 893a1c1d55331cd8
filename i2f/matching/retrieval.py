"""Retrieval: which originals could a copy have been made from, and which window of them does it show.

A picture is looked at through square windows brought down to 16 x 16 numbers. Each window is locally
normalised (a Gaussian mean taken away, divided by the local deviation, sigma 2.5 of the 16), since filters,
vignettes and exposure change brightness and contrast slowly over the picture but leave this in place. The
outermost ring is dropped (frames), and the 14 x 14 numbers left are expressed by their 64 lowest cosine
waves without the constant one (the tolerance a window grid needs lies in the low waves), brought to unit length and
kept as bytes. Likeness of two windows is the dot product of their vectors: a correlation coefficient, -1 to 1.

An original is all its windows of `SCALES` of the short side, overlapping by seven eighths: about 550 for 4:3, 35 kB.
A copy is its own middle square, whole and with rising margins off (frames, bars), straightened by a few degrees either
way; then, only when nothing is near or all that was near turned out other pictures, in the eight turns and mirrors. All
originals are compared by matrix products in blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Floats, Picture, luminance, resampler, resize

T = TypeVar("T", np.uint8, np.float32)

SIDE = 16
WAVES = 64
SCALES = (1.0, 0.88, 0.78, 0.69, 0.61, 0.54, 0.48, 0.42)
TRIMS = (0.0, 0.04, 0.08, 0.125)
FAR_TRIMS = (0.17, 0.21, 0.25)
"""For bars that are no plain colour, tried late: 3:2, 16:9 and 2:1 in a square."""
PLAIN = 7.0
"""Grey levels by which lines of one bar may differ."""
TILTS = (-7.0, 7.0)
NEAR = 0.80
"""Likeness above which the plain upright search is believed; strangers' best of 300 originals reach 0.6 to 0.7."""
UNUSUAL = 0.05
"""A copy turned by a right angle or mirrored must look better by this much: many scenes are nearly symmetric."""
LONG = 1.15
"""A copy longer than this has ends that its middle square does not show."""
BLOCK = 100_000
_HEADER_ROWS = 1


@dataclass(frozen=True, slots=True)
class Proposal:
    """An original worth comparing, and the coarse geometry to start from.

    `index` counts in the fingerprints the Index was given. `center` (x, y) and `side` give the window's square in
    the original, in pixels of the thumbnail; it is shown by the middle square of the copy (less plain edges), `trim`
    of its side less on each side, after the copy was turned back by `quarter_turns` (np.rot90 of the copy), flipped
    left to right when `mirrored`, and straightened by `tilt` degrees.
    """

    index: int
    likeness: float
    center: tuple[float, float]
    side: float
    trim: float
    quarter_turns: int
    mirrored: bool
    tilt: float


@lru_cache(maxsize=1)
def _waves() -> Floats:
    """Orthonormal cosine waves (196, WAVES) on the 14 x 14 square, lowest first, without the constant."""
    n = SIDE - 2
    ranks = sorted((i * i + j * j, i, j) for i in range(n) for j in range(n))[1 : WAVES + 1]
    x = (np.arange(n) + 0.5) / n
    basis = [np.outer(np.cos(np.pi * i * x), np.cos(np.pi * j * x)).ravel() for _, i, j in ranks]
    stacked = np.array(basis, np.float32).T
    return np.asarray(stacked / np.linalg.norm(stacked, axis=0), np.float32)


def _describe(windows: Floats) -> Floats:
    """Unit vectors (n, WAVES) of windows (n, 16, 16)."""
    sigma = (0, 2.5, 2.5)
    flat = windows - gaussian_filter(windows, sigma, mode="nearest")
    spread = np.sqrt(gaussian_filter(flat * flat, sigma, mode="nearest"))
    flat = flat / (spread + 2.0)
    inner = flat[:, 1:-1, 1:-1].reshape(len(windows), -1)
    vectors = inner @ _waves()
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6), np.float32)


def _corners(size: int) -> NDArray[np.int64]:
    """Where windows begin along a side: first and last fixed, the others about two pixels apart."""
    steps = 1 + (size - SIDE + 1) // 2
    return np.unique(np.round(np.linspace(0, size - SIDE, steps)).astype(np.int64))


@lru_cache(maxsize=4096)
def _window_grid(height: int, width: int) -> tuple[tuple[int, int, int, NDArray[np.int64], NDArray[np.int64]], ...]:
    """For each scale: the shrunk picture's height and width, and rows and columns of the windows' corners."""
    short = min(height, width)
    grid = []
    for scale in SCALES:
        rows, cols = (max(SIDE, round(SIDE / scale * side / short)) for side in (height, width))
        ys, xs = np.meshgrid(_corners(rows), _corners(cols), indexing="ij")
        grid.append((rows, cols, SIDE, ys.ravel(), xs.ravel()))
    return tuple(grid)


def _windows_of(height: int, width: int) -> Floats:
    """Every window as (center x, center y, side) in pixels of the thumbnail, in the fingerprint's order."""
    found = []
    for rows, cols, side, ys, xs in _window_grid(height, width):
        sy, sx = height / rows, width / cols
        found.append(np.stack([(xs + side / 2) * sx, (ys + side / 2) * sy, np.full(len(xs), side * (sx + sy) / 2)], 1))
    return np.concatenate(found).astype(np.float32)


def fingerprint(picture: Picture) -> NDArray[np.int8]:
    """All windows of an original's thumbnail: int8 (1 + windows, WAVES); the first row holds its height and width."""
    grey = luminance(picture)
    height, width = grey.shape
    vectors = []
    for rows, cols, side, ys, xs in _window_grid(height, width):
        small = resize(grey, rows, cols)
        views = np.lib.stride_tricks.sliding_window_view(small, (side, side))
        vectors.append(_describe(views[ys, xs]))
    header = np.zeros((_HEADER_ROWS, WAVES), np.int8)
    header[0, :4] = np.array([height, width], "<i2").view(np.int8)
    body = np.clip(np.round(np.concatenate(vectors) * 254), -127, 127).astype(np.int8)
    return np.concatenate([header, body])


@dataclass(frozen=True, slots=True)
class _Look:
    """One way of holding the copy: what is turned back before it is compared."""

    trim: float
    quarter_turns: int = 0
    mirrored: bool = False
    tilt: float = 0.0
    end: float = 0.0
    """-1, 0, 1: whether the square at the left or upper end of a long copy is taken, its middle, or the other end."""


def _plain_looks(ends: Sequence[float] = (0.0,)) -> list[_Look]:
    """The copy as it is: with rising margins off, straightened either way, at its ends."""
    looks = [_Look(trim) for trim in TRIMS] + [_Look(trim, tilt=tilt) for tilt in TILTS for trim in TRIMS[:2]]
    return looks + [_Look(0.0, end=end) for end in ends if end]


def _turned_looks(ends: Sequence[float]) -> list[list[_Look]]:
    """For each of the seven other ways to hold the copy, its looks."""
    return [
        [_Look(trim, turns, mirrored) for trim in TRIMS[:3]]
        + [_Look(0.0, turns, mirrored, tilt) for tilt in TILTS]
        + [_Look(0.0, turns, mirrored, end=end) for end in ends if end]
        for turns in range(4)
        for mirrored in (False, True)
        if turns or mirrored
    ]


def upright(copy: NDArray[T], quarter_turns: int, mirrored: bool) -> NDArray[T]:
    """The copy turned back by right angles and unmirrored, as the original shows the scene."""
    turned = np.rot90(copy, quarter_turns)
    return turned[:, ::-1] if mirrored else turned


def _sample_square(grey: Floats, look: _Look) -> Floats:
    """The copy's middle square as 16 x 16, trimmed and straightened."""
    height, width = grey.shape
    short = min(height, width)
    side = short * (1 - 2 * look.trim)
    if not look.tilt:
        shift = look.end * (height - short) / 2, look.end * (width - short) / 2
        rows = resampler(height, SIDE, (height - side) / 2 + shift[0], side)
        cols = resampler(width, SIDE, (width - side) / 2 + shift[1], side)
        return np.asarray(rows @ grey @ cols.T, np.float32)
    angle = np.deg2rad(look.tilt)
    side /= abs(np.cos(angle)) + abs(np.sin(angle))
    fine = 4 * SIDE
    step = side / fine
    line = (np.arange(fine) + 0.5 - fine / 2) * step
    x, y = np.meshgrid(line, line)
    cx = (x * np.cos(angle) - y * np.sin(angle)) + width / 2 - 0.5
    cy = (x * np.sin(angle) + y * np.cos(angle)) + height / 2 - 0.5
    picked = grey[np.clip(np.rint(cy), 0, height - 1).astype(int), np.clip(np.rint(cx), 0, width - 1).astype(int)]
    return np.asarray(picked.reshape(SIDE, 4, SIDE, 4).mean(axis=(1, 3)), np.float32)


def plain_edges(grey: Floats) -> tuple[int, int]:
    """Rows at top and bottom, columns at left and right, that plain bars or a plain frame take (the lesser of two)."""
    found = []
    for lines in (grey, grey.T):
        flat = lines[:, ::7]
        spread, mean = flat.std(axis=1) < PLAIN / 2, flat.mean(axis=1)
        ends = [spread & (np.abs(mean - mean[end]) < PLAIN) for end in (0, -1)]
        reach = min(int(np.argmin(np.append(end, False))) for end in (ends[0], ends[1][::-1]))
        found.append(min(reach, int(0.35 * len(lines))))
    return found[0], found[1]


def without_edges(copy: Picture) -> Picture:
    """The copy less its plain bars, the same at opposite sides, so that its middle stays where it is."""
    top, left = plain_edges(luminance(copy))
    return copy[top : copy.shape[0] - top, left : copy.shape[1] - left]


class Index:
    """The fingerprints of a folder, ready to be searched."""

    def __init__(self, fingerprints: Sequence[NDArray[np.int8]]) -> None:
        """Keep `fingerprints`; a proposal's index counts in this sequence."""
        self._shapes = [tuple(int(n) for n in f[0, :4].copy().view("<i2")) for f in fingerprints]
        lengths = np.array([len(f) - _HEADER_ROWS for f in fingerprints], np.int64)
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self._vectors = (
            np.concatenate([f[_HEADER_ROWS:] for f in fingerprints]) if fingerprints else np.zeros((0, WAVES), np.int8)
        )

    def __len__(self) -> int:
        """How many originals there are."""
        return len(self._shapes)

    def search(self, copy: Picture, limit: int = 8) -> list[Proposal]:
        """The `limit` originals most like the copy, best first.

        A copy that was turned, mirrored, or set between wide bars is recognised where nothing else is near.
        """
        copy = without_edges(copy)
        found = self._look(copy, [_plain_looks()], limit)
        if found and found[0].likeness < NEAR:
            turned = [look for way in _turned_looks((0.0,)) for look in way]
            found += self._look(copy, [[*turned, *(_Look(trim) for trim in FAR_TRIMS)]], limit)
        found.sort(key=lambda one: UNUSUAL * (one.quarter_turns > 0 or one.mirrored) - one.likeness)
        chosen: dict[int, Proposal] = {}
        for one in found:
            chosen.setdefault(one.index, one)
        return list(chosen.values())[:limit]

    def search_widely(self, copy: Picture, limit: int) -> list[Proposal]:
        """The `limit` originals most like the copy as it is, and as many pairs of an original and a way of turning,
        mirroring or trimming the copy. The ends of a long copy are looked at as well as its middle.
        """
        copy = without_edges(copy)
        height, width = copy.shape[:2]
        ends = (-1.0, 0.0, 1.0) if max(height, width) > LONG * min(height, width) else (0.0,)
        unusual = [*_turned_looks(ends), [_Look(trim) for trim in FAR_TRIMS]]
        return self._look(copy, [_plain_looks(ends)], limit) + self._look(copy, unusual, limit)

    def _look(self, copy: Picture, ways: Sequence[Sequence[_Look]], limit: int) -> list[Proposal]:
        """The `limit` best pairs of an original and a way, best first; a way is as good as its best look."""
        if not len(self):
            return []
        grey = luminance(copy)
        queries = [
            _describe(np.stack([_sample_square(upright(grey, k.quarter_turns, k.mirrored), k) for k in way]))
            for way in ways
        ]
        best = self._best(queries)
        pairs = np.argsort(-best, axis=None, kind="stable")[:limit]
        return [self._propose(copy, int(p) // len(ways), ways[p % len(ways)], queries[p % len(ways)]) for p in pairs]

    def _best(self, queries: Sequence[Floats]) -> Floats:
        """The best likeness of each original to any query of each way: (originals, ways)."""
        best = np.empty((len(self), len(queries)), np.float32)
        stacked, ends = np.concatenate(queries).T, np.cumsum([len(way) for way in queries])
        first = 0
        while first < len(self):
            last = int(np.searchsorted(self._starts, self._starts[first] + BLOCK, "right")) - 1
            last = min(max(last, first + 1), len(self))
            low, high = self._starts[first], self._starts[last]
            likeness = (self._vectors[low:high].astype(np.float32) @ stacked) / 254
            for k, way in enumerate(np.split(likeness, ends[:-1], axis=1)):
                best[first:last, k] = np.maximum.reduceat(way.max(axis=1), self._starts[first:last] - low)
            first = last
        return best

    def _propose(self, copy: Picture, index: int, way: Sequence[_Look], queries: Floats) -> Proposal:
        """The window of one original, and the look of one way, that are most alike."""
        vectors = self._vectors[self._starts[index] : self._starts[index + 1]].astype(np.float32)
        likeness = (vectors @ queries.T) / 254
        window, query = divmod(int(likeness.argmax()), len(way))
        look = way[query]
        x, y, side = (float(v) for v in _windows_of(*self._shapes[index])[window])
        height, width = copy.shape[:2] if look.quarter_turns % 2 == 0 else copy.shape[1::-1]
        beside = look.end * side / (1 - 2 * look.trim) / (2 * min(height, width))
        center = x - beside * (width - min(height, width)), y - beside * (height - min(height, width))
        return Proposal(
            index, float(likeness.max()), center, side, look.trim, look.quarter_turns, look.mirrored, look.tilt
        )
