"""Which original was this copy made from, and is it this very exposure: the matcher's public face.

Arrays in, scores out. Three steps, each a module: retrieval.py finds originals and windows that look alike
(template_scan.py looks more closely for a copy that nothing explained), registration.py lays the copy over the window
by one similarity (first_look.py knows a stranger by a few pixels), same_exposure.py tests whether that similarity and
smooth tones explain the copy wholly (tone_curve.py, changed_content.py, color_transfer.py, color_cast.py,
illumination.py), which only the same exposure survives. Nothing here reads a disk, a network or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from i2f.ground.image import Floats, Picture, luminance, thumbnail_size
from i2f.ground.model import Fit, Kinship, Window
from i2f.matching.bars import without_edges
from i2f.matching.color_cast import cells_of, tint_left
from i2f.matching.color_tolerance import OF_EDITS, OF_FILTERS, RECOLOURED, Tolerance
from i2f.matching.cuts import cuts_of
from i2f.matching.detail import finer_detail, snapped, tones_apart
from i2f.matching.first_look import FirstLook, PreparedCopy, first_looks, needed_share
from i2f.matching.frames import FILE_SIDES, frames_of
from i2f.matching.illumination import Light, light_left
from i2f.matching.looks import AS_IT_IS, FAR_TRIMS, OTHERWISE, Queries, queries_of, upright
from i2f.matching.overshoot import Overshoot, overshoot
from i2f.matching.ranking import Ranking, is_near, nearest, nothing, widest
from i2f.matching.registration import Seen, Similarity, finish, started_at
from i2f.matching.resampling import resampling_peak
from i2f.matching.retrieval import Proposal, fingerprint
from i2f.matching.same_exposure import Blocks, Evidence, measure, weigh, window_covariance
from i2f.matching.seams import SIDES, sides_of
from i2f.matching.search import Index, coarse, unplaced
from i2f.matching.template_scan import scan, templates_of

__all__ = [
    "AS_IT_IS",
    "MATCHER_VERSION",
    "OTHERWISE",
    "Index",
    "Picture",
    "PreparedCopy",
    "Proposal",
    "Queries",
    "Ranking",
    "Scanner",
    "Seen",
    "bars_of",
    "coarse",
    "compare",
    "explain",
    "fingerprint",
    "first_looks",
    "inspect",
    "inspect_detail",
    "is_near",
    "kinship",
    "look_everywhere",
    "moved_inside",
    "nearest",
    "needed_share",
    "nothing",
    "queries_of",
    "resampling_peak",
    "thumbnail_size",
    "unplaced",
    "widest",
]

MATCHER_VERSION = "29"
UNLIKELY = 0.25
"""A true original and its siblings are about as likely as one another; what is so much less likely is neither."""
LEAST_ALIGNED = 0.4
"""Correlation at the last level of registration.py below which nothing is measured."""
LEAST_BLOCKS = 27
STILL = ((850, 0.3), (1300, 0.7))
"""A picture of fewer cells, less than some 306 or 380 pixels square, as a copy of 306 holds, need not show that a small
thing moved on plain ground. It must be stiller, as its own exposure alone is: so much of the movement allowed. (Of 320
siblings made so that nothing but such a thing moved, with copies of 306 pixels, two passed every other test: one had
0.34 of the movement allowed; in the other the thing lay outside the crop.)"""
MAHALANOBIS = 3.6
MAHALANOBIS_HIGH = 8.5
NEIGHBOUR_CORRELATION = 0.75
GROUP = 6.4
FIELD = 0.05
"""The limits. Of 2,112 true pairs 99 in 100 stay below 0.5 of those of MAHALANOBIS, 0.7 of those of FIELD,
NEIGHBOUR_CORRELATION and GROUP; of 147 real and made siblings 99 in 100 are above 1.1 of that of MAHALANOBIS, 2 of
that of FIELD."""
STRETCH = 1.0
MOVED = 0.6
"""Mean of the five ratios: an exposure's own copy exceeds one or two limits at most, its sibling comes near to all."""
FEW = 20
"""With so many places only, each has to be twice as still: fewer witnesses."""
LIGHT, LIGHT_SHARE = 4.7, 1.4
"""Grey levels of smooth light that a copy may miss, or this share of what it misses at edges."""
QUIET, QUIET_SHARE, TELLING = 2.5, 1.1, 3.0
"""The same for what every copy may miss; and so many levels more double what movement there is."""
OUTLIERS_LARGEST = 4
OUTLIERS_TOTAL = 8
OUTLIERS_LOW, OUTLIERS_MASKED = 20, 6
WHOLE = 2500
"""Cells of high signal-to-noise at most, one beside the other and in all, and of low or masked one beside the other,
of a square copy of 512 pixels, in which about WHOLE are looked at; fewer in a smaller one, whose cells are larger
parts of it."""
VANISHED, VANISHED_LEAST = 7.0, 2.0
"""Times the noise that may remain where a texture seems to have vanished: in a copy of WHOLE cells, where things that
moved stand out anyway, and in small ones, where they are not. (Of 1,868 true pairs of 2,000
cells or more 1,855 keep 7 or less, of 76 of copies of 306 pixels 68 keep 2.)"""
INK = 0.15
"""Share of the picture that may lie under words and stickers."""
INK_TWINS = 0.0005
TWIN_TONE = 0.9
ASKED = 2.0
ODDS = 4.6
"""Natural logarithm of a hundred: so many times likelier the displacements must be without a sibling's field than with
the stillest one's. (`bench/fields.py --copies 16 --fields 8 --seed 6`, either half of the photographs: of 864 fields
laid over true pairs under tilt-shift 15 met every other test of movement, and one this one too; of 27 true pairs 26.
Of 204 true pairs without tilt-shift all meet it, the nearest with 7.5.)"""
UNSETTLED = 1.0
"""What may remain uncertain at the copy's worst place, in units of the stillest sibling's field. (Of the same 204 true
pairs the largest is 0.62.)"""
_ASKED_ABOUT = {"things", "colours", "light", "coverage", "edge"}


