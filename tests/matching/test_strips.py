"""Strips of a viewer's window along the edges of a file."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity
from i2f.matching.strips import Strip, strips_of
from tests.support.scenes import bytes_of, scene

PHOTO = bytes_of(scene(5, 480, 640))


def strips(file: NDArray[np.uint8], degrees: float = 0.0) -> tuple[Strip, ...]:
    """Of a file whose copy is 400 pixels square, 380 of the file's, at the photograph's middle."""
    turn = 380 * np.exp(1j * np.deg2rad(degrees))
    return strips_of(SeenFile((400, 400), file, Similarity(turn.real, turn.imag, 320, 240)))


def with_strip(breadth: int, level: int = 44) -> NDArray[np.uint8]:
    return np.concatenate([PHOTO, np.full((breadth, 640, 3), level, np.uint8)])


@pytest.mark.parametrize("breadth", [8, 12, 20])
@pytest.mark.parametrize("degrees", [0.0, 2.0])
def test_a_toolbar_of_one_colour_below_a_picture_is_seen_however_the_copy_is_tilted(
    breadth: int, degrees: float
) -> None:
    below = strips(with_strip(breadth), degrees)[2]
    assert below.share > 0.95
    assert below.breadth == pytest.approx(breadth / 380, abs=0.003)
    assert below.level == pytest.approx(44)


def test_small_print_and_a_coarse_grain_of_coding_do_not_hide_it() -> None:
    file = with_strip(20)
    file[488:494, 20:120:3] = 250
    grain = np.random.default_rng(1).normal(0, 0.8, file.shape)
    assert strips(np.clip(file + grain, 0, 255).astype(np.uint8))[2].share > 0.9


def test_a_photograph_has_none_and_a_sky_burnt_to_white_ends_in_no_line() -> None:
    assert max(one.share for one in strips(PHOTO)) < 0.5
    burnt = PHOTO.copy()
    for column in range(640):
        burnt[: 12 + round(8 * np.sin(column / 40)), column] = 255
    assert strips(burnt)[0].share < 0.5


def test_a_strip_that_the_copy_shows_too_is_part_of_what_was_posted() -> None:
    file = with_strip(12)
    whole = Similarity(492, 0, 320, 246)
    assert max(one.share for one in strips_of(SeenFile((492, 640), file, whole))) == 0


def test_nothing_is_said_of_a_tiny_file() -> None:
    assert strips_of(SeenFile((8, 8), np.zeros((8, 8, 3), np.uint8), Similarity(8, 0, 4, 4))) == (Strip(),) * 4
