"""Which original was this copy made from, and is it this very exposure: the matcher's public face.

Arrays in, scores out. Read `explain` for the whole comparison; each of its steps is a module of i2f/matching that
argues for itself:

1. Which originals, and which windows of them, look alike: retrieval.py describes, search.py finds, ranking.py orders;
   template_scan.py looks at every place for a copy that nothing explained.
2. Where exactly the copy lies: first_look.py knows a stranger by a few pixels, registration.py lays the copy over the
   window by one similarity.
3. Whether that similarity and smooth tones explain the copy wholly, which only the same exposure survives:
   same_exposure.py measures what moved or changed, photometry.py colours and light, overshoot.py the edges; limits.py
   says how much of each may be, and makes tests and score of it.
4. What else is asked of a file that fits: inspection.py, whether it is a photograph or only holds one; kinship.py,
   whether two files that fit are one exposure.

Nothing here reads a disk, a network or a clock. `MATCHER_VERSION` goes up with every change of what it answers, so that
answers kept by another version are not used again.
"""

from __future__ import annotations

from i2f.ground.image import Picture, luminance, thumbnail_size
from i2f.ground.model import Fit, Window
from i2f.matching.color_tolerance import OF_FILTERS
from i2f.matching.first_look import FirstLook, PreparedCopy, first_looks, needed_share
from i2f.matching.inspection import inspect, inspect_detail, inspect_writing
from i2f.matching.kinship import alike_inside, kinship, moved_inside
from i2f.matching.limits import figures_of, score_of, tests_of_copies, tests_of_exposure, words_of
from i2f.matching.looks import AS_IT_IS, OTHERWISE, Queries, queries_of
from i2f.matching.overshoot import Overshoot, overshoot
from i2f.matching.photometry import Photometry, photometry
from i2f.matching.ranking import Ranking, is_near, nearest, nothing, widest
from i2f.matching.registration import Seen, Similarity, finish
from i2f.matching.resampling import resampling_peak
from i2f.matching.retrieval import Proposal, fingerprint, fingerprint_of
from i2f.matching.same_exposure import Evidence, measure, movement, weigh, window_covariance
from i2f.matching.search import Index, coarse, unplaced
from i2f.matching.template_scan import Ground, Scanner, bars_of, look_everywhere

__all__ = [
    "AS_IT_IS",
    "MATCHER_VERSION",
    "OTHERWISE",
    "Ground",
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
    "fingerprint_of",
    "first_looks",
    "inspect",
    "inspect_detail",
    "inspect_writing",
    "is_near",
    "alike_inside",
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

MATCHER_VERSION = "37"
LEAST_ALIGNED = 0.4
"""Correlation at the last level of registration.py below which nothing is measured."""


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
    held = copy.held(proposal)
    turned, shape = held.picture, (held.picture.shape[0], held.picture.shape[1])
    found = look.begun[0]
    if original is not None and not look.is_stranger:
        found = finish(held.ladder, Seen(luminance(original), 1.0, size), look.begun)
    begun = {"likeness": proposal.likeness, "correlation": found.correlation}
    if original is None or found.correlation < LEAST_ALIGNED:
        window = _window(shape, size, found.similarity, proposal)
        return Fit(max(0.0, found.correlation) * 0.02, False, 0.0, window, "another picture", begun)
    blocks = measure(turned, original, found.similarity)
    evidence = weigh(turned, original, blocks, movement(blocks))
    colors = photometry(turned, original, blocks, evidence, OF_FILTERS)
    at = blocks.similarity
    edges = Overshoot()
    if evidence.moved.near:
        edges = overshoot(turned, size, at, window_covariance(blocks), copy.cut)
    tests = tests_of_exposure(evidence, colors) | tests_of_copies(evidence, edges)
    measures = begun | _measures(evidence, colors, edges) | _geometry(at, proposal, original.shape[1])
    measures |= {f"test_{name}": ratio for name, ratio in tests.items()}
    return Fit(
        score=score_of(found.correlation, tests),
        sure=max(tests.values()) <= 1,
        tone=blocks.tones.fit,
        window=_window(shape, size, at, proposal),
        words=words_of(tests),
        measures={name: float(value) for name, value in measures.items()},
        figures=figures_of(evidence.moved),
    )


def _measures(evidence: Evidence, colors: Photometry, edges: Overshoot) -> dict[str, float]:
    """All that was measured, by the names under which it is kept and told."""
    moved = evidence.moved
    return {
        "measured": moved.measured,
        "cells": evidence.cells,
        "near": moved.near,
        "chi": moved.mahalanobis,
        "chi_high": moved.mahalanobis_high,
        "field": moved.field,
        "stretch": moved.stretch,
        "kin": moved.neighbour_correlation,
        "group": moved.group,
        "strange": evidence.outliers.largest,
        "strange_total": evidence.outliers.total,
        "faint": evidence.outliers.low,
        "buried": evidence.outliers.masked,
        "vanished": evidence.outliers.vanished,
        "absent": evidence.absent,
        "ink": evidence.outliers.strokes / max(1, evidence.cells),
        "recoloured": evidence.recoloured,
        "tinted": colors.tinted,
        "light": colors.light.soft,
        "light_edges": colors.light.hard,
        "sibling_odds": evidence.hidden.odds,
        "unsettled": evidence.hidden.unsettled,
        "overshoot": edges.beyond,
        "edges_met": edges.edges_met,
    }


def _geometry(at: Similarity, proposal: Proposal, width: int) -> dict[str, float]:
    """Where the copy lies on its original's thumbnail of this width, and how it is held."""
    return {
        "a": at.a,
        "b": at.b,
        "cx": at.cx,
        "cy": at.cy,
        "quarter_turns": proposal.quarter_turns,
        "width": width,
    }


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
