"""Detail beyond the copy's own: an original has it, and nothing made from the copy has."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageFilter

from i2f.ground.image import Picture
from i2f.matching.detail import PLAIN, finer_detail, tones_apart
from i2f.matching.registration import Similarity
from i2f.sandbox.photos.paint import paint

KERNELS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def whole(picture: Picture) -> Similarity:
    height, width = picture.shape[:2]
    return Similarity(float(min(height, width)), 0.0, width / 2, height / 2)


def through_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


@cache
def leaves() -> Image.Image:
    return paint("leaves", 4, (1000, 800))


@pytest.fixture(scope="module")
def pair() -> tuple[Image.Image, Image.Image]:
    """A square original of 640 pixels and its copy of 320."""
    original = leaves().crop((100, 0, 900, 800)).resize((640, 640), Image.Resampling.LANCZOS)
    return original, through_jpeg(original.resize((320, 320), Image.Resampling.LANCZOS), 85)


def finer(copy: Image.Image, file: Image.Image) -> float:
    picture = np.asarray(file)
    found = finer_detail(np.asarray(copy), picture, whole(picture), min(file.size) / min(copy.size))
    assert found is not None
    return found


@pytest.mark.parametrize(("side", "quality"), [(640, 75), (640, 95), (448, 60), (448, 95)])
def test_an_original_of_more_pixels_has_finer_detail(
    pair: tuple[Image.Image, Image.Image], side: int, quality: int
) -> None:
    original, copy = pair
    assert finer(copy, through_jpeg(original.resize((side, side), Image.Resampling.LANCZOS), quality)) > 1.2


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(
    ("side", "sharpened", "quality"), [(430, False, 60), (640, True, 60), (430, True, 97), (900, False, 85)]
)
def test_an_enlarged_copy_has_none(
    pair: tuple[Image.Image, Image.Image], kernel: str, side: int, sharpened: bool, quality: int
) -> None:
    _, copy = pair
    enlarged = copy.resize((side, side), KERNELS[kernel])
    if sharpened:
        enlarged = enlarged.filter(ImageFilter.UnsharpMask(2, 150, 0))
    assert finer(copy, through_jpeg(enlarged, quality)) <= 1.0


def test_grain_is_no_detail(pair: tuple[Image.Image, Image.Image]) -> None:
    _, copy = pair
    enlarged = np.asarray(copy.resize((640, 640), Image.Resampling.BICUBIC), np.float32)
    grainy = enlarged + np.random.default_rng(1).normal(0, 8, (640, 640, 1))
    file = Image.fromarray(np.clip(grainy, 0, 255).astype(np.uint8))
    assert finer(copy, file) <= 1.0
    assert finer(copy, through_jpeg(file, 90)) <= 1.0


def test_a_file_hardly_larger_than_the_copy_tells_nothing_and_a_plain_one_has_as_little_as_an_enlargement() -> None:
    copy = np.asarray(leaves().crop((0, 0, 450, 450)))
    hardly = np.asarray(Image.fromarray(copy).resize((520, 520)))
    assert finer_detail(copy, hardly, whole(hardly), 520 / 450) is None
    plain, large = np.full((450, 450, 3), 200, np.uint8), np.full((900, 900, 3), 200, np.uint8)
    assert finer_detail(plain, large, whole(large), 2.0) == PLAIN


def test_a_copy_of_a_few_pixels_tells_nothing_of_detail() -> None:
    copy = np.asarray(paint("leaves", 4, (1000, 800)).resize((12, 90)))
    large = np.asarray(Image.fromarray(copy).resize((24, 180)))
    assert finer_detail(copy, large, whole(large), 2.0) == PLAIN


def test_a_filter_sets_tones_apart_and_jpeg_does_not(pair: tuple[Image.Image, Image.Image]) -> None:
    original, copy = pair
    picture = np.asarray(original)
    assert tones_apart(np.asarray(copy), picture, whole(picture)) < 3
    faded = copy.point(lambda value: 40 + value * 0.75)
    assert tones_apart(np.asarray(faded), picture, whole(picture)) > 5
