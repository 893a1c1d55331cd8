"""Image registration: the similarity (shift, scale, turn) that lays a copy over an original, coarse to fine.

Coordinates. A point of the copy is (x, y) from its middle, in units of the copy's short side, x to the right, y
down. The similarity sends it to pixels of the original's thumbnail:

    u = a x - b y + cx        v = b x + a y + cy        (pixel centers at whole numbers plus a half)

so hypot(a, b) is the size of the copy's short side in pixels of the thumbnail. Four numbers are all that a crop with
straightening can do; whatever displacement they leave over is evidence (same_exposure.py).

Method. Both pictures are locally normalised, as in retrieval.py, and laid over each other by inverse compositional
Gauss-Newton (Baker and Matthews, Lucas-Kanade 20 Years On, IJCV 2004): the gradients are the copy's and stay put, only
the original is sampled anew. Residuals are weighted by a Cauchy function, so that frames, stickers and things
that moved pull little. Levels of 32, 64, 128 and 256 pixels of the copy's short side; at the first, several
turns and scales are tried, and many where a pair that looked alike does not fall into place. A pair that correlates
below `HOPELESS` at 64 pixels is left there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, uniform_filter

from i2f.ground.image import Floats, Picture, planes, resize
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
FRAME = 0.08
"""Share of the short side that frames reach. Every test keeps off by so much, and by what its grid needs besides."""
EDGE = FRAME + 0.01
"""Nothing nearer to the edge pulls."""
_RADIUS = 9


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

    def of(self, other: Similarity, size: tuple[float, float]) -> Similarity:
        """From the whole thumbnail of `size` (width, height) that `other` leads to, to the one this leads to."""
        turn = complex(self.a, self.b) / complex(other.a, other.b)
        middle = complex(size[0] / 2, size[1] / 2)
        center = complex(self.cx, self.cy) + turn * (middle - complex(other.cx, other.cy))
        outer = turn * min(size)
        return Similarity(outer.real, outer.imag, center.real, center.imag)

    def after(self, da: float, db: float, dx: float, dy: float) -> Similarity:
        """This one, applied after the small inverse of (1+da, db, dx, dy): the compositional update."""
        inner = complex(1 + da, db)
        shift = complex(dx, dy)
        outer = complex(self.a, self.b)
        center = complex(self.cx, self.cy)
        turned = outer / inner
        moved = center - turned * shift
        return Similarity(turned.real, turned.imag, moved.real, moved.imag)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where Gauss-Newton ended, and the weighted correlation of the normalised pictures at its last level."""

    similarity: Similarity
    correlation: float
    level: int


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


def normalise(grey: Floats, radius: int = _RADIUS) -> Floats:
    """Local mean away, divided by the local deviation (box of `radius` pixels, smoothed twice)."""
    flat = grey - uniform_filter(uniform_filter(grey, radius, mode="nearest"), radius, mode="nearest")
    power = uniform_filter(uniform_filter(flat * flat, radius, mode="nearest"), radius, mode="nearest")
    return np.asarray(flat / (np.sqrt(np.maximum(power, 0.0)) + 2.0), np.float32)


def sample(picture: Floats, similarity: Similarity, x: Floats, y: Floats, order: int) -> Floats:
    """The original under each point of the copy's grid; outside it the nearest edge."""
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
    return [
        np.asarray(map_coordinates(plane, (v, u), output=np.float32, order=1, mode="nearest"), np.float32)
        for plane in planes(original, height, width)
    ]


def inside(shape: tuple[int, int], similarity: Similarity, x: Floats, y: Floats, margin: float) -> NDArray[np.bool_]:
    """Which points of the copy's grid fall inside the original, `margin` pixels away from its edge."""
    u = similarity.a * x - similarity.b * y + np.float32(similarity.cx)
    v = similarity.b * x + similarity.a * y + np.float32(similarity.cy)
    return (u >= margin) & (v >= margin) & (u <= shape[1] - margin) & (v <= shape[0] - margin)


