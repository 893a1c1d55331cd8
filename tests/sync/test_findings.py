"""What was found is kept and read again, also as older versions kept it."""

from __future__ import annotations

import json
from pathlib import Path

from i2f.ground.model import Candidate, Fit, Original, Window
from i2f.sync.findings import decode, encode, fit_from_json, fit_to_json
from i2f.sync.questions import choice_of
from i2f.sync.report import evidence_of

FIT = Fit(
    score=0.61,
    sure=False,
    tone=0.9,
    window=Window((0.5, 0.4), (1.0, 0.75), -1.5, True),
    words="the lighting differs",
    measures={"measured": 237.0, "field": 0.02},
    figures="237 areas compared, common shift 0.02 px",
)
IN_BRACKETS = "the lighting differs (237 areas compared, common shift 0.02 px)"
ORIGINAL = Original(Path("/roll/IMG_0001.JPG"), 1, 1, "JPEG", 3264, 2448, None, None)


def test_a_fit_is_read_as_it_was_kept() -> None:
    known = decode(encode({"here": fit_to_json(FIT)}))
    assert fit_from_json(known["here"]) == FIT


def test_a_fit_kept_with_its_figures_in_brackets_is_told_apart_without_loss() -> None:
    score, sure, tone, _, measures, window, _ = json.loads(json.dumps(fit_to_json(FIT)))
    assert fit_from_json([score, sure, tone, IN_BRACKETS, measures, window]) == FIT


def test_a_fit_kept_before_anything_was_measured_has_no_figures() -> None:
    score, sure, tone, _, measures, window, _ = json.loads(json.dumps(fit_to_json(FIT)))
    read = fit_from_json([score, sure, tone, "another picture", measures, window])
    assert (read.words, read.figures) == ("another picture", "")


def test_a_candidate_kept_for_review_is_read_as_it_was_kept_and_as_it_was_once_kept() -> None:
    kept = json.loads(json.dumps(evidence_of(Candidate(ORIGINAL, FIT))))
    older = {name: value for name, value in kept.items() if name != "figures"} | {"words": IN_BRACKETS}
    assert choice_of(kept).fit == choice_of(older).fit == FIT
