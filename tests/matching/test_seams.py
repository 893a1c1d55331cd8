"""Where a picture stops inside a file: screenshots, collages and posters, and photographs that go on."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity
from i2f.matching.seams import Side, sides_of
from tests.support.camera_roll import make_photograph

SIZE = 400


def square(seed: int, size: int = SIZE) -> Image.Image:
    return make_photograph(seed).crop((100, 100, 600, 600)).resize((size, size), Image.Resampling.LANCZOS)


def window(left: int, top: int, size: int = SIZE) -> Similarity:
    return Similarity(float(size), 0.0, left + size / 2, top + size / 2)


def sides(page: Image.Image, left: int, top: int, size: int = SIZE) -> list[Side | None]:
    return sides_of(SeenFile((SIZE, SIZE), np.asarray(page.convert("RGB")), window(left, top, size)))


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (30, 40, 90)])
def test_a_screenshot_stops_above_and_below_and_its_ground_is_drawn(ground: tuple[int, int, int]) -> None:
    page = Image.new("RGB", (SIZE, 900), ground)
    page.paste(square(1), (0, 150))
    ImageDraw.Draw(page).text((20, 700), "12 likes", fill=(120, 120, 120), font_size=30)
    top, right, bottom, left = sides(page, 0, 150)
    assert right is None and left is None
    assert top is not None and bottom is not None
    assert top.seam > 0.8 and bottom.seam > 0.8
    assert top.ground > 0.8 and bottom.ground > 0.8


def test_a_collage_without_gaps_stops_at_its_neighbour() -> None:
    page = Image.new("RGB", (2 * SIZE, SIZE))
    page.paste(square(1), (0, 0))
    page.paste(square(2), (SIZE, 0))
    top, right, bottom, left = sides(page, 0, 0)
    assert (top, bottom, left) == (None, None, None)
    assert right is not None
    assert max(right.seam, right.broken) > 0.8
    assert right.ground < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_a_photograph_goes_on_across_the_border_of_a_crop(seed: int) -> None:
    found = sides(make_photograph(seed), 200, 150)
    assert all(side is not None and side.told > 0.2 for side in found)
    assert max(side.seam for side in found if side is not None) < 0.45
    assert max(side.broken for side in found if side is not None) < 0.45


def test_a_photograph_shown_whole_by_a_gallery_stops_further_outside() -> None:
    page = Image.new("RGB", (750, 1600), (0, 0, 0))
    page.paste(make_photograph(3, 750, 1000), (0, 300))
    top, _, bottom, _ = sides(page, 0, 425, 750)
    assert top is not None and bottom is not None
    assert top.seam < 0.45 and bottom.seam < 0.45
    assert min(top.outer, top.outer_ground) > 0.8
    assert min(bottom.outer, bottom.outer_ground) > 0.8


def test_a_white_sky_beside_white_paper_tells_nothing() -> None:
    page = Image.new("RGB", (SIZE, 800), (255, 255, 255))
    top, _, bottom, _ = sides(page, 0, 200)
    assert top is not None and bottom is not None
    assert (top.told, top.seam, top.broken) == (0.0, 0.0, 0.0)
