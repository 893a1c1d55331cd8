from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from i2f.ground.flickr_accepts import MAX_PHOTO_BYTES
from i2f.ground.model import (
    ALIKE,
    APART,
    Answer,
    Candidate,
    CaptureTime,
    Fit,
    InstagramCopy,
    InstagramMark,
    Mark,
    Original,
    Sent,
    Verdict,
    Window,
    bare_photo,
)
from i2f.sync.candidate_order import choose_twin, originals_first
from i2f.sync.plan import SHOWN, as_posted, decide, gain, keep_too_large, leave, margin, shortened

POSTED = datetime(2012, 9, 30, 12, 0, 1, tzinfo=UTC)


def make_copy(edge: int = 612, posted: datetime | None = POSTED, error: timedelta = timedelta(0)) -> InstagramCopy:
    photo = bare_photo("1", "", (edge, edge))
    return InstagramCopy(photo, InstagramMark(Mark.LINK, None, posted, error))


def make_original(
    name: str = "IMG_0001.JPG",
    width: int = 4032,
    height: int = 3024,
    content_format: str = "JPEG",
    taken: CaptureTime | None = None,
    camera: str | None = "Apple iPhone 7",
) -> Original:
    return Original(Path("/roll") / name, 1, 1, content_format, width, height, taken, camera)


def make_candidate(
    score: float = 0.99,
    sure: bool = True,
    original: Original | None = None,
    tone: float = 0.9,
    size: tuple[float, float] = (0.75, 1.0),
    twins: tuple[Original, ...] = (),
) -> Candidate:
    fit = Fit(score, sure, tone, Window((0.5, 0.5), size, 0.0, False), "words", {})
    return Candidate(original or make_original(), fit, twins)


def clock(moment: datetime, offset: timedelta | None = None) -> CaptureTime:
    return CaptureTime(moment.replace(tzinfo=None), True, offset)


def test_one_sure_original_alone_is_replaced() -> None:
    decision = decide(make_copy(), [make_candidate()], 1.2)
    assert decision.verdict is Verdict.REPLACE
    assert decision.reason == "Matches IMG_0001.JPG (only match)"
    assert decision.decided_by == "rule"


def test_without_candidates_the_copy_is_kept() -> None:
    decision = decide(make_copy(), [], 1.2)
    assert (decision.verdict, decision.reason) == (Verdict.KEEP, "No original looks like this copy")


def test_strangers_are_no_reason_to_ask() -> None:
    assert decide(make_copy(), [make_candidate(0.03, sure=False)], 1.2).verdict is Verdict.KEEP


@pytest.mark.parametrize("candidate", [make_candidate(0.99, sure=False), make_candidate(0.7, sure=True)])
def test_thin_evidence_is_a_question(candidate: Candidate) -> None:
    assert decide(make_copy(), [candidate], 1.2).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    "rival", [make_candidate(0.98, sure=True), make_candidate(0.7, sure=False), make_candidate(0.3, sure=True)]
)
def test_a_second_shot_that_fits_almost_as_well_is_a_question(rival: Candidate) -> None:
    assert decide(make_copy(), [make_candidate(0.99), rival], 1.2).verdict is Verdict.REVIEW


def test_a_poor_runner_up_does_not_hinder() -> None:
    assert decide(make_copy(), [make_candidate(0.99), make_candidate(0.2, sure=False)], 1.2).verdict is Verdict.REPLACE


def test_an_original_taken_after_the_posting_is_a_question() -> None:
    late = make_original(taken=clock(POSTED + timedelta(minutes=5), timedelta(0)))
    decision = decide(make_copy(), [make_candidate(original=late)], 1.2)
    assert decision.verdict is Verdict.REVIEW
    assert "after the post" in decision.reason


def test_a_twin_taken_after_the_posting_is_a_question_too() -> None:
    late = make_original("IMG_E0001.JPG", taken=clock(POSTED + timedelta(days=5)))
    assert decide(make_copy(), [make_candidate(twins=(late,))], 1.2).verdict is Verdict.REVIEW


