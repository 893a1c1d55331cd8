"""The made copies: their truth is right, and everything Instagram did can be done to them."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw
from scipy.ndimage import center_of_mass, find_objects, label

from i2f.sandbox.photos.crops import Crop, original_point
from i2f.sandbox.photos.filters import FILTERS
from i2f.sandbox.photos.looks import TIERS, Frame, Recipe, Tilt, draw_copy, make_copy, random_recipe
from i2f.sandbox.photos.overlays import FRAMES
from i2f.sandbox.photos.siblings import SIBLINGS, make_sibling

LANDSCAPE, PORTRAIT = (1600, 1200), (1200, 1600)
CROPS = [
    Crop(),
    Crop(pan=(0.0, 1.0)),
    Crop("4:5", pan=(0.2, 0.9)),
    Crop("3:4", zoom=0.8, pan=(0.9, 0.3)),
    Crop("1.91:1", zoom=0.9, pan=(0.1, 0.8)),
    Crop("full"),
    Crop(zoom=0.55, pan=(0.6, 0.4)),
    Crop(degrees=7.5, pan=(0.3, 0.6)),
    Crop(degrees=-10.0, zoom=0.7, pan=(0.7, 0.2)),
    Crop(quarter_turns=1, pan=(0.3, 0.7)),
    Crop("4:5", quarter_turns=3, degrees=4.0, pan=(0.3, 0.7)),
    Crop(quarter_turns=2, zoom=0.8),
    Crop(mirrored=True, pan=(0.1, 0.2)),
    Crop("4:5", mirrored=True, degrees=-6.0, pan=(0.8, 0.3)),
    Crop("1.91:1", mirrored=True, degrees=5.0, quarter_turns=1, zoom=0.8, pan=(0.8, 0.3)),
]


@functools.cache
def _beads(size: tuple[int, int]) -> tuple[Image.Image, list[tuple[float, float]]]:
    """A grey picture with white discs, and where they are: a truth that owes nothing to the code under test."""
    picture = Image.new("L", (size[0] * 2, size[1] * 2), 60)
    pen = ImageDraw.Draw(picture)
    centers = [(x + 37.0 * (y % 3), y) for x in range(100, size[0], 160) for y in range(90, size[1], 140)]
    for x, y in centers:
        pen.ellipse((2 * x - 28, 2 * y - 28, 2 * x + 28, 2 * y + 28), fill=250)
    return picture.resize(size, Image.Resampling.BOX).convert("RGB"), [(x + 0.25, y + 0.25) for x, y in centers]


def _bead_centers(picture: Image.Image) -> Iterator[tuple[float, float]]:
    """Middles of the discs wholly inside a copy, in fractions of its width and height."""

    grey = np.asarray(picture.convert("L"), np.float64) - 60
    found, count = label(grey > 60)
    spots = find_objects(found)
    for i in range(count):
        rows, columns = spots[i]
        if rows.start > 3 and columns.start > 3 and rows.stop < grey.shape[0] - 3 and columns.stop < grey.shape[1] - 3:
            around = (slice(rows.start - 3, rows.stop + 3), slice(columns.start - 3, columns.stop + 3))
            y, x = center_of_mass(np.maximum(grey[around], 0))
            yield (x + columns.start - 2.5) / grey.shape[1], (y + rows.start - 2.5) / grey.shape[0]


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT])
@pytest.mark.parametrize("crop", CROPS)
def test_the_window_is_true_to_a_five_hundredth_of_its_side(crop: Crop, size: tuple[int, int]) -> None:
    picture, truth = _beads(size)

    drawn = draw_copy(picture, Recipe(width=640, crop=crop))

    side = min(drawn.window.size[0] * size[0], drawn.window.size[1] * size[1])
    offsets = []
    for point in _bead_centers(drawn.picture):
        x, y = original_point(drawn.window, size, point)
        offsets.append(min(np.hypot(x - bead[0], y - bead[1]) for bead in truth))
    assert len(offsets) >= 5
    assert max(offsets) < 0.002 * side


@pytest.mark.parametrize("crop", CROPS)
def test_the_window_stays_inside_the_original(crop: Crop) -> None:
    drawn = draw_copy(_photograph(), Recipe(crop=crop))

    corners = [original_point(drawn.window, LANDSCAPE, (x, y)) for x in (0, 1) for y in (0, 1)]
    assert all(-0.01 <= x <= LANDSCAPE[0] + 0.01 and -0.01 <= y <= LANDSCAPE[1] + 0.01 for x, y in corners)


@pytest.mark.parametrize("padding", ["white", "black", "blurred"])
@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT])
def test_a_padded_picture_lies_in_its_box(padding: str, size: tuple[int, int]) -> None:
    picture, truth = _beads(size)

    drawn = draw_copy(picture, Recipe(width=640, crop=Crop("full"), padding=padding))

    left, top, right, bottom = (edge * 640 for edge in drawn.box)
    inside = drawn.picture.crop((round(left), round(top), round(right), round(bottom)))
    offsets = [
        min(np.hypot(x - bead[0], y - bead[1]) for bead in truth)
        for x, y in (original_point(drawn.window, size, point) for point in _bead_centers(inside))
    ]
    assert drawn.picture.size == (640, 640)
    assert len(offsets) > 40
    assert max(offsets) < 0.002 * min(size)


def test_a_frame_that_shrinks_the_picture_leaves_it_in_its_box() -> None:
    picture, truth = _beads(LANDSCAPE)

    drawn = draw_copy(picture, Recipe(width=640, frame=Frame("white", 0.08, shrinks=True)))

    edge = round(0.08 * 640)
    inside = drawn.picture.crop((edge, edge, 640 - edge, 640 - edge))
    points = [original_point(drawn.window, LANDSCAPE, point) for point in _bead_centers(inside)]
    assert drawn.box == (edge / 640, edge / 640, 1 - edge / 640, 1 - edge / 640)
    assert max(min(np.hypot(x - bead[0], y - bead[1]) for bead in truth) for x, y in points) < 0.002 * 1200


@functools.cache
def _photograph(size: tuple[int, int] = LANDSCAPE) -> Image.Image:
    """Coloured noise of all sizes, as photographs have."""
    rng = np.random.default_rng(7)
    picture = np.zeros((size[1], size[0], 3), np.float32)
    for cells in (4, 12, 40, 130, 400):
        coarse = Image.fromarray(rng.integers(0, 255, (cells, cells, 3), np.uint8))
        picture += np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.float32)
    spread = (picture - picture.mean()) / picture.std()
    return Image.fromarray(np.clip(125 + 55 * spread, 0, 255).astype(np.uint8))


@functools.cache
def _plain(width: int | None = None) -> Image.Image:
    """The photograph's copy without any look; one for all, to be compared with and never written into."""
    return draw_copy(_photograph(), Recipe() if width is None else Recipe(width=width)).picture


