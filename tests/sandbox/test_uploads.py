"""The pretend Flickr makes new photos, puts them into albums and deletes them, and refuses what Flickr refuses."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import DropAfter, TicketFails, Unlisted
from tests.support.sandbox_client import Caller, error_of, picture

PICTURE = picture(320, 240)
BY_TICKET: dict[str, Any] = {"async": "1"}


def upload(flickr: SandboxFlickr, data: bytes = PICTURE, perms: str = "write", **form: Any) -> ElementTree.Element:
    answer: bytes = Caller(flickr, perms).flickrapi(format="rest").upload("new.jpg", io.BytesIO(data), **form)
    return ElementTree.fromstring(answer)


def test_an_upload_makes_a_photo_of_everything_that_was_sent(flickr: SandboxFlickr) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2012:06:09 12:00:01"
    form = {"title": "Harbour", "description": "a & b", "tags": "sea instagram2flickr:post=1339243201"}
    answer = upload(flickr, picture(exif=exif), **form, is_public="0", is_friend="1", is_family="0", content_type="1")
    photo = flickr.photo(str(answer.findtext("photoid")))
    assert (photo.title, photo.description, photo.raw_tags) == ("Harbour", "a & b", tuple(form["tags"].split()))
    assert (photo.is_public, photo.is_friend, photo.is_family) == (False, True, False)
    assert (photo.taken, photo.taken_unknown) == ("2012-06-09 12:00:01", False)
    assert [request.name for request in flickr.changing_requests] == ["upload"]


def test_without_privacy_flags_a_new_photo_is_public(flickr: SandboxFlickr) -> None:
    assert flickr.photo(str(upload(flickr).findtext("photoid"))).is_public


@pytest.mark.parametrize(
    ("data", "form", "code"),
    [(b"", {}, 4), (b"no picture", {}, 5), (PICTURE, {"safety_level": "9"}, 3)],
    ids=["empty", "no picture", "unknown level"],
)
def test_what_flickr_does_not_take_makes_no_photo(
    flickr: SandboxFlickr, data: bytes, form: dict[str, str], code: int
) -> None:
    assert error_of(upload(flickr, data, **form))[0] == code
    assert flickr.store.photos == {}


def test_a_photo_too_large_or_too_many_is_refused(flickr: SandboxFlickr) -> None:
    flickr.account.max_photo_bytes = 10
    assert error_of(upload(flickr))[0] == 8
    flickr.account.max_photo_bytes, flickr.account.is_pro, flickr.account.max_photos = 1 << 20, False, 0
    assert error_of(upload(flickr)) == (6, "User exceeded upload limit")


def test_a_duplicate_is_refused_only_when_asked_and_named(flickr: SandboxFlickr) -> None:
    first = upload(flickr).findtext("photoid")
    assert upload(flickr).findtext("photoid") != first
    refused = upload(flickr, dedup_check="1")
    assert error_of(refused)[0] == 9
    assert [error.get("duplicate_photo_id") in flickr.store.photos for error in refused] == [True]


def test_uploading_needs_the_permission_to_write(flickr: SandboxFlickr) -> None:
    assert error_of(upload(flickr, perms="read"))[0] == 99


def test_by_ticket_the_photo_is_there_when_the_ticket_is_done(flickr: SandboxFlickr) -> None:
    ticket = upload(flickr, **BY_TICKET, title="later").findtext("ticketid")
    assert flickr.store.photos == {}
    looks = [ticket_of(flickr, str(ticket)) for _ in range(2)]
    assert [look["complete"] for look in looks] == [0, 1]
    assert flickr.photo(looks[1]["photoid"]).title == "later"


def test_a_ticket_may_fail(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault(where="upload", kind=TicketFails()))
    ticket = upload(flickr, **BY_TICKET).findtext("ticketid")
    ticket_of(flickr, str(ticket))
    assert ticket_of(flickr, str(ticket))["complete"] == 2
    assert flickr.store.photos == {}


def ticket_of(flickr: SandboxFlickr, ticket: str) -> dict[str, Any]:
    answer = Caller(flickr).call("flickr.photos.upload.checkTickets", tickets=ticket)
    told: dict[str, Any] = answer["uploader"]["ticket"][0]
    return told


def test_a_lost_reply_leaves_the_photo_there(flickr: SandboxFlickr) -> None:
    flickr.faults.add(Fault(where="upload", kind=DropAfter()))
    with pytest.raises(OSError, match="Connection"):
        upload(flickr)
    assert len(flickr.store.photos) == 1


def test_a_new_photo_may_be_missing_from_the_lists_for_a_while(flickr: SandboxFlickr) -> None:
    old = flickr.add_photo(PICTURE, uploaded=1)
    upload(flickr, tags="instagram2flickr:post=7")
    flickr.faults.add(Fault(where="flickr.people.getPhotos", kind=Unlisted()))
    page = Caller(flickr).call("flickr.people.getPhotos", user_id="me")["photos"]
    assert (int(page["total"]), [row["id"] for row in page["photo"]]) == (1, [old])
    found = Caller(flickr).call("flickr.photos.search", user_id="me", machine_tags="instagram2flickr:post=7")
    assert len(found["photos"]["photo"]) == 1


def test_albums_are_made_listed_and_filled(flickr: SandboxFlickr) -> None:
    caller, (one, two) = Caller(flickr), (flickr.add_photo(PICTURE), flickr.add_photo(PICTURE))
    album = caller.call("flickr.photosets.create", title="Instagram", primary_photo_id=one)["photoset"]["id"]
    assert caller.call("flickr.photosets.addPhoto", photoset_id=album, photo_id=two)["stat"] == "ok"
    assert caller.call("flickr.photosets.addPhoto", photoset_id=album, photo_id=two)["code"] == 3
    row = caller.call("flickr.photosets.getList")["photosets"]["photoset"][0]
    assert (row["id"], row["title"], row["photos"]) == (album, {"_content": "Instagram"}, 2)
    assert caller.call("flickr.photosets.create", title="", primary_photo_id=one)["code"] == 1


def test_deleting_needs_its_own_permission(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(PICTURE)
    refused = Caller(flickr).call("flickr.photos.delete", photo_id=photo_id)
    assert refused["code"] == 99
    assert "delete" in refused["message"]
    assert Caller(flickr, "delete").call("flickr.photos.delete", photo_id=photo_id)["stat"] == "ok"
    assert Caller(flickr, "delete").call("flickr.photos.delete", photo_id=photo_id)["code"] == 1
    assert flickr.store.photos == {}


def test_faves_views_and_comments_are_told(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(PICTURE, views=3, comments=2, favorites=1)
    info = Caller(flickr).call("flickr.photos.getInfo", photo_id=photo_id)["photo"]
    assert (info["views"], info["comments"]) == ("3", {"_content": "2"})
    assert Caller(flickr).call("flickr.photos.getFavorites", photo_id=photo_id)["photo"]["total"] == "1"
