"""What Flickr took stays within reach of undo, whatever Flickr says afterwards; and no record stays open for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Response

from i2f.ground.errors import LoginError
from i2f.memory.history import Standing
from i2f.memory.journal_steps import JournalStep
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.calls import Call
from i2f.sandbox.flickr.faults import Fault, Kind
from i2f.sandbox.flickr.kinds import Afterwards, ApiError, DropAfter, Lagging, Meanwhile, OAuthError, Status
from i2f.sync.backups import DAY_S, find_prunable, prune
from i2f.sync.photo_metadata import CHOOSE_HERE
from i2f.sync.pipeline import settle
from i2f.sync.replace import LATE_S
from tests.support.flickr_side import picture
from tests.support.sessions import Bench, open_test_session, steps

COPY = picture(600, 600)
INFO = "flickr.photos.getInfo"
GONE = ApiError(1, "Photo not found")
REFUSAL = ApiError(4, "Not today")


@dataclass
class Answered(ApiError):
    """One of Flickr's own failures, after the work was done."""

    def instead(self, call: Call) -> Response | None:  # type: ignore[override]
        return None

    def after(self, call: Call, response: Response) -> Response:
        return super().instead(call)


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(COPY, "A title", "via Instagram https://ift.tt/abc", "ifttt instagram")


@pytest.fixture
def original(tmp_path: Path) -> Path:
    file = tmp_path / "IMG_1.JPG"
    file.write_bytes(picture(1600, 1200, seed=2))
    return file


@pytest.fixture
def bench(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path) as session:
        yield Bench(session, flickr)


def strike(bench: Bench, where: str, kind: Kind, times: int | None = 1, skip: int = 0) -> None:
    bench.flickr.faults.add(Fault(where=where, kind=kind, times=times, skip=skip))


def taken_back(bench: Bench, photo_id: str) -> bool:
    """Whether undo puts the small copy back."""
    told = bench.replacer.undo(photo_id)
    assert told.outcome == "replaced", told.note
    return bench.flickr.photo(photo_id).data == COPY and bench.standing(photo_id) is Standing.TAKEN_BACK


# "Photo not found" about a photo that is there.


@pytest.mark.parametrize("days", [0, 30])
def test_a_photo_that_flickr_took_and_then_does_not_find_for_a_moment_can_be_taken_back(
    bench: Bench, photo_id: str, original: Path, days: int
) -> None:
    strike(bench, INFO, GONE, skip=1)
    told = bench.replace(bench.save(photo_id), original)
    assert (told.outcome, bench.standing(photo_id)) == ("unsure", Standing.OPEN)
    bench.session.clock.sleep(days * LATE_S)
    strike(bench, INFO, GONE)
    for outcome in ("unsure", "replaced"):
        settled = bench.settle(photo_id)
        assert settled is not None
        assert settled.outcome == outcome
    assert taken_back(bench, photo_id)


def test_a_photo_deleted_during_the_sending_is_no_question_any_more_after_a_day(
    bench: Bench, photo_id: str, original: Path
) -> None:
    strike(bench, "replace", Afterwards(lambda call: call.flickr.delete_photo(photo_id)))
    assert bench.replace(bench.save(photo_id), original).outcome == "unsure"
    for _ in range(2):
        assert bench.settle(photo_id) is not None
        assert bench.standing(photo_id) is Standing.OPEN
    bench.session.clock.sleep(2 * LATE_S)
    assert bench.settle(photo_id) is None
    assert bench.standing(photo_id) is Standing.UNTOUCHED
    assert steps(bench.session.journal, photo_id) == ["intended", "gone", "not_taken"]


@pytest.mark.parametrize("late", [(INFO, Lagging(), 1), ("flickr.photos.getSizes", GONE, 0)], ids=["info", "sizes"])
def test_a_picture_that_flickr_accepted_and_does_not_show_yet_is_settled_by_a_later_look(
    bench: Bench, photo_id: str, original: Path, late: tuple[str, Kind, int]
) -> None:
    where, kind, skip = late
    strike(bench, where, kind, times=None, skip=skip)
    assert bench.replace(bench.save(photo_id), original).outcome == "unsure"
    assert bench.standing(photo_id) is Standing.OPEN
    bench.flickr.faults.clear()
    settle(bench.session)
    assert bench.standing(photo_id) is Standing.REPLACED
    assert taken_back(bench, photo_id)


