"""The irreversible call: sent once, and never reported as taken, or as refused, when that is not certain."""

from __future__ import annotations

import random
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flickr_client import Access, FlickrClient, Network, Refused
from i2f.flickr.replace_request import read_reply
from i2f.ground.errors import (
    LoginError,
    NotProError,
    PictureError,
    PictureGoneError,
    ReplyLostError,
    SettingsError,
    StoppedError,
    SyncError,
)
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import (
    ApiError,
    CutOff,
    DropAfter,
    DropBefore,
    Html,
    OAuthError,
    Rewritten,
    Silence,
    Status,
    TicketFails,
    Trickle,
)
from tests.support.flickr_side import logged_in, named, picture
from tests.support.hand_clock import HandClock


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(picture(64, 48), title="Harbour & sky", tags="instagram", uploaded=1_400_000_000)


@pytest.fixture
def original(tmp_path: Path) -> Path:
    file = tmp_path / "IMG 0001 private name.JPG"
    file.write_bytes(picture(1600, 1200, seed=7))
    return file


def test_flickr_holds_the_very_bytes_afterwards(flickr: SandboxFlickr, photo_id: str, original: Path) -> None:
    old = flickr.photo(photo_id).original_secret
    with logged_in(flickr) as side:
        replaced = side.client.replace(photo_id, original, "Harbour & sky")
        assert side.calls == 1
    photo = flickr.photo(photo_id)
    assert photo.data == original.read_bytes()
    assert (replaced.secret, replaced.original_secret) == (photo.secret, photo.original_secret)
    assert replaced.original_secret != old
    assert photo.title == "Harbour & sky"


@pytest.mark.parametrize("title", ["", 'ü & "so" = 100 % +', "two\nlines", "🌊" * 40, "x" * 3000])
def test_any_title_is_passed_along(flickr: SandboxFlickr, photo_id: str, original: Path, title: str) -> None:
    flickr.habits.replace_title = "as sent"
    with logged_in(flickr) as side:
        side.client.replace(photo_id, original, title)
    assert flickr.photo(photo_id).title.replace("\r\n", "\n") == title


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif")])
def test_the_file_part_has_the_ending_of_its_content_and_nothing_of_the_persons_name(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, kind: str, ending: str
) -> None:
    flickr.habits.replace_title = "file name"
    file = tmp_path / "Anna at home.dat"
    file.write_bytes(picture(80, 60, kind=kind))
    with logged_in(flickr) as side:
        side.client.replace(photo_id, file, "x")
    assert flickr.photo(photo_id).original_format == ending
    assert flickr.photo(photo_id).title == photo_id


def test_the_file_is_opened_anew_for_every_sending(flickr: SandboxFlickr, photo_id: str, original: Path) -> None:
    flickr.faults.add(Fault(where="replace", kind=ApiError(3, "General upload failure")))
    with logged_in(flickr) as side:
        with pytest.raises(Refused):
            side.client.replace(photo_id, original, "x")
        side.client.replace(photo_id, original, "x")
    assert flickr.photo(photo_id).data == original.read_bytes()


@pytest.mark.parametrize(
    ("trouble", "taken"),
    [
        (DropBefore(), False),
        (DropAfter(), True),
        (Status(500), False),
        (Status(500, after_work=True), True),
        (Status(502, after_work=True), True),
        (Status(503), False),
        (Status(504, after_work=True), True),
        (Status(408), False),
        (Status(302), False),
        (Status(307), False),
        (Html(), False),
        (Html(after_work=True), True),
        (CutOff(), True),
        (Rewritten(lambda body: b""), True),
        (Rewritten(lambda body: body[:40]), True),
        (Rewritten(lambda body: body.replace(b"photoid", b"photo")), True),
        (Rewritten(lambda body: body.replace(b'"ok"', b'"maybe"')), True),
        (Rewritten(lambda body: body.replace(b" stat=", b" state=")), True),
        (Rewritten(lambda body: body.replace(b"</photoid>", b"9</photoid>")), True),
        (Rewritten(lambda body: b'<rsp stat="fail"><err msg="odd"/></rsp>'), True),
        (Rewritten(lambda body: b"\xff\xfe\x00" + body), True),
        (OAuthError("nonce_used"), False),
    ],
    ids=named,
)
def test_a_reply_that_is_lost_is_not_sent_again_and_not_called_a_refusal(
    flickr: SandboxFlickr, photo_id: str, original: Path, trouble: Kind, taken: bool
) -> None:
    flickr.faults.add(Fault(where="replace", kind=trouble, times=None))
    with logged_in(flickr) as side:
        with pytest.raises(ReplyLostError, match="may or may not have arrived"):
            side.client.replace(photo_id, original, "x")
        assert (side.calls, side.clock.naps) == (1, [])
    assert len(flickr.requests("replace")) == 1
    assert (flickr.photo(photo_id).data == original.read_bytes()) is taken


