"""A copy whose rows were rounded is a little stretched; the render shows by how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from i2f.ground.image import Picture
from i2f.rendering.frame import Frame, cut
from i2f.rendering.frame_edges import nearer_frame

WIDE, HIGH = 640, 500
COPY_SIZE = (160, 100)
TRUE_BOX = (0, 49, WIDE, 451)
"""402 rows at 4 pixels to one of the copy's would be 100.5 of them."""
FRAME = Frame((WIDE, 400), (WIDE / 2, 250.0), 1.0, 0.0, 0, False)
NO_BORDER = (0, 0, 0, 0)


@pytest.fixture(scope="module")
def original() -> Picture:
    noise = np.random.default_rng(3).normal(0, 1, (HIGH, WIDE))
    texture = gaussian_filter(noise, 5) * 5
    levels = np.clip(128 + 40 * texture / texture.std(), 0, 255).astype(np.uint8)
    return np.repeat(levels[:, :, None], 3, axis=2)


def reduced(picture: Picture) -> Picture:
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).resize(COPY_SIZE, Image.Resampling.LANCZOS))


def copy_of(original: Picture) -> Picture:
    left, top, right, bottom = TRUE_BOX
    return reduced(original[top:bottom, left:right])


def test_the_edges_of_a_frame_are_moved_to_those_of_the_copy(original: Picture) -> None:
    found = nearer_frame(FRAME, copy_of(original), reduced(cut(original, FRAME)), NO_BORDER, (WIDE, HIGH))
    assert found is not None
    assert found.box == TRUE_BOX


def test_a_frame_that_fits_is_left_alone(original: Picture) -> None:
    fits = replace(FRAME, size=(WIDE, 402))
    assert nearer_frame(fits, copy_of(original), reduced(cut(original, fits)), NO_BORDER, (WIDE, HIGH)) is None


def test_what_lies_farther_off_than_rounding_moves_nothing(original: Picture) -> None:
    beside = replace(FRAME, center=(WIDE / 2, 253.0))
    assert nearer_frame(beside, copy_of(original), reduced(cut(original, beside)), NO_BORDER, (WIDE, HIGH)) is None


def test_a_frame_that_was_turned_stays_where_it_is(original: Picture) -> None:
    turned = replace(FRAME, cos=0.999, sin=0.0447)
    assert nearer_frame(turned, copy_of(original), copy_of(original), NO_BORDER, (WIDE, HIGH)) is None


def test_edges_behind_a_border_are_found_from_what_is_inside(original: Picture) -> None:
    border = (10, 10, 10, 10)
    inside = (slice(10, -10), slice(10, -10))
    shown = reduced(cut(original, FRAME))[inside]
    found = nearer_frame(FRAME, copy_of(original)[inside], shown, border, (WIDE, HIGH))
    assert found is not None
    assert found.box == TRUE_BOX
