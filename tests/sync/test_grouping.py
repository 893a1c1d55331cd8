"""Which files share one answer: what a screenshot or a small export is like does not make twins of two shots."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates, zoom

import matcher
from i2f.ground.model import ALIKE, APART, CaptureTime, Fit, Original
from i2f.sync.grouping import Compared, grouped, noted
from tests.support.scenes import HEIGHT, WIDTH, Light, bytes_of, scene

TAKEN = CaptureTime(datetime(2012, 6, 1, 12, 0, 0), False, None)  # noqa: DTZ001
LATER = replace(TAKEN, local=TAKEN.local + timedelta(seconds=1))
UNSIGNED = Original(Path("/roll/saved.jpg"), 1, 1, "JPEG", 853, 640, None, None)
TRUE = replace(UNSIGNED, path=Path("/roll/IMG_0001.JPG"), taken=TAKEN, camera="Apple iPhone 5")
SIBLING = replace(TRUE, path=Path("/roll/IMG_0002.JPG"), taken=LATER)


def compared(*files: tuple[Original, NDArray[np.uint8], float]) -> Compared:
    """Files, what each shows, and how well it fits a copy of the first."""
    copy = files[0][1][:, 106:746]
    (proposal,) = matcher.Index([matcher.fingerprint(files[0][1])]).search(copy, 1)
    different = {id(shown): shown for _, shown, _ in files}
    fits = {name: matcher.compare(copy, shown, proposal) for name, shown in different.items()}
    return Compared(
        {place: original for place, (original, _, _) in enumerate(files)},
        {place: _jpeg(shown) for place, (_, shown, _) in enumerate(files)},
        {place: shown for place, (_, shown, _) in enumerate(files)},
        {place: replace(fits[id(shown)], score=score) for place, (_, shown, score) in enumerate(files)},
    )


def _jpeg(shown: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(shown).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.mark.long
@pytest.mark.parametrize("scores", [(0.99, 0.98, 0.97), (0.97, 0.98, 0.99)])
def test_a_file_without_exif_does_not_make_twins_of_two_shots_that_it_is_like(scores: tuple[float, ...]) -> None:
    shown = bytes_of(scene(1))
    files = compared(*zip((UNSIGNED, TRUE, SIBLING), (shown, shown, shown), scores, strict=True))
    saved, own, sibling = range(3)
    together = {frozenset(one) for one in grouped(files)}
    assert together in (
        {frozenset({own, saved}), frozenset({sibling})},
        {frozenset({own}), frozenset({saved, sibling})},
    )


@pytest.mark.long
def test_no_member_of_a_group_was_taken_at_another_time_by_the_same_camera() -> None:
    shown = bytes_of(scene(1))
    scanner = replace(TRUE, path=Path("/roll/scan.jpg"), camera="Epson V600")
    files = compared((scanner, shown, 0.99), (TRUE, shown, 0.98), (SIBLING, shown, 0.97))
    assert grouped(files) == [[0, 1], [2]]


@pytest.mark.long
def test_copies_and_edits_of_one_shot_stay_together() -> None:
    shown = bytes_of(scene(1))
    brighter = np.asarray(np.clip(shown * 1.08, 0, 255), np.uint8)
    edit = replace(TRUE, path=Path("/roll/IMG_E0001.JPG"))
    bare = replace(UNSIGNED, path=Path("/roll/bare.jpg"))
    files = compared((TRUE, shown, 0.97), (edit, brighter, 0.98), (UNSIGNED, shown, 0.99), (bare, brighter, 0.9))
    assert [sorted(one) for one in grouped(files)] == [[0, 1, 2, 3]]


@pytest.mark.long
def test_where_a_file_does_not_explain_the_copy_exif_alone_speaks() -> None:
    shown = bytes_of(scene(1))
    edit = replace(TRUE, path=Path("/roll/IMG_E0001.JPG"))
    files = compared(
        (TRUE, shown, 0.99),
        (edit, bytes_of(scene(2)), 0.01),
        (UNSIGNED, shown, 0.98),
        (replace(UNSIGNED, path=Path("/roll/other.jpg")), bytes_of(scene(3)), 0.02),
    )
    assert [sorted(one) for one in grouped(files)] == [[0, 1, 2], [3]]


def parallax(light: Light, pixels: float) -> Light:
    """Another exposure: near things moved against far ones by up to `pixels`."""
    coarse = np.random.default_rng(5).normal(size=(5, 6))
    depth = zoom(coarse, (HEIGHT / 5, WIDTH / 6), order=3, grid_mode=True, mode="nearest")
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    at = (y, x + depth / np.abs(depth).max() * pixels)
    return np.stack([map_coordinates(light[..., k], at, order=1, mode="nearest") for k in range(3)], axis=-1)


def on_a_screen(copy: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A screenshot of an app that shows the copy between its bars."""
    screen = np.full((1136, 640, 3), 250, np.uint8)
    screen[:90:4], screen[950::7, 40:400] = 30, 90
    screen[160:800] = copy
    return screen


@pytest.mark.long
def test_a_screenshot_is_noted_apart_from_a_sibling_and_not_from_its_own_shot() -> None:
    light = scene(3)
    own, sibling = bytes_of(light), bytes_of(parallax(light, 4))
    copy = own[:, 106:746]
    screen = on_a_screen(copy)

    for other, apart in ((own, False), (sibling, True)):
        found = noted(certain_pair(copy, (TRUE, other), (UNSIGNED, screen)), [[0], [1]])
        assert [place for place, fit in found.items() if APART in fit.measures] == [0, 1] * apart


def certain_pair(copy: NDArray[np.uint8], *files: tuple[Original, NDArray[np.uint8]]) -> Compared:
    """Files that fit a copy for certain, though the matcher may think otherwise."""

    def certain(shown: NDArray[np.uint8]) -> Fit:
        (proposal,) = matcher.Index([matcher.fingerprint(shown)]).search(copy, 1)
        return replace(matcher.compare(copy, shown, proposal), score=0.99, sure=True)

    return Compared(
        {place: original for place, (original, _) in enumerate(files)},
        {place: bytes([place]) for place in range(len(files))},
        {place: shown for place, (_, shown) in enumerate(files)},
        {place: certain(shown) for place, (_, shown) in enumerate(files)},
    )


@pytest.mark.long
def test_what_was_made_around_the_copy_of_a_signed_file_is_noted_as_alike_and_a_sibling_is_not() -> None:
    light = scene(3)
    own, sibling = bytes_of(light), bytes_of(parallax(light, 4))
    copy = own[:, 106:746]
    for shown, signed, alike in ((own, TRUE, [1]), (sibling, TRUE, []), (own, UNSIGNED, [])):
        marked = own.copy()
        marked[20:60, 760:840], marked[-60:-20, 8:90] = 250, 250
        found = noted(certain_pair(copy, (signed, shown), (UNSIGNED, marked)), [[0], [1]])
        assert [place for place, fit in found.items() if ALIKE in fit.measures] == alike
