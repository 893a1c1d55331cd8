"""What was drawn out of the border of a copy to make it larger."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity
from i2f.matching.smears import smears_of
from tests.support.scenes import bytes_of, scene

PHOTO = bytes_of(scene(6, 360, 480))
ROOM = 60


def grown(across: int, down: int, blur: float = 0.0, grain: float = 0.0) -> NDArray[np.uint8]:
    """The photograph with its outermost pixels drawn out, blurred and grained."""
    file = np.pad(PHOTO, ((down, down), (across, across), (0, 0)), mode="edge").astype(np.float32)
    soft = gaussian_filter(file, (blur, blur, 0)) + np.random.default_rng(2).normal(0, grain, file.shape)
    soft[down : down + 360, across : across + 480] = PHOTO
    return np.asarray(np.clip(soft + 0.5, 0, 255), np.uint8)


def around(file: NDArray[np.uint8], side: float = 360) -> tuple[float, ...]:
    """Top, left, bottom and right of a window of the photograph's shape in the middle."""
    return smears_of(SeenFile((360, 480), file, Similarity(side, 0, file.shape[1] / 2, file.shape[0] / 2)))


@pytest.mark.parametrize(("blur", "grain"), [(0.0, 0.0), (2.0, 2.0)])
def test_nothing_changes_on_the_way_out_where_the_border_was_drawn_out(blur: float, grain: float) -> None:
    top, left, bottom, right = around(grown(ROOM, ROOM, blur, grain))
    assert min(top, left, bottom, right) > 0.94
    top, left, bottom, right = around(grown(ROOM, 0, blur, grain))
    assert min(left, right) > 0.94
    assert (top, bottom) == (0, 0)


def test_a_scene_changes_on_its_way_to_the_edge_of_the_file() -> None:
    top, left, bottom, right = around(PHOTO, 240)
    assert max(top, left, bottom, right) < 0.8


def test_nothing_is_said_where_the_copy_shows_all_or_the_file_is_tiny() -> None:
    assert around(PHOTO) == (0, 0, 0, 0)
    assert smears_of(SeenFile((8, 8), np.zeros((8, 8, 3), np.uint8), Similarity(4, 0, 4, 4))) == (0, 0, 0, 0)
