"""The trace that enlarging leaves in a file's pixels, and that a camera's own pixels do not have."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from i2f.matching.resampling import resampling_peak
from tests.support.scenes import bytes_of, scene


@cache
def shown() -> NDArray[np.uint8]:
    picture = bytes_of(scene(3, 480, 640))
    picture.setflags(write=False)
    return picture


def saved(picture: Image.Image, quality: int) -> NDArray[np.uint8]:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def grained(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As a sensor leaves every picture."""
    noise = np.random.default_rng(1).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("quality", [70, 95])
def test_a_picture_at_its_own_size_has_no_trace_whatever_its_quality(quality: int) -> None:
    assert resampling_peak(saved(Image.fromarray(grained(shown())), quality)) < 10


@pytest.mark.parametrize("times", [1.6, 2.37, 3.2])
@pytest.mark.parametrize("kernel", [Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS])
def test_an_enlarged_picture_bears_the_trace_of_its_enlargement(kernel: Image.Resampling, times: float) -> None:
    small = Image.fromarray(saved(Image.fromarray(grained(shown())), 80))
    large = small.resize((round(small.width * times), round(small.height * times)), kernel)
    assert resampling_peak(saved(large, 92)) > 10


@pytest.mark.parametrize("shape", [(1, 1), (199, 800), (3, 5000)])
def test_of_a_picture_too_small_to_tell_nothing_is_said(shape: tuple[int, int]) -> None:
    assert resampling_peak(np.zeros((*shape, 3), np.uint8)) == 0


def test_a_plain_picture_has_no_trace() -> None:
    assert resampling_peak(np.full((400, 500, 3), 128, np.uint8)) < 5