def tests_of_exposure(evidence: Evidence, tinted: float, light: Light, ink: float = INK) -> dict[str, float]:
    """Every test of the same exposure as a ratio to its limit: above 1 it failed. `tinted` is one already.

    Movement and light are also weighed together: a sibling that was nearly still seldom had the very same light.
    """
    cells = float(max(1, evidence.cells))
    small = min(1.0, float(np.sqrt(cells / WHOLE)))
    moved = (
        evidence.mahalanobis / MAHALANOBIS,
        evidence.mahalanobis_high / MAHALANOBIS_HIGH,
        evidence.neighbour_correlation / NEIGHBOUR_CORRELATION,
        evidence.group / GROUP,
        evidence.field / FIELD,
    )
    mean = sum(moved) / len(moved) / MOVED * (1 + FEW / max(1, evidence.measured))
    return {
        "texture": max(
            LEAST_BLOCKS / max(1, evidence.measured),
            next((min(mean / still, ASKED) for least, still in STILL if evidence.near and cells < least), 0.0),
        ),
        "movement": max(*moved, mean),
        "light": max(
            light.soft / max(LIGHT, LIGHT_SHARE * light.hard),
            mean * (1 + max(0.0, light.soft - max(QUIET, QUIET_SHARE * light.hard)) / TELLING),
        ),
        "stretch": evidence.stretch / STRETCH,
        "things": max(
            evidence.outliers.largest / (OUTLIERS_LARGEST * small + 0.5),
            evidence.outliers.total / (OUTLIERS_TOTAL * small + 0.5),
            evidence.outliers.low / (OUTLIERS_LOW * small**6 + 0.5),
            evidence.outliers.masked / (OUTLIERS_MASKED * small**2 + 0.5),
            evidence.outliers.vanished / max(VANISHED_LEAST, VANISHED * small**3),
            evidence.outliers.strokes / cells / ink,
        ),
        "colours": max(evidence.recoloured / (RECOLOURED + 0.5), tinted),
    }


