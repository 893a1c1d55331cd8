"""Words that a program wrote over a file, outside of what the copy shows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from i2f.matching.file_sides import SeenFile
from i2f.matching.registration import Similarity
from i2f.matching.writing import letters_outside
from tests.support.scenes import bytes_of, scene

PHOTO = bytes_of(scene(8, 480, 720))
WORDS = "HOLIDAY 2014"


def written(size: float, ink: int = 255, at: tuple[float, float] = (360, 440), degrees: float = 0) -> NDArray[np.uint8]:
    """The photograph with words on it, their middle there."""
    mask = Image.new("L", (720, 480))
    ImageDraw.Draw(mask).text(at, WORDS, 255, font=ImageFont.load_default(size=size), anchor="mm")
    picture = Image.fromarray(PHOTO // 2 + 50)
    picture.paste((ink, ink, ink), mask=mask.rotate(degrees, Image.Resampling.BICUBIC, center=at))
    return np.asarray(picture)


def letters(file: NDArray[np.uint8], side: float = 340) -> int:
    """Of a copy that shows the middle of the file, down to 410 of its 480 lines."""
    return letters_outside(SeenFile((400, 400), file, Similarity(side, 0, 360, 240)))


@pytest.mark.parametrize("size", [22, 34, 60])
@pytest.mark.parametrize("ink", [255, 0])
def test_a_line_of_letters_of_one_colour_is_counted_in_any_size(size: float, ink: int) -> None:
    assert letters(written(size, ink)) >= 5


def test_a_photograph_has_none_nor_do_letters_count_where_the_copy_looks() -> None:
    assert letters(PHOTO) < 4
    assert letters(written(34, at=(360, 240))) < 4
    assert letters_outside(SeenFile((480, 720), written(34), Similarity(480, 0, 360, 240))) == 0


def test_letters_on_a_sign_that_hangs_askew_or_in_the_light_of_day_are_none() -> None:
    assert letters(written(34, degrees=12)) < 5
    light = np.random.default_rng(4).normal(0, 12, (480, 720, 1))
    assert letters(np.clip(written(34, ink=190) + light, 0, 255).astype(np.uint8)) < 5


def test_nothing_is_said_of_a_tiny_file() -> None:
    assert letters_outside(SeenFile((8, 8), np.zeros((40, 40, 3), np.uint8), Similarity(8, 0, 20, 20))) == 0