@pytest.mark.parametrize("after_work", [True, False])
def test_silence_after_the_sending_is_a_lost_reply(
    flickr: SandboxFlickr, photo_id: str, original: Path, after_work: bool
) -> None:
    flickr.faults.add(Fault(where="replace", kind=Silence(after_work=after_work)))
    with logged_in(flickr, silence_s=0.2) as side, pytest.raises(ReplyLostError, match="silence"):
        side.client.replace(photo_id, original, "x")


def test_an_answer_that_only_trickles_is_a_lost_reply(flickr: SandboxFlickr, photo_id: str, original: Path) -> None:
    flickr.faults.add(Fault(where="replace", kind=Trickle()))
    with logged_in(flickr, clock=HandClock(step_s=1.0)) as side, pytest.raises(ReplyLostError):
        side.client.replace(photo_id, original, "x")


@pytest.mark.parametrize(
    ("trouble", "error", "words"),
    [
        (ApiError(1, "Not a pro account"), NotProError, "not Pro"),
        (ApiError(1, "Photo not found"), PictureGoneError, "no longer"),
        (ApiError(98, "Invalid auth token"), LoginError, "login"),
        (ApiError(99, "Insufficient permissions"), LoginError, "login is read-only"),
        (ApiError(100, "Invalid API Key (Key has expired)"), SettingsError, "api_key"),
        (ApiError(96, "Invalid signature"), LoginError, "api_secret"),
        (OAuthError("token_rejected"), LoginError, "login"),
        (OAuthError("signature_invalid&debug_sbs=POST"), LoginError, "api_secret"),
        (OAuthError("timestamp_refused"), StoppedError, "clock"),
    ],
    ids=named,
)
def test_what_is_wrong_with_the_account_ends_the_run(
    flickr: SandboxFlickr, photo_id: str, original: Path, trouble: Kind, error: type[SyncError], words: str
) -> None:
    flickr.faults.add(Fault(where="replace", kind=trouble, times=None))
    with logged_in(flickr) as side:
        with pytest.raises(error, match=words):
            side.client.replace(photo_id, original, "x")
        assert side.calls == 1


@pytest.mark.parametrize(
    ("trouble", "code", "final"),
    [
        (ApiError(2, "No photo specified"), 2, False),
        (ApiError(3, "General upload failure"), 3, False),
        (ApiError(4, "Filesize was zero"), 4, False),
        (ApiError(5, "Filetype was not recognised"), 5, True),
        (ApiError(6, "User exceeded upload limit"), 6, True),
        (ApiError(8, "Videos can't be replaced"), 8, True),
        (ApiError(8, "Filesize was too large"), 8, True),
        (ApiError(105, "Service currently unavailable"), 105, False),
        (ApiError(201, "not currently available", json_in_xml=True), 201, False),
        (ApiError(0, "not currently available"), 0, False),
        (Status(429), None, False),
        (Status(413), None, True),
        (Status(403), None, True),
    ],
    ids=named,
)
def test_a_plain_refusal_says_whether_the_same_would_be_refused_again(
    flickr: SandboxFlickr, photo_id: str, original: Path, trouble: Kind, code: int | None, final: bool
) -> None:
    flickr.faults.add(Fault(where="replace", kind=trouble, times=None))
    with logged_in(flickr) as side:
        with pytest.raises(Refused) as caught:
            side.client.replace(photo_id, original, "x")
        assert (caught.value.code, caught.value.final, side.calls) == (code, final, 1)


def test_a_photo_of_somebody_else_or_deleted_is_no_success(flickr: SandboxFlickr, original: Path) -> None:
    with logged_in(flickr) as side, pytest.raises((PictureGoneError, Refused)):
        side.client.replace("123", original, "x")


