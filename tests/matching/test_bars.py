"""Bars and frames are cut off a copy before it is looked at, whatever a filter made of them; photographs stay whole."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from i2f.ground.image import luminance
from i2f.matching.bars import is_framed, without_edges
from tests.support.scenes import bytes_of, scene

SIDE, BAR = 480, 60
Pixels = NDArray[np.uint8]


def photograph(seed: int) -> Image.Image:
    return Image.fromarray(bytes_of(scene(seed, SIDE - 2 * BAR, SIDE)))


def between_bars(picture: Image.Image, ground: Image.Image) -> Image.Image:
    """The picture on a square ground, with a bar of BAR above and below."""
    square = ground.resize((SIDE, SIDE))
    square.paste(picture, (0, BAR))
    return square


def blurred(picture: Image.Image) -> Image.Image:
    """The picture grown until it covers a square, and blurred, as padding apps do."""
    wide = round(SIDE * SIDE / picture.height)
    grown = picture.resize((wide, SIDE)).crop(((wide - SIDE) // 2, 0, (wide - SIDE) // 2 + SIDE, SIDE))
    return grown.filter(ImageFilter.GaussianBlur(15))


def pressed(picture: Image.Image, quality: int = 75) -> Pixels:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(io.BytesIO(buffer.getvalue())))


def darkened(picture: Image.Image) -> Image.Image:
    """With dark corners and grain, as a filter leaves it."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    light = np.asarray(picture, np.float64) * (1 - 0.45 * np.hypot(x, y)[..., None] ** 2 / 2)
    light += np.random.default_rng(5).normal(0, 1.5, (SIDE, SIDE, 1))
    return Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("side", ["above and below", "left and right"])
def test_blurred_bars_are_cut_off_to_the_line(seed: int, side: str) -> None:
    picture = photograph(seed)
    copy = pressed(between_bars(picture, blurred(picture)))
    bare = without_edges(copy if side == "above and below" else copy.transpose(1, 0, 2))
    assert sorted(bare.shape[:2]) in ([SIDE - 2 * BAR - 2, SIDE], [SIDE - 2 * BAR, SIDE])


@pytest.mark.parametrize("colour", ["white", "black", "lightgrey"])
def test_bars_of_one_colour_are_cut_off_under_a_filter_with_dark_corners(colour: str) -> None:
    copy = pressed(darkened(between_bars(photograph(4), Image.new("RGB", (SIDE, SIDE), colour))))
    assert abs(without_edges(copy).shape[0] - (SIDE - 2 * BAR)) <= 2


def test_bars_of_one_colour_are_cut_off_with_words_on_them() -> None:
    square = between_bars(photograph(4), Image.new("RGB", (SIDE, SIDE), "white"))
    square.paste((20, 20, 20), (200, 20, 290, 40))
    assert abs(without_edges(pressed(square)).shape[0] - (SIDE - 2 * BAR)) <= 2


@pytest.mark.parametrize("seed", range(6))
def test_a_photograph_stays_whole(seed: int) -> None:
    copy = pressed(Image.fromarray(bytes_of(scene(seed, SIDE, SIDE))))
    assert without_edges(copy).shape == copy.shape


def test_a_smooth_sky_over_a_smooth_floor_stays_whole() -> None:
    """They end in steps, but no two at equal distances from both sides."""
    square = between_bars(photograph(3), Image.new("RGB", (SIDE, SIDE), "lightblue"))
    shown = np.asarray(darkened(square))
    copy = pressed(Image.fromarray(np.concatenate([shown[30:], shown[-30:]])))
    assert without_edges(copy).shape == copy.shape


def test_a_lined_sheet_stays_whole() -> None:
    """Its lines are steps at equal distances from both sides, but there are others before them."""
    shown = np.full((SIDE, SIDE, 3), 200.0)
    for line in range(35, SIDE - 3, 45):
        shown[line : line + 3, : SIDE if 60 < line < SIDE - 60 else 300] = 60
    copy = pressed(darkened(Image.fromarray(shown.astype(np.uint8))))
    assert without_edges(copy).shape == copy.shape


def test_what_lies_between_other_blurred_sides_than_its_own_stays_whole() -> None:
    """Smooth on two sides, with faint steps, and not the picture grown: a photograph through a window."""
    picture = photograph(1)
    around = Image.blend(blurred(picture).transpose(Image.Transpose.ROTATE_180), blurred(photograph(8)), 0.5)
    faint = Image.blend(between_bars(picture, around), around, 0.75)
    copy = pressed(faint)
    assert without_edges(copy).shape == copy.shape


def with_a_line(picture: Image.Image, sides: int) -> Image.Image:
    """A light line inside the picture, along so many of its sides."""
    width, height = picture.size
    near, far = 12, 18
    lined = picture.copy()
    for box in (
        (near, near, width - near, far),
        (near, near, far, height - near),
        (near, height - far, width - near, height - near),
        (width - far, near, width - near, height - near),
    )[:sides]:
        lined.paste((244, 241, 234), box)
    return lined


@pytest.mark.parametrize(("sides", "framed"), [(0, False), (2, False), (4, True)])
def test_a_line_around_the_picture_is_a_frame_and_one_in_a_corner_is_none(sides: int, framed: bool) -> None:
    copy = without_edges(pressed(with_a_line(photograph(3), sides)))
    assert copy.shape[:2] == (SIDE - 2 * BAR, SIDE)
    assert is_framed(luminance(copy)) == framed


@pytest.mark.parametrize("size", [(320, 12), (12, 320), (20, 20)])
def test_a_sliver_bears_no_frame(size: tuple[int, int]) -> None:
    assert not is_framed(np.zeros(size, np.float32))
