"""A reply that never came: what was sent is looked for, and nothing is sent again before Flickr was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from i2f.ground.errors import LoginError, StoppedError
from i2f.memory.history import Standing
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.account import StoredPhoto
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import Afterwards, ApiError, DropAfter, DropBefore, Meanwhile, OAuthError, Silence, Status
from tests.support.flickr_side import picture
from tests.support.replacements import INFO, cut_off, forget_faults, strike
from tests.support.sessions import Bench, open_test_session, steps


@pytest.mark.parametrize(
    "make",
    [
        DropAfter,
        partial(Status, 500, after_work=True),
        partial(Status, 502, after_work=True),
        partial(Status, 504, after_work=True),
        partial(Silence, after_work=True),
    ],
)
def test_a_lost_reply_is_not_sent_again_and_is_confirmed(
    flickr: SandboxFlickr, photo_id: str, original: Path, tmp_path: Path, make: Callable[[], Kind]
) -> None:
    kind = make()  # a silence that was ended is none any more
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


def test_a_sending_that_was_cut_off_and_came_to_nothing_is_no_question_any_more(
    bench: Bench, photo_id: str, original: Path
) -> None:
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropBefore())
    strike(bench.flickr, INFO, Status(500), times=None, skip=1)
    with pytest.raises(StoppedError):
        bench.replace(copy, original)
    forget_faults(bench.flickr)
    strike(bench.flickr, INFO, ApiError(4, "Not today"))
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.standing(photo_id)) == ("unsure", Standing.OPEN)
    assert bench.settle(photo_id) is None
    assert steps(bench.session.journal, photo_id) == ["intended", "not_taken"]


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