@pytest.mark.parametrize(("hours", "verdict"), [(13.9, Verdict.REPLACE), (14.1, Verdict.REVIEW)])
def test_a_clock_without_a_zone_has_fourteen_hours_of_grace(hours: float, verdict: Verdict) -> None:
    original = make_original(taken=clock(POSTED + timedelta(hours=hours)))
    assert decide(make_copy(), [make_candidate(original=original)], 1.2).verdict is verdict


def test_a_zone_is_reckoned_with() -> None:
    offset = timedelta(hours=9)
    original = make_original(taken=clock(POSTED + timedelta(hours=8, minutes=59), offset))
    assert decide(make_copy(), [make_candidate(original=original)], 1.2).verdict is Verdict.REPLACE


def test_a_counted_post_may_be_days_off() -> None:
    copy = make_copy(error=timedelta(days=3))
    original = make_original(taken=clock(POSTED + timedelta(days=2), timedelta(0)))
    assert decide(copy, [make_candidate(original=original)], 1.2).verdict is Verdict.REPLACE


def test_a_late_sibling_stays_in_the_margin() -> None:
    late = make_original("IMG_0002.JPG", taken=clock(POSTED + timedelta(days=400)))
    two = [make_candidate(0.99), make_candidate(0.9, original=late)]
    assert decide(make_copy(), two, 1.2).verdict is Verdict.REVIEW


def test_nothing_is_replaced_where_nothing_is_gained() -> None:
    small = make_candidate(original=make_original(width=900, height=640))
    decision = decide(make_copy(), [small], 1.2)
    assert decision.verdict is Verdict.KEEP
    assert decision.reason.startswith("The original is ")


def test_the_gain_counts_pixels_inside_the_window_only() -> None:
    original = make_original(width=4000, height=3000)
    assert gain(make_copy(1000), make_candidate(original=original, size=(0.25, 0.5))) == 1.5


def test_a_gain_of_zero_turns_the_rule_off() -> None:
    small = make_candidate(original=make_original(width=300, height=300))
    assert decide(make_copy(), [small], 0).verdict is Verdict.REPLACE


def test_a_file_too_large_for_flickr_is_left_alone_unless_something_smaller_is_sent_for_it() -> None:
    large = replace(make_original(), size_bytes=MAX_PHOTO_BYTES + 1)
    kept = keep_too_large(decide(make_copy(), [make_candidate(original=large)], 1.2))
    assert (kept.verdict, kept.reason) == (Verdict.KEEP, "IMG_0001.JPG exceeds Flickr's 200 MiB limit")
    for original in (replace(large, size_bytes=MAX_PHOTO_BYTES), replace(large, content_format="HEIC")):
        assert keep_too_large(decide(make_copy(), [make_candidate(original=original)], 1.2)).verdict is Verdict.REPLACE
    nothing = decide(make_copy(), [], 1.2)
    assert keep_too_large(nothing) is nothing


def test_nobody_is_asked_about_originals_that_would_gain_nothing() -> None:
    small = make_candidate(0.6, sure=False, original=make_original(width=640, height=640))
    assert decide(make_copy(), [small], 1.2).verdict is Verdict.KEEP


def test_the_margin_is_the_score_itself_without_a_runner_up() -> None:
    assert margin([make_candidate(0.9)]) == 0.9
    assert margin([]) is None


def test_of_twins_the_cameras_own_file_is_sent() -> None:
    taken = clock(POSTED - timedelta(days=1))
    square = make_candidate(0.999, tone=0.99, original=make_original("saved.jpg", 2048, 2048, camera=None))
    edit = make_candidate(0.99, original=make_original("IMG_E0001.JPG", taken=taken))
    own = make_candidate(0.98, original=make_original("IMG_0001.JPG", taken=taken))
    chosen = choose_twin([square, edit, own], "camera")
    assert chosen.original.path.name == "IMG_0001.JPG"
    assert [twin.path.name for twin in chosen.twins] == ["IMG_E0001.JPG", "saved.jpg"]


