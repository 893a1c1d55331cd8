"""What the copy shows and the original does not: ink is told from things, and a thing is seen wherever it lies."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

import matcher
from i2f.ground.model import Fit
from i2f.matching.blocks import BLOCK, crop, cut, level, uncrop, uncut
from i2f.matching.displacement import Pair, regress
from i2f.matching.registration import Similarity, colours_below, grid_of
from i2f.sandbox.photos.filters import boost_local_contrast
from tests.support.scenes import HEIGHT, WIDTH, Light, Picture, bytes_of, scene

YELLOW, BLUE, WHITE = (0.98, 0.85, 0.1), (0.12, 0.31, 0.48), (0.96, 0.96, 0.96)
EDGE = (WIDTH - HEIGHT) // 2


def original() -> Light:
    return scene(3)


def copy_of(light: Light, size: int = 512) -> Light:
    """The middle square, shrunk, with a sensor's noise."""
    square = light[:, EDGE : EDGE + HEIGHT]
    soft = gaussian_filter(square, (0.45 * HEIGHT / size, 0.45 * HEIGHT / size, 0))
    at = ((np.arange(size) + 0.5) * HEIGHT / size).astype(int)
    return np.asarray(soft[at][:, at] + np.random.default_rng(1).normal(size=(size, size, 3)) * 0.006)


def fit_of(copy: Picture, original: Picture) -> Fit:
    return matcher.compare(copy, original, matcher.Index([matcher.fingerprint(original)]).search(copy)[0])


@pytest.mark.parametrize("amount", [0.0, 0.6, 1.0])
@pytest.mark.long
def test_a_word_is_ink_also_under_much_local_contrast(amount: float) -> None:
    contrasty = boost_local_contrast(copy_of(original()).astype(np.float32).clip(0, 1), amount)
    copy = np.asarray(contrasty, np.float64)
    copy[250:290, 150:300] = YELLOW
    copy[262:278, 165:285] = WHITE
    fit = fit_of(bytes_of(copy), bytes_of(original()))
    assert fit.sure, (fit.words, fit.measures)
    assert fit.measures["ink"] > 0


def sunset(thing: float) -> Light:
    """A plain sky above the scene, and in it something soft that is darker by so much."""
    light = original().copy()
    light[:240] = np.linspace(0.35, 0.6, 240)[:, None, None] * np.array([1.0, 0.9, 0.8])
    shape = np.zeros(light.shape[:2])
    shape[90:150, 380:460] = thing
    return np.asarray(light - gaussian_filter(shape, 6.0)[..., None])


def test_a_thing_in_the_originals_sky_where_the_copys_is_plain_is_no_light() -> None:
    copy = bytes_of(copy_of(sunset(0.0)))
    own, other = fit_of(copy, bytes_of(sunset(0.0))), fit_of(copy, bytes_of(sunset(0.1)))
    assert own.sure, own.words
    assert own.measures["absent"] < 1
    assert "part of the copy is not in the original" in other.words
    assert other.measures["absent"] > 3


def board(light: Light, *strokes: tuple[slice, slice]) -> Light:
    """The scene with a painted board in it, and a word of white strokes on that."""
    drawn = light.copy()
    drawn[280:360, 360:500] = BLUE
    for stroke in strokes:
        drawn[stroke] = WHITE
    return drawn


@pytest.mark.long
def test_the_other_word_on_a_board_is_no_ink_however_exact_its_colour() -> None:
    before = board(original(), np.s_[290:350, 380:392], np.s_[290:350, 430:442])
    after = board(original(), np.s_[290:302, 375:470], np.s_[338:350, 375:470])
    fit = fit_of(bytes_of(copy_of(after)), bytes_of(before))
    assert not fit.sure
    assert fit.measures["strange"] > 4, fit.measures


@pytest.mark.parametrize(("top", "left"), [(0, 300), (HEIGHT - 60, 420), (250, EDGE), (300, EDGE + HEIGHT - 60)])
@pytest.mark.long
def test_a_thing_in_the_margin_is_seen_where_there_is_no_frame(top: int, left: int) -> None:
    other = original().copy()
    other[top : top + 60, left : left + 60] = scene(8)[200:260, 300:360]
    fit = fit_of(bytes_of(copy_of(original())), bytes_of(other))
    assert not fit.sure, fit.measures


def test_a_frame_is_no_thing_in_the_margin() -> None:
    copy = copy_of(original())
    copy[:36], copy[-36:], copy[:, :36], copy[:, -36:] = WHITE, WHITE, WHITE, WHITE
    fit = fit_of(bytes_of(copy), bytes_of(original()))
    assert fit.sure, (fit.words, fit.measures)


def sharp_within(radius: int, copy: Light) -> Light:
    """A tilt-shift that leaves a disc as it is."""
    down, across = np.mgrid[0:512, 0:512]
    away = np.clip((np.hypot(across - 280, down - 230) - radius) / 45, 0, 1)[..., None]
    return np.asarray(copy * (1 - away) + gaussian_filter(copy, (5, 5, 0)) * away)


