"""A copy shows nothing that its original does not have: windows over the edge, uncertain ones, and frames."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from i2f.ground.image import Picture
from i2f.matching.displacement import Doubles
from i2f.matching.overshoot import Overshoot, overshoot
from i2f.matching.registration import Similarity
from tests.support.scenes import bytes_of, scene

HIGH, WIDE, SIDE = 756, 1008, 612
KNOWN: Doubles = np.eye(4) * 1e-5**2


@cache
def square() -> Picture:
    picture = bytes_of(scene(3, SIDE, SIDE))
    picture.setflags(write=False)
    return picture


def laid(
    dy: float, copy: Picture | None = None, covariance: Doubles = KNOWN, grow: float = 1.0, turn: float = 0.0
) -> Overshoot:
    """A square of the full short side, `dy` pixels of the thumbnail too low, `grow` times as large."""
    a, b = HIGH * grow * np.cos(turn), HIGH * grow * np.sin(turn)
    return overshoot(
        square() if copy is None else copy,
        (HIGH, WIDE),
        Similarity(float(a), float(b), WIDE / 2, HIGH / 2 + dy),
        covariance,
    )


def framed(colour: int, width: int) -> Picture:
    """The copy with so many pixels of one colour along all its sides."""
    copy = np.full_like(square(), colour)
    copy[width:-width, width:-width] = square()[width:-width, width:-width]
    return copy


def test_the_usual_crop_meets_two_edges_and_leaves_nothing() -> None:
    assert laid(0.0) == Overshoot(0.0, 2)


def test_a_window_inside_meets_no_edge() -> None:
    assert laid(0.0, grow=0.8) == Overshoot(0.0, 0)


@pytest.mark.parametrize("dy", [-2.0, 2.0])
def test_two_pixels_of_756_beyond_an_edge_are_too_much(dy: float) -> None:
    assert laid(dy).beyond > 2


def test_half_a_pixel_is_rounding() -> None:
    assert laid(0.5).beyond == 0


def test_beside_bars_that_were_cut_off_a_line_may_be_left() -> None:
    at = Similarity(float(HIGH), 0.0, WIDE / 2, HIGH / 2 + 2.0)
    assert overshoot(square(), (HIGH, WIDE), at, KNOWN, cut=(True, False)).beyond == 0


def test_what_is_left_of_a_ragged_frame_lies_outside_alike_on_opposite_sides() -> None:
    def left_of_a_frame(dy: float, grow: float, cut: tuple[bool, bool] = (True, True)) -> float:
        at = Similarity(HIGH * grow, 0.0, WIDE / 2, HIGH / 2 + dy)
        return overshoot(square(), (HIGH, WIDE), at, KNOWN, cut).beyond

    assert left_of_a_frame(0.0, 1.02) == 0
    assert left_of_a_frame(5.0, 1.02) > 2
    assert left_of_a_frame(0.0, 1.05) > 2
    assert left_of_a_frame(0.0, 1.02, cut=(True, False)) > 2


def test_a_window_that_is_not_known_better_than_that_is_no_proof() -> None:
    assert laid(2.0, covariance=np.eye(4) * 0.001**2).beyond == 0


def test_a_turned_copy_is_held_to_its_corners() -> None:
    assert laid(0.0, grow=0.85, turn=np.radians(5)).beyond == 0
    assert laid(0.0, grow=0.95, turn=np.radians(5)).beyond > 2


@pytest.mark.parametrize("colour", [0, 255])
def test_a_frame_lies_outside_the_original_rightly(colour: int) -> None:
    assert laid(0.0, framed(colour, 20), grow=SIDE / (SIDE - 40)).beyond == 0


def test_a_sky_that_goes_on_is_no_frame() -> None:
    sky = square().copy()
    sky[:60] = 200
    sky[-60:] = 200
    assert laid(0.0, sky, grow=SIDE / (SIDE - 40)).beyond > 2


def test_a_frame_on_one_side_excuses_no_other() -> None:
    assert laid(20.0, framed(255, 20), grow=1.0).beyond == 0
    half = square().copy()
    half[:20] = 255
    assert laid(20.0, half).beyond > 2
