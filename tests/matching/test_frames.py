"""Where a photograph ends inside a file, further out than the copy shows: slides, padding, galleries, cards."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from i2f.matching.file_sides import FILE_SIDES, SeenFile
from i2f.matching.frames import Frame, frames_of
from i2f.matching.registration import Similarity
from tests.support.scenes import bytes_of, scene

COPY = (300, 300)


@cache
def shown() -> NDArray[np.uint8]:
    picture = bytes_of(scene(5, 480, 640))
    picture.setflags(write=False)
    return picture


def ends(file: NDArray[np.uint8], center: tuple[float, float], degrees: float = 0.0) -> dict[str, float]:
    """The share at each side of a file at whose `center` a copy of 300 pixels lies, tilted."""
    turn = 300 * np.exp(1j * np.deg2rad(degrees))
    found = frames_of(SeenFile(COPY, file, Similarity(turn.real, turn.imag, *center)))
    return {side: frame.share for side, frame in zip(FILE_SIDES, found, strict=True) if frame.outside >= 0.04}


def gaps(file: NDArray[np.uint8], center: tuple[float, float]) -> list[float]:
    """How much of each side of the same copy has a thin gap at the file's edge."""
    return [frame.thin for frame in frames_of(SeenFile(COPY, file, Similarity(300, 0, *center)))]


def padded(ground: Image.Image, left: int, top: int) -> NDArray[np.uint8]:
    ground.paste(Image.fromarray(shown()), (left, top))
    return np.asarray(ground)


def test_a_scene_that_goes_on_to_the_edge_of_its_file_ends_nowhere_inside() -> None:
    assert max(ends(shown(), (320, 240)).values(), default=0.0) < 0.7


@pytest.mark.parametrize("degrees", [0.0, 4.0, -6.0])
def test_on_flat_paper_the_photograph_ends_on_all_sides_however_the_copy_is_tilted(degrees: float) -> None:
    slide = padded(Image.new("RGB", (900, 700), (250, 250, 250)), 140, 110)
    assert min(ends(slide, (460, 350), degrees).values()) > 0.9
    assert len(ends(slide, (460, 350), degrees)) == 4


@pytest.mark.parametrize("breadth", [6, 8])
def test_a_thin_gap_around_a_cell_is_told_apart_from_a_frame(breadth: int) -> None:
    ground = Image.linear_gradient("L").resize((640 + 2 * breadth, 480 + 2 * breadth)).convert("RGB")
    cell = padded(ground, breadth, breadth)
    middle = (320.0 + breadth, 240.0 + breadth)
    assert min(gaps(cell, middle)) > 0.9
    assert ends(cell, middle) == {}
    assert max(gaps(shown(), (320, 240))) < 0.5


def test_bars_of_its_own_blur_end_the_photograph_at_two_sides() -> None:
    blur = Image.fromarray(shown()).resize((1000, 480)).filter(ImageFilter.GaussianBlur(25))
    found = ends(padded(blur, 180, 0), (500, 240))
    assert min(found["left"], found["right"]) > 0.75


def test_a_skyline_and_a_hazy_horizon_are_no_frame() -> None:
    land = shown().astype(float)
    ridge = (90 + 30 * np.sin(np.arange(640) / 70)).astype(int)
    for x, y in enumerate(ridge):
        land[:y, x] = (190, 210, 240)
    assert ends(land.astype(np.uint8), (320, 300)).get("top", 0.0) < 0.75
    haze = np.clip((np.arange(480) - 60) / 40, 0, 1)[:, None, None]
    dim = (shown() * haze + np.array((190, 210, 240)) * (1 - haze)).astype(np.uint8)
    assert ends(dim, (320, 300)).get("top", 0.0) < 0.75


@pytest.mark.parametrize("shape", [(20, 20), (8, 300), (300, 300)])
def test_of_a_file_that_shows_no_more_than_the_copy_nothing_is_said(shape: tuple[int, int]) -> None:
    plain = np.full((*shape, 3), 90, np.uint8)
    assert frames_of(SeenFile(COPY, plain, Similarity(300, 0, shape[1] / 2, shape[0] / 2))) == (Frame(),) * 4