def test_of_twins_the_one_that_looks_most_like_the_copy_is_sent_when_asked_for() -> None:
    edit = make_candidate(0.98, tone=0.99, original=make_original("IMG_E0001.JPG"))
    own = make_candidate(0.99, tone=0.8, original=make_original("IMG_0001.JPG"))
    assert choose_twin([own, edit], "look").original.path.name == "IMG_E0001.JPG"


def test_a_twin_that_does_not_fit_for_certain_is_not_sent_in_the_place_of_one_that_does() -> None:
    own = make_candidate(0.4, sure=False, original=make_original("IMG_0001.JPG", taken=clock(POSTED)))
    edit = make_candidate(0.99, original=make_original("IMG_E0001.JPG", taken=clock(POSTED)))
    assert choose_twin([own, edit], "camera").original.path.name == "IMG_E0001.JPG"


def test_of_a_jpeg_and_a_heic_of_one_shot_flickr_gets_what_it_takes_as_it_is() -> None:
    taken = clock(POSTED)
    heic = make_candidate(original=make_original("IMG_0001.HEIC", content_format="HEIF", taken=taken))
    jpeg = make_candidate(original=make_original("IMG_0001.JPG", taken=taken))
    assert choose_twin([heic, jpeg], "camera").original.path.name == "IMG_0001.JPG"


WITHOUT_CONVERSION = "the one Flickr takes without conversion"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (make_original("IMG_0001 2.JPG", camera=None), "the one with camera and time"),
        (make_original("IMG_E0001.JPG", taken=clock(POSTED)), "the unedited one"),
        (make_original("IMG_0001(1).JPG", 2048, 1536, taken=clock(POSTED)), "the one with the most pixels"),
        (make_original("IMG_0001.HEIC", content_format="HEIF", taken=clock(POSTED)), WITHOUT_CONVERSION),
        (make_original("IMG_0001.DNG", content_format="DNG", taken=clock(POSTED)), WITHOUT_CONVERSION),
        (make_original("IMG_0001 2.JPG", taken=clock(POSTED)), "the one with the shortest name"),
        (make_original("IMG_0002.JPG", taken=clock(POSTED)), "the first one by name"),
    ],
)
def test_the_reason_says_why_this_twin_is_sent(other: Original, words: str) -> None:
    own = make_candidate(original=make_original(taken=clock(POSTED)))
    for twins in ([own, make_candidate(original=other)], [make_candidate(original=other), own]):
        decision = decide(make_copy(posted=None), [choose_twin(twins, "camera")], 1.2)
        assert decision.match is not None
        assert (decision.match.original, decision.match.twins) == (own.original, (other,))
        assert decision.reason == f"Matches IMG_0001.JPG (only match; 2 versions found, using {words})"


def test_the_reason_says_when_the_looks_decided_or_only_one_twin_was_certain() -> None:
    edit = make_candidate(0.98, tone=0.99, original=make_original("IMG_E0001.JPG"))
    own = make_candidate(0.99, tone=0.8)
    assert choose_twin([own, edit], "look").because == "the one whose tones match the copy best"
    assert (
        choose_twin([make_candidate(0.4, sure=False), edit], "camera").because == "the only one that passes every test"
    )
    assert choose_twin([own], "camera").because == ""


@pytest.mark.parametrize("module", ["plan", "candidate_order", "thresholds"])
def test_what_decides_imports_neither_disk_nor_network_nor_clock(module: str) -> None:
    text = (Path(__file__).resolve().parents[2] / "i2f" / "sync" / f"{module}.py").read_text(encoding="utf-8")
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    pure = {
        "i2f.ground.flickr_accepts",
        "i2f.ground.model",
        "i2f.ground.wording",
        "i2f.photos.provenance",
        "i2f.photos.same_shot",
        "i2f.sync.thresholds",
    }
    assert imported <= {"__future__", "collections.abc", "dataclasses", "datetime", *pure}


# What a person answered.