def tests_of_copies(evidence: Evidence, edges: Overshoot) -> dict[str, float]:
    """Tests that a copy alone must meet, as ratios: files of one shot may be cropped differently."""
    hidden = evidence.hidden
    return {
        "coverage": max(ODDS / max(0.01, -hidden.odds), hidden.unsettled / UNSETTLED) if evidence.near else 0.0,
        "edge": edges.beyond,
    }


def _score(correlation: float, tests: dict[str, float]) -> float:
    """From 0 to 1: 0.95 where the worst test stands at its limit, half at one and a half times that.

    What is asked about leaves a question, never less: where nothing moved, a person must look.
    """
    held = [min(ratio, ASKED) if name in _ASKED_ABOUT else ratio for name, ratio in tests.items()]
    worst = float(np.log2(max(0.25, *held)))
    aligned: float = min(max(correlation, 0.0), 1.0) ** 0.1
    return aligned / (1.0 + float(np.exp(5.0 * (worst - 0.6))))


def _window(shape: tuple[int, int], size: tuple[int, int], at: Similarity, proposal: Proposal) -> Window:
    """The window that an upright copy of `shape` shows of a thumbnail of `size` (height, width each)."""
    unit = at.scale / min(shape)
    width, height = shape[1] * unit, shape[0] * unit
    left, right, top, bottom = at.cx - width / 2, at.cx + width / 2, at.cy - height / 2, at.cy + height / 2
    if abs(at.degrees) < 1.0:
        left, top, right, bottom = max(left, 0.0), max(top, 0.0), min(right, size[1]), min(bottom, size[0])
    degrees = (at.degrees + 90.0 * proposal.quarter_turns + 180.0) % 360.0 - 180.0
    return Window(
        center=((left + right) / 2 / size[1], (top + bottom) / 2 / size[0]),
        size=((right - left) / size[1], (bottom - top) / size[0]),
        degrees=round(degrees, 3),
        mirrored=proposal.mirrored,
    )


_FAILED = {
    "texture": "too little detail, or too small, to be certain",
    "movement": "something moved between the two",
    "stretch": "the copy is stretched",
    "things": "part of the copy is not in the original",
    "colours": "the colours differ in places",
    "light": "the lighting differs",
    "coverage": "a similar shot cannot be ruled out",
    "edge": "the copy reaches beyond the edge of this file",
}


def _words(tests: dict[str, float], evidence: Evidence) -> str:
    failed = [words for name, words in _FAILED.items() if tests[name] > 1]
    moved = f"{evidence.field:.2f}" if evidence.field >= 0.01 else "less than 0.01"
    found = f"{evidence.measured} places compared, common shift {moved} px"
    return f"{'; '.join(failed) or 'the same shot'} ({found})"


def _tints_and_light(
    copy: Picture, original: Picture, blocks: Blocks, evidence: Evidence, tolerance: Tolerance, leaks: bool = True
) -> tuple[int, Light]:
    """Cells of a tint, and the light, that no filter gives; nothing where the pair is not near."""
    if not evidence.near:
        return 0, Light()
    cells = cells_of(copy, original, blocks.similarity, evidence.outliers.ink)
    tint = tint_left(cells, tolerance, leaks)
    return tint.cells, light_left(cells, blocks.tones, tint.leaked)


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


def compare(copy: Picture, original: Picture, proposal: Proposal, *others: Proposal) -> Fit:
    """How well an original (its thumbnail) explains a copy, beginning with the coarse geometry of `proposal`, or of
    whichever of the `others` fits best; all of them hold the copy the same way.
    """
    prepared, seen = PreparedCopy(copy), Seen(luminance(original), 1.0, (original.shape[0], original.shape[1]))
    return explain(prepared, first_looks(prepared, [(seen, (proposal, *others))])[0], original)


