"""Translucent bands that a program laid over a part of a file."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity
from i2f.matching.veils import veils_of
from tests.support.scenes import bytes_of, scene

AT = Similarity(400, 0, 320, 240)
TOP, LEFT, BOTTOM, RIGHT = range(4)


def as_bytes(levels: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(levels + 0.5, 0, 255), np.uint8)


def lawn(seed: int = 1) -> NDArray[np.float32]:
    """Something fine and coarse all over, as (480, 640, 3)."""
    rng = np.random.default_rng(seed)
    drawn = [gaussian_filter(rng.normal(0, 1, (480, 640)), size) * size * 70 for size in (4.0, 8.0, 30.0)]
    grey: NDArray[np.float32] = np.clip(130 + np.sum(drawn, axis=0), 0, 255).astype(np.float32)
    return grey[..., None].repeat(3, axis=2)


def veiled(picture: NDArray[np.float32], color: float, share: float, begins: int = 400) -> NDArray[np.uint8]:
    """The picture with a veil from this line on."""
    drawn = picture.copy()
    drawn[begins:] = (1 - share) * drawn[begins:] + share * color
    return as_bytes(drawn)


def told(file: NDArray[np.uint8], at: Similarity) -> tuple[float, ...]:
    return veils_of(SeenFile((400, 400), file, at))


@pytest.mark.parametrize(("color", "share"), [(0, 0.3), (0, 0.6), (255, 0.4), (90, 0.7)])
def test_a_band_dimmed_or_paled_by_a_constant_share_is_seen_at_the_side_it_reaches(color: float, share: float) -> None:
    found = told(veiled(lawn(), color, share), AT)
    assert found[BOTTOM] > 8
    assert max(found[TOP], found[LEFT], found[RIGHT]) < 3


def test_it_is_seen_at_each_side_and_with_words_on_it() -> None:
    file = veiled(lawn(), 0, 0.5)
    file[430:450, 200:440:4] = 255
    for turned, side in ((file, BOTTOM), (file[::-1], TOP), (file.swapaxes(0, 1), RIGHT)):
        assert told(turned, AT)[side] > 8


def test_a_photograph_and_the_edge_of_another_thing_are_no_veil() -> None:
    assert max(told(bytes_of(scene(4, 480, 640)), AT)) < 3
    floor = lawn()
    floor[400:] = lawn(2)[400:] * 0.5
    assert max(told(as_bytes(floor), AT)) < 3


def test_a_plain_wall_above_a_plain_floor_has_nothing_in_it_that_could_be_in_proportion() -> None:
    room = np.full((480, 640, 3), 200, np.float32) + np.linspace(0, 40, 640, dtype=np.float32)[None, :, None]
    room += np.random.default_rng(3).normal(0, 1, room.shape)
    room[400:] *= 0.6
    assert max(told(as_bytes(room), AT)) < 3


def test_nothing_is_said_of_a_tiny_file() -> None:
    assert told(np.zeros((12, 12, 3), np.uint8), Similarity(12, 0, 6, 6)) == (0, 0, 0, 0)