def test_what_a_person_chose_is_replaced_whatever_the_rules_think_of_it() -> None:
    late = make_original("IMG_0002.JPG", taken=clock(POSTED + timedelta(days=9)))
    other = make_candidate(0.3, sure=False, original=late)
    decision = decide(make_copy(), [make_candidate(), other], 1.2, Answer(late.path, "x.JPG", frozenset()))
    assert (decision.verdict, decision.decided_by) == (Verdict.REPLACE, "person")
    assert decision.match is other
    assert decision.reason == "You chose IMG_0002.JPG"
    assert margin(decision.candidates) == 0


def test_no_answer_overrides_that_an_original_must_be_larger() -> None:
    small = make_candidate(original=make_original(width=640, height=640))
    decision = decide(make_copy(), [small], 1.2, Answer(small.original.path, "IMG_0001.JPG", frozenset()))
    assert (decision.verdict, decision.decided_by) == (Verdict.KEEP, "person")
    assert "x the copy's pixels" in decision.reason


def test_a_chosen_original_that_is_not_in_the_folder_is_not_exchanged_for_another() -> None:
    decision = decide(make_copy(), [make_candidate()], 1.2, Answer(None, "IMG_0009.JPG", frozenset()))
    assert (decision.verdict, decision.decided_by) == (Verdict.KEEP, "person")
    assert decision.reason == "You chose IMG_0009.JPG, which is not in this folder"


def test_a_refused_pair_is_never_replaced_and_not_asked_again() -> None:
    best = make_candidate()
    decision = decide(make_copy(), [best], 1.2, Answer(None, None, frozenset({best.original.path})))
    assert (decision.verdict, decision.decided_by) == (Verdict.KEEP, "person")
    assert decision.candidates == (best,)


def test_a_shot_of_which_one_file_was_refused_is_refused_with_its_twins() -> None:
    edit = make_original("IMG_E0001.JPG")
    decision = decide(make_copy(), [make_candidate(twins=(edit,))], 1.2, Answer(None, None, frozenset({edit.path})))
    assert decision.verdict is Verdict.KEEP


def test_what_was_not_refused_is_decided_by_the_rules() -> None:
    refused, rival = make_candidate(0.99), make_candidate(0.98, original=make_original("IMG_0002.JPG"))
    decision = decide(make_copy(), [refused, rival], 1.2, Answer(None, None, frozenset({refused.original.path})))
    assert (decision.verdict, decision.decided_by) == (Verdict.REPLACE, "rule")
    assert decision.match is rival
    unsure = make_candidate(0.6, sure=False, original=make_original("IMG_0003.JPG"))
    decision = decide(make_copy(), [refused, unsure], 1.2, Answer(None, None, frozenset({refused.original.path})))
    assert (decision.verdict, decision.decided_by) == (Verdict.REVIEW, "rule")


def test_what_was_refused_before_an_undo_makes_no_other_the_only_shot_that_fits() -> None:
    refused, rival = make_candidate(0.99), make_candidate(0.98, original=make_original("IMG_0002.JPG"))
    answer = Answer(None, None, frozenset({refused.original.path}), asks_anew=True)
    decision = decide(make_copy(), [refused, rival], 1.2, answer)
    assert (decision.verdict, decision.decided_by, decision.candidates) == (Verdict.REVIEW, "rule", (rival,))
    assert "IMG_0002.JPG" in decision.reason
    assert decide(make_copy(), [rival], 1.2, answer).verdict is Verdict.REPLACE


# What only holds the picture.


def test_a_doubtful_file_is_a_question_with_its_reason() -> None:
    doubtful = replace(make_candidate(0.99), doubt="IMG_0001.JPG is a screenshot that contains the picture")
    decision = decide(make_copy(), [doubtful], 1.2)
    assert (decision.verdict, decision.reason) == (Verdict.REVIEW, doubtful.doubt)


def test_what_only_holds_the_picture_does_not_stand_in_the_way_of_the_original() -> None:
    trap = replace(make_candidate(1.0, original=make_original("IMG_7001.PNG", camera=None)), doubt="a screenshot")
    own = make_candidate(0.96)
    found = originals_first([trap, own])
    assert [one.original.path.name for one in found] == ["IMG_0001.JPG", "IMG_7001.PNG"]
    decision = decide(make_copy(), found, 1.2)
    assert (decision.verdict, decision.match) == (Verdict.REPLACE, own)
    assert margin(found) == 0.96


