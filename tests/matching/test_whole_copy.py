"""The matcher on the copy as a whole: what lies beyond the original's edge, and what was never measured."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image

import matcher
from i2f.ground.model import Fit
from i2f.sandbox.photos.looks import Frame, Recipe, Tilt, make_copy
from tests.support.scenes import bytes_of, scene


@cache
def photograph() -> Image.Image:
    return Image.fromarray(bytes_of(scene(4, 756, 1008)))


def fit_of(recipe: Recipe, file: Image.Image | None = None) -> Fit:
    """What the matcher says of a copy of the photograph and a file, the photograph itself where none is given."""
    with Image.open(io.BytesIO(make_copy(photograph(), recipe)[0])) as made:
        copy = np.asarray(made.convert("RGB"))
    file = file or photograph()
    original = np.asarray(file.resize(matcher.thumbnail_size(*file.size), Image.Resampling.LANCZOS))
    return matcher.compare(copy, original, matcher.Index([matcher.fingerprint(original)]).search(copy, 1)[0])


def test_the_usual_crop_ends_where_its_original_does() -> None:
    fit = fit_of(Recipe())
    assert fit.sure
    assert fit.measures["edges_met"] == 2
    assert fit.measures["overshoot"] == 0


def test_a_file_that_was_cropped_since_is_no_original_of_what_it_lost() -> None:
    fit = fit_of(Recipe(), photograph().crop((0, 4, 1008, 756)))
    assert not fit.sure
    assert fit.words == "the copy reaches beyond the edge of this file"
    assert fit.score > 0.1


@pytest.mark.parametrize("kind", ["white", "black", "rounded", "thin", "film"])
def test_a_frame_that_made_the_picture_smaller_is_nothing_beyond_the_edge(kind: str) -> None:
    fit = fit_of(Recipe(frame=Frame(kind, 0.05, shrinks=True)))
    assert fit.sure, fit.words


@pytest.mark.long
@pytest.mark.parametrize(("half", "unsettled"), [(0.3, 0.3), (0.15, 0.6)])
def test_the_smaller_the_sharp_part_the_more_stays_unsettled(half: float, unsettled: float) -> None:
    sharp = fit_of(Recipe())
    tilted = fit_of(Recipe(tilt=Tilt("disc", (0.3, 0.3), half, 0.012)))
    assert sharp.measures["unsettled"] < 0.15
    assert 2 * sharp.measures["unsettled"] < tilted.measures["unsettled"] < 2 * unsettled
    assert sharp.measures["sibling_odds"] < tilted.measures["sibling_odds"] < 0


@pytest.mark.long
def test_a_sharp_spot_alone_is_a_question() -> None:
    fit = fit_of(Recipe(tilt=Tilt("disc", (0.2, 0.2), 0.1, 0.03)))
    assert not fit.sure
