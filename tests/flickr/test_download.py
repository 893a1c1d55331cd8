"""Fetching the only copy of a picture: whole and proved, or not at all."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from flickr_client import Network
from i2f.flickr import download as pictures
from i2f.flickr.responses import OriginalSize
from i2f.ground.errors import PictureError, PictureGoneError, StoppedError
from i2f.ground.model import Photo
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.faults import Kind
from i2f.sandbox.flickr.kinds import CutOff, DropBefore, Html, Rewritten, Silence, Status, Trickle, truncated
from tests.support.flickr_side import Side, logged_in, named, picture
from tests.support.hand_clock import HandClock

SIZES = "flickr.photos.getSizes"


def listed(side: Side, photo_id: str) -> Photo:
    return next(photo for photo in side.listed() if photo.photo_id == photo_id)


@pytest.fixture
def photo_id(flickr: SandboxFlickr) -> str:
    return flickr.add_photo(picture(640, 480), title="Harbour")


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_the_original_file_arrives_byte_for_byte_with_one_request(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path
) -> None:
    with logged_in(flickr) as side:
        photo = listed(side, photo_id)
        calls, requests = side.calls, len(flickr.log)
        fetched = side.client.fetch_original(photo, tmp_path / "copy")
        assert side.calls == calls
        assert len(flickr.log) == requests + 1
    data = flickr.photo(photo_id).data
    assert (tmp_path / "copy").read_bytes() == data
    assert fetched.sha256 == hashlib.sha256(data).hexdigest()
    assert (fetched.size_bytes, fetched.width, fetched.height, fetched.content_format) == (len(data), 640, 480, "JPEG")
    assert fetched.original_secret == photo.original_secret
    assert left_in(tmp_path) == ["copy"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_fetched_picture_is_for_its_owner_only(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    with logged_in(flickr) as side:
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_a_download_carries_no_login(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    with logged_in(flickr) as side:
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    (request,) = flickr.requests("static")
    assert (request.signed, request.user_agent) == (False, "instagram2flickr/0.1")


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_other_formats_are_told_by_content(flickr: SandboxFlickr, tmp_path: Path, kind: str) -> None:
    photo_id = flickr.add_photo(picture(64, 48, kind=kind))
    with logged_in(flickr) as side:
        assert side.client.fetch_original(listed(side, photo_id), tmp_path / "copy").content_format == kind


@pytest.mark.parametrize("upright", [True, False])
def test_a_picture_turned_by_its_exif_is_still_itself(flickr: SandboxFlickr, tmp_path: Path, upright: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG", exif=exif)
    flickr.habits.original_dims_upright = upright
    photo_id = flickr.add_photo(out.getvalue())
    with logged_in(flickr) as side:
        fetched = side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert (fetched.width, fetched.height) == (640, 480)


@pytest.mark.parametrize(
    "trouble",
    [
        Status(500),
        Status(503),
        Status(429),
        DropBefore(),
        CutOff(),
        truncated(),
        Html(),
        Rewritten(lambda body: body[:-2000]),
        Rewritten(lambda body: b""),
    ],
    ids=named,
)
def test_what_passes_is_tried_again(flickr: SandboxFlickr, photo_id: str, tmp_path: Path, trouble: Kind) -> None:
    flickr.faults.add(Fault(where="static", kind=trouble, times=3))
    with logged_in(flickr) as side:
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
        assert side.clock.waited_s > 0
    assert (tmp_path / "copy").read_bytes() == flickr.photo(photo_id).data
    assert left_in(tmp_path) == ["copy"]


@pytest.mark.parametrize("trouble", [Status(500), CutOff(), truncated(), Html()], ids=named)
def test_a_picture_that_never_comes_whole_leaves_nothing_behind(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, trouble: Kind
) -> None:
    flickr.faults.add(Fault(where="static", kind=trouble, times=None))
    with logged_in(flickr) as side, pytest.raises(PictureError, match="could not be downloaded"):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert left_in(tmp_path) == []


def test_an_earlier_file_stays_when_the_new_one_fails(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"an earlier backup")
    flickr.faults.add(Fault(where="static", kind=CutOff(), times=None))
    with logged_in(flickr) as side, pytest.raises(PictureError):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"an earlier backup"


def test_silence_and_a_trickle_are_given_up(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    flickr.faults.add(Fault(where="static", kind=Silence()))
    flickr.faults.add(Fault(where="static", kind=Trickle(), skip=1))
    with logged_in(flickr, silence_s=0.2, clock=HandClock(step_s=0.05)) as side:
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert len(flickr.requests("static")) == 3


@pytest.mark.parametrize("habit", ["redirect", "in place", "not found"])
def test_an_outdated_address_is_asked_for_once(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, habit: str
) -> None:
    flickr.habits.outdated_address = habit  # type: ignore[assignment]
    with logged_in(flickr) as side:
        photo = listed(side, photo_id)
        flickr.replace_by_hand(photo_id, picture(640, 480, seed=2))
        fetched = side.client.fetch_original(photo, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == flickr.photo(photo_id).data
    assert fetched.original_secret == flickr.photo(photo_id).original_secret != photo.original_secret
    assert len(flickr.requests(SIZES)) == 1


@pytest.mark.parametrize("habit", ["redirect", "in place", "not found"])
def test_a_photo_that_became_another_size_meanwhile_is_not_the_one_listed(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, habit: str
) -> None:
    flickr.habits.outdated_address = habit  # type: ignore[assignment]
    with logged_in(flickr) as side:
        photo = listed(side, photo_id)
        flickr.replace_by_hand(photo_id, picture(800, 480, seed=2))
        with pytest.raises(PictureGoneError, match="changed on Flickr"):
            side.client.fetch_original(photo, tmp_path / "copy")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("habit", ["redirect", "in place", "not found"])
def test_a_deleted_photo_is_gone(flickr: SandboxFlickr, photo_id: str, tmp_path: Path, habit: str) -> None:
    flickr.habits.outdated_address = habit  # type: ignore[assignment]
    with logged_in(flickr) as side:
        photo = listed(side, photo_id)
        flickr.delete_photo(photo_id)
        with pytest.raises(PictureGoneError, match="no longer on Flickr"):
            side.client.fetch_original(photo, tmp_path / "copy")
    assert left_in(tmp_path) == []


def test_the_unavailable_picture_is_not_taken_even_where_flickr_lists_its_size(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    photo_id = flickr.add_photo(picture(500, 375))
    flickr.habits.outdated_address = "in place"
    with logged_in(flickr) as side:
        photo = listed(side, photo_id)
        flickr.delete_photo(photo_id)
        with pytest.raises(PictureGoneError):
            side.client.fetch_original(photo, tmp_path / "copy")


def test_another_picture_of_the_same_format_is_told_by_its_dimensions(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path
) -> None:
    flickr.faults.add(Fault(where="static", kind=Rewritten(lambda body: picture(640, 481)), times=None))
    with logged_in(flickr) as side, pytest.raises(PictureError, match="640 x 481 pixels arrived where"):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert left_in(tmp_path) == []


def test_without_an_address_in_the_listing_flickr_is_asked_for_one(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path
) -> None:
    with logged_in(flickr) as side:
        photo = replace(listed(side, photo_id), original_url=None, width=None, height=None, original_format=None)
        side.client.fetch_original(photo, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == flickr.photo(photo_id).data


def test_an_original_that_flickr_keeps_back_is_said_to_be(flickr: SandboxFlickr, tmp_path: Path) -> None:
    photo_id = flickr.add_photo(picture(1600, 1200))
    flickr.account.is_pro = False
    with logged_in(flickr) as side, pytest.raises(PictureError):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert left_in(tmp_path) == []


def test_a_picture_host_that_says_slow_down_stops_the_run_after_minutes(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path
) -> None:
    flickr.faults.add(Fault(where="static", kind=Status(429), times=None))
    with logged_in(flickr) as side:
        with pytest.raises(StoppedError, match="HTTP 429"):
            side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
        assert side.clock.waited_s > 60
    assert len(flickr.requests("static")) == 8


def test_one_picture_told_to_wait_holds_up_the_next(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    other = flickr.add_photo(picture(64, 48))
    flickr.faults.add(Fault(where="static", kind=Status(429, retry_after="500"), times=8))
    with logged_in(flickr) as side:
        first, second = listed(side, photo_id), listed(side, other)
        with pytest.raises(StoppedError):
            side.client.fetch_original(first, tmp_path / "copy")
        before = side.clock.now()
        side.client.fetch_original(second, tmp_path / "other")
        assert side.clock.now() - before > 400


def test_retry_after_of_the_picture_host_is_kept_by_all_threads(flickr: SandboxFlickr, tmp_path: Path) -> None:
    for seed in range(6):
        flickr.add_photo(picture(64, 48, seed=seed))
    flickr.faults.add(Fault(where="static", kind=Status(429, retry_after="100"), times=2))
    with logged_in(flickr) as side:
        photos = side.listed()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda photo: side.client.fetch_original(photo, tmp_path / photo.photo_id), photos))
        assert side.clock.waited_s >= 100
    assert left_in(tmp_path) == sorted(photo.photo_id for photo in photos)


def test_eight_pictures_at_once_are_all_right(flickr: SandboxFlickr, tmp_path: Path) -> None:
    ids = [flickr.add_photo(picture(320, 240, seed=seed)) for seed in range(32)]
    flickr.faults.add(Fault(where="static", kind=Status(503), every=3, times=4))
    with logged_in(flickr) as side:
        photos = side.listed()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda photo: side.client.fetch_original(photo, tmp_path / photo.photo_id), photos))
    assert [(tmp_path / one).read_bytes() for one in ids] == [flickr.photo(one).data for one in ids]


def test_a_disk_that_takes_nothing_stops_the_run(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    with logged_in(flickr) as side, pytest.raises(StoppedError, match="cannot be written.*no photo"):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "no such folder" / "copy")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is played by /dev/full")
def test_a_full_disk_stops_the_run(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    (tmp_path / "copy.part").symlink_to("/dev/full")
    with logged_in(flickr) as side, pytest.raises(StoppedError, match="No space left"):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")


# Where a download may go. No request leaves the house in these: the addresses are refused before.


class NoFlickr:
    """Says of every photo that it lies at one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked = 0

    def find_again(self, photo_id: str) -> OriginalSize:
        self.asked += 1
        return OriginalSize(64, 48, self.address, is_original=True)