def test_a_doubtful_file_whose_exif_proves_another_exposure_does() -> None:
    own = make_candidate(0.96, original=make_original(taken=clock(POSTED)))
    other = make_original("IMG_0002.JPG", taken=clock(POSTED - timedelta(seconds=3)))
    found = originals_first([replace(make_candidate(0.99, original=other), doubt="a collage"), own])
    assert decide(make_copy(), found, 1.2).verdict is Verdict.REVIEW


def apart(candidate: Candidate) -> Candidate:
    return replace(candidate, fit=replace(candidate.fit, measures={APART: 1.0}))


def test_a_doubtful_file_of_the_true_shot_does_when_something_moved_between_it_and_its_sibling() -> None:
    sibling = apart(make_candidate(0.96))
    saved = make_original("saved.jpg", 1080, 1080, camera=None)
    left = replace(apart(make_candidate(0.99, original=saved)), doubt="a square with no camera data")
    decision = decide(make_copy(), originals_first([left, sibling]), 1.2)
    assert (decision.verdict, margin(decision.candidates)) == (Verdict.REVIEW, 0.0)
    assert decision.reason == "saved.jpg matches almost as well as IMG_0001.JPG"


@pytest.mark.parametrize(
    ("trap", "own"),
    [
        (make_candidate(0.99), make_candidate(0.96)),
        (apart(make_candidate(0.99)), make_candidate(0.96)),
        (apart(make_candidate(0.7, sure=False)), apart(make_candidate(0.96))),
    ],
)
def test_a_doubtful_file_that_is_not_known_for_another_exposure_does_not(trap: Candidate, own: Candidate) -> None:
    doubtful = replace(trap, doubt="a screenshot", original=make_original("IMG_7001.PNG", camera=None))
    assert decide(make_copy(), originals_first([doubtful, own]), 1.2).match == own


@pytest.mark.parametrize("score", [0.95, 0.99])
def test_what_was_made_of_a_cameras_own_file_around_the_copy_does_not_compete_with_it(score: float) -> None:
    own = make_candidate(0.96, original=make_original(taken=clock(POSTED)))
    bare = make_candidate(score, original=make_original("marked.jpg", camera=None))
    marked = replace(bare, fit=replace(bare.fit, measures={ALIKE: 1.0}))
    assert decide(make_copy(), originals_first([bare, own]), 1.2).verdict is Verdict.REVIEW
    assert decide(make_copy(), originals_first([marked, own]), 1.2).match == own
    unsigned = replace(own, original=make_original(camera=None))
    assert decide(make_copy(), originals_first([marked, unsigned]), 1.2).verdict is Verdict.REVIEW
    doubtful = replace(own, doubt="a collage")
    assert decide(make_copy(), originals_first([marked, doubtful]), 1.2).match is None


def test_a_doubtful_file_competes_when_its_twin_is_proved_another_exposure() -> None:
    own = make_candidate(0.96, original=make_original(taken=clock(POSTED)))
    other = make_original("IMG_0002.JPG", taken=clock(POSTED - timedelta(seconds=3)))
    bare = make_candidate(0.99, original=make_original("saved.jpg", camera=None), twins=(other,))
    assert decide(make_copy(), originals_first([replace(bare, doubt="a collage"), own]), 1.2).verdict is Verdict.REVIEW


def test_a_poor_runner_up_hides_no_near_one_behind_it() -> None:
    others = [make_candidate(0.2, sure=False), make_candidate(0.98, original=make_original("IMG_0003.JPG"))]
    decision = decide(make_copy(), [make_candidate(0.99), *others], 1.2)
    assert decision.reason == "IMG_0003.JPG matches almost as well as IMG_0001.JPG"


def test_a_stranger_does_not_come_before_a_screenshot_of_the_picture() -> None:
    trap = replace(make_candidate(1.0), doubt="a screenshot")
    assert originals_first([make_candidate(0.01, sure=False), trap])[0] is trap