def test_a_file_that_is_none_of_flickrs_is_refused_for_good(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.webp"
    file.write_bytes(picture(80, 60, kind="WEBP"))
    with logged_in(flickr) as side, pytest.raises(Refused) as caught:
        side.client.replace(photo_id, file, "x")
    assert (caught.value.code, caught.value.final) == (5, True)


def test_a_missing_file_is_not_sent(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    with logged_in(flickr) as side:
        with pytest.raises(PictureError, match="was not sent"):
            side.client.replace(photo_id, tmp_path / "gone.jpg", "x")
        assert side.calls == 0


def test_when_nobody_answers_nothing_was_sent(original: Path) -> None:
    clock = HandClock()
    budget = CallBudget(3600, ForgetfulHistory(), clock)
    network = Network(0.5, 0.5, "http://127.0.0.1:9")
    client = FlickrClient(Access("abc", "def", "tok-en", "secret"), network, budget, clock)
    with client, pytest.raises(Refused, match="not reached") as caught:
        client.replace("1", original, "x")
    assert not caught.value.final


def test_three_pictures_at_once_go_where_they_belong(flickr: SandboxFlickr, tmp_path: Path) -> None:
    ids = [flickr.add_photo(picture(64, 48, seed=seed)) for seed in range(9)]
    files = []
    for seed, photo_id in enumerate(ids):
        files.append(tmp_path / f"{photo_id}.jpg")
        files[-1].write_bytes(picture(600, 400, seed=100 + seed))
    with logged_in(flickr) as side, ThreadPoolExecutor(3) as pool:
        list(pool.map(side.client.replace, ids, files, ids))
        assert side.calls == 9
    assert [flickr.photo(photo_id).data for photo_id in ids] == [file.read_bytes() for file in files]


# By ticket.


@pytest.mark.parametrize("at_once", [True, False])
def test_a_ticket_is_asked_for_until_the_picture_is_in_place(
    flickr: SandboxFlickr, photo_id: str, original: Path, at_once: bool
) -> None:
    flickr.habits.pending_polls = 3
    flickr.habits.replaced_when_polled = not at_once
    with logged_in(flickr, asynchronous=True) as side:
        side.client.replace(photo_id, original, "x")
        assert side.calls == 1 + 4
        assert side.clock.waited_s > 0
    assert flickr.photo(photo_id).data == original.read_bytes()


def test_a_conversion_that_fails_is_a_refusal(flickr: SandboxFlickr, photo_id: str, original: Path) -> None:
    flickr.faults.add(Fault(where="replace", kind=TicketFails()))
    with logged_in(flickr, asynchronous=True) as side, pytest.raises(Refused, match="convert"):
        side.client.replace(photo_id, original, "x")


def test_a_ticket_open_for_too_long_is_unclear(flickr: SandboxFlickr, photo_id: str, original: Path) -> None:
    flickr.habits.pending_polls = 10_000
    with logged_in(flickr, asynchronous=True) as side:
        with pytest.raises(ReplyLostError, match="still open after 15 minutes"):
            side.client.replace(photo_id, original, "x")
        assert side.calls < 70


@pytest.mark.parametrize(
    "trouble",
    [
        Status(500),
        Html(),
        ApiError(98, "Invalid token"),
        OAuthError("token_rejected"),
        Status(429, retry_after="9999"),
    ],
    ids=named,
)
def test_a_ticket_that_cannot_be_asked_for_is_unclear(
    flickr: SandboxFlickr, photo_id: str, original: Path, trouble: Kind
) -> None:
    flickr.faults.add(Fault(where="flickr.photos.upload.checkTickets", kind=trouble, times=None))
    with logged_in(flickr, asynchronous=True) as side, pytest.raises(ReplyLostError):
        side.client.replace(photo_id, original, "x")


def test_a_ticket_flickr_does_not_know_is_unclear(flickr: SandboxFlickr, photo_id: str, original: Path) -> None:
    flickr.faults.add(Fault(where="replace", kind=Rewritten(lambda body: body.replace(b"20260312", b"20250101"))))
    with logged_in(flickr, asynchronous=True) as side, pytest.raises(ReplyLostError, match="does not know"):
        side.client.replace(photo_id, original, "x")


# The answer itself.


REPLY = b"""<?xml version="1.0" encoding="utf-8" ?>
<rsp stat="ok">
<photoid secret="ab12" originalsecret="cd34">77</photoid>
</rsp>
"""


@pytest.mark.parametrize("seed", range(200))
def test_no_spoilt_answer_is_anything_but_lost_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray(REPLY)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body))
        action = chance.choice(("set", "cut", "add"))
        if action == "set":
            body[at] = chance.randrange(256)
        elif action == "cut":
            del body[at : at + chance.randint(1, 20)]
        else:
            body[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 9)))
    try:
        reply = read_reply(bytes(body), "77")
    except (ReplyLostError, Refused, PictureGoneError, NotProError):
        return
    # What is still read as a success must still say so about this very photo.
    assert b">77<" in bytes(body) or b"77" in bytes(body)
    assert b'"ok"' in bytes(body) or b"'ok'" in bytes(body)
    assert reply is not None


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "7"><!ENTITY b "&a;&a;">]><rsp stat="ok"><photoid>&b;</photoid></rsp>',
        b'<?xml version="1.0" encoding="klingon"?><rsp stat="ok"><photoid>77</photoid></rsp>',
        b"<rsp stat='ok'>" + b"<a>" * 100_000,
        b'{"stat":"fail","code":"x"}',
        b'{"stat":"ok"},',
        b"[" * 60_000,
    ],
)
def test_hostile_answers_are_lost_replies(body: bytes) -> None:
    with pytest.raises(ReplyLostError):
        read_reply(body, "77")


def test_a_sending_that_stands_still_is_given_up_as_lost(original: Path) -> None:
    original.write_bytes(picture(100, 100) + bytes(30_000_000))
    clock = HandClock()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        network = Network(0.2, 0.2, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        budget = CallBudget(9, ForgetfulHistory(), clock)
        client = FlickrClient(Access("abc", "def", "tok-en", "sec-ret"), network, budget, clock)
        with client, pytest.raises(ReplyLostError):
            client.replace("1", original, "x")
