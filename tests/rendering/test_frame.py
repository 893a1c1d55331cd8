"""Where the frame lies in the original, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest

from i2f.rendering.frame import Frame, as_posted, cut, find_frame, upright

MEASURES = {"a": 756.0, "b": 0.0, "cx": 504.0, "cy": 378.0, "quarter_turns": 0.0, "width": 1008.0}


def test_a_straight_crop_is_cut_out_on_whole_pixels() -> None:
    frame = find_frame(MEASURES | {"a": 755.99, "cx": 504.02}, False, (612, 612), (4032, 3024))
    assert frame.is_straight
    assert frame.box == (504, 0, 3528, 3024)
    original = np.arange(30 * 40 * 3, dtype=np.uint8).reshape(30, 40, 3)
    small = Frame((20, 30), (20.0, 15.0), 1.0, 0.0, 0, False)
    assert np.array_equal(cut(original, small), original[:, 10:30])


def test_a_frame_never_leaves_the_original() -> None:
    frame = find_frame(MEASURES | {"a": 757.0}, False, (612, 612), (4032, 3024))
    left, top, right, bottom = frame.box
    assert (top, bottom) == (0, 3024)
    assert left >= 0
    assert right <= 4032


def test_a_straightened_frame_is_resampled_where_it_lies() -> None:
    y, x = np.mgrid[0:200, 0:300]
    ramp = np.stack([x * 0.8, y * 1.2, x * 0.4 + y * 0.4], axis=-1).astype(np.uint8)
    angle = np.deg2rad(5)
    frame = Frame((120, 80), (150.0, 100.0), float(np.cos(angle)), float(np.sin(angle)), 0, False)
    seen = cut(ramp, frame)
    for row, column in ((10, 20), (40, 60), (70, 110)):
        dx, dy = column + 0.5 - 60, row + 0.5 - 40
        at_x = 150 + np.cos(angle) * dx - np.sin(angle) * dy - 0.5
        at_y = 100 + np.sin(angle) * dx + np.cos(angle) * dy - 0.5
        assert seen[row, column] == pytest.approx([at_x * 0.8, at_y * 1.2, at_x * 0.4 + at_y * 0.4], abs=1.5)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_turning_as_posted_and_back_changes_nothing(turns: int, mirrored: bool) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (6, 9, 3), np.uint8)
    frame = Frame((9, 6), (4.5, 3.0), 1.0, 0.0, turns, mirrored)
    assert np.array_equal(upright(as_posted(picture, frame), frame), picture)
