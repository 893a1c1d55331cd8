"""New photos, albums and deletion through the client: sent once, and what each answer means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flickr_client import DuplicateError, FlickrClient, Privacy, Refused, UploadForm
from i2f.ground.errors import LoginError, NotAllowedError, PictureError, ReplyLostError, SyncError
from i2f.ground.model import Photo
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
    Unlisted,
)
from tests.support.flickr_side import logged_in, named, picture

TAG = "instagram2flickr:post=1339243201"
FORM = UploadForm("Harbour & sea", "two\nlines <3", ("sea", TAG), Privacy.PRIVATE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "IMG_1.JPG"
    place.write_bytes(picture(320, 240))
    return place


@pytest.fixture
def client(flickr: SandboxFlickr) -> Iterator[FlickrClient]:
    with logged_in(flickr, may_upload=True) as side:
        yield side.client


def nobody(_: str) -> None:
    raise AssertionError("no ticket was asked for")


@pytest.mark.parametrize(
    ("privacy", "flags"),
    [
        (Privacy.PRIVATE, (False, False, False)),
        (Privacy.FRIENDS, (False, True, False)),
        (Privacy.PUBLIC, (True, False, False)),
    ],
)
def test_a_new_photo_is_what_was_sent(
    flickr: SandboxFlickr, client: FlickrClient, file: Path, privacy: Privacy, flags: tuple[bool, bool, bool]
) -> None:
    form = UploadForm(FORM.title, FORM.description, FORM.tags, privacy)
    photo = flickr.photo(client.upload(file, form, nobody))
    assert photo.data == file.read_bytes()
    assert (photo.title, photo.description, photo.raw_tags) == (form.title, form.description, form.tags)
    assert (photo.is_public, photo.is_friend, photo.is_family) == flags


def test_a_client_of_any_other_command_cannot_make_a_photo(flickr: SandboxFlickr, file: Path) -> None:
    with logged_in(flickr) as side, pytest.raises(SyncError, match="never makes a new photo"):
        side.client.upload(file, FORM, nobody)
    assert flickr.requests("upload") == []


@pytest.mark.parametrize(
    "kind",
    [
        DropAfter(),
        DropBefore(),
        Status(500),
        Status(502, after_work=True),
        Status(429),
        Html(),
        ApiError(3, "General upload failure"),
        ApiError(105),
        ApiError(201, json_in_xml=True),
        ApiError(4711, "something new"),
        Rewritten(lambda _: b'<rsp stat="ok"><photoid></photoid></rsp>'),
        Rewritten(lambda body: body[:40]),
    ],
    ids=named,
)
def test_whatever_does_not_plainly_say_no_is_a_lost_reply_and_sent_once(
    flickr: SandboxFlickr, client: FlickrClient, file: Path, kind: Kind
) -> None:
    flickr.faults.add(Fault(where="upload", kind=kind, times=None))
    with pytest.raises(ReplyLostError):
        client.upload(file, FORM, nobody)
    assert len(flickr.requests("upload")) == 1


@pytest.mark.parametrize("code", [5, 6, 8])
def test_what_can_never_become_a_photo_is_refused(
    flickr: SandboxFlickr, client: FlickrClient, file: Path, code: int
) -> None:
    flickr.faults.add(Fault(where="upload", kind=ApiError(code, "No")))
    with pytest.raises(Refused) as caught:
        client.upload(file, FORM, nobody)
    assert (caught.value.code, caught.value.final) == (code, True)


def test_a_duplicate_is_refused_and_the_photo_that_holds_it_named(
    flickr: SandboxFlickr, client: FlickrClient, file: Path
) -> None:
    first = client.upload(file, FORM, nobody)
    with pytest.raises(DuplicateError) as caught:
        client.upload(file, FORM, nobody)
    assert caught.value.photo_id == first
    assert len(flickr.store.photos) == 1


def test_where_nobody_was_reached_nothing_was_sent(flickr: SandboxFlickr, file: Path) -> None:
    with logged_in(flickr, may_upload=True) as side:
        side.client.who_am_i()
        side.client._wire().api.UPLOAD_URL = "http://127.0.0.1:9/services/upload/"
        with pytest.raises(Refused) as caught:
            side.client.upload(file, FORM, nobody)
    assert not caught.value.final


def test_a_revoked_or_reading_login_is_told(flickr: SandboxFlickr, client: FlickrClient, file: Path) -> None:
    flickr.faults.add(Fault(where="upload", kind=OAuthError()))
    with pytest.raises(LoginError, match="no longer accepts"):
        client.upload(file, FORM, nobody)
    with logged_in(flickr, perms="read", may_upload=True) as side, pytest.raises(NotAllowedError, match="read-only"):
        side.client.upload(file, FORM, nobody)
    assert flickr.store.photos == {}


def test_by_ticket_the_photo_is_named_when_it_is_done(flickr: SandboxFlickr, file: Path) -> None:
    tickets: list[str] = []
    with logged_in(flickr, asynchronous=True, may_upload=True) as side:
        photo_id = side.client.upload(file, FORM, tickets.append)
        assert side.client.ticket_photo(tickets[0]) == photo_id
        flickr.faults.add(Fault(where="upload", kind=TicketFails()))
        with pytest.raises(Refused, match="could not convert"):
            side.client.upload(Path(_other(file)), FORM, tickets.append)
    assert list(flickr.store.photos) == [photo_id]


def _other(file: Path) -> Path:
    place = file.with_name("other.jpg")
    place.write_bytes(picture(200, 200, seed=2))
    return place


def test_a_new_photo_is_found_by_when_it_came_and_by_its_machine_tag(
    flickr: SandboxFlickr, client: FlickrClient, file: Path
) -> None:
    flickr.add_photo(picture(100, 100), uploaded=1_000_000)
    began = int(flickr.now())
    photo_id = client.upload(file, FORM, nobody)
    found: list[Photo] = []
    client.list_uploads(began, found.extend)
    assert [one.photo_id for one in found] == [photo_id]
    assert TAG in found[0].tags
    assert [one.photo_id for one in client.search_machine_tag(TAG)] == [photo_id]
    flickr.faults.add(Fault(where="flickr.photos.search", kind=Unlisted()))
    assert client.search_machine_tag(TAG) == ()


@pytest.mark.parametrize("kind", [DropAfter(), Status(502), Status(502, after_work=True)], ids=named)
def test_one_album_is_made_whatever_becomes_of_the_answer(
    flickr: SandboxFlickr, client: FlickrClient, kind: Kind
) -> None:
    flickr.faults.add(Fault(where="flickr.photosets.create", kind=kind))
    flickr.faults.add(Fault(where="flickr.photosets.addPhoto", kind=DropAfter()))
    photos = [flickr.add_photo(picture(100, 100, seed=seed)) for seed in (1, 2)]
    for photo_id in (*photos, photos[0]):
        client.put_into_album("Instagram", photo_id)
    assert [(album.title, album.photo_ids) for album in flickr.store.albums.values()] == [("Instagram", photos)]


def test_an_album_too_many_costs_the_album_only(flickr: SandboxFlickr, client: FlickrClient) -> None:
    flickr.account.max_albums = 0
    with pytest.raises(PictureError, match="any more sets"):
        client.put_into_album("Instagram", flickr.add_photo(picture(100, 100)))


def test_deleting_needs_its_permission_and_is_done_once(flickr: SandboxFlickr, client: FlickrClient) -> None:
    photo_id = flickr.add_photo(picture(100, 100), favorites=2)
    assert client.count_favorites(photo_id) == 2
    with pytest.raises(NotAllowedError, match="does not allow deleting"):
        client.delete_photo(photo_id)
    flickr.faults.add(Fault(where="flickr.photos.delete", kind=DropAfter()))
    with logged_in(flickr, perms="delete") as side:
        side.client.delete_photo(photo_id)
    assert flickr.store.photos == {}
