"""New photos made once, whatever becomes of the reply, and verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flickr_client import Privacy
from i2f.ground.errors import LoginError, SyncError
from i2f.ground.model import OutcomeKind
from i2f.instagram.posts import PostPlace
from i2f.memory.review_answers import NONE, Step, keep_step, post_of, take_back_step
from i2f.memory.uploads import UploadStanding
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import (
    ApiError,
    DropAfter,
    DropBefore,
    Html,
    OAuthError,
    Rewritten,
    Status,
    TicketFails,
    TotalOff,
    Unlisted,
)
from i2f.sync.post_pictures import PostPicture
from i2f.sync.posts_on_flickr import list_account, settled_reason
from i2f.sync.uploader import GONE_S, SETTLED_S, Uploader, Wishes, form_of
from i2f.sync.verify import Outcome
from tests.support.flickr_side import named, picture
from tests.support.sessions import open_upload_session
from tests.support.upload_desk import KEY, Desk, a_decision, a_post, make_original, open_desk

LOST = [DropAfter(), Status(502, after_work=True), Status(500, after_work=True)]


NOT_THERE = [DropBefore(), Status(503), Status(429), ApiError(105), Html()]


@pytest.fixture
def desk(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(flickr, tmp_path) as opened:
        yield opened


def test_an_upload_is_noted_before_it_is_sent_and_confirmed_byte_for_byte(desk: Desk) -> None:
    assert desk.upload() == Outcome(OutcomeKind.UPLOADED)
    assert desk.steps() == ["intended", "made", "confirmed"]
    assert desk.photo.data == desk.original.read_bytes()
    assert (desk.photo.title, desk.photo.description) == ("By the sea #harbour", "By the sea #harbour")
    assert desk.photo.raw_tags == (f"instagram2flickr:post={KEY}", "harbour")
    assert (desk.photo.is_public, desk.photo.is_friend, desk.photo.is_family) == (False, False, False)
    assert list(desk.session.state.outgoing.iterdir()) == []


def test_without_a_capture_time_the_date_taken_is_that_of_the_post(desk: Desk) -> None:
    desk.upload()
    assert (desk.photo.taken, desk.photo.taken_unknown) == ("2012-07-09 12:00:01", False)


def test_an_upload_under_a_posts_code_is_known_by_its_second_when_the_code_is_not(desk: Desk) -> None:
    desk.upload(a_decision(desk.original, a_post(code="BqvsDleB3lV"), key="BqvsDleB3lV/2"))
    known = desk.session.journal.uploads.by_any_name()
    assert known[f"{KEY}/2"] == known["BqvsDleB3lV/2"]
    posts = [replace(a_post(), media=a_post().media * 2)]
    shown = PostPicture(f"{KEY}/2", posts[0], 2, Path("1.jpg"), "0" * 64, 640, 640, None)
    assert str(settled_reason(shown, known, list_account(desk.session, posts))).startswith("Uploaded on ")


def test_a_link_that_is_known_stands_below_the_caption(desk: Desk) -> None:
    post = a_post(link="https://www.instagram.com/p/M2BTZlHh0k/", code="M2BTZlHh0k")
    form = form_of(a_decision(desk.original, post, "M2BTZlHh0k"), Privacy.PUBLIC)
    assert form.description == "By the sea #harbour\n\nvia Instagram https://www.instagram.com/p/M2BTZlHh0k/"
    assert form.tags == ("instagram2flickr:post=M2BTZlHh0k", "harbour")


def test_a_long_caption_is_cut_for_the_title_alone(desk: Desk) -> None:
    caption = "word " * 100
    form = form_of(a_decision(desk.original, a_post(caption)), Privacy.PRIVATE)
    assert len(form.title) <= 255
    assert form.title.endswith("word\N{HORIZONTAL ELLIPSIS}")
    assert form.description == caption.strip()


def test_what_no_request_can_hold_is_left_out_of_the_words(desk: Desk) -> None:
    assert desk.upload(a_decision(desk.original, a_post("half \ud83d and\x00 a\x1b[31m bell\nline"))).outcome is (
        OutcomeKind.UPLOADED
    )
    assert desk.photo.description == "half ? and a[31m bell\nline"
    assert desk.photo.title == "half ? and a[31m bell line"


def test_without_an_original_from_flickr_the_upload_is_verified_as_far_as_that_goes(desk: Desk) -> None:
    free = Rewritten(lambda body: body.replace(b'"Original"', b'"Large"'))
    desk.flickr.faults.add(Fault(where="flickr.photos.getSizes", kind=free, times=None))
    outcome = desk.upload()
    assert outcome.outcome is OutcomeKind.UPLOADED
    assert "not compared byte for byte" in str(outcome.note)


@pytest.mark.parametrize("kind", LOST, ids=named)
def test_a_lost_reply_is_looked_into_and_never_sent_again(desk: Desk, kind: Kind) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=kind))
    assert desk.upload().outcome is OutcomeKind.UPLOADED
    assert (desk.sent(), len(desk.flickr.store.photos)) == (1, 1)
    assert desk.steps() == ["intended", "made", "confirmed"]


def test_a_new_photo_that_no_list_shows_yet_is_waited_for(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    for where in ("flickr.people.getPhotos", "flickr.photos.search"):
        desk.flickr.faults.add(Fault(where=where, kind=Unlisted(), times=2))
    assert desk.upload().outcome is OutcomeKind.UPLOADED
    assert desk.sent() == 1


def test_either_list_is_enough_to_find_it(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    desk.flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=Unlisted(), times=None))
    assert desk.upload().outcome is OutcomeKind.UPLOADED
    assert desk.sent() == 1


@pytest.mark.parametrize("kind", [*NOT_THERE, ApiError(3, "General upload failure")], ids=named)
def test_what_flickr_does_not_show_is_unsure_and_not_sent_again_for_an_hour(desk: Desk, kind: Kind) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=kind))
    assert desk.upload().outcome is OutcomeKind.UNSURE
    outcome = desk.settle()
    assert outcome is not None
    assert outcome.outcome is OutcomeKind.UNSURE
    assert desk.upload().outcome is OutcomeKind.UNSURE
    assert desk.sent() == 1
    desk.clock.sleep(SETTLED_S)
    assert desk.settle() is None
    assert desk.history.standing is UploadStanding.NONE
    assert desk.upload().outcome is OutcomeKind.UPLOADED
    assert len(desk.flickr.store.photos) == 1


def test_what_shows_within_the_hour_is_taken_up_and_not_sent_again(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    hidden = [
        desk.flickr.faults.add(Fault(where=where, kind=Unlisted(), times=None))
        for where in ("flickr.people.getPhotos", "flickr.photos.search")
    ]
    assert desk.upload().outcome is OutcomeKind.UNSURE
    desk.clock.sleep(1800)
    for fault in hidden:
        desk.flickr.faults.active.remove(fault)
    outcome = desk.settle()
    assert outcome is not None
    assert outcome.outcome is OutcomeKind.UPLOADED
    assert (desk.sent(), len(desk.flickr.store.photos)) == (1, 1)


def test_what_shows_after_it_was_given_up_is_taken_up_when_a_listing_shows_it(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    desk.flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=Unlisted(), times=None))
    desk.flickr.faults.add(Fault(where="flickr.photos.search", kind=Unlisted(), times=None))
    desk.upload()
    desk.clock.sleep(SETTLED_S)
    assert desk.settle() is None
    outcome = desk.settle(shown_as=desk.photo.photo_id)
    assert outcome is not None
    assert outcome.outcome is OutcomeKind.UPLOADED
    assert desk.history.photo_id == desk.photo.photo_id


def test_even_after_the_hour_flickr_refuses_a_file_that_it_holds_and_it_is_recognised(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    for where in ("flickr.people.getPhotos", "flickr.photos.search"):
        desk.flickr.faults.add(Fault(where=where, kind=Unlisted(), times=None))
    desk.upload()
    desk.clock.sleep(SETTLED_S)
    assert desk.settle() is None
    assert desk.upload().outcome is OutcomeKind.UPLOADED
    assert len(desk.flickr.store.photos) == 1


@pytest.mark.parametrize("code", [5, 6, 8])
def test_what_flickr_refuses_is_told_and_leaves_no_open_entry(desk: Desk, code: int) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=ApiError(code, "Reason")))
    outcome = desk.upload()
    assert outcome.outcome is OutcomeKind.FAILED
    assert "Flickr refused the picture: Flickr says 'Reason'" in str(outcome.note)
    assert desk.history.standing is UploadStanding.NONE


def test_a_full_free_account_is_told(desk: Desk) -> None:
    desk.flickr.account.is_pro, desk.flickr.account.max_photos = False, 0
    assert "exceeded upload limit" in str(desk.upload().note)


def test_a_file_that_flickr_holds_already_is_not_uploaded_again(desk: Desk) -> None:
    theirs = desk.flickr.add_photo(desk.original.read_bytes(), title="mine")
    outcome = desk.upload()
    assert outcome.outcome is OutcomeKind.FAILED
    assert f"as photo {theirs}" in str(outcome.note)
    assert desk.history.standing is UploadStanding.ELSEWHERE
    assert len(desk.flickr.store.photos) == 1


def test_two_machines_that_upload_one_post_at_once_make_one_photo(
    desk: Desk, flickr: SandboxFlickr, tmp_path: Path
) -> None:
    planned = a_decision(desk.original)
    with open_upload_session(flickr, tmp_path / "other", desk.clock) as other:
        assert desk.upload(planned).outcome is OutcomeKind.UPLOADED
        assert Uploader(other, desk.wishes).upload(planned, 200 << 20).outcome is OutcomeKind.UPLOADED
        assert other.journal.uploads.of(KEY).photo_id == desk.photo.photo_id
    assert len(flickr.store.photos) == 1


def test_equal_bytes_are_not_uploaded_for_a_second_post(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "again.jpg"
    copy.write_bytes(desk.original.read_bytes())
    desk.upload()
    outcome = desk.upload(a_decision(copy, key="1341921601"))
    assert outcome.outcome is OutcomeKind.FAILED
    assert f"uploaded already, for the post {KEY}" in str(outcome.note)
    assert desk.sent() == 1


def test_a_revoked_login_stops_the_run_and_leaves_no_open_entry(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=OAuthError()))
    with pytest.raises(LoginError):
        desk.upload()
    assert not desk.history.is_open
    assert desk.flickr.store.photos == {}


def test_when_flickr_cannot_be_asked_after_a_lost_reply_the_question_stays_open(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    desk.flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=Status(502), times=5))
    with pytest.raises(SyncError):
        desk.upload()
    assert desk.history.is_open
    outcome = desk.settle()
    assert outcome is not None
    assert outcome.outcome is OutcomeKind.UPLOADED
    assert desk.sent() == 1


def test_a_new_photo_that_is_not_found_for_a_moment_is_asked_for_again(desk: Desk) -> None:
    gone = ApiError(1, 'Photo "1" not found (invalid ID)')
    desk.flickr.faults.add(Fault(where="flickr.photos.getInfo", kind=gone, times=2))
    assert desk.upload().outcome is OutcomeKind.UPLOADED
    desk.flickr.faults.clear()


def test_what_flickr_shows_otherwise_is_unsure_and_never_sent_again(desk: Desk) -> None:
    desk.flickr.habits.after_upload = lambda photo: setattr(
        photo, "blob", desk.flickr.store.blob(picture(400, 300, seed=9))
    )
    outcome = desk.upload()
    assert outcome.outcome is OutcomeKind.UNSURE
    assert "another file than the one that was sent" in str(outcome.note)
    desk.clock.sleep(SETTLED_S)
    settled = desk.settle()
    assert settled is not None
    assert settled.outcome is OutcomeKind.UNSURE
    desk.clock.sleep(GONE_S)
    settled = desk.settle()
    assert settled is not None
    assert settled.outcome is OutcomeKind.UPLOADED
    assert "another file than the one that was sent" in str(settled.note)
    assert desk.sent() == 1


def test_a_list_with_holes_is_no_proof_that_nothing_was_made(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropBefore()))
    desk.upload()
    desk.clock.sleep(SETTLED_S)
    desk.flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=TotalOff(by=1), times=None))
    outcome = desk.settle()
    assert outcome is not None
    assert outcome.outcome is OutcomeKind.UNSURE
    desk.flickr.faults.clear()
    assert desk.settle() is None


def test_a_machine_tag_that_got_lost_is_set_once_more(desk: Desk) -> None:
    desk.flickr.habits.after_upload = lambda photo: setattr(photo, "tags", ())
    assert desk.upload() == Outcome(OutcomeKind.UPLOADED)
    assert desk.photo.raw_tags == (f"instagram2flickr:post={KEY}",)


def test_an_upload_its_owner_deleted_is_not_sent_again(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="flickr.photos.getSizes", kind=Status(502), times=5))
    with pytest.raises(SyncError):
        desk.upload()
    desk.flickr.delete_photo(desk.photo.photo_id)
    outcome = desk.settle()
    assert outcome is not None
    assert outcome.outcome is OutcomeKind.UNSURE
    desk.clock.sleep(GONE_S)
    outcome = desk.settle()
    assert outcome is not None
    assert "no longer on Flickr" in str(outcome.note)
    assert desk.history.standing is UploadStanding.DELETED


def test_a_title_that_flickr_changed_is_set_once_more(desk: Desk) -> None:
    desk.flickr.habits.after_upload = lambda photo: setattr(photo, "title", "IMG")
    assert desk.upload() == Outcome(OutcomeKind.UPLOADED)
    assert desk.photo.title == "By the sea #harbour"


def test_a_privacy_that_is_not_as_asked_is_told(desk: Desk) -> None:
    desk.flickr.habits.after_upload = lambda photo: setattr(photo, "is_public", True)
    assert "it is not private on Flickr" in str(desk.upload().note)


def test_what_the_person_typed_since_an_interrupted_upload_stays(desk: Desk) -> None:
    desk.flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    desk.flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=Status(502), times=5))
    with pytest.raises(SyncError):
        desk.upload()
    desk.flickr.edit(desk.photo.photo_id, title="My own title")
    desk.clock.sleep(2000)
    outcome = desk.settle()
    assert outcome is not None
    assert "edited since" in str(outcome.note)
    assert desk.photo.title == "My own title"


def test_new_photos_go_into_one_album_whatever_becomes_of_the_replies(desk: Desk, tmp_path: Path) -> None:
    desk.wishes = Wishes(Privacy.FRIENDS, "Instagram")
    desk.flickr.faults.add(Fault(where="flickr.photosets.create", kind=DropAfter()))
    desk.flickr.faults.add(Fault(where="flickr.photosets.addPhoto", kind=DropAfter(), skip=1))
    desk.upload()
    desk.upload(a_decision(make_original(tmp_path / "IMG_2.JPG", 2), key="1341921601"))
    (album,) = desk.flickr.store.albums.values()
    assert (album.title, album.photo_ids) == ("Instagram", list(desk.flickr.store.photos))


def test_an_album_that_cannot_be_made_is_told_and_the_photo_is_there(desk: Desk) -> None:
    desk.wishes, desk.flickr.account.max_albums = Wishes(Privacy.PRIVATE, "Instagram"), 0
    outcome = desk.upload()
    assert outcome.outcome is OutcomeKind.UPLOADED
    assert "could not be put into the album Instagram" in str(outcome.note)


def test_places_go_along_only_where_the_settings_say_so(flickr: SandboxFlickr, tmp_path: Path) -> None:
    post = a_post(place=PostPlace("Skagen", 57.72, 10.58))
    for number, (settings, place) in enumerate([({}, None), ({"SYNC_SET_LOCATION": "yes"}, (57.72, 10.58))], start=1):
        original = make_original(tmp_path / f"IMG_{number}.JPG", number)
        with open_upload_session(flickr, tmp_path / str(number), None, **settings) as session:
            key = str(int(KEY) + number)
            Uploader(session, Wishes(Privacy.PRIVATE, "")).upload(a_decision(original, post, key), 200 << 20)
            assert flickr.photo(str(session.journal.uploads.of(key).photo_id)).place == place


def by_ticket(flickr: SandboxFlickr, tmp_path: Path) -> Any:
    return open_upload_session(flickr, tmp_path, FLICKR_TICKETS="yes")


def test_an_asynchronous_upload_is_noted_and_followed(flickr: SandboxFlickr, tmp_path: Path) -> None:
    with by_ticket(flickr, tmp_path) as session:
        desk = Desk(flickr, session, session.clock, make_original(tmp_path / "IMG_1.JPG"))
        assert desk.upload().outcome is OutcomeKind.UPLOADED
        assert desk.steps() == ["intended", "ticket", "made", "confirmed"]


def test_a_ticket_that_cannot_be_asked_for_is_settled_by_the_next_run(flickr: SandboxFlickr, tmp_path: Path) -> None:
    with by_ticket(flickr, tmp_path) as session:
        desk = Desk(flickr, session, session.clock, make_original(tmp_path / "IMG_1.JPG"))
        flickr.faults.add(Fault(where="flickr.photos.upload.checkTickets", kind=Status(502), times=None))
        assert desk.upload().outcome is OutcomeKind.UNSURE
        flickr.faults.clear()
        first = desk.settle()
        assert first is not None
        outcome = first if first.outcome is OutcomeKind.UPLOADED else desk.settle()
        assert outcome is not None
        assert outcome.outcome is OutcomeKind.UPLOADED
        assert desk.sent() == 1


def test_a_ticket_that_failed_may_be_sent_again(flickr: SandboxFlickr, tmp_path: Path) -> None:
    with by_ticket(flickr, tmp_path) as session:
        desk = Desk(flickr, session, session.clock, make_original(tmp_path / "IMG_1.JPG"))
        flickr.faults.add(Fault(where="upload", kind=TicketFails()))
        assert desk.upload().outcome is OutcomeKind.FAILED
        assert desk.upload().outcome is OutcomeKind.UPLOADED


def test_a_post_reviewed_since_the_plan_is_not_uploaded(desk: Desk) -> None:
    keep_step(desk.session.journal, post_of(KEY), "0" * 64, Step(NONE, ()))
    outcome = desk.upload()
    assert (outcome.outcome, outcome.note) == (
        OutcomeKind.FAILED,
        "it was reviewed since the plan was made; run `new` again",
    )
    assert (desk.sent(), desk.history.standing) == (0, UploadStanding.NONE)
    take_back_step(desk.session.journal, post_of(KEY), "0" * 64)
    assert desk.upload().outcome is OutcomeKind.UPLOADED
