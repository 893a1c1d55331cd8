"""Replacing in the sandbox: what changes, what stays, what is refused, and flickrapi 2.4.0's traps against it."""

from __future__ import annotations

import io
import json
import socket
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
import requests
from flickrapi.exceptions import FlickrError
from PIL import Image

from i2f.sandbox import Fault, SandboxFlickr, StoredPhoto
from i2f.sandbox.flickr.kinds import Status, TicketFails
from tests.support.sandbox_client import Caller, error_of, picture, signature

SIZE_CHANGED = picture(2000, 1500)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "from the camera"
    exif.get_ifd(0x8769)[0x9003] = "2012:09:30 12:00:01"
    exif.get_ifd(0x8825).update({1: "S", 2: (37.0, 30.0, 0.0), 3: "E", 4: (145.0, 15.0, 0.0)})
    return exif


def test_the_picture_its_secrets_and_dimensions_change_and_the_words_stay(flickr: SandboxFlickr) -> None:
    old = picture()
    photo_id = flickr.add_photo(old, "Harbour", "via Instagram http://ift.tt/x", "ifttt instagram", 1_400_000_000)
    caller = Caller(flickr)
    before = caller.row(photo_id, "description,tags,url_o,o_dims,last_update,date_upload,date_taken")
    answer = caller.replace(photo_id, SIZE_CHANGED)
    after = caller.row(photo_id, "description,tags,url_o,o_dims,last_update,date_upload,date_taken")
    photo = flickr.photo(photo_id)
    assert (answer[0].text, answer[0].get("secret")) == (photo_id, after["secret"])
    assert answer[0].get("originalsecret") == photo.original_secret
    assert (photo.data, photo.history) == (SIZE_CHANGED, [old])
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"secret", "url_o", "height_o", "width_o", "o_width", "o_height", "lastupdate"}


def test_the_sent_title_is_signed_whatever_its_letters(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    answer = Caller(flickr).replace(photo_id, SIZE_CHANGED, title="Zürich & 100 % + ☀ = ü")
    assert answer.get("stat") == "ok"


@pytest.mark.parametrize(
    ("habit", "sent", "title"),
    [
        ("kept", "another", "Harbour"),
        ("as sent", "another", "another"),
        ("as sent", None, "new.jpg"),
        ("file name", "another", "dummy name"),
    ],
)
def test_a_title_may_suffer(
    flickr: SandboxFlickr,
    habit: Literal["kept", "as sent", "file name"],
    sent: str | None,
    title: str,
) -> None:
    flickr.habits.replace_title = habit
    photo_id = flickr.add_photo(picture(), title="Harbour")
    Caller(flickr).replace(photo_id, SIZE_CHANGED, **({} if sent is None else {"title": sent}))
    assert flickr.photo(photo_id).title == title


def test_everything_else_may_be_taken_from_exif(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(), description="mine")
    flickr.habits.replace_caption = "from exif"
    flickr.habits.replace_takes_date_from_exif = True
    flickr.habits.replace_takes_place_from_exif = True
    Caller(flickr).replace(photo_id, picture(2000, 1500, exif=_exif()))
    photo = flickr.photo(photo_id)
    assert (photo.description, photo.taken, photo.taken_unknown) == ("from the camera", "2012-09-30 12:00:01", False)
    assert photo.place == (-37.5, 145.25)


def test_a_test_can_invent_what_replace_does_besides(flickr: SandboxFlickr) -> None:
    def hide(photo: StoredPhoto) -> None:
        photo.is_public = False

    flickr.habits.after_replace = hide
    photo_id = flickr.add_photo(picture())
    Caller(flickr).replace(photo_id, SIZE_CHANGED)
    assert flickr.photo(photo_id).is_public is False


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_three_formats_are_taken_by_content(flickr: SandboxFlickr, kind: str) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr)
    answer = caller.replace(photo_id, picture(900, 900, kind))
    assert answer.get("stat") == "ok"
    assert caller.row(photo_id, "original_format")["originalformat"] == {"JPEG": "jpg"}.get(kind, kind.lower())


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", (4, "Filesize was zero")),
        (picture(900, 900, "WEBP"), (5, "Filetype was not recognised")),
        (picture(900, 900, "TIFF"), (5, "Filetype was not recognised")),
        (b"\xff\xd8\xff and then nothing", (5, "Filetype was not recognised")),
    ],
)
def test_what_is_no_picture_is_refused(flickr: SandboxFlickr, data: bytes, error: tuple[int, str]) -> None:
    photo_id = flickr.add_photo(picture())
    assert error_of(Caller(flickr).replace(photo_id, data)) == error
    assert flickr.photo(photo_id).history == []


