"""The matcher on made photographs: what must be recognised, and what must never be."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

import matcher
from i2f.ground.image import SEARCHED_SHORT, luminance
from i2f.ground.model import Fit, Kinship
from i2f.matching.retrieval import window_grid
from tests.support.scenes import HEIGHT, WIDTH, Light, Picture, bytes_of, scene


@dataclass(frozen=True)
class Crop:
    """Where a copy is cut: middle and short side in pixels of the original, turn in degrees."""

    x: float = WIDTH / 2
    y: float = HEIGHT / 2
    side: float = HEIGHT
    degrees: float = 0.0


def cut(light: Light, crop: Crop, size: int = 512) -> Light:
    """The square copy of `size` pixels, smoothed as shrinking needs."""
    step = crop.side / size
    soft = gaussian_filter(light, (0.45 * step, 0.45 * step, 0))
    line = (np.arange(size) + 0.5 - size / 2) * step
    x, y = np.meshgrid(line, line)
    turn = np.deg2rad(crop.degrees)
    u, v = x * np.cos(turn) - y * np.sin(turn) + crop.x - 0.5, x * np.sin(turn) + y * np.cos(turn) + crop.y - 0.5
    planes = [map_coordinates(soft[..., k], (v, u), order=3, mode="nearest") for k in range(3)]
    return np.asarray(np.clip(np.stack(planes, 2), 0, 1))


def faded(light: Light) -> Light:
    """A filter: lifted blacks, warm lights, a vignette."""
    height, width = light.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    toned = 0.12 + 0.8 * light**0.85 * np.array([1.05, 1.0, 0.85])
    return np.asarray(toned * (1 - 0.25 * (x * x + y * y)[..., None] / 2))


def noisy(light: Light, seed: int = 1) -> Light:
    return light + np.random.default_rng(seed).normal(size=light.shape) * 0.008


def fit_of(copy: Picture, *originals: Picture, place: int = 0) -> Fit:
    """Search among `originals` and compare with the one at `place`."""
    index = matcher.Index([matcher.fingerprint(one) for one in originals])
    proposal = next(one for one in index.search(copy) if one.index == place)
    return matcher.compare(copy, originals[place], proposal)


def original() -> Light:
    return scene(3)


@cache
def shown() -> Picture:
    """The original as a file shows it; one for all tests, so nobody may write into it."""
    picture = bytes_of(original())
    picture.setflags(write=False)
    return picture


def copy_of(crop: Crop, size: int = 512) -> Light:
    """The copy that is cut from the original: the test's own."""
    return _cut_once(crop, size).copy()


@cache
def _cut_once(crop: Crop, size: int) -> Light:
    return cut(original(), crop, size)


@pytest.mark.parametrize(
    "crop",
    [
        Crop(),
        Crop(x=330),
        Crop(400, 300, 420),
        Crop(420, 330, 355),
        Crop(side=520, degrees=6),
        Crop(side=500, degrees=-10),
    ],
    ids=["middle", "left", "two thirds", "55 percent", "6 degrees", "minus 10 degrees"],
)
def test_a_crop_is_known_for_its_exposure_and_its_window_is_found(crop: Crop) -> None:
    fit = fit_of(bytes_of(noisy(faded(copy_of(crop)))), shown())
    assert fit.sure, fit.words
    assert fit.score > 0.9
    assert fit.window.center == pytest.approx((crop.x / WIDTH, crop.y / HEIGHT), abs=0.003)
    assert fit.window.size == pytest.approx((crop.side / WIDTH, crop.side / HEIGHT), rel=0.005)
    assert fit.window.degrees == pytest.approx(-crop.degrees, abs=0.1)


@pytest.mark.long
@pytest.mark.parametrize("size", [306, 480, 1080, 1440])
def test_copies_of_every_size_are_known(size: int) -> None:
    assert fit_of(bytes_of(noisy(copy_of(Crop(), size))), shown()).sure


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_copy_turned_by_right_angles_is_known(turns: int) -> None:
    fit = fit_of(np.rot90(bytes_of(noisy(copy_of(Crop(x=330)))), turns).copy(), shown())
    assert fit.sure
    assert abs(fit.window.degrees) == pytest.approx([0, 90, 180, 90][turns], abs=0.1)


def test_a_mirror_image_is_known_as_one() -> None:
    fit = fit_of(bytes_of(noisy(copy_of(Crop(x=330))))[:, ::-1].copy(), shown())
    assert fit.sure
    assert fit.window.mirrored


