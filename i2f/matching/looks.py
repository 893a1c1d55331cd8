"""How a copy may be held when it is searched for: trimmed, straightened, turned, mirrored, at its ends.

Instagram's users put frames and bars around a picture, straightened it, and some apps turned or mirrored it. So a copy
is described by its middle square in several ways, each a list of looks: as it is, with rising margins off and
straightened by a few degrees either way; in the seven other turns and mirrors; and less bars that are no plain colour.
The two ends of a long copy, which its middle square does not show, are looked at in every way.

The squares are sampled once: a turned or mirrored copy shows the same squares turned or mirrored. What comes out is
kept between runs, in whole numbers: the dot product of two of these and of a window's bytes has no fraction to round,
so that a likeness is the same whatever was searched with it, on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from i2f.ground.image import Floats, Picture, luminance, resampler
from i2f.matching.bars import without_edges
from i2f.matching.retrieval import SIDE, WAVES, T, describe

TRIMS = (0.0, 0.04, 0.08, 0.125)
FAR_TRIMS = (0.17, 0.21, 0.25)
"""For bars that are no plain colour, tried late: 3:2, 16:9 and 2:1 in a square."""
TILTS = (-7.0, 7.0)
LONG = 1.15
"""A copy longer than this has ends that its middle square does not show."""
UNIT = 32767
"""The length of a query's vector: with a window's 254 their product stays below 2^24, where floats count exactly."""
AS_IT_IS = (0,)
"""The way in which nearly every copy is found."""
OTHERWISE = tuple(range(1, 9))
"""Turned and mirrored, and less bars."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way of holding the copy: what is turned back before it is compared."""

    trim: float
    quarter_turns: int = 0
    mirrored: bool = False
    tilt: float = 0.0
    end: float = 0.0
    """-1, 0, 1: whether the square at the left or upper end of a long copy is taken, its middle, or the other end."""


@lru_cache(maxsize=2)
def ways_of(is_long: bool) -> tuple[tuple[Look, ...], ...]:
    """The looks of each way: AS_IT_IS, then OTHERWISE."""
    ends = (-1.0, 1.0) if is_long else ()
    plain = [Look(trim) for trim in TRIMS] + [Look(trim, tilt=tilt) for tilt in TILTS for trim in TRIMS[:2]]
    plain += [Look(0.0, end=end) for end in ends]
    turned = [
        (
            *(Look(trim, turns, mirrored) for trim in TRIMS[:3]),
            *(Look(0.0, turns, mirrored, tilt) for tilt in TILTS),
            *(Look(0.0, turns, mirrored, end=end) for end in ends),
        )
        for turns in range(4)
        for mirrored in (False, True)
        if turns or mirrored
    ]
    return tuple(plain), *turned, tuple(Look(trim) for trim in FAR_TRIMS)


@dataclass(frozen=True, slots=True)
class Queries:
    """A copy as it is searched for: its height and width less plain edges, and the vectors of all its looks, way after
    way: int16 (looks, WAVES), of length UNIT.
    """

    height: int
    width: int
    vectors: NDArray[np.int16]

    def encode(self) -> bytes:
        """As they are kept."""
        return np.array([self.height, self.width], "<i4").tobytes() + self.vectors.astype("<i2").tobytes()

    @classmethod
    def decode(cls, kept: bytes) -> Queries:
        """What was kept."""
        height, width = np.frombuffer(kept, "<i4", 2)
        return cls(int(height), int(width), np.frombuffer(kept, "<i2", offset=8).reshape(-1, WAVES))

    @property
    def ways(self) -> tuple[tuple[Look, ...], ...]:
        """The looks of each way."""
        return ways_of(max(self.height, self.width) > LONG * min(self.height, self.width))

    def of(self, way: int) -> NDArray[np.int16]:
        """The vectors of one way's looks."""
        lengths = [len(looks) for looks in self.ways]
        first = sum(lengths[:way])
        return self.vectors[first : first + lengths[way]]


def queries_of(copy: Picture) -> Queries:
    """Describe a copy, upright (height, width, 3), in every way."""
    grey = luminance(without_edges(copy))
    height, width = grey.shape
    ways = ways_of(max(height, width) > LONG * min(height, width))
    squares = {look: _sample_square(grey, look) for look in (*ways[0], *ways[-1])}
    held = [_held(squares, look, width > height) for looks in ways for look in looks]
    return Queries(height, width, np.round(describe(np.stack(held)) * UNIT).astype(np.int16))


def _held(squares: dict[Look, Floats], look: Look, is_wide: bool) -> Floats:
    """What the copy turned as the look says shows in that look's square."""
    ends = np.array([[-1.0, 0.0, 1.0]], np.float32)
    end = float(upright(ends if is_wide else ends.T, look.quarter_turns, look.mirrored).ravel()[int(look.end) + 1])
    tilt = -look.tilt if look.mirrored else look.tilt
    return upright(squares[Look(look.trim, tilt=tilt, end=end)], look.quarter_turns, look.mirrored)


def upright(copy: NDArray[T], quarter_turns: int, mirrored: bool) -> NDArray[T]:
    """The copy turned back by right angles and unmirrored, as the original shows the scene."""
    turned = np.rot90(copy, quarter_turns)
    return turned[:, ::-1] if mirrored else turned


def _sample_square(grey: Floats, look: Look) -> Floats:
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
