"""Overshoot: a copy shows nothing that its original does not have.

However an exposure was cropped and straightened, the window lies inside it. A sibling's does so by chance: the usual
crop takes the full short side, so that a hand which moved by a pixel makes the window reach beyond an edge. How far the
four numbers of the similarity are known follows from the blocks they were fitted to, and is carried to the copy's
corners; beyond that, half a pixel is allowed, of the copy or the thumbnail, whichever is coarser, since both were cut
to whole pixels.

A frame for which the picture had to make room lies outside the original rightly. It is known by one colour along the
whole side, and another a little further in: a sky that goes on, or a wall, is none. Padding apps lay blurred bars; they
come in two, as broad as one another and without the picture's fine structure. Where bars were cut off before, a line or
two of the broader one may be left, since both are cut alike. Of a ragged frame, as a film's, a strip is left on every
side; it lies outside on opposite sides alike, where a sibling's window would lie further out on one of them.

That a window ends where its original does, on two sides or more, speaks for it, and is reported; it excuses nothing,
since a tripod's next exposure ends there, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from i2f.ground.image import Floats, Picture
from i2f.matching.displacement import Doubles
from i2f.matching.registration import Similarity

ROUNDING, BESIDE_BARS = 0.5, 2.0
"""Pixels, of the copy or the thumbnail, by which a window may leave its original; and where bars were cut off."""
SURELY = 3.0
"""Standard errors of the window that are allowed besides."""
RAGGED = 0.02
"""Short sides of a ragged frame that may be left on every side."""
NEAR, ONE_COLOUR, ANOTHER = 16.0, 0.8, 0.5
"""Grey levels (JPEG beside an edge) within which so much of a frame's outermost line is of one colour, ragged ones too,
and beyond which so much of the picture within is of others."""
LEAST_BAR, UNEVEN, BLURRED, LEAST_STEPS = 0.03, 0.02, 0.35, 2.0
"""Short sides that a blurred bar is broad at least and two opposite ones may differ by; how much of the fine steps of
the picture beside it a bar may have, and how large those are at least, in grey levels (a sky's are smaller)."""
INSET, ENDS = 0.02, 0.1
"""How far inside a frame the picture is looked at, in short sides, and the share of a line left out at either end."""


@dataclass(frozen=True, slots=True)
class Overshoot:
    """How far the window reaches beyond the original, in units of what is allowed (0 where it does not), and on how
    many sides both end at the same place."""

    beyond: float = 0.0
    edges_met: int = 0


def overshoot(
    copy: Picture, size: tuple[int, int], at: Similarity, covariance: Doubles, cut: tuple[bool, bool] = (False, False)
) -> Overshoot:
    """Where the window of an upright copy lies at the edges of its original of `size` (height, width); `covariance`
    (4, 4) is that of (a, b, cx, cy) as shares of the scale, as sibling_field.py has them. `cut` says whether bars were
    cut off before at top and bottom, and at left and right."""
    height, width = copy.shape[:2]
    short = min(height, width)
    rounding = (BESIDE_BARS if any(cut) else ROUNDING) / min(short, at.scale)
    beyond, met = 0.0, 0
    sides = _sides((width / short / 2, height / short / 2), size, at, covariance)
    for side, (far, error) in enumerate(sides):
        allowed = rounding + SURELY * error
        met += abs(far) <= allowed
        opposite = sides[(side + 2) % 4][0]
        is_rest = all(cut) and max(far, opposite) <= RAGGED and abs(far - opposite) <= 2 * allowed
        if far > allowed and not (
            is_rest or _is_framed(copy, side, far * short) or _is_padded(copy, side, far * short, opposite * short)
        ):
            beyond = max(beyond, far / allowed)
    return Overshoot(beyond, met)


def _sides(
    half: tuple[float, float], size: tuple[int, int], at: Similarity, covariance: Doubles
) -> list[tuple[float, float]]:
    """For left, top, right and bottom how far the copy reaches beyond the original, negative inside it, and the
    standard error; in short sides of the copy."""
    turn = np.array([[at.a, -at.b], [at.b, at.a]]) / at.scale
    sides = [(-np.inf, 0.0)] * 4
    for x, y in ((-half[0], -half[1]), (half[0], -half[1]), half, (-half[0], half[1])):
        u, v = turn @ (x, y) + np.array([at.cx, at.cy]) / at.scale
        there = turn @ np.array([[x, -y, 1, 0], [y, x, 0, 1]])
        across, down = np.sqrt(np.diag(there @ covariance @ there.T))
        beyond = (-u, across), (-v, down), (u - size[1] / at.scale, across), (v - size[0] / at.scale, down)
        sides = [max(one, other) for one, other in zip(sides, beyond, strict=True)]
    return [(float(far), float(error)) for far, error in sides]


def _lines(copy: Picture, side: int) -> Floats:
    """The copy's lines from this side inwards: 0 is the left one, then top, right, bottom."""
    lines: Floats = np.moveaxis(np.asarray(copy, np.float32), 1, 0) if side % 2 == 0 else np.asarray(copy, np.float32)
    return lines[::-1] if side > 1 else lines


def _is_padded(copy: Picture, side: int, beyond_px: float, opposite_px: float) -> bool:
    """Whether a blurred bar lies along this side and one as broad along the opposite one, as padding apps lay them."""
    short = min(copy.shape[:2])
    if min(beyond_px, opposite_px) < LEAST_BAR * short or abs(beyond_px - opposite_px) > UNEVEN * short:
        return False
    for each, px in ((side, beyond_px), ((side + 2) % 4, opposite_px)):
        lines, edge, inset = _lines(copy, each), round(px), max(2, round(INSET * short))
        bar, picture = lines[: edge - 2], lines[edge + inset : 2 * edge + inset]
        steps = np.abs(np.diff(picture, axis=1)).mean()
        if steps < LEAST_STEPS or np.abs(np.diff(bar, axis=1)).mean() > BLURRED * steps:
            return False
    return True


def _is_framed(copy: Picture, side: int, beyond_px: float) -> bool:
    """Whether a frame lies along this side of the copy."""
    lines = _lines(copy, side)
    ends = round(ENDS * lines.shape[1])
    outer = lines[0, ends : lines.shape[1] - ends]
    inner = lines[min(len(lines) - 1, round(beyond_px + INSET * min(copy.shape[:2]))), ends : lines.shape[1] - ends]
    colour = np.median(outer, axis=0)
    flat, other = (np.mean(np.abs(line - colour).max(1) <= NEAR) for line in (outer, inner))
    return bool(flat >= ONE_COLOUR and 1 - other >= ANOTHER)