def test_limits_of_the_account_are_kept(flickr: SandboxFlickr) -> None:
    photo_id, video_id = flickr.add_photo(picture()), flickr.add_photo(picture(), media="video")
    caller = Caller(flickr)
    assert error_of(caller.replace(video_id, SIZE_CHANGED)) == (8, "Videos can't be replaced")
    assert error_of(caller.replace("1", SIZE_CHANGED)) == (2, "Photo not found")
    flickr.account.max_photo_bytes = 100
    assert error_of(caller.replace(photo_id, SIZE_CHANGED)) == (8, "Filesize was too large")
    flickr.account.is_pro = False
    assert error_of(caller.replace(photo_id, SIZE_CHANGED))[0] == 1


def test_a_replacement_without_a_file_is_error_2(flickr: SandboxFlickr) -> None:
    form = {"photo_id": flickr.add_photo(picture())}
    auth = signature(flickr, flickr.issue_token())
    answer = requests.post(f"{flickr.url}/services/replace/", data=form, auth=auth, timeout=10)
    assert '<err code="2" msg="No photo specified" />' in answer.text


def test_a_second_try_with_the_same_file_handle_sends_nothing(flickr: SandboxFlickr, tmp_path: Path) -> None:
    photo_id = flickr.add_photo(picture())
    (tmp_path / "new.jpg").write_bytes(SIZE_CHANGED)
    api = Caller(flickr).flickrapi(format="etree")
    flickr.faults.add(Fault("replace", Status(502)))
    with (tmp_path / "new.jpg").open("rb") as file:
        with pytest.raises(FlickrError, match="502"):
            api.replace("new.jpg", photo_id, file)
        with pytest.raises(FlickrError, match="Filesize was zero"):
            api.replace("new.jpg", photo_id, file)


def test_parsed_json_replaces_and_then_raises(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    with pytest.raises(json.JSONDecodeError):
        Caller(flickr).flickrapi(format="parsed-json").replace("new.jpg", photo_id, io.BytesIO(SIZE_CHANGED))
    assert flickr.photo(photo_id).data == SIZE_CHANGED


def _ticket(caller: Caller, photo_id: str) -> str:
    answer = caller.replace(photo_id, SIZE_CHANGED, **{"async": "1"})
    return str(answer.findtext("ticketid"))


def _look(caller: Caller, ticket: str) -> dict[str, object]:
    answer = caller.call("flickr.photos.upload.checkTickets", tickets=ticket)
    told: dict[str, object] = answer["uploader"]["ticket"][0]
    return told


def test_a_ticket_is_pending_and_then_done(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr)
    ticket = _ticket(caller, photo_id)
    assert _look(caller, ticket) == {"id": ticket, "complete": 0}
    assert flickr.photo(photo_id).history == []
    assert _look(caller, ticket) == {"id": ticket, "complete": 1, "photoid": photo_id, "imported": None}
    assert flickr.photo(photo_id).data == SIZE_CHANGED
    assert isinstance(_look(caller, ticket)["imported"], str)


def test_the_work_may_be_done_before_the_ticket_says_so(flickr: SandboxFlickr) -> None:
    flickr.habits.replaced_when_polled = False
    photo_id = flickr.add_photo(picture())
    _ticket(Caller(flickr), photo_id)
    assert flickr.photo(photo_id).data == SIZE_CHANGED


def test_a_ticket_may_fail_in_conversion_and_an_unknown_one_is_invalid(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr)
    flickr.faults.add(Fault("replace", TicketFails()))
    ticket = _ticket(caller, photo_id)
    assert [_look(caller, ticket)["complete"] for _ in range(2)] == [0, 2]
    assert _look(caller, "0-0") == {"id": "0-0", "invalid": 1}
    assert flickr.photo(photo_id).history == []


def test_errors_found_at_once_are_told_without_a_ticket(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    assert error_of(Caller(flickr).replace(photo_id, b"", **{"async": "1"}))[0] == 4


def test_a_picture_cut_short_on_its_way_replaces_nothing(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    auth = signature(flickr, flickr.issue_token())
    url = f"{flickr.url}/services/replace/"
    signed = requests.Request("POST", url, data={"photo_id": photo_id}, auth=auth).prepare()
    whole = requests.Request("POST", url, data={"photo_id": photo_id}, files={"photo": SIZE_CHANGED}).prepare()
    assert isinstance(whole.body, bytes)
    head = [f"{name}: {value}" for name, value in {**whole.headers, "Host": urlsplit(url).netloc}.items()]
    head.append(f"Authorization: {signed.headers['Authorization'].decode()}")  # type: ignore[attr-defined]
    start = "\r\n".join(["POST /services/replace/ HTTP/1.1", *head, "", ""]).encode()
    with socket.create_connection(("127.0.0.1", int(flickr.url.rsplit(":", 1)[1]))) as connection:
        connection.sendall(start + whole.body[: len(whole.body) // 2])
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert b" 400 " in answer.splitlines()[0]
    assert flickr.photo(photo_id).history == []
