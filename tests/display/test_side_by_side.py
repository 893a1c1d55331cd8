"""A cut of the original lies over the copy, at the thumbnail's size and at the original's own."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from i2f.display.side_by_side import Place, cut, frame_matrix, full_frame, stretched


@pytest.fixture
def thumbnail() -> Image.Image:
    rng = np.random.default_rng(3)
    rough = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    return rough.resize((320, 240), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarter_turns", range(4))
def test_a_pixel_of_the_frame_is_found_where_the_cut_shows_it(
    thumbnail: Image.Image, quarter_turns: int, mirrored: bool
) -> None:
    place, frame = Place(118.0, 3.0, 170.0, 110.0, quarter_turns, mirrored), (150, 120)
    shown = cut(thumbnail, place, frame, max(frame))
    found = thumbnail.transform(frame, Image.Transform.AFFINE, frame_matrix(place, frame), Image.Resampling.BICUBIC)
    assert shown.size == found.size
    assert np.abs(np.asarray(shown, np.int16) - np.asarray(found, np.int16)).max() <= 2


def test_a_tile_is_a_piece_of_the_whole_frame(thumbnail: Image.Image) -> None:
    place, original = Place(120.0, 0.0, 160.0, 120.0, 1, True), thumbnail.resize((960, 720))
    frame = full_frame(place, (150, 120), thumbnail.size, original.size)
    assert frame == (450, 360)
    matrix = frame_matrix(place, frame)
    whole = original.transform(frame, Image.Transform.AFFINE, stretched(matrix, 3, 3, (0, 0)), Image.Resampling.BICUBIC)
    tile = original.transform(
        (100, 80), Image.Transform.AFFINE, stretched(matrix, 3, 3, (200, 120)), Image.Resampling.BICUBIC
    )
    piece = whole.crop((200, 120, 300, 200))
    assert np.abs(np.asarray(piece, np.int16) - np.asarray(tile, np.int16)).max() <= 2
