"""What a person said is read as it was meant, outlives everything, and is for the bytes it was said about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from i2f.ground.model import Sent
from i2f.memory.journal_steps import JournalStep
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.memory.review_answers import (
    NEVER,
    NONE,
    POSTED,
    THIS,
    Identity,
    Said,
    Seen,
    Step,
    find_again,
    keep_step,
    said_about,
    take_back_step,
)
from i2f.sync.questions import open_questions, read_progress, read_questions
from tests.support.reports import make_candidate
from tests.support.review_desk import Desk, lay_out, tell

ONE = Identity("a", "b", 4032, 3024, 9, "IMG_1.JPG")
TWO = Identity("c", "d", 4032, 3024, 9, "IMG_2.JPG")


def said(*steps: Step) -> Said:
    return Said("copy", steps, 0.0)


def test_the_last_choice_says_what_is_sent() -> None:
    assert said(Step(POSTED, (ONE,))).sent is Sent.AS_POSTED
    assert said(Step(POSTED, (ONE,)), Step(THIS, (ONE,))).sent is Sent.ORIGINAL
    both = said(Step(THIS, (ONE,)), Step(POSTED, (TWO,)))
    assert (both.chosen, both.sent, both.never) == (TWO, Sent.AS_POSTED, ())


def test_a_choice_as_posted_is_taken_back_like_any_other() -> None:
    refused = said(Step(POSTED, (ONE,)), Step(NEVER, (ONE,)))
    assert (refused.chosen, refused.sent, refused.never) == (None, Sent.ORIGINAL, (ONE,))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    laid = lay_out(tmp_path / "state", 3)
    yield laid
    laid.journal.close()


def asks_anew(desk: Desk) -> bool:
    """Whether what was answered to the first question was before a replacement that was taken back."""
    question = read_questions(desk.journal)[0]
    said = said_about(desk.journal, question.photo_id, question.copy_sha256)
    return said is not None and find_again(said, [one.original for one in question.choices], desk.journal).asks_anew


@pytest.mark.long
def test_a_chosen_original_answers_the_question(desk: Desk) -> None:
    tell(desk, THIS, 1)
    progress = read_progress(desk.journal, read_questions(desk.journal)[0])
    assert (progress.done, progress.chosen) == (True, 1)
    assert len(list(open_questions(desk.journal))) == 2


def test_one_refused_pair_leaves_the_question_open_and_the_last_one_answers_it(desk: Desk) -> None:
    tell(desk, NEVER, 0)
    progress = read_progress(desk.journal, read_questions(desk.journal)[0])
    assert (progress.done, progress.refused) == (False, frozenset({0}))
    tell(desk, NEVER, 1)
    tell(desk, NEVER, 2)
    assert read_progress(desk.journal, read_questions(desk.journal)[0]).done


def test_the_last_answer_counts_and_can_be_taken_back(desk: Desk) -> None:
    question = read_questions(desk.journal)[0]
    tell(desk, THIS, 1)
    tell(desk, NONE, 0, 1, 2)
    assert read_progress(desk.journal, question).refused == {0, 1, 2}
    take_back_step(desk.journal, question.photo_id, question.copy_sha256)
    assert read_progress(desk.journal, question).chosen == 1
    take_back_step(desk.journal, question.photo_id, question.copy_sha256)
    assert not read_progress(desk.journal, question).done
    assert desk.journal.assessments.answer(question.photo_id) is None


def test_an_answer_is_for_the_bytes_it_was_given_about(desk: Desk) -> None:
    tell(desk, THIS, 0)
    assert said_about(desk.journal, read_questions(desk.journal)[0].photo_id, "another sha256") is None


def test_an_answer_is_found_again_by_content_and_not_by_name(desk: Desk, tmp_path: Path) -> None:
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    said = said_about(desk.journal, question.photo_id, question.copy_sha256)
    assert said is not None
    moved = make_candidate(tmp_path / "renamed" / "DSC_1.JPG").original
    jpeg = desk.journal.readings.thumbnail(question.choices[0].original.path)
    assert jpeg is not None
    desk.journal.readings.keep([(StoredReading(moved.path, 1, 1, {}), StoredPicture(jpeg))], "1")
    assert find_again(said, [moved], desk.journal).chosen == moved.path
    other = question.choices[1].original
    answer = find_again(said, [other], desk.journal)
    assert (answer.chosen, answer.chosen_name) == (None, "IMG_0000.JPG")


def test_an_answer_that_was_carried_out_and_undone_is_used_up(desk: Desk) -> None:
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    for step in ("intended", "confirmed", "undo-intended", "undo-confirmed"):
        desk.journal.record.append("run", question.photo_id, JournalStep(step), {})
    assert said_about(desk.journal, question.photo_id, question.copy_sha256) is None


def test_what_was_refused_stays_refused_after_a_replacement_and_an_undo(desk: Desk) -> None:
    tell(desk, NONE, 0, 1, 2)
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    for step in ("intended", "confirmed", "undo-intended", "undo-confirmed"):
        desk.journal.record.append("run", question.photo_id, JournalStep(step), {})
        assert read_progress(desk.journal, question).refused == {1, 2}
    assert read_progress(desk.journal, question).chosen is None
    assert asks_anew(desk)
    tell(desk, THIS, 1)
    assert not asks_anew(desk)
    assert read_progress(desk.journal, question).refused == {2}
    for left in ([1, 2], [1], []):
        take_back_step(desk.journal, question.photo_id, question.copy_sha256)
        assert sorted(read_progress(desk.journal, question).refused) == left


def test_what_was_refused_for_a_copy_outlives_an_answer_about_what_took_its_place(desk: Desk) -> None:
    tell(desk, NEVER, 0)
    question = read_questions(desk.journal)[0]
    for place in (1, 2):
        refused = Step(NEVER, (Seen(question.choices[place].original, desk.journal).identity(),))
        keep_step(desk.journal, question.photo_id, "the original in its place", refused)
    assert read_progress(desk.journal, question).refused == {0}
    told = said_about(desk.journal, question.photo_id, "the original in its place")
    assert told is not None
    assert len(told.never) == 2
    take_back_step(desk.journal, question.photo_id, question.copy_sha256)
    assert read_progress(desk.journal, question).refused == frozenset()
    for _ in range(2):
        take_back_step(desk.journal, question.photo_id, "the original in its place")
    assert desk.journal.assessments.answer(question.photo_id) is None


def test_an_original_is_the_same_whether_its_file_was_read_or_only_its_thumbnail(desk: Desk) -> None:
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    original = question.choices[0].original
    hasty = replace(Seen(original, desk.journal).identity(with_file=False), sha256=None)
    whole = replace(hasty, sha256="f" * 64)
    assert hasty.agrees(whole)
    keep_step(desk.journal, question.photo_id, question.copy_sha256, Step(NEVER, (whole,)))
    progress = read_progress(desk.journal, question)
    assert (progress.chosen, progress.refused) == (None, frozenset({0}))