def test_a_shot_that_hardly_fits_does_not_come_before_a_screenshot_of_the_right_one() -> None:
    trap = replace(make_candidate(0.99, original=make_original("IMG_7001.PNG", camera=None)), doubt="a screenshot")
    poor, near, sure = (make_candidate(0.12, sure=False), make_candidate(0.7, sure=False), make_candidate(0.91))
    assert originals_first([poor, trap]) == [trap, poor]
    assert originals_first([trap, near]) == [near, trap]
    assert originals_first([poor, trap, sure]) == [sure, trap, poor]
    assert decide(make_copy(), originals_first([trap, poor]), 1.2).reason == "a screenshot"


def test_the_order_does_not_depend_on_the_order_of_the_files() -> None:
    trap = replace(make_candidate(0.99, original=make_original("IMG_7001.PNG", camera=None)), doubt="a screenshot")
    shots = [
        make_candidate(score, sure=False, original=make_original(f"IMG_{place:04d}.JPG"))
        for place, score in enumerate((0.99, 0.7, 0.3, 0.3))
    ]
    orders = {
        tuple(one.original.path.name for one in originals_first(list(each))) for each in permutations([trap, *shots])
    }
    assert orders == {("IMG_0000.JPG", "IMG_0001.JPG", "IMG_7001.PNG", "IMG_0002.JPG", "IMG_0003.JPG")}


def test_all_candidates_decide_and_those_that_compete_are_shown() -> None:
    own = make_candidate(0.99, original=make_original(taken=clock(POSTED)))
    traps = [
        replace(make_candidate(0.98, original=make_original(f"{place}.PNG", camera=None)), doubt="a screenshot")
        for place in range(8)
    ]
    other = make_original("IMG_0002.JPG", taken=clock(POSTED - timedelta(seconds=3)))
    found = originals_first([own, *traps, replace(make_candidate(0.95, original=other), doubt="a collage")])
    decision = shortened(decide(make_copy(), found, 1.2))
    assert decision.verdict is Verdict.REVIEW
    names = [one.original.path.name for one in decision.candidates]
    assert names == ["IMG_0001.JPG", "0.PNG", "1.PNG", "2.PNG", "IMG_0002.JPG"]
    assert margin(decision.candidates) == margin(found)


def test_what_was_not_shown_is_not_sent_because_all_that_was_shown_is_refused() -> None:
    shots = [make_candidate(0.99 - place / 100, original=make_original(f"IMG_{place:04d}.JPG")) for place in range(6)]
    trap = replace(make_candidate(0.2, sure=False, original=make_original("7.PNG", camera=None)), doubt="a screenshot")
    refused = frozenset(one.original.path for one in shots[:SHOWN])
    decision = decide(make_copy(), [*shots, trap], 1.2, Answer(None, None, refused))
    assert (decision.verdict, decision.reason) == (Verdict.KEEP, "You rejected all candidates")


def test_what_a_person_chose_is_shown_however_poorly_it_fits() -> None:
    shots = [make_candidate(0.9 - place / 10, original=make_original(f"IMG_{place:04d}.JPG")) for place in range(7)]
    chosen = shots[6].original
    decision = shortened(decide(make_copy(), shots, 1.2, Answer(chosen.path, "IMG_0006.JPG", frozenset())))
    assert (decision.match, len(decision.candidates)) == (shots[6], SHOWN)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_0001-edited.jpg",
        "IMG_0001-adjusted.JPG",
        "IMG_0001-bearbeitet.jpg",
        "IMG_0001 (Edited).jpg",
        "IMG_0001-edited(1).jpg",
        "IMG_E0001.JPG",
    ],
)
def test_the_cameras_own_file_comes_before_an_edit_whatever_it_is_called(name: str) -> None:
    own = make_candidate(original=make_original("IMG_0001.HEIC", content_format="HEIF", taken=clock(POSTED)))
    edit = make_candidate(original=make_original(name, taken=clock(POSTED)))
    assert choose_twin([edit, own], "camera").original is own.original