def explain(copy: PreparedCopy, look: FirstLook, original: Picture | None) -> Fit:
    """How well an original (its thumbnail) explains a copy, going on from the first look at the two; a stranger is not
    looked at again, and its thumbnail may be None.
    """
    proposal, size = look.proposal, look.size
    held, had_bars = copy.held(proposal), copy.had_bars
    turned, shape = held.picture, (held.picture.shape[0], held.picture.shape[1])
    found = look.begun[0]
    if original is not None and not look.is_stranger:
        found = finish(held.ladder, Seen(luminance(original), 1.0, size), look.begun)
    measures = {"likeness": proposal.likeness, "correlation": found.correlation}
    if original is None or found.correlation < LEAST_ALIGNED:
        window = _window(shape, size, found.similarity, proposal)
        return Fit(max(0.0, found.correlation) * 0.02, False, 0.0, window, "another picture", measures)
    blocks = measure(turned, original, found.similarity)
    evidence = weigh(turned, original, blocks)
    tinted, light = _tints_and_light(turned, original, blocks, evidence, OF_FILTERS)
    at = blocks.similarity
    edges = overshoot(turned, size, at, window_covariance(blocks), had_bars) if evidence.near else Overshoot()
    tests = tests_of_exposure(evidence, tinted / (OF_FILTERS.cells + 0.5), light) | tests_of_copies(evidence, edges)
    sure = max(tests.values()) <= 1
    measures |= {
        "measured": evidence.measured,
        "cells": evidence.cells,
        "near": evidence.near,
        "chi": evidence.mahalanobis,
        "chi_high": evidence.mahalanobis_high,
        "field": evidence.field,
        "stretch": evidence.stretch,
        "kin": evidence.neighbour_correlation,
        "group": evidence.group,
        "strange": evidence.outliers.largest,
        "strange_total": evidence.outliers.total,
        "faint": evidence.outliers.low,
        "buried": evidence.outliers.masked,
        "vanished": evidence.outliers.vanished,
        "ink": evidence.outliers.strokes / max(1, evidence.cells),
        "recoloured": evidence.recoloured,
        "tinted": tinted,
        "light": light.soft,
        "light_edges": light.hard,
        "sibling_odds": evidence.hidden.odds,
        "unsettled": evidence.hidden.unsettled,
        "overshoot": edges.beyond,
        "edges_met": edges.edges_met,
        "a": at.a,
        "b": at.b,
        "cx": at.cx,
        "cy": at.cy,
        "quarter_turns": proposal.quarter_turns,
        "width": original.shape[1],
        **{f"test_{name}": ratio for name, ratio in tests.items()},
    }
    return Fit(
        score=_score(found.correlation, tests),
        sure=sure,
        tone=blocks.tones.fit,
        window=_window(shape, size, at, proposal),
        words=_words(tests, evidence),
        measures={name: float(value) for name, value in measures.items()},
    )


def inspect(copy: Picture, picture: Picture, fit: Fit, width: int) -> dict[str, float]:
    """What a file itself, looked at as an upright `picture`, shows at the window that `fit` found: where it ends, and
    how its tones differ from the copy's. The file has `width` pixels across, `factor` for one of the copy's.
    """
    turned, at = _looked_at(copy, picture, fit)
    found = {"inspected": 1.0, "tilt": at.degrees, "tones": tones_apart(turned, picture, at)}
    found["factor"] = _factor(turned, picture, at, width)
    for name, side in zip(SIDES, sides_of((turned.shape[0], turned.shape[1]), picture, at), strict=True):
        if side is not None:
            found |= {f"{name}_{what}": getattr(side, what) for what in side.__slots__}
    frames = frames_of((turned.shape[0], turned.shape[1]), picture, at)
    for name, (share, outside) in zip(FILE_SIDES, frames, strict=True):
        found |= {f"frame_{name}": share, f"frame_{name}_outside": outside}
    cuts = cuts_of((turned.shape[0], turned.shape[1]), picture, at)
    found |= {f"cut_{name}": share for name, share in zip(FILE_SIDES, cuts, strict=True)}
    return found


