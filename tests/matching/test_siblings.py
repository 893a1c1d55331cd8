"""The matcher and made siblings: another exposure of a scene is never taken for the copy's own.

A hundred pairs here; `bench/pairs.py` makes thousands of them from photographs.
"""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import matcher
from i2f.ground.model import Fit
from i2f.sandbox.photos.crops import Crop
from i2f.sandbox.photos.looks import make_copy, make_sibling, random_recipe
from i2f.sandbox.photos.siblings import SIBLINGS
from tests.support.scenes import bytes_of, scene

SCENES, EXPOSURES, COPIES = 2, 3, 4
"""Of each kind of sibling: so many scenes, other exposures of each, and copies that each of those is compared with."""


def thumbnail(picture: Image.Image) -> NDArray[np.uint8]:
    size = matcher.thumbnail_size(*picture.size)
    return np.asarray(picture.resize(size, Image.Resampling.LANCZOS))


def copies_of(picture: Image.Image, rng: np.random.Generator) -> list[NDArray[np.uint8]]:
    recipes = [random_recipe(rng, ("EASY", "TYPICAL")[number % 2]) for number in range(COPIES)]
    made = [make_copy(picture, replace(one, width=400, crop=Crop(zoom=one.crop.zoom)))[0] for one in recipes]
    return [np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) for data in made]


def fit_of(copy: NDArray[np.uint8], original: NDArray[np.uint8]) -> Fit:
    return matcher.compare(copy, original, matcher.Index([matcher.fingerprint(original)]).search(copy, 1)[0])


@pytest.mark.long
@pytest.mark.parametrize("number", range(SCENES))
@pytest.mark.parametrize("kind", SIBLINGS)
def test_a_hundred_pairs_of_made_siblings_are_never_sure(kind: str, number: int) -> None:
    """Twelve in each case."""
    picture = Image.fromarray(bytes_of(scene(number, 640, 853)))
    copies = copies_of(picture, np.random.default_rng(100 + number))
    for exposure in range(EXPOSURES):
        other = thumbnail(make_sibling(picture, np.random.default_rng([number, exposure]), kind))
        for copy in copies:
            fit = fit_of(copy, other)
            assert not fit.sure, (exposure, fit.words, fit.measures)


@pytest.mark.long
def test_of_the_same_copies_most_are_sure_of_their_own_original() -> None:
    """Without this the hundred pairs would ask nothing."""
    picture = Image.fromarray(bytes_of(scene(0, 640, 853)))
    copies = copies_of(picture, np.random.default_rng(100))
    assert sum(fit_of(copy, thumbnail(picture)).sure for copy in copies) >= 0.7 * COPIES
