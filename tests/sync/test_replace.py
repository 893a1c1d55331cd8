"""The irreversible part under attack: each test is something that went wrong, or that somebody did meanwhile.

Lost replies are in test_lost_replies.py, asynchronous uploads in test_tickets.py, the way back in test_undo.py.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from i2f.ground.errors import PictureError, StoppedError
from i2f.ground.model import Sent, Verdict
from i2f.memory.history import Standing
from i2f.memory.review_answers import NONE, Identity, Step, keep_step, take_back_step
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.kinds import Meanwhile
from i2f.sync.verify import Upload
from tests.support.flickr_side import picture
from tests.support.replacements import CAPTION, INFO, SIZES, cut_off, strike
from tests.support.sessions import Bench, decision, steps

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


def test_an_original_of_another_size_than_the_plan_knew_is_not_sent(
    bench: Bench, photo_id: str, original: Path
) -> None:
    planned = decision(bench.save(photo_id), original)
    other = replace(planned.candidates[0], original=replace(planned.candidates[0].original, width=1599))
    outcome = bench.replacer.replace(replace(planned, candidates=(other,)), "keep", 200 << 20)
    assert (outcome.outcome, bench.sent()) == ("failed", 0)
    assert "changed since it was read" in str(outcome.note)


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