def test_what_was_unsure_but_ours_outlives_an_undo_that_does_not_find_the_photo(
    bench: Bench, photo_id: str, original: Path
) -> None:
    unsure_but_ours(bench, photo_id, original)
    strike(bench, INFO, GONE)
    assert bench.replacer.undo(photo_id).outcome == "unsure"
    assert taken_back(bench, photo_id)


def test_what_was_unsure_but_ours_outlives_a_second_look_that_does_not_find_the_photo(
    bench: Bench, photo_id: str, original: Path
) -> None:
    unsure_but_ours(bench, photo_id, original)
    copy = bench.save(photo_id)
    strike(bench, INFO, GONE)
    assert bench.replace(copy, original).outcome == "unsure"
    assert taken_back(bench, photo_id)


def test_what_was_unsure_but_ours_outlives_a_look_that_comes_from_the_past(
    bench: Bench, photo_id: str, original: Path
) -> None:
    unsure_but_ours(bench, photo_id, original)
    bench.session.clock.sleep(LATE_S)
    strike(bench, INFO, Lagging())
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.history(photo_id).last_step) == ("unsure", "unsure")
    assert taken_back(bench, photo_id)


def unsure_but_ours(bench: Bench, photo_id: str, original: Path) -> None:
    """A picture that Flickr took and shows smaller than it was sent."""

    def shrink(photo: StoredPhoto) -> None:
        photo.blob = bench.flickr.store.blob(picture(800, 600))

    bench.flickr.habits.after_replace = shrink
    assert bench.replace(bench.save(photo_id), original).outcome == "unsure"
    bench.flickr.habits.after_replace = None


@pytest.mark.parametrize("between", [(), ("left",), ("undo-not_taken",)])
def test_a_copy_that_flickr_shows_otherwise_once_it_is_back_can_be_sent_once_more(
    bench: Bench, photo_id: str, original: Path, between: tuple[str, ...]
) -> None:
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.habits.after_replace = lambda photo: setattr(photo, "blob", bench.flickr.store.blob(picture(300, 300)))
    told = bench.replacer.undo(photo_id)
    assert (told.outcome, bench.standing(photo_id)) == ("unsure", Standing.UNDO_OPEN)
    assert "`undo` sends the backup once more" in str(told.note)
    bench.flickr.habits.after_replace = None
    for step in between:
        bench.session.journal.record.append("run-2", photo_id, JournalStep(step), {})
    settle(bench.session)
    assert taken_back(bench, photo_id)


def test_a_picture_its_owner_put_there_while_the_copy_was_half_back_is_left_alone(
    bench: Bench, photo_id: str, original: Path
) -> None:
    by_hand = picture(700, 700)
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.habits.after_replace = lambda photo: setattr(photo, "blob", bench.flickr.store.blob(picture(300, 300)))
    assert bench.replacer.undo(photo_id).outcome == "unsure"
    bench.flickr.habits.after_replace = None
    bench.flickr.replace_by_hand(photo_id, by_hand)
    settle(bench.session)
    assert bench.replacer.undo(photo_id).outcome == "unsure"
    assert bench.flickr.photo(photo_id).data == by_hand


def test_open_questions_of_old_times_cost_a_run_no_waits(bench: Bench, photo_id: str, original: Path) -> None:
    unsure_but_ours(bench, photo_id, original)
    bench.session.clock.sleep(LATE_S)
    before = bench.session.clock.now()
    settle(bench.session)
    assert bench.standing(photo_id) is Standing.OPEN
    assert bench.session.clock.now() == before


# A refusal of a picture that Flickr took all the same.