class _Level:
    """One rung of the ladder: the copy's gradients and the normalised original at that size."""

    def __init__(self, copy: Floats, original: Floats, scale: float, level: int) -> None:
        height, width = copy.shape
        grow = level / min(height, width)
        rows, cols = max(8, round(height * grow)), max(8, round(width * grow))
        self.factor = min(1.0, level / scale)
        small = (max(8, round(n * self.factor)) for n in original.shape)
        self.original = normalise(resize(original, *small) if self.factor < 1 else original)
        self.shape = original.shape
        self.template = normalise(resize(copy, rows, cols))
        self.x, self.y = grid_of(rows, cols)
        gy, gx = np.gradient(self.template)
        gx, gy = gx * min(rows, cols), gy * min(rows, cols)
        self.jacobian = np.stack([gx * self.x + gy * self.y, gy * self.x - gx * self.y, gx, gy]).reshape(4, -1)
        border_y, border_x = max(1, round(EDGE * rows)), max(1, round(EDGE * cols))
        self.core = np.zeros((rows, cols), bool)
        self.core[border_y:-border_y, border_x:-border_x] = True

    def run(self, start: Similarity, steps: int) -> Alignment:
        """`steps` of Gauss-Newton from `start`."""
        at = start
        correlation = -1.0
        best = (correlation, start)
        for step in range(steps + 1):
            seen = sample(self.original, at.scaled(self.factor), self.x, self.y, 1)
            here = (self.core & inside(self.shape, at, self.x, self.y, 0.0)).ravel()
            residual = (seen - self.template).ravel()
            weight = here / (1.0 + residual * residual)
            correlation = _correlation(seen.ravel(), self.template.ravel(), here)
            if correlation > best[0]:
                best = (correlation, at)
            if step == steps or here.sum() < 0.3 * here.size:
                break
            weighted = self.jacobian * weight
            normal = weighted @ self.jacobian.T
            normal[np.diag_indices(4)] *= 1.0 + 1e-4
            delta = np.linalg.solve(normal + 1e-9 * np.eye(4), weighted @ residual)
            at = at.after(*(float(d) for d in delta))
            if np.abs(delta).max() * min(self.template.shape) < 0.01:
                steps = step + 1
            if not 0.5 < at.scale / start.scale < 2.0:
                break
        return Alignment(best[1], best[0], min(self.template.shape))


def _correlation(one: Floats, two: Floats, here: NDArray[np.bool_]) -> float:
    if here.sum() < 64:
        return -1.0
    a, b = one[here], two[here]
    n = len(a)
    ma, mb = a.sum() / n, b.sum() / n
    return float((a @ b / n - ma * mb) / (np.sqrt((a @ a / n - ma * ma) * (b @ b / n - mb * mb)) + 1e-6))


def align(copy: Floats, original: Floats, starts: Sequence[Similarity], alike: bool = False) -> Alignment:
    """Lay the copy (grey, upright) over the original (grey thumbnail), beginning at each of `starts` until one fits.

    `alike` says that the search thought much of this pair, so that more is tried before it is given up.
    """
    begun = [_begin(copy, original, start, product(TURNS, SCALES), 3) for start in starts]
    if alike and max(one.correlation for one in begun) < LOST:
        begun.append(_begin(copy, original, starts[0], product(WIDE_TURNS, WIDE_SCALES), 6))
    begun.sort(key=_correlated, reverse=True)
    found = _climb(copy, original, begun[0])
    for other in begun[1 : len(starts)]:
        if found.correlation < LOST:  # boards of a fence fall into place one board further, too, when seen from afar
            found = max(found, _climb(copy, original, other), key=_correlated)
    return found


def _climb(copy: Floats, original: Floats, found: Alignment) -> Alignment:
    """From the second level to the last."""
    for level, steps in zip(LEVELS[2:], STEPS[2:], strict=True):
        if found.correlation < HOPELESS:
            break
        found = _Level(copy, original, found.similarity.scale, level).run(found.similarity, steps)
    return found


def _correlated(one: Alignment) -> float:
    return one.correlation


def _begin(
    copy: Floats, original: Floats, start: Similarity, tries: Iterable[tuple[float, float]], keep: int
) -> Alignment:
    """The best alignment at the second level, from turns and scales of `start` of which `keep` survive the first."""
    first = _Level(copy, original, start.scale, LEVELS[0])
    tried = []
    for degrees, scale in tries:
        turn = complex(start.a, start.b) * scale * np.exp(1j * np.deg2rad(degrees))
        tried.append(first.run(Similarity(turn.real, turn.imag, start.cx, start.cy), STEPS[0]))
    tried.sort(key=_correlated, reverse=True)
    hopeful = [t.similarity for t in tried[:keep] if t.correlation > tried[0].correlation - 0.15]
    second = _Level(copy, original, tried[0].similarity.scale, LEVELS[1])
    return max((second.run(s, STEPS[1]) for s in (*hopeful, start)), key=_correlated)
