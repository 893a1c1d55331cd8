"""Where another picture begins inside a file: cells of a collage that lie side by side."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from i2f.matching.cuts import cuts_of
from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity
from tests.support.scenes import bytes_of, scene

SIDE = 256


@functools.cache
def cells() -> NDArray[np.uint8]:
    """Two columns of three square cells without gaps; the scenes of the second row stand between two others."""
    one, other = (bytes_of(scene(seed, SIDE, 2 * SIDE)) for seed in (20, 21))
    return np.concatenate([other, one, other[::-1]])


def sharpest(file: NDArray[np.uint8], side: float, center: tuple[float, float], degrees: float = 0.0) -> list[float]:
    """The cuts, sharpest first, near a copy whose short side is so many pixels of the file."""
    turn = side * np.exp(1j * np.deg2rad(degrees))
    return sorted(cuts_of(SeenFile((400, 400), file, Similarity(turn.real, turn.imag, *center))), reverse=True)


@pytest.mark.parametrize(("side", "degrees"), [(0.9, 0.0), (1.0, 3.0), (1.1, 0.0)])
def test_a_cell_is_cut_on_two_sides_whether_the_copy_shows_less_or_more(side: float, degrees: float) -> None:
    found = sharpest(cells(), side * SIDE, (SIDE, SIDE * 1.5), degrees)
    assert found[0] > 0.8
    assert found[1] > 0.65


def test_a_scene_by_itself_is_cut_nowhere() -> None:
    for seed in (1, 2):
        assert sharpest(bytes_of(scene(seed, 360, 480)), 220, (240, 180))[0] < 0.5


def test_the_straight_edge_of_a_table_cuts_one_side_alone() -> None:
    table = bytes_of(scene(3, 360, 480)).copy()
    table[300:] = table[300:] // 4
    found = sharpest(table, 220, (240, 180))
    assert found[0] > 0.75 > 0.5 > found[1]


def test_a_line_ruled_on_a_sheet_is_no_cut() -> None:
    """The sheet goes on beyond it."""
    sheet = np.full((600, 600, 3), 190, np.uint8)
    for line in range(40, 600, 60):
        sheet[line : line + 3] = 50
    assert sharpest(sheet, 300, (300, 300))[1] < 0.5


@pytest.mark.parametrize("shape", [(10, 10), (20, 300), (300, 300)])
def test_of_a_file_that_shows_no_more_than_the_copy_nothing_is_said(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert max(sharpest(noise, min(shape), (shape[1] / 2, shape[0] / 2))) < 0.5