def _grey(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L"), np.float64)


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_bends_tones_and_keeps_the_picture(name: str) -> None:
    plain = _plain()
    toned = draw_copy(_photograph(), Recipe(filter=name)).picture

    likeness = np.corrcoef(_grey(plain).ravel(), _grey(toned).ravel())[0, 1]
    assert likeness > 0.5
    assert (toned.tobytes() == plain.tobytes()) == (name == "normal")


@pytest.mark.parametrize("name", ["inkwell", "noir"])
def test_black_and_white_has_no_colour(name: str) -> None:
    toned = np.asarray(draw_copy(_photograph(), Recipe(filter=name)).picture, int)

    assert np.ptp(toned, axis=2).max() <= 1


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_covers_the_edge_and_nothing_else(kind: str) -> None:
    plain = _plain(600)
    framed = draw_copy(_photograph(), Recipe(width=600, frame=Frame(kind, 0.06))).picture

    changed = np.abs(_grey(plain) - _grey(framed)) > 8
    assert changed[:, :36].mean() > 0.2
    assert not changed[90:-90, 90:-90].any()


@pytest.mark.parametrize("kind", ["disc", "band"])
def test_tilt_shift_keeps_the_middle_sharp(kind: str) -> None:
    plain = _plain()
    blurred = draw_copy(_photograph(), Recipe(tilt=Tilt(kind, (0.5, 0.5), 0.2, 0.012))).picture

    change = np.abs(_grey(plain) - _grey(blurred))
    assert change[280:330, 280:330].max() == 0
    assert change[:60].mean() > 5


def test_local_contrast_text_and_stickers_change_the_picture_in_their_own_way() -> None:
    plain = _grey(_plain())
    lux = _grey(draw_copy(_photograph(), Recipe(lux=0.6)).picture)
    decorated = _grey(draw_copy(_photograph(), Recipe(texts=1, stickers=2)).picture)

    assert lux.std() > plain.std()
    assert 0.005 < (np.abs(decorated - plain) > 8).mean() < 0.3


def test_the_same_recipe_makes_the_same_bytes() -> None:
    recipe = random_recipe(np.random.default_rng(3), "HARD")

    assert make_copy(_photograph(), recipe) == make_copy(_photograph(), recipe)
    assert recipe == random_recipe(np.random.default_rng(3), "HARD")


@pytest.mark.long
def test_every_recipe_makes_a_jpeg_of_the_width_asked_for_or_of_all_there_is() -> None:
    rng = np.random.default_rng(11)
    photograph = _photograph()
    for tier in TIERS * 12:
        recipe = random_recipe(rng, tier)
        data, window = make_copy(photograph, recipe)
        with Image.open(io.BytesIO(data)) as copy:
            copy.load()
            assert copy.format == "JPEG"
            assert not copy.getexif()
            assert 200 < max(copy.size) <= max(1440, recipe.width * 4 // 3 + 1)
        assert 0 < min(window.size) <= max(window.size) <= 1.0001


def test_nothing_is_enlarged() -> None:
    data, _ = make_copy(_photograph((800, 600)), Recipe(width=1080))

    assert Image.open(io.BytesIO(data)).size == (600, 600)


def test_a_wide_gamut_original_becomes_srgb() -> None:
    photograph = _photograph().copy()
    photograph.info["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    assert draw_copy(photograph, Recipe()).picture.mode == "RGB"


@pytest.mark.parametrize("kind", SIBLINGS)
def test_a_sibling_shows_the_same_scene_but_is_not_the_same_exposure(kind: str) -> None:
    photograph = _photograph()

    sibling = make_sibling(photograph, np.random.default_rng(5), kind)

    assert sibling.size == photograph.size
    before, after = (_grey(picture.resize((24, 18), Image.Resampling.BOX)).ravel() for picture in (photograph, sibling))
    assert np.corrcoef(before, after)[0, 1] > 0.6
    assert np.abs(_grey(sibling) - _grey(photograph)).mean() > 2
