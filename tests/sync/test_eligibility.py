"""What is taken for an original, from the evidence alone: the border of the window, detail, and the file itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from i2f.ground.model import CaptureTime, Fit, Original, Window
from i2f.matching.seams import SIDES
from i2f.sync.eligibility import doubt_about, needs_detail, needs_letters

TAKEN = CaptureTime(datetime(2012, 6, 1, 12, 0, 0, tzinfo=UTC).replace(tzinfo=None), False, None)
BARE = Original(Path("/roll/IMG_0001.JPG"), 1, 1, "JPEG", 3264, 2448, None, None)
SIGNED = replace(BARE, taken=TAKEN, camera="Apple iPhone 5")
GOES_ON = {
    "outside": 0.3,
    "told": 0.9,
    "seam": 0.2,
    "broken": 0.1,
    "ground": 0.0,
    "outer": 0.0,
    "outer_ground": 0.0,
    "straight": 0.3,
}
STOPS = GOES_ON | {"seam": 0.95, "broken": 0.95}
ON_PAPER = STOPS | {"ground": 0.95}
AS_COPIED = {"inspected": 1.0, "tilt": 0.0, "tones": 1.0}


def fit(**told: dict[str, float] | float) -> Fit:
    """A sure fit with what was measured along the sides named, and other measures."""
    measures = dict(AS_COPIED)
    for name, value in told.items():
        if isinstance(value, dict):
            measures |= {f"{name}_{what}": number for what, number in value.items()}
        else:
            measures[name] = value
    return Fit(0.99, True, 0.9, Window((0.5, 0.5), (1.0, 1.0), 0.0, False), "words", measures)


def test_a_photograph_of_which_the_copy_shows_a_part_is_an_original_with_and_without_exif() -> None:
    for original in (BARE, SIGNED):
        assert doubt_about(original, fit(left=GOES_ON, right=GOES_ON)) == ""


@pytest.mark.parametrize("sides", [SIDES, ("top", "bottom"), ("left", "right"), ("top", "right")])
def test_a_file_in_which_the_picture_stops_on_every_side_only_contains_it(sides: tuple[str, ...]) -> None:
    told = fit(**dict.fromkeys(sides, STOPS))
    for original in (BARE, SIGNED):
        assert doubt_about(original, told) == "IMG_0001.JPG is a collage or a poster that contains the picture"
    screen = replace(BARE, width=1080, height=1920)
    assert doubt_about(screen, told) == "IMG_0001.JPG is a screenshot that contains the picture"


def test_a_horizon_where_somebody_cropped_makes_no_collage_of_what_a_camera_signed() -> None:
    assert doubt_about(SIGNED, fit(top=STOPS, bottom=GOES_ON)) == ""
    assert "contains the picture" in doubt_about(BARE, fit(top=STOPS, bottom=GOES_ON))


def test_a_straight_edge_where_somebody_cropped_makes_no_collage_of_a_bare_file_while_fine_structure_goes_on() -> None:
    edge = GOES_ON | {"seam": 0.85, "broken": 0.05}
    others = dict.fromkeys(("top", "bottom", "left"), GOES_ON)
    assert doubt_about(BARE, fit(right=edge, **others)) == ""
    assert "contains the picture" in doubt_about(BARE, fit(right=edge, **others | {"top": edge}))


def test_a_thin_rim_of_a_scan_at_one_side_is_no_frame_where_the_scene_goes_on_at_another() -> None:
    rim = ON_PAPER | {"outside": 0.02, "broken": 0.4}
    assert doubt_about(BARE, fit(top=rim, right=GOES_ON, left=GOES_ON)) == ""
    for more in ({"bottom": rim}, {"top": rim | {"outside": 0.06}}, {"right": rim, "left": rim}):
        assert "contains the picture" in doubt_about(
            BARE, fit(**{"top": rim, "right": GOES_ON, "left": GOES_ON} | more)
        )


def test_a_bare_file_that_was_enlarged_is_asked_about_sooner_where_it_has_no_detail_either() -> None:
    beyond = {"left": GOES_ON, "right": GOES_ON}
    enlarged = "IMG_0001.JPG has no camera data and was enlarged by a program"
    assert doubt_about(BARE, fit(resampled=18.0, **beyond)) == enlarged
    assert doubt_about(BARE, fit(resampled=12.0, finer=0.7, **beyond)) == enlarged
    assert doubt_about(BARE, fit(resampled=12.0, finer=1.2, **beyond)) == enlarged, "what sharpening makes"
    assert doubt_about(BARE, fit(resampled=12.0, finer=1.7, **beyond)) == ""
    assert doubt_about(BARE, fit(resampled=12.0, **beyond)) == enlarged, "too small to look for detail"
    assert doubt_about(SIGNED, fit(resampled=30.0, **beyond)) == "", "a camera's own digital zoom"


def test_camera_data_do_not_vouch_for_a_file_that_was_enlarged_and_shows_nothing_more_than_the_copy() -> None:
    assert "may be the copy itself, enlarged" in doubt_about(SIGNED, fit(resampled=18.0))
    assert doubt_about(SIGNED, fit(resampled=18.0, finer=0.4, right=GOES_ON)) == "", "digital zoom"


def test_a_photograph_that_ends_inside_the_file_further_out_than_the_copy_is_in_a_frame_whoever_signed() -> None:
    beyond = dict.fromkeys(SIDES, GOES_ON)
    for ends in (
        {"frame_top": 0.97, "frame_top_outside": 0.2},
        {"frame_left": 0.8, "frame_left_outside": 0.1, "frame_right": 0.8, "frame_right_outside": 0.1},
    ):
        for original in (BARE, SIGNED):
            assert "contains the picture" in doubt_about(original, fit(**beyond, **ends))
    for ends in ({"frame_top": 0.97, "frame_top_outside": 0.03}, {"frame_top": 0.8, "frame_top_outside": 0.2}):
        assert doubt_about(BARE, fit(**beyond, **ends)) == "", "a scan's rim, and a skyline"


def test_padding_is_thin_at_times_and_then_lies_on_two_sides() -> None:
    rim = {"frame_top": 0.86, "frame_top_outside": 0.035, "frame_bottom": 0.9, "frame_bottom_outside": 0.03}
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(**dict.fromkeys(SIDES, GOES_ON), **rim))


def test_a_cell_of_a_collage_is_known_by_the_lines_in_which_other_pictures_begin_on_two_sides() -> None:
    beyond = dict.fromkeys(SIDES, GOES_ON)
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(**beyond, cut_top=0.85, cut_right=0.6))
        assert doubt_about(original, fit(**beyond, cut_top=0.99, cut_right=0.5)) == "", "a table's edge"


def test_a_cell_is_known_by_gaps_or_other_pictures_on_three_sides_where_it_shows_more_than_the_copy() -> None:
    beyond = dict.fromkeys(SIDES, GOES_ON)
    steadied = {"thin_left": 1.0, "thin_right": 1.0}
    for original in (BARE, SIGNED):
        assert doubt_about(original, fit(**beyond, **steadied)) == "", "the rims of a steadied film"
        assert "contains the picture" in doubt_about(original, fit(**beyond, **steadied, thin_top=0.8))
        assert "contains the picture" in doubt_about(original, fit(**beyond, **steadied, cut_bottom=0.7))


def test_a_soft_shade_that_goes_on_across_the_border_is_no_drawn_ground() -> None:
    shade = GOES_ON | {"told": 0.13, "seam": 0.96, "broken": 0.0, "ground": 0.65}
    assert doubt_about(BARE, fit(top=shade, left=GOES_ON)) == ""
    assert "contains the picture" in doubt_about(BARE, fit(top=shade | {"ground": 0.95}, left=GOES_ON))


def test_a_white_sky_on_one_side_is_no_paper_while_the_scene_goes_on_at_another() -> None:
    sky = GOES_ON | {"told": 0.3, "seam": 0.7, "broken": 0.4, "ground": 0.97}
    assert doubt_about(BARE, fit(top=sky, bottom=GOES_ON)) == ""
    for other in (sky, sky | {"seam": 0.95, "broken": 0.95}):
        assert "contains the picture" in doubt_about(BARE, fit(top=other, bottom=STOPS, left=GOES_ON))
    assert "contains the picture" in doubt_about(BARE, fit(top=sky | {"broken": 0.95}, bottom=GOES_ON))


def test_a_plain_wall_that_ends_in_a_line_is_no_paper_while_the_scene_goes_on_at_another_side() -> None:
    wall = GOES_ON | {"outside": 0.14, "seam": 0.91, "broken": 0.78, "ground": 0.76}
    assert doubt_about(BARE, fit(left=wall, right=GOES_ON)) == ""
    for paper in (wall | {"ground": 0.95}, wall | {"broken": 0.95}):
        assert "contains the picture" in doubt_about(BARE, fit(left=paper, right=GOES_ON))
    assert "contains the picture" in doubt_about(BARE, fit(left=wall))


def test_camera_data_of_a_picture_of_another_shape_vouch_for_nothing() -> None:
    borrowed = replace(SIGNED, marks=("borrowed",))
    assert "no camera data of its own" in doubt_about(borrowed, fit(resampled=18.0, left=GOES_ON))
    assert "no camera data of its own" in doubt_about(borrowed, fit(finer=0.4))
    assert "contains the picture" in doubt_about(borrowed, fit(top=STOPS, bottom=GOES_ON))
    assert doubt_about(borrowed, fit(left=GOES_ON)) == "", "somebody cropped it"


def test_the_whole_copy_without_finer_detail_is_asked_about_whoever_signed() -> None:
    enlarged = "may be the copy itself, enlarged, whatever its camera data says"
    large = {"factor": 1.7}
    for told in ({"finer": 0.4} | large, {"finer": 0.9} | large, {"finer": 0.3, "tones": 30.0} | large):
        assert enlarged in doubt_about(SIGNED, fit(**told))
        assert doubt_about(SIGNED, fit(**told | {"factor": 1.4})) == "", "a soft photograph, hardly larger"
        assert enlarged in doubt_about(SIGNED, fit(**told | {"factor": 1.4, "resampled": 6.6}))
        for other in ({"finer": 1.1}, {"tilt": 2.0}, {"left": GOES_ON}):
            assert doubt_about(SIGNED, fit(**told | other)) == ""
    assert doubt_about(SIGNED, fit(finer=0.9, tones=30.0, factor=1.7)) == "", "a filtered copy, out of focus"
    assert doubt_about(SIGNED, fit()) == "", "too small to look for detail"


def test_what_lies_around_a_bare_file_is_not_enough_where_it_has_many_pixels_and_no_finer_detail() -> None:
    """Reflections and smears around an enlarged copy, its filled corners, a shrunken original enlarged."""
    around: tuple[dict[str, dict[str, float] | float], ...] = ({"left": GOES_ON}, {"tilt": 2.2})
    for more in around:
        assert "no finer detail than the copy" in doubt_about(BARE, fit(finer=0.2, factor=1.9, **more))
        assert doubt_about(BARE, fit(finer=0.2, factor=1.3, **more)) == "", "too little to see it in"
        assert doubt_about(BARE, fit(finer=0.8, factor=1.9, **more)) == ""
        assert doubt_about(SIGNED, fit(finer=0.2, factor=1.9, **more)) == ""


def test_a_faint_trace_is_enough_where_detail_was_looked_for_and_there_is_none() -> None:
    faint: dict[str, dict[str, float] | float] = {"resampled": 6.6, "factor": 1.3, "right": GOES_ON}
    assert "was enlarged by a program" in doubt_about(BARE, fit(finer=0.2, **faint))
    assert doubt_about(BARE, fit(finer=0.7, **faint)) == ""
    assert doubt_about(BARE, fit(**faint)) == ""


def test_a_picture_mirrored_beside_itself_is_no_original_whoever_signed_it() -> None:
    beyond = dict.fromkeys(SIDES, GOES_ON)
    for original in (BARE, SIGNED):
        for side in SIDES:
            assert "mirrored" in doubt_about(original, fit(**beyond, **{f"mirror_{side}": 0.95}))
        assert doubt_about(original, fit(**beyond, mirror_bottom=0.7)) == "", "a still lake"


def test_two_halves_of_a_file_are_known_where_the_scene_goes_on_above_and_below() -> None:
    half = GOES_ON | {"seam": 0.86, "broken": 0.96}
    others = {"top": GOES_ON, "bottom": GOES_ON}
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(left=half, cut_left=0.87, **others))
        assert doubt_about(original, fit(left=half, cut_right=0.87, **others)) == "", "a wall, elsewhere"
        assert doubt_about(original, fit(left=half | {"broken": 0.3}, cut_left=0.87, **others)) == ""


def test_a_bare_file_of_a_screens_size_is_asked_about_unless_cameras_have_that_shape_too() -> None:
    beyond = fit(left=GOES_ON, right=GOES_ON)
    screen = replace(BARE, width=1136, height=640)
    assert doubt_about(screen, beyond) == "IMG_0001.JPG has the size of a screen and no camera data"
    assert doubt_about(replace(SIGNED, width=1136, height=640), beyond) == ""
    assert doubt_about(replace(BARE, width=1024, height=768), beyond) == ""


def test_bars_above_and_below_stop_the_picture_though_it_goes_on_beside_them() -> None:
    for original in (BARE, SIGNED):
        told = fit(top=STOPS, bottom=STOPS, left=GOES_ON, right=GOES_ON)
        assert "contains the picture" in doubt_about(original, told)


def test_a_brightened_enlargement_is_told_by_its_lack_of_detail() -> None:
    assert "enlarged" in doubt_about(BARE, fit(tones=20.0, finer=0.3))
    assert doubt_about(BARE, fit(tones=20.0, finer=0.9)) == ""
    assert "no finer detail" in doubt_about(BARE, fit(tones=20.0, finer=0.9, factor=2.0)), "a sharpened enlargement"
    assert doubt_about(BARE, fit(tones=20.0, finer=0.9, factor=2.0, right=GOES_ON)) == ""


def test_two_pictures_side_by_side_are_known_by_their_one_seam_though_a_camera_signed() -> None:
    assert doubt_about(SIGNED, fit(top=STOPS | {"seam": 0.85})) == ""
    assert "contains the picture" in doubt_about(SIGNED, fit(top=STOPS))
    small = STOPS | {"broken": 0.0}
    assert doubt_about(SIGNED, fit(top=small)) == ""
    assert "contains the picture" in doubt_about(SIGNED, fit(top=small, cut_top=1.0))


def test_a_poster_flush_on_three_sides_is_known_by_its_ground() -> None:
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(bottom=ON_PAPER))


def test_a_gallery_that_shows_more_of_the_photograph_than_the_copy_is_known_by_its_frame() -> None:
    framed = GOES_ON | {"outer": 1.0, "outer_ground": 1.0, "straight": 1.0}
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(top=framed, bottom=framed))


def test_a_header_of_one_exact_color_is_enough_where_nothing_is_shared_across_the_border() -> None:
    header = STOPS | {"seam": 0.82, "ground": 0.94}
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(top=header, bottom=GOES_ON))
    for other in ({"ground": 0.7}, {"outside": 0.03, "ground": 0.7}, {"broken": 0.5}):
        assert doubt_about(SIGNED, fit(top=header | other, bottom=GOES_ON)) == "", "a white sky, a table's edge"


def test_a_side_that_tells_nothing_neither_speaks_for_nor_against() -> None:
    silent = GOES_ON | {"told": 0.02, "seam": 1.0}
    assert doubt_about(BARE, fit(top=silent, bottom=GOES_ON)) == ""
    assert doubt_about(BARE, fit(top=silent)) != ""


def test_lines_in_the_dark_that_share_nothing_are_no_seam_where_nothing_stops() -> None:
    dark = GOES_ON | {"seam": 0.15, "broken": 1.0}
    faint = GOES_ON | {"seam": 0.46, "broken": 0.92}
    others = dict.fromkeys(("left", "right"), GOES_ON)
    for original in (BARE, SIGNED):
        assert doubt_about(original, fit(top=faint, bottom=dark, **others)) == ""
        assert "contains the picture" in doubt_about(original, fit(top=faint, bottom=faint, **others))


def test_straight_edges_in_the_scene_are_no_frame_while_one_side_of_the_window_tells_nothing() -> None:
    door = GOES_ON | {"straight": 1.0, "outer": 0.9, "outer_ground": 0.2}
    unseen = door | {"told": 0.04, "broken": 1.0}
    assert doubt_about(BARE, fit(right=door, left=unseen)) == ""
    assert "contains the picture" in doubt_about(BARE, fit(right=door, left=door))


def test_a_camera_whose_clock_was_dead_signed_its_file_by_its_own_note() -> None:
    no_clock = replace(SIGNED, taken=None, marks=("maker note",))
    zoomed = fit(resampled=20.0, tones=20.0, right=GOES_ON)
    assert doubt_about(no_clock, zoomed) == ""
    assert "no camera data" in doubt_about(replace(no_clock, marks=()), zoomed)
    assert "no camera data of its own" in doubt_about(replace(no_clock, marks=("maker note", "borrowed")), zoomed)


def test_a_bare_file_must_show_something_that_the_copy_does_not() -> None:
    assert doubt_about(BARE, fit()) == "IMG_0001.JPG has no camera data and shows nothing that the copy does not show"
    assert "may be the copy itself, enlarged" in doubt_about(BARE, fit(finer=0.4))
    for told in (fit(finer=2.0), fit(tones=15.0), fit(tilt=3.0)):
        assert doubt_about(BARE, told) == ""


def test_a_file_smaller_than_the_copy_is_in_doubt_whoever_signed_it() -> None:
    around = dict.fromkeys(SIDES, GOES_ON)
    for original, factor in ((BARE, 0.55), (SIGNED, 0.45)):
        assert doubt_about(original, fit(factor=factor, **around)) == "IMG_0001.JPG is smaller than the copy"
        assert doubt_about(original, fit(factor=factor + 0.1, **around)) == ""


def test_a_bar_of_one_colour_beyond_the_window_is_no_part_of_a_photograph_whoever_signed_it() -> None:
    around = dict.fromkeys(("left", "right", "bottom"), GOES_ON)
    bar = GOES_ON | {"outer": 0.98, "outer_ground": 1.0, "straight": 0.98}
    for original in (BARE, SIGNED):
        assert "contains the picture" in doubt_about(original, fit(top=bar, cut_top=0.98, **around))
    for weaker in ({"outer_ground": 0.76}, {"straight": 0.6}, {"outer": 0.6}):  # a white sky above a roof
        assert doubt_about(SIGNED, fit(top=bar | weaker, cut_top=0.98, **around)) == ""
    less_exact = bar | {"outer_ground": 0.8}
    at_a_seam = less_exact | {"seam": 0.8, "ground": 0.86, "broken": 0.0}
    assert doubt_about(SIGNED, fit(top=less_exact, cut_top=0.87, **around)) == ""
    assert doubt_about(SIGNED, fit(top=at_a_seam | {"outer_ground": 0.73}, cut_top=0.87, **around)) == "", (
        "a wall's foot"
    )
    assert "contains the picture" in doubt_about(SIGNED, fit(top=at_a_seam, cut_top=0.87, **around))
    assert doubt_about(SIGNED, fit(top=bar, cut_top=0.5, **around)) == ""


def test_a_drawn_strip_along_an_edge_is_a_viewers_unless_it_is_the_black_rim_of_a_film() -> None:
    around = dict.fromkeys(SIDES, GOES_ON)
    for original in (BARE, SIGNED):
        for level in (18.0, 44.0, 250.0):
            strip = fit(strip_bottom=0.99, strip_bottom_breadth=0.012, strip_bottom_level=level, **around)
            assert doubt_about(original, strip).endswith("has a strip along an edge that a program drew")
        assert doubt_about(original, fit(strip_top=0.99, strip_top_breadth=0.02, strip_top_level=0.0, **around))
        for share, breadth, level in ((0.7, 0.02, 200.0), (0.85, 0.05, 12.0), (1.0, 0.009, 1.0)):
            no_strip = fit(strip_top=share, strip_top_breadth=breadth, strip_top_level=level, **around)
            assert doubt_about(original, no_strip) == ""


def test_what_lies_around_is_no_scene_where_it_was_drawn_out_of_the_border_on_two_opposite_sides() -> None:
    around = dict.fromkeys(SIDES, GOES_ON)
    for original in (BARE, SIGNED):
        for pair in (("top", "bottom"), ("left", "right")):
            smears = {f"smear_{side}": 0.99 for side in pair}
            assert doubt_about(original, fit(**smears, **around)).endswith("by drawing out its edges")
        planks = {"smear_top": 0.99, "smear_left": 0.97, "smear_bottom": 0.8}  # that run to the file's edge
        assert doubt_about(original, fit(**planks, **around)) == ""


def test_words_written_over_a_bare_file_make_a_question_of_it_and_a_cameras_own_date_does_not() -> None:
    around = dict.fromkeys(SIDES, GOES_ON)
    assert doubt_about(BARE, fit(letters=7.0, **around)).endswith("has words written over it")
    assert doubt_about(BARE, fit(letters=4.0, **around)) == ""  # on a sign, or by chance
    assert doubt_about(SIGNED, fit(letters=8.0, **around)) == ""
    assert needs_letters(BARE, fit(**around).measures)
    assert not needs_letters(SIGNED, fit(**around).measures)
    assert not needs_letters(BARE, fit(**dict.fromkeys(SIDES, STOPS)).measures)


def test_finer_detail_is_asked_for_only_where_it_can_change_what_is_said_of_a_file() -> None:
    stops = fit(**dict.fromkeys(SIDES, STOPS))
    many_pixels = fit(left=GOES_ON, factor=1.9)
    for told in (fit(), fit(tones=15.0), fit(tilt=3.0, resampled=12.0), fit(tilt=3.0, resampled=6.5), many_pixels):
        assert needs_detail(BARE, told.measures)
    assert needs_detail(SIGNED, fit().measures)
    for original, told in (
        (SIGNED, many_pixels),
        (BARE, fit(left=GOES_ON)),
        (BARE, fit(tilt=3.0)),
        (BARE, stops),
    ):
        assert not needs_detail(original, told.measures)
        for finer in (0.3, 0.8, 2.0):
            found = replace(told, measures=dict(told.measures) | {"finer": finer})
            assert doubt_about(original, found) == doubt_about(original, told)


def test_a_file_that_calls_itself_a_screenshot_is_one() -> None:
    told = fit(left=GOES_ON, right=GOES_ON)
    assert "is a screenshot" in doubt_about(replace(BARE, marks=("screenshot",)), told)
    screen = replace(BARE, content_format="PNG", width=1170, height=2532)
    assert "is a screenshot" in doubt_about(screen, told)
    assert doubt_about(replace(screen, width=3024, height=4032), told) == ""


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Screenshots/IMG_0001.JPG", "called a screenshot"),
        ("IMG-20150706-WA0031.jpg", "comes from a chat app"),
        ("Telegram/1.jpg", "comes from a chat app"),
        ("IMG_20190101-COLLAGE.jpg", "called a collage"),
        ("IMG_0001-gigapixel-2x.jpg", "called an enlargement"),
        ("IMG_0001@2x.jpg", "called an enlargement"),
        ("IMG_0001-watermarked.jpg", "called watermarked"),
        ("Pictures/Instagram/IMG_20171214_190314_347.jpg", "lies in a folder of Instagram's app"),
    ],
)
def test_a_name_alone_makes_a_question_of_a_bare_file_and_not_of_one_that_a_camera_signed(
    path: str, words: str
) -> None:
    told = fit(left=GOES_ON, right=GOES_ON)
    assert words in doubt_about(replace(BARE, path=Path("/roll") / path), told)
    assert doubt_about(replace(SIGNED, path=Path("/roll") / path), told) == ""


def test_a_thumbnail_is_one_though_its_maker_kept_the_exif_unless_it_is_too_large_for_one() -> None:
    path, told = Path("/roll/thumbs/IMG_0001.JPG"), fit(left=GOES_ON, right=GOES_ON)
    small = replace(SIGNED, path=path, width=1280, height=960)
    assert "is a thumbnail" in doubt_about(small, told)
    assert doubt_about(replace(SIGNED, path=path), told) == ""


def test_what_was_saved_from_instagram_is_an_export() -> None:
    square = replace(BARE, width=1936, height=1936)
    said = doubt_about(square, fit(finer=3.0))
    assert said == "IMG_0001.JPG is a square with no camera data, as pictures saved from Instagram are"
    assert doubt_about(square, fit(finer=3.0, tones=12.0)) == ""
    assert doubt_about(replace(square, camera="Apple iPhone 4", taken=TAKEN), fit()) == ""
    assert doubt_about(replace(square, marks=("instagram",)), fit(finer=3.0, tones=12.0)) != ""


@pytest.mark.parametrize("size", [(1080, 1350), (864, 1080), (1600, 838), (1080, 720), (1170, 1560)])
def test_so_is_a_post_that_is_no_square_and_a_screenshot_with_all_around_it_cut_away(size: tuple[int, int]) -> None:
    post = replace(BARE, width=size[0], height=size[1])
    assert f"is {size[0]} x {size[1]} pixels large with no camera data" in doubt_about(post, fit(finer=3.0))
    for other in (replace(post, width=size[0] + 30), replace(post, height=3 * size[0])):
        assert doubt_about(other, fit(finer=3.0)) == ""
    part = replace(fit(finer=3.0), window=Window((0.5, 0.5), (1.0, 0.8), 0.0, False))
    assert doubt_about(post, part) == ""
    assert doubt_about(post, fit(finer=3.0, tones=12.0)) == ""
