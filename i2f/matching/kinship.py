"""Kinship: whether two originals that fit one copy are twins, rivals, or two exposures.

Both were laid under the same copy, so it is known where either lies on the other: the copy's two similarities, one
after the other's inverse, register the pair without any search. One is then taken for a copy of the other and meets the
tests of the same exposure (limits.py), held to less ink and, since an edit is no filter, to nearer colours.

- Twins are files of one exposure: every test is met, and one tone curve explains the one by the other.
- Rivals hold the same geometry, but something is another colour, or is in one alone: an exchanged print, a dyed shirt.
- All else is two exposures: something moved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from i2f.ground.image import Picture
from i2f.ground.model import Fit, Kinship
from i2f.matching.color_tolerance import OF_EDITS, OF_STRONG_EDITS
from i2f.matching.limits import has_moved, tests_of_exposure
from i2f.matching.photometry import Photometry, photometry
from i2f.matching.registration import similarity_of
from i2f.matching.same_exposure import Blocks, Evidence, measure, movement, weigh

INK_TWINS = 0.0005
"""Share of the picture that may lie under words and stickers."""
TWIN_TONE = 0.9
"""Share of the one's luminance variance that a tone curve explains by the other's, below which they are rivals."""


def kinship(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit, by_exif: bool = False) -> Kinship:
    """How two originals that both fit one copy are related: each is laid over the other and tested like a copy.

    One direction is enough for twins: an edit whose lights are blown follows from its source, and not the other way.
    Files whose EXIF says one exposure may be as far apart in colour as a filter takes an edit from its source; others
    must agree as two files of one shot do.
    """
    needed = {"a", "b", "cx", "cy", "quarter_turns"}
    if not (needed <= fit_a.measures.keys() and needed <= fit_b.measures.keys()):
        return Kinship.OTHER
    if _held(fit_a) != _held(fit_b):
        return Kinship.OTHER
    over = _laid_over(a, fit_a, b, fit_b, by_exif)
    return _laid_over(b, fit_b, a, fit_a, by_exif) if over is Kinship.RIVAL else over


def moved_inside(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit) -> bool:
    """Whether something moved between two originals inside what the copy shows, so that they are two exposures.

    What lies around it does not count: a screenshot's bars and a collage's other pictures are no movement. A movement
    is seen whichever of the two is taken for a copy of the other.
    """
    if _held(fit_a) != _held(fit_b):
        return True
    one, other = _inside(a, fit_a), _inside(b, fit_b)
    return all(has_moved(movement(_registered(*x, *y))) for x, y in ((one, other), (other, one)))


def alike_inside(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit) -> bool:
    """Whether two originals are twins inside what the copy shows, whatever a program made of one around it."""
    if _held(fit_a) != _held(fit_b):
        return False
    return kinship(*_inside(a, fit_a), *_inside(b, fit_b)) is Kinship.TWIN


def _held(fit: Fit) -> tuple[bool, float]:
    """How an original holds the copy."""
    return fit.window.mirrored, fit.measures["quarter_turns"]


def _inside(picture: Picture, fit: Fit) -> tuple[Picture, Fit]:
    """The rectangle of an original around what the copy shows, and the fit as it is for that."""
    height, width = picture.shape[:2]
    turn = similarity_of(fit.measures)
    across, down = fit.window.size[0] * width, fit.window.size[1] * height
    cos, sin = abs(turn.a) / turn.scale, abs(turn.b) / turn.scale
    half_x, half_y = (across * cos + down * sin) / 2, (across * sin + down * cos) / 2
    x, y = fit.window.center[0] * width, fit.window.center[1] * height
    left, top = max(0, int(x - half_x)), max(0, int(y - half_y))
    inside = np.ascontiguousarray(picture[top : int(np.ceil(y + half_y)), left : int(np.ceil(x + half_x))])
    measures = dict(fit.measures) | {"cx": turn.cx - left, "cy": turn.cy - top}
    return inside, replace(fit, measures=measures)


def _laid_over(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit, by_exif: bool) -> Kinship:
    """What `a` is to `b` when it is taken for a copy of it."""
    blocks = _registered(a, fit_a, b, fit_b)
    moved = movement(blocks)
    if has_moved(moved):
        return Kinship.OTHER
    evidence = weigh(a, b, blocks, moved, no_overlay=True)
    if not _all_met(evidence, Photometry()):  # whatever the colours are
        return Kinship.RIVAL
    colors = photometry(a, b, blocks, evidence, OF_STRONG_EDITS if by_exif else OF_EDITS)
    return Kinship.TWIN if _all_met(evidence, colors) and blocks.tones.fit > TWIN_TONE else Kinship.RIVAL


def _registered(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit) -> Blocks:
    """The blocks of `a` over `b`."""
    at_a, at_b = similarity_of(fit_a.measures), similarity_of(fit_b.measures)
    return measure(a, b, at_b.of(at_a, (a.shape[1], a.shape[0])))


def _all_met(evidence: Evidence, colors: Photometry) -> bool:
    return max(tests_of_exposure(evidence, colors, INK_TWINS).values()) <= 1