def inspect_detail(copy: Picture, picture: Picture, fit: Fit, width: int) -> dict[str, float]:
    """The same of what detail the file has, which takes longer. Empty where that cannot be told."""
    turned, at = _looked_at(copy, picture, fit)
    at = snapped(turned, picture, at)
    factor = _factor(turned, picture, at, width)
    finer = finer_detail(turned, picture, at, factor)
    return {} if finer is None else {"finer": finer, "factor": factor}


def _factor(copy: Picture, picture: Picture, at: Similarity, width: int) -> float:
    return float(at.scale / min(copy.shape[:2]) * width / picture.shape[1])


def _looked_at(copy: Picture, picture: Picture, fit: Fit) -> tuple[Picture, Similarity]:
    """The copy as a file shows it, and where it lies in this picture of the file."""
    turned = np.ascontiguousarray(upright(without_edges(copy), int(fit.measures["quarter_turns"]), fit.window.mirrored))
    grow = picture.shape[1] / fit.measures["width"]
    return turned, Similarity(*(fit.measures[name] for name in ("a", "b", "cx", "cy"))).scaled(grow)


def kinship(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit, by_exif: bool = False) -> Kinship:
    """How two originals that both fit one copy are related: each is laid over the other and tested like a copy.

    One direction is enough for twins: an edit whose lights are blown follows from its source, and not the other way.
    Files whose EXIF says one exposure may be as far apart in colour as a filter takes an edit from its source; others
    must agree as two files of one shot do.
    """
    needed = {"a", "b", "cx", "cy", "quarter_turns"}
    if not (needed <= fit_a.measures.keys() and needed <= fit_b.measures.keys()):
        return Kinship.OTHER
    if (fit_a.window.mirrored, fit_a.measures["quarter_turns"]) != (
        fit_b.window.mirrored,
        fit_b.measures["quarter_turns"],
    ):
        return Kinship.OTHER
    over = _laid_over(a, fit_a, b, fit_b, by_exif)
    return _laid_over(b, fit_b, a, fit_a, by_exif) if over is Kinship.RIVAL else over


def moved_inside(a: Picture, fit_a: Fit, b: Picture, fit_b: Fit) -> bool:
    """Whether something moved between two originals inside what the copy shows, so that they are two exposures.

    What lies around it does not count: a screenshot's bars and a collage's other pictures are no movement. A movement
    is seen whichever of the two is taken for a copy of the other.
    """
    if (fit_a.window.mirrored, fit_a.measures["quarter_turns"]) != (
        fit_b.window.mirrored,
        fit_b.measures["quarter_turns"],
    ):
        return True
    one, other = _inside(a, fit_a), _inside(b, fit_b)
    return all(_laid_over(*x, *y, by_exif=True) is Kinship.OTHER for x, y in ((one, other), (other, one)))


def _inside(picture: Picture, fit: Fit) -> tuple[Picture, Fit]:
    """The rectangle of an original around what the copy shows, and the fit as it is for that."""
    height, width = picture.shape[:2]
    turn = Similarity(*(fit.measures[name] for name in ("a", "b", "cx", "cy")))
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
    at_a, at_b = (Similarity(*(fit.measures[k] for k in ("a", "b", "cx", "cy"))) for fit in (fit_a, fit_b))
    blocks = measure(a, b, at_b.of(at_a, (a.shape[1], a.shape[0])))
    tolerance = OF_FILTERS if by_exif else OF_EDITS
    evidence = weigh(a, b, blocks)
    tinted, light = _tints_and_light(a, b, blocks, evidence, tolerance, leaks=False)
    tests = tests_of_exposure(evidence, tinted / (tolerance.cells + 0.5), light, INK_TWINS)
    if max(tests.values()) <= 1:
        return Kinship.TWIN if blocks.tones.fit > TWIN_TONE else Kinship.RIVAL
    return Kinship.RIVAL if tests["movement"] <= 1 else Kinship.OTHER