def test_an_edit_is_known_by_its_program_and_by_the_cameras_note_that_it_lost() -> None:
    own = make_original("b.JPG", taken=clock(POSTED))
    for edit in (replace(own, path=Path("/a.JPG"), marks=("edited",)), replace(own, path=Path("/a.JPG"))):
        noted = replace(own, marks=("maker note",))
        members = [make_candidate(original=edit), make_candidate(original=noted)]
        assert choose_twin(members, "camera").original is noted


def test_a_reduction_comes_after_an_edit_of_full_size() -> None:
    small = make_candidate(original=make_original("IMG_0001.JPG", 1024, 768, taken=clock(POSTED)))
    edit = make_candidate(original=make_original("IMG_E0001.JPG", taken=clock(POSTED)))
    assert choose_twin([small, edit], "camera").original is edit.original


@pytest.mark.parametrize("name", ["IMG_0001-edited.jpg", "IMG_E0001.JPG"])
def test_an_enlarged_edit_comes_after_the_cameras_own_file(name: str) -> None:
    own = make_candidate(original=make_original("IMG_0001.JPG", 3264, 2448, taken=clock(POSTED)))
    edit = make_candidate(original=make_original(name, 6528, 4896, taken=clock(POSTED)))
    for members in ([edit, own], [own, edit]):
        chosen = choose_twin(members, "camera")
        assert (chosen.original, chosen.because) == (own.original, "the unedited one")


@pytest.mark.parametrize(
    ("trace", "width", "chosen"), [(9.8, 864, "IMG_1.JPG"), (5.0, 864, "big.jpg"), (9.8, 400, "big.jpg")]
)
def test_what_bears_a_trace_of_enlarging_comes_after_another_bare_file_nearly_as_large(
    trace: float, width: int, chosen: str
) -> None:
    own = make_candidate(original=make_original("IMG_1.JPG", width, width * 3 // 4, camera=None))
    large = make_candidate(original=make_original("big.jpg", 1440, 1080, camera=None))
    large = replace(large, fit=replace(large.fit, measures={"resampled": trace}))
    for members in ([own, large], [large, own]):
        assert choose_twin(members, "camera").original.path.name == chosen


def test_a_picture_that_cannot_be_rendered_as_posted_is_a_question_and_its_original_is_not_sent() -> None:
    planned = decide(make_copy(), [make_candidate()], 1.2)
    sent = as_posted(planned, None)
    assert (sent.verdict, sent.sent) == (Verdict.REPLACE, Sent.AS_POSTED)
    assert sent.reason == "Matches IMG_0001.JPG (only match); sent as posted"
    asked = as_posted(planned, "the copy shows something else in 4 places")
    assert (asked.verdict, asked.match, asked.not_rendered) == (Verdict.REVIEW, None, True)
    assert asked.reason.endswith("cannot be rendered from it: the copy shows something else in 4 places")


def test_what_a_person_chose_to_send_is_sent() -> None:
    one = make_candidate(0.7, sure=False)
    answer = Answer(one.original.path, one.original.path.name, frozenset(), sent=Sent.AS_POSTED)
    chosen = decide(make_copy(), [one], 1.2, answer)
    assert (chosen.sent, chosen.reason) == (Sent.AS_POSTED, "You chose IMG_0001.JPG as posted")
    assert decide(make_copy(), [one], 1.2, replace(answer, sent=Sent.ORIGINAL)).sent is Sent.ORIGINAL


def test_the_best_match_is_left_where_only_an_unlikely_one_has_more_pixels() -> None:
    small, large = make_original(width=850, height=700), make_original("IMG_0002.JPG")
    decision = decide(
        make_copy(), [make_candidate(original=small), make_candidate(0.5, sure=False, original=large)], 1.5
    )
    assert decision.verdict is Verdict.KEEP
    assert decision.reason.startswith("The original is hardly larger than the copy: IMG_0001.JPG")


def test_what_is_left_is_left_as_posted_too() -> None:
    left = leave(make_copy(), "a video")
    assert (left.verdict, left.reason, left.candidates) == (Verdict.KEEP, "a video", ())
    assert as_posted(left, None) is left