LYING = [Answered(105), Answered(106), Answered(201), Answered(3), Status(429, after_work=True)]


@pytest.mark.parametrize("tries", [1, 2, 3])
@pytest.mark.parametrize("lie", LYING, ids=lambda kind: repr(kind)[:20])
def test_a_refusal_of_a_picture_that_flickr_took_all_the_same_is_found_out(
    bench: Bench, photo_id: str, original: Path, lie: Kind, tries: int
) -> None:
    strike(bench, "replace", ApiError(105), times=tries - 1)
    strike(bench, "replace", lie, skip=tries - 1)
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert (bench.sent(), bench.flickr.photo(photo_id).version) == (tries, 1)
    assert taken_back(bench, photo_id)


@pytest.mark.parametrize(
    "last", [ApiError(105), ApiError(5, "Filetype was not recognised"), OAuthError()], ids=lambda kind: repr(kind)[:20]
)
def test_what_was_refused_again_and_again_is_looked_after_by_the_next_run(
    bench: Bench, photo_id: str, original: Path, last: Kind
) -> None:
    strike(bench, "replace", ApiError(105), times=2)
    strike(bench, "replace", last, skip=2)
    with suppress(LoginError):
        assert bench.replace(bench.save(photo_id), original).outcome == "failed"
    assert bench.standing(photo_id) is Standing.UNTOUCHED
    bench.flickr.replace_by_hand(photo_id, original.read_bytes())
    settle(bench.session)
    assert bench.standing(photo_id) is Standing.REPLACED
    assert taken_back(bench, photo_id)