def test_black_and_white_is_known() -> None:
    grey = copy_of(Crop()) @ np.array([0.5, 0.4, 0.1])
    assert fit_of(bytes_of(noisy(np.repeat(grey[..., None], 3, 2))), shown()).sure


def test_the_whole_picture_between_bars_is_known() -> None:
    shrunk = zoom(original(), (384 / HEIGHT, 512 / WIDTH, 1), order=1, grid_mode=True, mode="nearest")
    copy = np.ones((512, 512, 3))
    copy[64:448] = noisy(shrunk)
    fit = fit_of(bytes_of(copy), shown())
    assert fit.sure, fit.words
    assert fit.window.size == pytest.approx((1, 1), abs=0.02)


@pytest.mark.parametrize("thickness", [10, 40])
def test_a_frame_does_not_hide_the_exposure(thickness: int) -> None:
    copy = copy_of(Crop())
    copy[:thickness], copy[-thickness:], copy[:, :thickness], copy[:, -thickness:] = 0.02, 0.02, 0.02, 0.02
    assert fit_of(bytes_of(noisy(copy)), shown()).sure


def disc(x: float, y: float, radius: float) -> NDArray[np.bool_]:
    down, across = np.mgrid[0:512, 0:512]
    return np.asarray((across - x) ** 2 + (down - y) ** 2 < radius**2)


@pytest.mark.long
def test_a_sticker_in_one_exact_colour_does_not_hide_the_exposure() -> None:
    copy = noisy(copy_of(Crop()))
    copy[disc(330, 300, 30)] = (0.98, 0.85, 0.1)
    fit = fit_of(bytes_of(copy), shown())
    assert fit.sure, fit.words
    assert fit.measures["ink"] > 0


@pytest.mark.long
def test_a_thing_with_light_and_grain_of_its_own_is_no_sticker() -> None:
    """However flatly a print is painted: what a lens saw is shaded, and only a program draws in one exact colour."""
    copy = copy_of(Crop())
    shade = np.array([0.98, 0.85, 0.1]) * np.linspace(0.75, 1, 512)[:, None, None] * np.ones((512, 512, 1))
    copy[disc(330, 300, 30)] = (shade + np.random.default_rng(5).normal(size=(512, 512, 3)) * 0.03)[disc(330, 300, 30)]
    fit = fit_of(bytes_of(noisy(copy)), shown())
    assert not fit.sure
    assert fit.score < 0.9


@pytest.mark.long
def test_a_sticker_makes_two_originals_rivals_not_twins() -> None:
    """With words on one of them only one is what was posted, and nobody may choose for the person."""
    drawn = original().copy()
    drawn[260:330, 400:480] = (0.98, 0.85, 0.1)
    copy, plain, pasted = bytes_of(noisy(copy_of(Crop()))), shown(), bytes_of(drawn)
    assert matcher.kinship(plain, fit_of(copy, plain), pasted, fit_of(copy, pasted)) is not Kinship.TWIN


@pytest.mark.parametrize("degrees", [0, 40, 115])
def test_a_light_leak_does_not_hide_the_exposure(degrees: int) -> None:
    """Warm light along a straight line, added as by a second projector."""
    copy = copy_of(Crop())
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    across = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    leak = np.exp(-(((across - 0.7) / 0.5) ** 2))[..., None] * np.array([0.85, 0.35, 0.1])
    fit = fit_of(bytes_of(noisy(1 - (1 - copy) * (1 - leak))), shown())
    assert fit.sure, (fit.words, fit.measures)


@pytest.mark.long
def test_a_still_scene_in_other_light_is_a_question() -> None:
    """Nothing moved; but a corner lies in a deep shadow that no filter draws."""
    copy = copy_of(Crop())
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    shadow = 0.5 + 0.5 * np.tanh(12 * (np.hypot(x - 0.5, y + 0.4) - 0.55))
    fit = fit_of(bytes_of(noisy(copy * (0.3 + 0.7 * shadow[..., None]))), shown())
    assert not fit.sure
    assert "light" in fit.words


def test_a_large_thing_in_another_colour_is_a_question() -> None:
    """Softly or all over: no filter turns one hue into another, however well a supple colouring would follow."""
    copy = copy_of(Crop())
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    stain = np.clip(1.2 - 3 * np.hypot(x - 0.2, y), 0, 1)[..., None]
    dyed = copy * (1 - stain) + copy[..., [2, 0, 1]] * stain * 0.6 + stain * np.array([0.4, 0.0, 0.3])
    fit = fit_of(bytes_of(noisy(np.clip(dyed, 0, 1))), shown())
    assert not fit.sure


