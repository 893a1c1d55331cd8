"""The irreversible part under attack: each test is something that went wrong, or that somebody did meanwhile."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.errors import LoginError, PictureError, StoppedError
from i2f.ground.model import Sent, Verdict
from i2f.memory.history import Standing
from i2f.memory.review_answers import NONE, Identity, Step, keep_step, take_back_step
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.faults import Fault, Kind
from i2f.sandbox.flickr.kinds import Afterwards, ApiError, DropAfter, DropBefore, Meanwhile, OAuthError, Silence, Status
from i2f.sync.replace import LATE_S
from i2f.sync.verify import Upload
from tests.support.flickr_side import picture
from tests.support.sessions import Bench, decision, open_test_session, steps

CAPTION = "via Instagram https://ift.tt/abc"
INFO, SIZES = "flickr.photos.getInfo", "flickr.photos.getSizes"


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(
        picture(600, 600), "A title", CAPTION, "ifttt instagram", place=(1.5, 2.5), taken="2014-07-16 10:12:20"
    )


@pytest.fixture
def original(tmp_path: Path) -> Path:
    exif = Image.Exif()
    exif[0x010E] = "said by the camera"
    exif.get_ifd(0x8769)[0x9003] = "2012:01:02 03:04:05"
    file = tmp_path / "IMG_1.JPG"
    with Image.open(io.BytesIO(picture(1600, 1200, seed=2))) as image:
        image.save(file, exif=exif)
    return file


@pytest.fixture
def bench(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path) as session:
        yield Bench(session, flickr)


def strike(flickr: SandboxFlickr, where: str, kind: Kind, times: int | None = 1, skip: int = 0) -> None:
    flickr.faults.add(Fault(where=where, kind=kind, times=times, skip=skip))


def forget_faults(flickr: SandboxFlickr) -> None:
    flickr.faults.clear()


# Before anything is sent.


def test_a_replacement_takes_four_calls_and_leaves_nothing_behind(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    before = len(bench.flickr.log)
    assert bench.replace(copy, original).outcome == "replaced"
    assert [one.name for one in bench.flickr.log[before:]] == [INFO, "replace", INFO, SIZES]
    assert bench.flickr.photo(photo_id).data == original.read_bytes()
    assert list(bench.session.state.outgoing.iterdir()) == []
    assert steps(bench.session.journal, photo_id) == ["intended", "confirmed"]


@pytest.mark.parametrize("spoil", ["changed", "shorter", "gone"])
def test_nothing_is_sent_over_a_spoilt_backup_and_the_next_run_fetches_it_anew(
    bench: Bench, photo_id: str, original: Path, spoil: str
) -> None:
    copy = bench.save(photo_id)
    file = bench.backup_file()
    data = file.read_bytes()
    if spoil == "gone":
        file.unlink()
    else:
        file.write_bytes(data[:-1] + (b"" if spoil == "shorter" else b"x"))
    outcome = bench.replace(copy, original)
    assert outcome.outcome == "failed"
    assert "backup" in str(outcome.note)
    assert bench.sent() == 0
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert bench.backup_file().read_bytes() == data


def test_a_refusal_given_since_the_plan_was_made_is_obeyed(bench: Bench, photo_id: str, original: Path) -> None:
    copy, journal = bench.save(photo_id), bench.session.journal
    refused = Step(NONE, (Identity("f" * 64, None, 1600, 1200, 9, original.name),))
    sha256 = bench.session.backups.checked(copy.photo).sha256
    keep_step(journal, photo_id, sha256, refused)
    outcome = bench.replace(copy, original)
    assert (outcome.outcome, bench.sent(), steps(journal, photo_id)) == ("failed", 0, [])
    assert "reviewed since the plan was made; run `sync` again" in str(outcome.note)
    take_back_step(journal, photo_id, sha256)
    assert bench.replace(copy, original).outcome == "replaced"


def test_without_a_backup_nothing_is_sent(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    for backup in bench.session.journal.record.backups():
        bench.session.journal.record.forget_backup(backup)
    assert bench.replace(copy, original).outcome == "failed"
    assert bench.sent() == 0


def test_a_picture_changed_by_its_owner_since_it_was_saved_is_not_touched(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    bench.flickr.replace_by_hand(photo_id, picture(700, 700, seed=9))
    outcome = bench.replace(copy, original)
    assert (outcome.outcome, bench.sent()) == ("failed", 0)
    assert "changed on Flickr" in str(outcome.note)


def test_a_copy_changed_between_listing_and_saving_is_not_taken_for_the_one_listed(bench: Bench, photo_id: str) -> None:
    other = picture(600, 600, seed=5)
    strike(bench.flickr, "static", Meanwhile(lambda call: call.flickr.replace_by_hand(photo_id, other)))
    with pytest.raises(PictureError, match="changed on Flickr"):
        bench.save(photo_id)
    assert bench.session.journal.record.backups() == []


def test_a_photo_deleted_meanwhile_costs_itself_only(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    bench.flickr.delete_photo(photo_id)
    assert bench.replace(copy, original).outcome == "failed"
    assert (bench.sent(), bench.standing(photo_id)) == (0, Standing.UNTOUCHED)


def test_an_original_that_changes_while_it_is_sent_is_sent_as_it_was_proved(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy, proved = bench.save(photo_id), original.read_bytes()
    strike(bench.flickr, INFO, Meanwhile(lambda _: original.write_bytes(picture(1600, 1200, seed=3))))
    assert bench.replace(copy, original).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == proved


def test_an_original_that_changed_since_the_plan_is_not_sent(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    planned = decision(copy, original)
    original.write_bytes(picture(1600, 1200, seed=3))
    assert bench.replacer.replace(planned, "keep", 200 << 20).outcome == "failed"
    assert bench.sent() == 0


def test_two_copies_of_one_original_are_both_replaced(bench: Bench, photo_id: str, original: Path) -> None:
    second = bench.flickr.add_photo(picture(600, 600), "Again", CAPTION, "ifttt instagram")
    for copy in (bench.save(photo_id), bench.save(second)):
        assert bench.replace(copy, original).outcome == "replaced"
    assert {bench.flickr.photo(one).data for one in (photo_id, second)} == {original.read_bytes()}
    assert len(list(bench.session.state.backups.rglob("*.jpg"))) == 1, "equal copies are kept once"
    for one in (photo_id, second):
        assert bench.replacer.undo(one).outcome == "replaced"
        assert bench.flickr.photo(one).data == picture(600, 600)


def test_only_a_decision_to_replace_can_be_carried_out(bench: Bench, photo_id: str, original: Path) -> None:
    kept = replace(decision(bench.save(photo_id), original), verdict=Verdict.KEEP)
    with pytest.raises(ValueError, match="only a replace decision"):
        bench.replacer.replace(kept, "keep", 200 << 20)
    assert bench.sent() == 0


def test_a_state_folder_that_cannot_be_written_stops_the_run_before_anything_is_sent(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    bench.session.state.outgoing.rmdir()
    with pytest.raises(StoppedError, match="free some disk space and run again"):
        bench.replace(copy, original)
    assert (bench.sent(), bench.standing(photo_id)) == (0, Standing.UNTOUCHED)


def test_a_picture_as_posted_that_cannot_be_rendered_is_not_sent(bench: Bench, photo_id: str, original: Path) -> None:
    as_posted = replace(decision(bench.save(photo_id), original), sent=Sent.AS_POSTED)
    assert bench.replacer.replace(as_posted, "keep", 200 << 20).outcome == "failed"
    assert bench.sent() == 0


def test_what_was_sent_long_ago_cannot_be_sent_again() -> None:
    with pytest.raises(ValueError, match="long ago"):
        Upload("7", None, "0" * 64, 1, 1, 1).path  # noqa: B018


# Replies that are lost.


@pytest.mark.parametrize(
    "kind",
    [
        DropAfter(),
        Status(500, after_work=True),
        Status(502, after_work=True),
        Status(504, after_work=True),
        Silence(after_work=True),
    ],
)
def test_a_lost_reply_is_not_sent_again_and_is_confirmed(
    flickr: SandboxFlickr, photo_id: str, original: Path, tmp_path: Path, kind: Kind
) -> None:
    with open_test_session(flickr, tmp_path, FLICKR_SILENCE_TIMEOUT_S="2") as session:
        bench = Bench(session, flickr)
        copy = bench.save(photo_id)
        strike(flickr, "replace", kind)
        if isinstance(kind, Silence):
            strike(flickr, INFO, Meanwhile(lambda _: kind.release()), skip=1)
        assert bench.replace(copy, original).outcome == "replaced"
        assert (bench.sent(), flickr.photo(photo_id).version) == (1, 1)


@pytest.mark.parametrize("kind", [DropBefore(), Status(500), Status(503), Status(429), ApiError(105)])
def test_what_flickr_did_not_take_is_sent_again_after_looking(
    bench: Bench, photo_id: str, original: Path, kind: Kind
) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", kind)
    assert bench.replace(copy, original).outcome == "replaced"
    assert (bench.sent(), bench.flickr.photo(photo_id).version) == (2, 1)
    names = [one.name for one in bench.flickr.log]
    between = names[names.index("replace") + 1 :]
    assert INFO in between[: between.index("replace")], "sent again without asking first"


def test_a_reply_lost_at_the_last_try_is_looked_after_too(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropBefore(), times=2)
    strike(bench.flickr, "replace", DropAfter(), skip=2)
    assert bench.replace(copy, original).outcome == "replaced"
    assert (bench.sent(), bench.flickr.photo(photo_id).version) == (3, 1)


def test_a_lost_reply_with_another_picture_of_that_size_in_place_is_unsure(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    by_hand = picture(1600, 1200, seed=77)
    strike(bench.flickr, "replace", Meanwhile(lambda call: call.flickr.replace_by_hand(photo_id, by_hand)))
    strike(bench.flickr, "replace", DropBefore())
    assert bench.replace(copy, original).outcome == "unsure"
    assert (bench.flickr.photo(photo_id).data, bench.sent()) == (by_hand, 1)


def test_a_picture_changed_by_its_owner_right_after_is_not_called_ours(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    strike(
        bench.flickr,
        "replace",
        Afterwards(lambda call: call.flickr.replace_by_hand(photo_id, picture(1600, 1200, seed=77))),
    )
    assert bench.replace(copy, original).outcome == "unsure"


def test_a_picture_changed_by_its_owner_before_the_second_try_is_left_alone(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", Meanwhile(lambda call: call.flickr.replace_by_hand(photo_id, picture(99, 99))))
    strike(bench.flickr, "replace", ApiError(105))
    assert bench.replace(copy, original).outcome == "failed"
    assert (bench.sent(), bench.standing(photo_id)) == (1, Standing.UNTOUCHED)


@pytest.mark.parametrize("trouble", [Status(500), OAuthError(), DropBefore()])
def test_when_flickr_cannot_be_asked_after_a_lost_reply_the_question_stays_open(
    bench: Bench, photo_id: str, original: Path, trouble: Kind
) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropAfter())
    strike(bench.flickr, INFO, trouble, times=None, skip=1)
    with pytest.raises((StoppedError, LoginError)):
        bench.replace(copy, original)
    assert bench.standing(photo_id) is Standing.OPEN
    forget_faults(bench.flickr)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.outcome == "replaced"
    assert bench.sent() == 1


def test_a_login_revoked_between_two_tries_does_not_close_an_open_question(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropBefore())
    strike(bench.flickr, "replace", OAuthError(), times=None)
    with pytest.raises(LoginError):
        bench.replace(copy, original)
    assert bench.standing(photo_id) is Standing.OPEN


def test_what_flickr_takes_in_late_is_found_by_the_next_run(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropBefore(), times=3)
    assert bench.replace(copy, original).outcome == "failed"
    assert bench.standing(photo_id) is Standing.UNTOUCHED
    assert bench.settle(photo_id) is None
    bench.flickr.replace_by_hand(photo_id, original.read_bytes())
    settled = bench.settle(photo_id)
    assert settled is not None
    assert bench.standing(photo_id) is Standing.REPLACED
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == picture(600, 600)


def test_a_photo_deleted_after_a_failed_sending_is_no_question(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropBefore(), times=3)
    assert bench.replace(copy, original).outcome == "failed"
    bench.flickr.delete_photo(photo_id)
    assert bench.settle(photo_id) is None
    assert bench.standing(photo_id) is Standing.UNTOUCHED


def test_a_picture_its_owner_put_there_after_a_failed_sending_is_nobody_elses(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropBefore(), times=3)
    assert bench.replace(copy, original).outcome == "failed"
    by_hand = picture(1600, 1200, seed=55)
    bench.flickr.replace_by_hand(photo_id, by_hand)
    assert bench.settle(photo_id) is None
    assert bench.replacer.undo(photo_id).note == "nothing to restore"
    assert bench.flickr.photo(photo_id).data == by_hand


@pytest.mark.parametrize("size", [(1600, 1200), (800, 800)])
def test_a_picture_its_owner_put_there_after_a_kill_is_never_overwritten(
    bench: Bench, photo_id: str, original: Path, size: tuple[int, int]
) -> None:
    cut_off(bench, photo_id, original)
    by_hand = picture(*size, seed=55)
    bench.flickr.replace_by_hand(photo_id, by_hand)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.outcome == "unsure"
    assert f"--again {photo_id}" in str(settled.note)
    assert bench.replacer.undo(photo_id).outcome == "unsure"
    assert (bench.flickr.photo(photo_id).data, bench.sent()) == (by_hand, 1)


def test_a_listing_without_the_originals_secret_is_enough(bench: Bench, photo_id: str, original: Path) -> None:
    copy = bench.save(photo_id)
    unnamed = replace(copy, photo=replace(copy.photo, original_secret=None))
    backup = bench.session.journal.record.backups()[0]
    bench.session.journal.record.keep_backup(replace(backup, original_secret=copy.photo.secret))
    assert bench.replace(unnamed, original).outcome == "replaced"


def test_a_picture_that_flickr_made_smaller_is_unsure_and_undo_puts_the_copy_back(
    bench: Bench, photo_id: str, original: Path
) -> None:
    def shrink(photo: StoredPhoto) -> None:
        photo.blob = bench.flickr.store.blob(picture(800, 600))

    copy = bench.save(photo_id)
    bench.flickr.habits.after_replace = shrink
    outcome = bench.replace(copy, original)
    assert outcome.outcome == "unsure"
    assert "800 x 600 where 1600 x 1200 was sent" in str(outcome.note)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.outcome == "unsure"
    bench.flickr.habits.after_replace = None
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == picture(600, 600)
    assert bench.standing(photo_id) is Standing.TAKEN_BACK


# What a replacement changes besides.


@pytest.mark.parametrize("title", ["kept", "as sent", "file name"])
@pytest.mark.parametrize("caption", ["kept", "cleared", "from exif"])
def test_title_caption_tags_and_privacy_are_afterwards_what_they_were(
    bench: Bench, photo_id: str, original: Path, title: str, caption: str
) -> None:
    bench.flickr.habits.replace_title = title  # type: ignore[assignment]
    bench.flickr.habits.replace_caption = caption  # type: ignore[assignment]
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    photo = bench.flickr.photo(photo_id)
    assert (photo.title, photo.description) == ("A title", CAPTION)
    assert photo.raw_tags == ("ifttt", "instagram")


def test_tags_and_privacy_that_changed_are_told(bench: Bench, photo_id: str, original: Path) -> None:
    def meddle(photo: StoredPhoto) -> None:
        photo.tags, photo.is_public = photo.tags[:1], False

    bench.flickr.habits.after_replace = meddle
    outcome = bench.replace(bench.save(photo_id), original)
    assert outcome.outcome == "replaced"
    assert outcome.note == "the tags on Flickr changed; the privacy setting on Flickr changed"


def cut_off(bench: Bench, photo_id: str, original: Path) -> None:
    """A sending that Flickr took, and a program that did not live to see it."""
    copy = bench.save(photo_id)
    strike(bench.flickr, INFO, Status(500), times=None, skip=1)
    with pytest.raises(StoppedError):
        bench.replace(copy, original)
    forget_faults(bench.flickr)


def test_what_the_person_typed_since_a_cut_off_run_stays(bench: Bench, photo_id: str, original: Path) -> None:
    cut_off(bench, photo_id, original)
    bench.flickr.edit(photo_id, title="Typed since", description="by me")
    bench.session.clock.sleep(86_400)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.note == "title or caption were edited since, so they were left unchanged"
    photo = bench.flickr.photo(photo_id)
    assert (photo.title, photo.description) == ("Typed since", "by me")


def test_what_flickr_cleared_in_a_cut_off_run_is_put_back_days_later(
    bench: Bench, photo_id: str, original: Path
) -> None:
    bench.flickr.habits.replace_title = "file name"
    bench.flickr.habits.replace_caption = "cleared"
    cut_off(bench, photo_id, original)
    bench.session.clock.sleep(86_400)
    settled = bench.settle(photo_id)
    assert settled is not None
    photo = bench.flickr.photo(photo_id)
    assert (photo.title, photo.description) == ("A title", CAPTION)


# Taking back.


def test_undo_restores_bytes_words_date_and_place(bench: Bench, photo_id: str, original: Path) -> None:
    bench.flickr.habits.replace_takes_date_from_exif = True

    def move(photo: StoredPhoto) -> None:
        photo.place = (48.0, 16.0)

    bench.flickr.habits.after_replace = move
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.habits.after_replace = None
    assert bench.flickr.photo(photo_id).taken == "2012-01-02 03:04:05"
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    photo = bench.flickr.photo(photo_id)
    assert (photo.data, photo.title, photo.description) == (picture(600, 600), "A title", CAPTION)
    assert (photo.taken, photo.place) == ("2014-07-16 10:12:20", (1.5, 2.5))


def test_undo_leaves_what_the_person_changed_since(bench: Bench, photo_id: str, original: Path) -> None:
    bench.flickr.habits.replace_takes_date_from_exif = True
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.edit(photo_id, title="Better", description="mine", taken="2013-03-03 03:03:03", place=(9.0, 9.0))
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    photo = bench.flickr.photo(photo_id)
    assert (photo.title, photo.description) == ("Better", "mine")
    assert (photo.taken, photo.place) == ("2013-03-03 03:03:03", (9.0, 9.0))
    assert photo.data == picture(600, 600)


def test_undo_keeps_the_persons_date_even_when_sending_the_copy_changes_it(
    bench: Bench, photo_id: str, original: Path
) -> None:
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.edit(photo_id, taken="2013-03-03 03:03:03")

    def restamp(photo: StoredPhoto) -> None:
        photo.taken = "2026-11-22 00:00:00"

    bench.flickr.habits.after_replace = restamp
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.flickr.photo(photo_id).taken == "2013-03-03 03:03:03"


def test_undo_takes_a_place_away_that_only_the_replacement_brought(bench: Bench, original: Path) -> None:
    nowhere = bench.flickr.add_photo(picture(600, 600), "A title", CAPTION, "ifttt instagram")
    bench.flickr.habits.after_replace = lambda photo: setattr(photo, "place", (48.0, 16.0))
    assert bench.replace(bench.save(nowhere), original).outcome == "replaced"
    bench.flickr.habits.after_replace = None
    assert bench.replacer.undo(nowhere).outcome == "replaced"
    assert bench.flickr.photo(nowhere).place is None


def test_undo_does_not_touch_what_its_owner_replaced_since(bench: Bench, photo_id: str, original: Path) -> None:
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    bench.flickr.replace_by_hand(photo_id, picture(640, 480, seed=8))
    outcome = bench.replacer.undo(photo_id)
    assert (outcome.outcome, bench.sent()) == ("failed", 1)
    assert "left unchanged" in str(outcome.note)


def test_a_second_undo_has_nothing_to_take_back(bench: Bench, photo_id: str, original: Path) -> None:
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.replacer.undo(photo_id).note == "nothing to restore"
    assert bench.sent() == 2


def test_undo_of_a_picture_replaced_twice_leads_to_the_copy_as_it_first_was(
    bench: Bench, photo_id: str, original: Path, tmp_path: Path
) -> None:
    other = tmp_path / "IMG_2.JPG"
    other.write_bytes(picture(2000, 1500, seed=4))
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert bench.replace(bench.save(photo_id), other).outcome == "replaced"
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == picture(600, 600)
    assert bench.standing(photo_id) is Standing.TAKEN_BACK


def test_undo_of_the_last_of_two_replacements_leads_to_the_first(
    bench: Bench, photo_id: str, original: Path, tmp_path: Path
) -> None:
    other = tmp_path / "IMG_2.JPG"
    other.write_bytes(picture(2000, 1500, seed=4))
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert bench.replace(bench.save(photo_id), other).outcome == "replaced"
    assert bench.replacer.undo(photo_id, 1).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == original.read_bytes()
    assert bench.standing(photo_id) is Standing.REPLACED
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == picture(600, 600)


@pytest.mark.parametrize("spoil", ["changed", "gone"])
def test_undo_sends_nothing_when_the_saved_copy_is_not_what_was_saved(
    bench: Bench, photo_id: str, original: Path, spoil: str
) -> None:
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    file = bench.backup_file()
    if spoil == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b"x")
    assert bench.replacer.undo(photo_id).outcome == "failed"
    assert (bench.sent(), bench.standing(photo_id)) == (1, Standing.REPLACED)


@pytest.mark.parametrize("kind", [DropAfter(), Status(500, after_work=True)])
def test_a_lost_reply_of_an_undo_is_not_sent_again(bench: Bench, photo_id: str, original: Path, kind: Kind) -> None:
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    strike(bench.flickr, "replace", kind)
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert (bench.sent(), bench.flickr.photo(photo_id).data) == (2, picture(600, 600))


# Tickets.


@pytest.fixture
def by_ticket(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path, FLICKR_TICKETS="yes") as session:
        yield Bench(session, flickr)


def test_a_ticket_is_noted_and_asked_for_after_a_kill(by_ticket: Bench, photo_id: str, original: Path) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    bench.flickr.habits.pending_polls = 10_000
    assert bench.replace(copy, original).outcome == "unsure"
    assert "ticket" in steps(bench.session.journal, photo_id)
    bench.session.clock.sleep(5000)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.note == "Flickr is still processing it"
    bench.flickr.habits.pending_polls = 0
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent()) == ("replaced", 1)


def test_a_ticket_nobody_noted_is_waited_for_before_anything_is_sent_again(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropAfter())
    strike(bench.flickr, INFO, Status(500), times=None, skip=1)
    with pytest.raises(StoppedError):
        bench.replace(copy, original)
    forget_faults(bench.flickr)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.outcome == "unsure"
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent()) == ("replaced", 1)


def test_a_lost_answer_that_would_have_held_a_ticket_is_waited_for_and_nothing_is_sent_again(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropAfter())
    assert (bench.replace(copy, original).outcome, bench.sent()) == ("unsure", 1)
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent(), bench.flickr.photo(photo_id).version) == ("replaced", 1, 1)


def test_a_ticket_that_cannot_be_noted_leaves_the_question_open(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    with closing(sqlite3.connect(bench.session.state.journal_file)) as db, db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON record WHEN NEW.step = 'ticket' "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    with pytest.raises(StoppedError, match="full"):
        bench.replace(copy, original)
    assert bench.standing(photo_id) is Standing.OPEN
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent()) == ("replaced", 1)


def test_a_ticket_that_stays_open_for_days_is_unsure_and_can_be_looked_at_again(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    bench.flickr.habits.pending_polls = 10_000
    assert bench.replace(copy, original).outcome == "unsure"
    bench.session.clock.sleep(5000)
    assert bench.settle(photo_id) is not None
    assert bench.history(photo_id).last_step == "ticket"
    bench.session.clock.sleep(LATE_S)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert f"--again {photo_id}" in str(settled.note)
    assert bench.history(photo_id).last_step == "unsure"
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.standing(photo_id)) == ("replaced", Standing.REPLACED)


# A turn by hand.


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (90, "it was turned by 90 degrees on Flickr and still is; if it lies on its side now, turn it back there"),
        (0, "it was turned by 90 degrees on Flickr and no longer is; see that it is upright"),
        (180, "its turn on Flickr changed from 90 to 180 degrees; see that it is upright"),
    ],
)
def test_a_turn_by_hand_is_compared_and_told(
    bench: Bench, photo_id: str, original: Path, after: int, words: str
) -> None:
    bench.flickr.edit(photo_id, rotation=90)
    bench.flickr.habits.after_replace = lambda photo: setattr(photo, "rotation", after)
    outcome = bench.replace(bench.save(photo_id), original)
    assert (outcome.outcome, outcome.note) == ("replaced", words)
    assert (bench.history(photo_id).replaced or {})["after"]["rotation"] == after


def test_a_photo_that_was_never_turned_is_replaced_without_a_word(bench: Bench, photo_id: str, original: Path) -> None:
    outcome = bench.replace(bench.save(photo_id), original)
    assert (outcome.outcome, outcome.note) == ("replaced", None)
