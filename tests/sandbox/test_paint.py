"""The painted photographs: textured, the same each time, and left in the folder as a phone leaves them."""

from __future__ import annotations

import functools
import pickle
from itertools import pairwise

import numpy as np
import pillow_heif
import pytest
from filelock import FileLock
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.ExifTags import IFD, Base
from scipy.ndimage import gaussian_filter

from i2f.sandbox.photos.paint import SCENES, Moment, PaintedShot, paint, paint_roll

SMALL, LARGER = (480, 360), (640, 480)


@functools.cache
def _grey(scene: str, seed: int, size: tuple[int, int] = SMALL, moment: Moment = Moment()) -> NDArray[np.float64]:  # noqa: B008
    return np.asarray(paint(scene, seed, size, moment).convert("L"), np.float64)


@pytest.mark.long
@pytest.mark.parametrize("scene", SCENES)
def test_the_same_seed_paints_the_same_photograph(scene: str) -> None:
    again = np.asarray(paint(scene, 1, SMALL).convert("L"), np.float64)

    assert (again == _grey(scene, 1)).all()


@pytest.mark.long
@pytest.mark.parametrize("scene", SCENES)
def test_another_seed_paints_another_photograph(scene: str) -> None:
    fine = [_texture(_grey(scene, seed)).ravel() for seed in (1, 2)]

    assert abs(np.corrcoef(fine[0], fine[1])[0, 1]) < 0.6


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", [SMALL, pytest.param((360, 480), marks=pytest.mark.long)])
def test_a_photograph_has_texture_and_uses_the_whole_range(scene: str, size: tuple[int, int]) -> None:
    grey = _grey(scene, 1, size)

    blocks = np.abs(_texture(grey))[: size[1] // 40 * 40, : size[0] // 40 * 40].reshape(size[1] // 40, 40, -1, 40)
    assert grey.shape == size[::-1]
    assert np.percentile(grey, 99) - np.percentile(grey, 1) > 90
    assert (blocks.mean(axis=(1, 3)) > 2).mean() > 0.4


def _texture(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(gaussian_filter(grey, 1) - gaussian_filter(grey, 6))


@pytest.mark.parametrize("scene", SCENES)
def test_a_sibling_is_the_same_scene_but_another_exposure(scene: str) -> None:
    before, after = _grey(scene, 1), _grey(scene, 1, SMALL, Moment(0.008, 0.4, 1.02, 1))

    small = [
        np.asarray(Image.fromarray(grey).resize((24, 18), Image.Resampling.BOX)).ravel() for grey in (before, after)
    ]
    assert np.corrcoef(small[0], small[1])[0, 1] > 0.9
    assert np.abs(_texture(before) - _texture(after)).mean() > 1


def test_near_things_move_further_than_far_ones() -> None:
    shift = {}
    for part, rows in (("far", slice(130, 260)), ("near", slice(448, 480))):
        before, after = (_texture(_grey("mountains", 1, LARGER, Moment(step=step)))[rows] for step in (0.0, 0.03))
        likeness = [float((before[:, 40:-40] * np.roll(after, by, axis=1)[:, 40:-40]).mean()) for by in range(30)]
        shift[part] = int(np.argmax(likeness))

    assert shift["near"] > shift["far"] + 3


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> list[PaintedShot]:
    """Painted by whichever process of the run comes first; that keeps both cores busy, so the others may wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    told = shared / "painted.pickle"
    with FileLock(shared / "painted.lock"):
        if not told.exists():
            told.write_bytes(pickle.dumps(paint_roll(shared / "phone")))
    shots: list[PaintedShot] = pickle.loads(told.read_bytes())
    return shots


def _open(shot: PaintedShot) -> Image.Image:
    if shot.path.suffix == ".HEIC":
        return pillow_heif.open_heif(shot.path).to_pillow()
    with Image.open(shot.path) as picture:
        picture.load()
        return picture


def test_a_roll_holds_two_dozen_photographs_of_two_thousand_pixels(painted: list[PaintedShot]) -> None:
    photographs = [shot for shot in painted if shot.kind in ("photo", "sibling")]

    assert len(photographs) == 24
    assert len({shot.path for shot in painted}) == len(painted)
    assert all(max(_open(shot).size) > 2000 for shot in photographs)


def test_a_roll_holds_what_phones_leave_lying_about(painted: list[PaintedShot]) -> None:
    kinds = [shot.kind for shot in painted]
    suffixes = [shot.path.suffix for shot in painted]

    assert (kinds.count("edit"), kinds.count("screenshot"), suffixes.count(".HEIC"), suffixes.count(".PNG")) == (
        1,
        1,
        1,
        1,
    )
    assert kinds.count("sibling") >= 4
    assert any(shot.path.name.startswith("IMG_E") for shot in painted)


def test_each_file_says_when_and_with_what_it_was_taken(painted: list[PaintedShot]) -> None:
    for shot in painted:
        exif = _open(shot).getexif()
        if shot.taken is None:
            assert Base.Make not in exif
            continue
        assert exif[Base.Make] == "Apple"
        assert exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] == shot.taken.strftime("%Y:%m:%d %H:%M:%S")


def test_pictures_stored_turned_are_upright_after_their_tag(painted: list[PaintedShot]) -> None:
    turned = [shot for shot in painted if _open(shot).getexif().get(Base.Orientation, 1) in (6, 8)]

    assert len(turned) >= 4
    for shot in (turned[0], next(shot for shot in turned if _open(shot).getexif()[Base.Orientation] == 8)):
        assert _open(shot).width > _open(shot).height
        upright = ImageOps.exif_transpose(_open(shot))
        again = paint(shot.scene, shot.seed, upright.size)
        small = [np.asarray(picture.convert("L").resize((30, 40)), np.float64).ravel() for picture in (upright, again)]
        assert np.corrcoef(small[0], small[1])[0, 1] > 0.99


def test_some_pictures_tell_a_place_and_it_is_nobodys_home(painted: list[PaintedShot]) -> None:
    places = [_open(shot).getexif().get_ifd(IFD.GPSInfo) for shot in painted]

    assert 3 <= sum(bool(place) for place in places) < len(painted) / 2
    assert all(place[2][0] == 47 and place[4][0] == 20 for place in places if place)


def test_the_frames_of_a_burst_lie_seconds_apart(painted: list[PaintedShot]) -> None:
    for before, after in pairwise(shot for shot in painted if shot.taken and shot.kind != "edit"):
        assert before.taken is not None
        assert after.taken is not None
        gap_s = (after.taken - before.taken).total_seconds()
        assert (0 < gap_s < 5) == (after.kind == "sibling")


def test_the_edit_is_the_same_exposure_in_other_tones(painted: list[PaintedShot]) -> None:
    edit = next(shot for shot in painted if shot.kind == "edit")
    source = next(shot for shot in painted if shot.path.name == edit.path.name.replace("IMG_E", "IMG_"))

    likeness = [np.asarray(_open(shot).convert("L").resize((300, 220)), np.float64).ravel() for shot in (edit, source)]
    assert edit.taken == source.taken
    assert np.corrcoef(likeness[0], likeness[1])[0, 1] > 0.98