def test_blur_outside_a_band_does_not_hide_the_exposure() -> None:
    copy = copy_of(Crop())
    away = np.clip((np.abs(np.arange(512) - 256) / 512 - 0.22) / 0.15, 0, 1)[:, None, None]
    assert fit_of(bytes_of(noisy(copy * (1 - away) + gaussian_filter(copy, (5, 5, 0)) * away)), shown()).sure


def shifted(light: Light, dx: Light, dy: Light) -> Light:
    y, x = np.mgrid[0 : light.shape[0], 0 : light.shape[1]].astype(float)
    return np.stack([map_coordinates(light[..., k], (y + dy, x + dx), order=3, mode="reflect") for k in range(3)], 2)


def parallax(light: Light, pixels: float) -> Light:
    """Another exposure: near things moved against far ones by up to `pixels`."""
    coarse = np.random.default_rng(5).normal(size=(5, 6))
    depth = zoom(coarse, (HEIGHT / 5, WIDTH / 6), order=3, grid_mode=True, mode="nearest")
    return shifted(light, depth / np.abs(depth).max() * pixels, 0 * depth)


def keystone(light: Light, pixels: float) -> Light:
    """Another exposure: the camera panned, and the picture's planes with it."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    return shifted(light, pixels * x * x, pixels * x * y)


def moved(light: Light) -> Light:
    """Another exposure: one thing stands elsewhere."""
    other = light.copy()
    other[250:310, 380:450] = light[80:140, 500:570]
    return other


def recoloured(light: Light) -> Light:
    """A rival: one thing in other colours."""
    other = light.copy()
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    inside = (x - 420) ** 2 + (y - 320) ** 2 < 110**2
    other[inside] = np.clip(light[inside] + np.array([0.25, -0.15, -0.25]), 0, 1)
    return other


def reprinted(light: Light) -> Light:
    """A rival: one thing with another print."""
    other = light.copy()
    other[220:400, 320:520] = np.clip(light[220:400, 320:520] + scene(77)[220:400, 320:520] - 0.45, 0, 1)
    return other


SIBLINGS: dict[str, Callable[[Light], Light]] = {
    "parallax of six pixels": lambda light: parallax(light, 6),
    "parallax of half a pixel": lambda light: parallax(light, 0.5),
    "a panned camera": lambda light: keystone(light, 3),
    "a camera that hardly moved": lambda light: keystone(light, 0.4),
    "something moved": moved,
    "recoloured": recoloured,
    "another print": reprinted,
}


@pytest.mark.long
@pytest.mark.parametrize("name", SIBLINGS)
def test_a_sibling_alone_is_never_sure(name: str) -> None:
    sibling = bytes_of(SIBLINGS[name](original()))
    for look in (lambda light: light, faded):
        fit = fit_of(bytes_of(noisy(look(copy_of(Crop())))), sibling)
        assert not fit.sure, fit.words


@pytest.mark.long
@pytest.mark.parametrize("name", SIBLINGS)
def test_beside_its_sibling_the_true_original_scores_higher(name: str) -> None:
    copy = bytes_of(noisy(faded(copy_of(Crop()))))
    pair = bytes_of(SIBLINGS[name](original())), shown()
    assert fit_of(copy, *pair, place=1).score > fit_of(copy, *pair, place=0).score


@pytest.mark.long
def test_three_hundred_pairs_of_strangers_are_never_sure() -> None:
    scenes = [scene(seed, 240, 320) for seed in range(100, 125)]
    index = matcher.Index([matcher.fingerprint(bytes_of(one)) for one in scenes])
    for seed in range(200, 212):
        copy = bytes_of(scene(seed, 240, 240))
        for proposal in index.search(copy, 25):
            fit = matcher.compare(copy, bytes_of(scenes[proposal.index]), proposal)
            assert not fit.sure
            assert fit.score < 0.5


@pytest.mark.parametrize("light", [0.0, 0.5, 1.0])
def test_a_flat_picture_carries_no_evidence(light: float) -> None:
    flat = bytes_of(np.full((HEIGHT, WIDTH, 3), light))
    copy = bytes_of(np.full((512, 512, 3), light))
    assert not fit_of(copy, flat).sure
    assert not fit_of(copy, shown()).sure
    assert not fit_of(bytes_of(copy_of(Crop())), flat).sure


def test_a_dark_blurred_picture_carries_no_evidence() -> None:
    dim = gaussian_filter(original(), (25, 25, 0)) * 0.06
    assert not fit_of(bytes_of(noisy(cut(dim, Crop()))), bytes_of(noisy(dim, 2))).sure


@pytest.mark.long
@pytest.mark.parametrize("shape", [(1, 1), (8, 300), (20, 20), (40, 1600)])
def test_tiny_and_odd_pictures_are_compared_without_a_word(shape: tuple[int, int]) -> None:
    odd = bytes_of(np.random.default_rng(1).uniform(size=(*shape, 3)))
    assert not fit_of(odd, shown()).sure
    assert not fit_of(bytes_of(copy_of(Crop())), odd).sure


@pytest.mark.long
def test_an_edit_and_its_source_are_twins_and_a_recoloured_one_a_rival() -> None:
    copy, source = bytes_of(noisy(copy_of(Crop()))), shown()
    edit, rival = bytes_of(noisy(original() ** 0.8)), bytes_of(recoloured(original()))
    fits = [fit_of(copy, one) for one in (source, edit, rival)]
    assert matcher.kinship(source, fits[0], edit, fits[1]) is Kinship.TWIN
    assert matcher.kinship(edit, fits[1], source, fits[0]) is Kinship.TWIN
    assert matcher.kinship(source, fits[0], rival, fits[2]) is Kinship.RIVAL


@pytest.mark.long
def test_a_sibling_is_neither_twin_nor_rival() -> None:
    copy, source, sibling = bytes_of(noisy(copy_of(Crop()))), shown(), bytes_of(parallax(original(), 3))
    kin = matcher.kinship(source, fit_of(copy, source), sibling, fit_of(copy, sibling))
    assert kin is Kinship.OTHER


@pytest.mark.long
def test_the_search_finds_the_window_among_many() -> None:
    originals = [matcher.fingerprint(bytes_of(scene(seed, 480, 640))) for seed in range(20)]
    index = matcher.Index([*originals, matcher.fingerprint(shown())])
    best = index.search(bytes_of(faded(copy_of(Crop(400, 300, 450)))))[0]
    assert best.index == 20
    assert best.center == pytest.approx((400, 300), abs=35)
    assert best.side / (1 - 2 * best.trim) == pytest.approx(450, rel=0.12)


def test_an_empty_folder_proposes_nothing() -> None:
    assert matcher.Index([]).search(bytes_of(copy_of(Crop()))) == []


def test_a_proposal_travels_to_another_process() -> None:
    index = matcher.Index([matcher.fingerprint(shown())])
    proposal = index.search(bytes_of(copy_of(Crop())))[0]
    assert pickle.loads(pickle.dumps(proposal)) == proposal


@pytest.mark.parametrize(("height", "width"), [(480, 640), (611, 803), (756, 1890)])
def test_a_fingerprint_needs_no_more_than_a_small_picture(height: int, width: int) -> None:
    picture = bytes_of(scene(3, height, width))
    whole, size = matcher.fingerprint(picture).astype(float), (height, width)
    for side in (side for side in (2, 4) if height // side >= SEARCHED_SHORT):
        rows, cols = -(-height // side), -(-width // side)
        filled = np.pad(luminance(picture), ((0, rows * side - height), (0, cols * side - width)), "edge")
        small = filled.reshape(rows, side, cols, side).mean(axis=(1, 3))
        found = matcher.fingerprint_of(small, size).astype(float)
        assert np.abs(found - whole).max() <= 4


def test_more_is_kept_of_a_small_picture_than_any_window_shows() -> None:
    assert 2 * max(min(grid[:2]) for grid in window_grid(756, 1008)) <= SEARCHED_SHORT


def test_a_fingerprint_is_small() -> None:
    assert matcher.fingerprint(shown()).nbytes < 60_000


@pytest.mark.parametrize(
    ("size", "thumbnail"),
    [((4032, 3024), (1008, 756)), ((3024, 4032), (756, 1008)), ((18900, 3000), (1890, 300)), ((500, 400), (500, 400))],
)
def test_thumbnails_are_bounded_and_never_enlarged(size: tuple[int, int], thumbnail: tuple[int, int]) -> None:
    assert matcher.thumbnail_size(*size) == thumbnail