ELSEWHERE = [
    "https://example.org/1/53000000001_abc_o.jpg",
    "https://live.staticflickr.com.example.org/1/53000000001_abc_o.jpg",
    "https://evilstaticflickr.com/1/53000000001_abc_o.jpg",
    "https://user@live.staticflickr.com/1/53000000001_abc_o.jpg",
    "https://live.staticflickr.com:8443/1/53000000001_abc_o.jpg",
    "https://live.staticflickr.com/1/53000000002_abc_o.jpg",
    "https://live.staticflickr.com:port/1/53000000001_abc_o.jpg",
    "ftp://live.staticflickr.com/1/53000000001_abc_o.jpg",
    "https://a..staticflickr.com/1/53000000001_abc_o.jpg",
    "https://\u00e9.staticflickr.com/1/53000000001_abc_o.jpg",
    "file:///etc/passwd",
    "//live.staticflickr.com/53000000001_abc_o.jpg",
    "http://[::1",
    "",
    "javascript:alert(1)",
    "http://169.254.169.254/53000000001_abc_o.jpg",
    "http://127.0.0.1:9/1/53000000001_abc_o.jpg",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_only_flickrs_picture_hosts_are_ever_asked(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, address: str
) -> None:
    with logged_in(flickr) as side:
        photo = replace(listed(side, photo_id), original_url=address)
    clock, none = HandClock(), NoFlickr(address)
    fetcher = pictures.Pictures(Network(1, 1, None), clock, none.find_again)
    with pytest.raises(PictureError):
        fetcher.fetch_original(replace(photo, width=64, height=48), tmp_path / "copy")
    assert (none.asked, clock.naps, left_in(tmp_path)) == (1, [], [])
    fetcher.close()


class Redirect(Kind):
    """Leads on to another address."""

    def __init__(self, address: str) -> None:
        self.address = address

    def instead(self, call: object) -> object:  # type: ignore[override]
        from flask import Response

        return Response(b"", 302, headers={"Location": self.address})


@pytest.mark.parametrize("address", [*ELSEWHERE[:5], "http://live.example.org/", "/elsewhere.jpg", "http://[::1"])
def test_a_redirect_elsewhere_is_not_followed(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path, address: str
) -> None:
    flickr.faults.add(Fault(where="static", kind=Redirect(address), times=None))
    with logged_in(flickr) as side, pytest.raises(PictureError):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert {request.host for request in flickr.log} == {flickr.url.removeprefix("http://")}
    assert left_in(tmp_path) == []


def test_a_redirect_to_the_same_photo_is_followed_but_not_in_circles(
    flickr: SandboxFlickr, photo_id: str, tmp_path: Path
) -> None:
    with logged_in(flickr) as side:
        photo = listed(side, photo_id)
        assert photo.original_url is not None
        fault = flickr.faults.add(Fault(where="static", kind=Redirect(photo.original_url), times=2))
        side.client.fetch_original(photo, tmp_path / "copy")
        assert fault.struck == 2
        flickr.faults.add(Fault(where="static", kind=Redirect(photo.original_url), times=None))
        with pytest.raises(PictureError, match="circles"):
            side.client.fetch_original(photo, tmp_path / "other")


def test_a_picture_larger_than_flickr_allows_is_not_taken(flickr: SandboxFlickr, photo_id: str, tmp_path: Path) -> None:
    class Huge(Kind):
        def after(self, call: object, response: object) -> object:  # type: ignore[override]
            from flask import Response

            endless = (b"\xff" * (1 << 20) for _ in range(300))
            return Response(endless, mimetype="image/jpeg")

    flickr.faults.add(Fault(where="static", kind=Huge(), times=None))
    with logged_in(flickr) as side, pytest.raises(PictureError, match="exceeds Flickr's 200 MiB limit"):
        side.client.fetch_original(listed(side, photo_id), tmp_path / "copy")
    assert left_in(tmp_path) == []
