"""The limits: how far each measure of a pair may be from what an exposure's own copy shows.

What was measured of an aligned pair (same_exposure.py, photometry.py, overshoot.py) becomes a few named tests here,
each a ratio of a measure to its critical value: at 1 it stands at its limit, above 1 it failed. An exposure's own copy
exceeds one or two limits at most, its sibling comes near to all; so the five measures of movement are weighed together,
too, and with the light. Every test must be met, and the score is that of the worst: it ranks, it does not excuse.

Which pairs a limit was taken from stands beside it. Nothing here looks at a picture.
"""

from __future__ import annotations

import numpy as np

from i2f.matching.color_tolerance import RECOLOURED
from i2f.matching.overshoot import Overshoot
from i2f.matching.photometry import Photometry
from i2f.matching.same_exposure import Evidence, Movement

LEAST_BLOCKS = 27
STILL = ((850, 0.3), (2450, 0.5))
"""A picture of fewer cells, less than some 306 or 500 pixels square, need not show that a small thing moved on plain
ground, nor how much all of it moved. It must be stiller, as its own exposure alone is: so much of the movement allowed.
(Of 320 siblings made so that nothing but such a thing moved, with copies of 306 pixels, two passed every other test:
one had 0.34 of the movement allowed; in the other the thing lay outside the crop. A sibling of a copy of 595 x 312
passed with 0.55; 35 true pairs of fewer than 2,450 cells had at most 0.38.)"""
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
ABSENT = 3.5
"""Grey levels that an original may deviate by within a block where the copy is plain. (Of some 450 true pairs the
largest had 3.1. In a sunset where another thing stood in the sky 4.3 were absent; that pair met every test but one.)"""
INK = 0.15
"""Share of the picture that may lie under words and stickers."""
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


def tests_of_exposure(evidence: Evidence, colors: Photometry, ink: float = INK) -> dict[str, float]:
    """Every test of the same exposure as a ratio to its limit: above 1 it failed; `ink` is the share words may cover.

    Movement and light are also weighed together: a sibling that was nearly still seldom had the very same light.
    """
    light = colors.light
    cells = float(max(1, evidence.cells))
    small = min(1.0, float(np.sqrt(cells / WHOLE)))
    worst, mean = _ratios_of(evidence.moved)
    return {
        "texture": max(
            LEAST_BLOCKS / max(1, evidence.moved.measured),
            next((min(mean / still, ASKED) for least, still in STILL if evidence.moved.near and cells < least), 0.0),
        ),
        "movement": max(worst, mean),
        "light": max(
            light.soft / max(LIGHT, LIGHT_SHARE * light.hard),
            mean * (1 + max(0.0, light.soft - max(QUIET, QUIET_SHARE * light.hard)) / TELLING),
        ),
        "stretch": evidence.moved.stretch / STRETCH,
        "things": max(
            evidence.outliers.largest / (OUTLIERS_LARGEST * small + 0.5),
            evidence.outliers.total / (OUTLIERS_TOTAL * small + 0.5),
            evidence.outliers.low / (OUTLIERS_LOW * small**6 + 0.5),
            evidence.outliers.masked / (OUTLIERS_MASKED * small**2 + 0.5),
            evidence.outliers.vanished / max(VANISHED_LEAST, VANISHED * small**3),
            evidence.outliers.strokes / cells / ink,
            evidence.absent / ABSENT,
        ),
        "colours": max(evidence.recoloured / (RECOLOURED + 0.5), colors.tint),
    }


def has_moved(moved: Movement) -> bool:
    """Whether the test of movement failed."""
    return max(_ratios_of(moved)) > 1


def _ratios_of(moved: Movement) -> tuple[float, float]:
    """The worst of the five measures of movement as a ratio to its limit, and their mean as a ratio to that of it."""
    ratios = (
        moved.mahalanobis / MAHALANOBIS,
        moved.mahalanobis_high / MAHALANOBIS_HIGH,
        moved.neighbour_correlation / NEIGHBOUR_CORRELATION,
        moved.group / GROUP,
        moved.field / FIELD,
    )
    return max(ratios), sum(ratios) / len(ratios) / MOVED * (1 + FEW / max(1, moved.measured))


def tests_of_copies(evidence: Evidence, edges: Overshoot) -> dict[str, float]:
    """Tests that a copy alone must meet, as ratios: files of one shot may be cropped differently."""
    hidden = evidence.hidden
    return {
        "coverage": max(ODDS / max(0.01, -hidden.odds), hidden.unsettled / UNSETTLED) if evidence.moved.near else 0.0,
        "edge": edges.beyond,
    }


def score_of(correlation: float, tests: dict[str, float]) -> float:
    """From 0 to 1: 0.95 where the worst test stands at its limit, half at one and a half times that.

    What is asked about leaves a question, never less: where nothing moved, a person must look.
    """
    held = [min(ratio, ASKED) if name in _ASKED_ABOUT else ratio for name, ratio in tests.items()]
    worst = float(np.log2(max(0.25, *held)))
    aligned: float = min(max(correlation, 0.0), 1.0) ** 0.1
    return aligned / (1.0 + float(np.exp(5.0 * (worst - 0.6))))


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


def words_of(tests: dict[str, float]) -> str:
    """Which tests failed, for a person."""
    return "; ".join(words for name, words in _FAILED.items() if tests[name] > 1) or "the same shot"


def figures_of(moved: Movement) -> str:
    """How much was measured, for a person."""
    shift = f"{moved.field:.2f}" if moved.field >= 0.01 else "less than 0.01"
    return f"{moved.measured} areas compared, common shift {shift} px"
