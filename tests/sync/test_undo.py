"""Undo puts back what the replacement changed, and nothing that its owner changed since."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2f.memory.history import Standing
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import DropAfter, Status
from tests.support.flickr_side import picture
from tests.support.replacements import CAPTION, strike
from tests.support.sessions import Bench


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


def replace_twice(bench: Bench, photo_id: str, original: Path) -> None:
    other = original.with_name("IMG_2.JPG")
    other.write_bytes(picture(2000, 1500, seed=4))
    assert bench.replace(bench.save(photo_id), original).outcome == "replaced"
    assert bench.replace(bench.save(photo_id), other).outcome == "replaced"


def test_undo_of_a_picture_replaced_twice_leads_to_the_copy_as_it_first_was(
    bench: Bench, photo_id: str, original: Path
) -> None:
    replace_twice(bench, photo_id, original)
    assert bench.replacer.undo(photo_id).outcome == "replaced"
    assert bench.flickr.photo(photo_id).data == picture(600, 600)
    assert bench.standing(photo_id) is Standing.TAKEN_BACK


def test_undo_of_the_last_of_two_replacements_leads_to_the_first(bench: Bench, photo_id: str, original: Path) -> None:
    replace_twice(bench, photo_id, original)
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
