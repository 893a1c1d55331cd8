"""A render is the copy at full size, or it is refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from i2f.rendering.posted import Copy, NotRenderedError, doubted, refusal, render_posted
from tests.support.camera_roll import make_photograph
from tests.support.posted_pairs import COPY_SIDE, SIDE, Case, Floats, faded_with_vignette, make_case, psnr


def enlarged(case: Case) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(case.copy)) as image:
        return np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS))


@pytest.mark.long
def test_curves_and_a_vignette_are_rendered_with_the_originals_own_detail() -> None:
    case = make_case()
    found = case.render()
    assert found.picture.shape == (SIDE, SIDE, 3)
    assert psnr(found.picture, case.truth) > 36
    assert psnr(found.picture, case.truth) > psnr(enlarged(case), case.truth) + 5
    assert not found.has_border
    again = case.render()
    assert np.array_equal(found.picture, again.picture), "the same files give the same bytes"


@pytest.mark.long
def test_a_strong_blur_around_a_sharp_middle_is_rendered_sharp_and_blurred_where_the_copy_is() -> None:
    def tilted(seen: Floats) -> Floats:
        blurred = Image.fromarray((seen * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(14))
        far = np.clip((np.abs(np.linspace(-1, 1, len(seen))) - 0.4) / 0.3, 0, 1)[:, None, None]
        return np.asarray(seen + far * (np.asarray(blurred) / 255 - seen))

    case = make_case(tilted)
    found = case.render()
    assert psnr(found.picture, case.truth) > 40
    assert found.look.over.is_flat, "a wide blur is no shade"
    assert found.look.under.is_flat
    middle, edge = slice(SIDE * 4 // 10, SIDE * 6 // 10), slice(0, SIDE // 8)
    assert psnr(found.picture[middle], case.truth[middle]) > psnr(enlarged(case)[middle], case.truth[middle]) + 5
    assert psnr(found.picture[edge], case.truth[edge]) > 40


@pytest.mark.long
def test_a_border_is_left_out() -> None:
    def framed(pen: ImageDraw.ImageDraw) -> None:
        pen.rectangle((0, 0, COPY_SIDE - 1, COPY_SIDE - 1), outline="white", width=24)

    found = make_case(drawn=framed).render()
    height, width = found.picture.shape[:2]
    assert found.has_border
    assert 0.85 * SIDE < width <= 0.91 * SIDE
    assert 0.85 * SIDE < height <= 0.91 * SIDE


def sticker(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((300, 90, 390, 180), fill="#ffd23f")


def large_sticker(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((130, 130, 350, 350), fill="#2ec4b6")


def words(pen: ImageDraw.ImageDraw) -> None:
    pen.text((60, 380), "wish you were here", fill="white", font_size=30)


@pytest.mark.long
@pytest.mark.parametrize("drawn", [sticker, large_sticker, words])
def test_what_was_drawn_over_the_copy_is_never_rendered(drawn: object) -> None:
    with pytest.raises(NotRenderedError, match="the copy shows something else in"):
        make_case(drawn=drawn).render()  # type: ignore[arg-type]


@pytest.mark.long
def test_another_exposure_of_the_scene_is_never_rendered() -> None:
    """Two pixels of the original further to the right, in one half only: as if somebody had stepped aside."""
    case = make_case()
    moved = case.original.copy()
    moved[:, 640:] = np.roll(case.original, 6, axis=1)[:, 640:]
    with pytest.raises(NotRenderedError):
        Case(moved, case.truth, case.copy, case.frame).render()


@pytest.mark.long
def test_another_print_on_the_same_shirt_is_never_rendered() -> None:
    case = make_case()
    other = case.original.copy()
    other[300:600, 500:800] = np.asarray(make_photograph(9, 300, 300))
    with pytest.raises(NotRenderedError):
        Case(other, case.truth, case.copy, case.frame).render()


def test_what_moved_or_was_recoloured_by_the_matchers_tests_is_refused_at_once() -> None:
    measures = {"width": 1000.0, "test_movement": 0.4, "test_colours": 0.2}
    assert refusal(measures) is None
    assert refusal(measures | {"test_movement": 2.1}) == "part of the copy is not in it, or moved"
    assert refusal({"likeness": 0.4}) == "the copy could not be laid over it"


@pytest.mark.long
def test_a_match_in_doubt_is_rendered_only_if_the_render_is_confirmed() -> None:
    measures = {"width": 1000.0, "test_movement": 1.4, "test_colours": 0.2}
    assert refusal(measures) is None
    assert doubted(measures) == ("movement",)
    case = make_case()
    with pytest.raises(NotRenderedError, match="or moved"):
        render_posted(case.as_copy(), case.original, case.frame, lambda colors: colors, lambda copy, rendered: False)


def test_hardly_anything_inside_a_border_is_not_rendered() -> None:
    case = make_case()
    copy = case.as_copy()
    tiny = Copy(copy.seen[:60, :60], copy.plain[:60, :60], copy.press, had_bars=False)
    with pytest.raises(NotRenderedError, match="hardly anything is left"):
        render_posted(tiny, case.original, case.frame, lambda colors: colors)


def test_a_vignette_is_no_border() -> None:
    from i2f.rendering.border import find_border
    from i2f.rendering.look import planes_of, shrunk

    case = make_case(lambda seen: faded_with_vignette(seen) ** 1.5)
    copy = planes_of(case.as_copy().seen)
    original = planes_of(shrunk(np.ascontiguousarray(case.original[:, 160 : 160 + SIDE]), (COPY_SIDE, COPY_SIDE)))
    assert find_border(copy, original, had_bars=False) == (0, 0, 0, 0)