def test_a_picture_that_grows_blurred_within_a_block_shows_nothing_strange() -> None:
    fit = fit_of(bytes_of(sharp_within(110, copy_of(original()))), bytes_of(original()))
    assert fit.sure, (fit.words, fit.measures)
    assert fit.measures["strange_total"] == 0


def grainy(light: Light, seed: int) -> Light:
    """The same with the grain of a scanned film, 13 grey levels."""
    return np.asarray(light + np.random.default_rng(seed).normal(size=light.shape[:2])[..., None] * 0.05)


def pressed(light: Light, quality: int) -> Picture:
    """The picture as a JPEG of that quality gives it back."""
    buffer = io.BytesIO()
    Image.fromarray(bytes_of(light)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def test_what_jpeg_leaves_of_film_grain_is_nothing_strange_where_a_tilt_shift_left_it_sharp() -> None:
    film = grainy(0.5 * original() + 0.25, 5)
    fit = fit_of(pressed(sharp_within(70, copy_of(film)), 40), bytes_of(film))
    assert fit.measures["strange_total"] == 0, fit.measures
    assert fit.measures["vanished"] < 2, fit.measures


@pytest.mark.parametrize("radius", [70, 110])
def test_what_chance_moves_in_the_few_places_a_tilt_shift_left_sharp_is_no_movement(radius: int) -> None:
    film = grainy(0.5 * original() + 0.25, 5)
    fit = fit_of(pressed(sharp_within(radius, copy_of(film)), 60), bytes_of(film))
    assert fit.measures["measured"] < 70
    assert fit.sure, (fit.words, fit.measures)


@pytest.mark.long
@pytest.mark.parametrize("angle", [0.3, 1.2, 2.4])
def test_the_edge_of_a_shadow_that_moved_over_gravel_is_seen(angle: float) -> None:
    """Nothing moved but the light; a quarter of it is missing behind the edge."""
    gravel = grainy(0.6 * original() + 0.2, 6)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] / HEIGHT - 0.5
    edge = np.clip(((x - 0.17) * np.cos(angle) + y * np.sin(angle)) / 0.004, -1, 1)
    fit = fit_of(pressed(copy_of(gravel * (0.875 + 0.125 * edge)[..., None]), 85), bytes_of(gravel))
    assert not fit.sure, fit.measures
    assert fit.measures["strange"] > 4, fit.measures


def test_blocks_are_cut_and_put_together_again() -> None:
    picture = np.random.default_rng(2).normal(size=(150, 207)).astype(np.float32)
    assert np.array_equal(uncut(cut(picture), picture.shape), crop(picture))
    mask = crop(picture) > 0
    assert np.array_equal(crop(uncrop(mask, picture.shape)), mask)


def test_a_plane_is_found_by_the_clear_pixels_alone() -> None:
    y, x = np.mgrid[0:BLOCK, 0:BLOCK].astype(np.float32)
    plane = (3 + 0.5 * x - 0.25 * y).reshape(1, -1)
    clear = np.ones_like(plane)
    clear[0, 300:500] = 0
    spoilt = np.where(clear == 1, plane, np.float32(255))
    assert np.abs(level(spoilt, clear)).max() < 0.05
    assert np.abs(level(plane, np.ones_like(plane)) - level(plane)).max() < 0.05


def test_what_is_not_clear_does_not_move_a_block() -> None:
    grey = gaussian_filter(np.random.default_rng(3).normal(size=(128, 128)), 1.5).astype(np.float32) * 100 + 120
    spoilt, clear = grey.copy(), np.ones(grey.shape, bool)
    spoilt[40:60, 40:52], clear[40:60, 40:52] = 255, False
    found = regress(Pair(spoilt, grey, clear), clear)
    assert np.abs(found.moved).max() < 0.01
    assert float((found.rest**2).mean()) < 0.01
    guided = regress(Pair(spoilt, grey, clear), clear, guide=found)
    assert np.abs(guided.moved).max() < 0.01


@pytest.mark.parametrize("width", [1008, 1013, 853])
@pytest.mark.parametrize("size", [40, 160, 256])
def test_colours_are_taken_from_where_they_lie_whatever_the_sizes(width: int, size: int) -> None:
    """A ramp of grey across an original tells the place that each point was taken from."""
    ramp = np.linspace(20, 230, width)
    original = np.repeat(np.repeat(ramp[None, :, None], 756, 0), 3, 2).round().astype(np.uint8)
    at = Similarity(700.0, 0.0, width / 2, 378.0)
    x, y = grid_of(size, size)
    there = colours_below(original, at, x, y, size)[0]
    places = 700 * x[0] + width / 2 - 0.5
    assert np.abs(there - np.interp(places, np.arange(width), ramp)[None, :]).max() < 0.5
