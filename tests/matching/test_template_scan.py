"""The second look: a copy is laid at every place of the originals that come into question."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import matcher
from i2f.ground.image import luminance
from tests.support.scenes import Picture, bytes_of, scene

TRUE = 6
Floats = NDArray[np.float32]


@cache
def roll() -> list[Picture]:
    return [bytes_of(scene(seed)) for seed in range(1, 13)]


def quarter(picture: Picture) -> tuple[Floats, float]:
    shown = Image.fromarray(picture)
    small = shown.resize((shown.width // 4, shown.height // 4), Image.Resampling.BOX)
    return luminance(np.asarray(small)), 0.25


def cropped(box: tuple[int, int, int, int], degrees: float = 0.0) -> Picture:
    """A window of the true original, straightened about its own middle."""
    whole = Image.fromarray(roll()[TRUE])
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return np.asarray(whole.rotate(degrees, Image.Resampling.BICUBIC, center=middle).crop(box))


def with_a_sticker(copy: Picture) -> Picture:
    covered = copy.copy()
    size = min(copy.shape[:2])
    covered[size // 3 : size * 2 // 3, size // 3 : size * 2 // 3] = (230, 40, 60)
    return covered


@cache
def fingerprints() -> list[NDArray[np.int8]]:
    return [matcher.fingerprint(one) for one in roll()]


@cache
def quarters() -> list[tuple[Floats, float]]:
    return [quarter(one) for one in roll()]


def index_with(true: Picture) -> matcher.Index:
    """The roll with another picture in the true original's place."""
    return matcher.Index([*fingerprints()[:TRUE], matcher.fingerprint(true), *fingerprints()[TRUE + 1 :]])


def looked_for(copy: Picture, true: Picture | None = None) -> list[list[matcher.Proposal]]:
    originals = quarters() if true is None else [*quarters()[:TRUE], quarter(true), *quarters()[TRUE + 1 :]]
    scanner = matcher.Scanner(copy)
    proposals = (matcher.Index(fingerprints()) if true is None else index_with(true)).search_widely(copy, len(roll()))
    return matcher.look_everywhere(proposals, lambda one: scanner.places(matcher.Ground(*originals[one.index]), one))


@pytest.mark.parametrize(
    ("box", "degrees"),
    [((310, 170, 610, 470), 0.0), ((100, 200, 430, 530), 8.5), ((420, 120, 740, 440), -5.0), ((40, 40, 640, 356), 3.0)],
    ids=["47 per cent", "8.5 degrees", "minus 5 degrees", "1.91:1"],
)
def test_a_crop_with_a_sticker_in_its_middle_is_found_where_it_lies(
    box: tuple[int, int, int, int], degrees: float
) -> None:
    likeliest = looked_for(with_a_sticker(cropped(box, degrees)))[0]
    best = likeliest[0]
    assert best.index == TRUE
    assert best.center == pytest.approx(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), abs=30)
    fit = matcher.compare(cropped(box, degrees), roll()[TRUE], *likeliest)
    assert fit.sure, fit.words


@pytest.mark.long
def test_where_the_likeliest_place_is_wrong_another_one_is_tried() -> None:
    box = (310, 170, 610, 470)
    (*_, right), *_ = looked_for(cropped(box))
    wrong = next(ways for ways in looked_for(cropped((20, 20, 320, 320))) if ways[0].index == TRUE)[0]
    assert not matcher.compare(cropped(box), roll()[TRUE], wrong).sure
    assert matcher.compare(cropped(box), roll()[TRUE], wrong, right).sure


def test_a_long_copy_with_a_plain_middle_is_found_by_its_ends() -> None:
    plain = roll()[TRUE].copy()
    plain[:, 260:600] = (120, 150, 190)
    copy = plain[170:470, 110:690]
    found = index_with(plain).search_widely(copy, 1)[0]
    assert found.index == TRUE
    assert found.center == pytest.approx((400, 320), abs=60)
    likeliest = looked_for(copy, plain)[0]
    assert matcher.compare(copy, plain, *likeliest).sure


def test_a_mirrored_copy_is_proposed_mirrored_whatever_else_it_looks_like() -> None:
    copy = np.ascontiguousarray(cropped((310, 170, 610, 470))[:, ::-1])
    best = looked_for(copy)[0][0]
    assert (best.index, best.quarter_turns, best.mirrored) == (TRUE, 0, True)


def test_between_wide_bars_of_its_own_blur_the_picture_is_found() -> None:
    shown = Image.fromarray(roll()[TRUE]).resize((480, 360))
    ground = np.asarray(Image.fromarray(roll()[TRUE]).resize((640, 480)).resize((12, 9)).resize((640, 480)))
    copy = ground[:, 80:560].copy()
    copy[60:420] = np.asarray(shown)
    likeliest = looked_for(copy)[0]
    assert likeliest[0].index == TRUE
    assert matcher.compare(copy, roll()[TRUE], *likeliest).measures["correlation"] > 0.7


def test_an_empty_folder_holds_no_place() -> None:
    copy = cropped((310, 170, 610, 470))
    assert matcher.Index([]).search_widely(copy, 8) == []
    assert matcher.look_everywhere([], lambda one: [one]) == []