def test_the_saved_copy_of_what_may_still_show_late_is_not_let_go(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    journal, now = bench.session.journal, bench.session.clock.now()
    for backup in journal.record.backups():
        journal.record.keep_backup(replace(backup, fetched_at=now - 400 * DAY_S))
    strike(bench, "replace", ApiError(105), times=3)
    assert bench.replace(copy, original).outcome == "failed"
    bench.flickr.replace_by_hand(photo_id, original.read_bytes())
    histories = journal.histories.all()
    prune(journal.record, find_prunable(journal.record, bench.session.state, histories, now - 30 * DAY_S), "prune")
    settle(bench.session)
    assert taken_back(bench, photo_id)


def test_a_picture_its_owner_put_there_during_three_refusals_is_nobody_elses(
    bench: Bench, photo_id: str, original: Path
) -> None:
    by_hand = picture(1600, 1200, seed=77)
    strike(bench, "replace", Meanwhile(lambda call: call.flickr.replace_by_hand(photo_id, by_hand)), skip=2)
    strike(bench, "replace", ApiError(105), times=3)
    assert bench.replace(bench.save(photo_id), original).outcome == "failed"
    settle(bench.session)
    assert (bench.standing(photo_id), bench.flickr.photo(photo_id).data) == (Standing.UNTOUCHED, by_hand)


# What Flickr refuses after the picture is in place.


def test_a_title_that_cannot_be_put_back_is_told_and_the_picture_can_be_taken_back(
    bench: Bench, photo_id: str, original: Path
) -> None:
    bench.flickr.habits.replace_title = "file name"
    strike(bench, "flickr.photos.setMeta", REFUSAL, times=None)
    told = bench.replace(bench.save(photo_id), original)
    assert (told.outcome, bench.standing(photo_id)) == ("replaced", Standing.REPLACED)
    assert "could not be restored" in str(told.note)
    assert REFUSAL.message in str(told.note)
    assert taken_back(bench, photo_id)


def test_a_title_that_could_not_be_put_back_is_given_back_by_undo(bench: Bench, photo_id: str, original: Path) -> None:
    bench.flickr.habits.replace_title = "file name"
    strike(bench, "flickr.photos.setMeta", REFUSAL)
    assert "could not be restored" in str(bench.replace(bench.save(photo_id), original).note)
    bench.flickr.habits.replace_title = "kept"
    assert bench.flickr.photo(photo_id).title != "A title"
    assert taken_back(bench, photo_id)
    assert bench.flickr.photo(photo_id).title == "A title"


def test_a_title_typed_since_it_could_not_be_put_back_stays(bench: Bench, photo_id: str, original: Path) -> None:
    bench.flickr.habits.replace_title = "file name"
    strike(bench, "flickr.photos.setMeta", REFUSAL)
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.edit(photo_id, title="What I typed")
    assert taken_back(bench, photo_id)
    assert bench.flickr.photo(photo_id).title == "What I typed"


def test_a_picture_its_owner_put_there_while_the_title_was_put_back_is_not_called_ours(
    bench: Bench, photo_id: str, original: Path
) -> None:
    by_hand = picture(1000, 1000, seed=9)
    bench.flickr.habits.replace_title = "file name"
    strike(bench, "flickr.photos.setMeta", Afterwards(lambda call: call.flickr.replace_by_hand(photo_id, by_hand)))
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert bench.replacer.undo(photo_id).outcome == "failed"
    assert bench.flickr.photo(photo_id).data == by_hand


def test_a_date_and_a_place_that_cannot_be_put_back_are_told_and_the_copy_is_back(
    bench: Bench, photo_id: str, original: Path
) -> None:
    def restamp(photo: StoredPhoto) -> None:
        photo.taken, photo.place = "2026-11-22 00:00:00", (9.0, 9.0)

    bench.flickr.edit(photo_id, place=(1.5, 2.5))
    bench.flickr.habits.after_replace = restamp
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    strike(bench, "flickr.photos.setDates", REFUSAL, times=None)
    bench.flickr.account.geo_privacy_chosen = False
    told = bench.replacer.undo(photo_id)
    assert (told.outcome, bench.standing(photo_id)) == ("replaced", Standing.TAKEN_BACK)
    assert "its date" in str(told.note)
    assert CHOOSE_HERE in str(told.note)
    assert bench.flickr.photo(photo_id).data == COPY


def test_a_picture_that_cannot_be_fetched_after_a_lost_reply_is_unsure_until_it_can_be(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    strike(bench, "replace", DropAfter())
    strike(bench, "static", Status(404), times=None)
    told = bench.replace(copy, original)
    assert told.outcome == "unsure"
    assert f"--again {photo_id}" in str(told.note)
    assert bench.history(photo_id).last_step == "unsure"
    bench.flickr.faults.clear()
    settle(bench.session)
    assert bench.standing(photo_id) is Standing.REPLACED
    assert taken_back(bench, photo_id)


def test_a_picture_whose_size_flickr_refuses_to_tell_can_be_taken_back(
    bench: Bench, photo_id: str, original: Path
) -> None:
    strike(bench, "flickr.photos.getSizes", REFUSAL, times=None)
    assert bench.replace(bench.save(photo_id), original).outcome == "unsure"
    bench.flickr.faults.clear()
    assert taken_back(bench, photo_id)


def test_a_picture_that_flickr_took_by_ticket_and_made_smaller_can_be_taken_back(
    flickr: SandboxFlickr, photo_id: str, original: Path, tmp_path: Path
) -> None:
    with open_test_session(flickr, tmp_path, FLICKR_TICKETS="yes") as session:
        bench = Bench(session, flickr)
        unsure_but_ours(bench, photo_id, original)
        settle(session)
        assert taken_back(bench, photo_id)


def test_a_picture_its_owner_put_there_after_a_ticket_was_looked_at_is_not_called_ours(
    flickr: SandboxFlickr, photo_id: str, original: Path, tmp_path: Path
) -> None:
    with open_test_session(flickr, tmp_path, FLICKR_TICKETS="yes") as session:
        bench = Bench(session, flickr)
        strike(
            bench,
            "flickr.photos.getSizes",
            Afterwards(lambda call: call.flickr.replace_by_hand(photo_id, picture(700, 700))),
        )
        unsure_but_ours(bench, photo_id, original)
        assert bench.replacer.undo(photo_id).outcome == "unsure"
        assert (bench.sent(), flickr.photo(photo_id).version) == (1, 2)
