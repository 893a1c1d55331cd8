"""The sandbox's pictures: the original byte for byte, smaller sizes upright, and what old addresses lead to."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import pytest
import requests
from PIL import Image

from i2f.sandbox import SandboxFlickr
from tests.support.sandbox_client import Caller, picture


def _get(address: str) -> requests.Response:
    return requests.get(address, timeout=10)


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(1200, 800, exif=exif)


def test_the_original_comes_byte_for_byte_without_a_login(flickr: SandboxFlickr) -> None:
    data = _turned()
    row = Caller(flickr).row(flickr.add_photo(data), "url_o")
    answer = _get(row["url_o"])
    assert (answer.content, answer.headers["Content-Type"]) == (data, "image/jpeg")
    assert row["url_o"].startswith(flickr.url)


def test_the_other_sizes_are_upright_and_without_exif(flickr: SandboxFlickr) -> None:
    row = Caller(flickr).row(flickr.add_photo(_turned()), "url_l,url_q,url_o")
    with Image.open(io.BytesIO(_get(row["url_l"]).content)) as large:
        assert (large.size, dict(large.getexif())) == ((683, 1024), {})
    with Image.open(io.BytesIO(_get(row["url_q"]).content)) as square:
        assert square.size == (150, 150)
    assert (row["width_l"], row["height_l"]) == ("683", "1024")
    assert (row["width_o"], row["height_o"]) == ("1200", "800")


def test_the_originals_dimensions_may_be_told_upright(flickr: SandboxFlickr) -> None:
    flickr.habits.original_dims_upright = True
    row = Caller(flickr).row(flickr.add_photo(_turned()), "url_o,o_dims")
    assert (row["width_o"], row["height_o"], row["o_width"]) == ("800", "1200", "800")


def test_get_sizes_lists_addresses_that_work(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(1700, 1100))
    sizes = Caller(flickr).call("flickr.photos.getSizes", photo_id=photo_id)["sizes"]["size"]
    shown = []
    for size in sizes:
        with Image.open(io.BytesIO(_get(size["source"]).content)) as image:
            shown.append((size["label"], image.size == (int(size["width"]), int(size["height"]))))
    assert {fits for _, fits in shown} == {True}
    assert [label for label, _ in shown][-3:] == ["Large", "Large 1600", "Original"]


def test_an_address_made_for_downloading_works_as_well(flickr: SandboxFlickr) -> None:
    row = Caller(flickr).row(flickr.add_photo(picture()), "url_o")
    assert _get(row["url_o"].replace("_o.jpg", "_o_d.jpg")).content == picture()


def test_an_unknown_picture_is_a_404_without_a_body(flickr: SandboxFlickr) -> None:
    row = Caller(flickr).row(flickr.add_photo(picture()), "url_o,url_m")
    wrong = [row["url_o"].replace(".jpg", ".png"), row["url_m"].replace(".jpg", "_k.jpg"), f"{flickr.url}/1/2_3.jpg"]
    wrong.append(row["url_o"].replace(row["url_o"].split("_")[1], "0123456789"))
    assert [(_get(address).status_code, _get(address).content) for address in wrong] == [(404, b"")] * 4


def test_an_outdated_address_leads_to_another_picture_and_says_success(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr)
    old = caller.row(photo_id, "url_o,url_m")
    caller.replace(photo_id, picture(900, 900))
    answers = [_get(old["url_o"]), _get(old["url_m"])]
    assert {(answer.status_code, answer.headers["Content-Type"]) for answer in answers} == {(200, "image/png")}
    assert {answer.url for answer in answers} == {f"{flickr.url}/pw/images/en-us/photo_unavailable.png"}


def test_a_deleted_photo_leads_there_too(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    row = Caller(flickr).row(photo_id, "url_o")
    flickr.delete_photo(photo_id)
    assert _get(row["url_o"]).url.endswith("photo_unavailable.png")


@pytest.mark.parametrize(("habit", "status"), [("old bytes", 200), ("in place", 200), ("not found", 404)])
def test_old_secrets_may_do_other_things(
    flickr: SandboxFlickr,
    habit: Literal["old bytes", "in place", "not found"],
    status: int,
) -> None:
    flickr.habits.outdated_address = habit
    photo_id = flickr.add_photo(picture())
    old = Caller(flickr).row(photo_id, "url_o")["url_o"]
    flickr.replace_by_hand(photo_id, picture(900, 900))
    answer = _get(old)
    assert (answer.status_code, answer.url) == (status, old)
    assert (answer.content == picture()) is (habit == "old bytes")


def test_large_originals_of_a_free_account_cannot_be_fetched(flickr: SandboxFlickr) -> None:
    flickr.account.is_pro = False
    caller = Caller(flickr)
    large = caller.row(flickr.add_photo(picture(1080, 1080)), "url_o")["url_o"]
    small = caller.row(flickr.add_photo(picture(640, 640)), "url_o")["url_o"]
    assert _get(large).url.endswith("photo_unavailable.png")
    assert _get(small).content == picture(640, 640)


def test_pictures_may_live_in_a_folder(tmp_path: Path) -> None:
    with SandboxFlickr(tmp_path / "pictures") as flickr:
        photo_ids = [flickr.add_photo(picture(90 + n % 2, 90)) for n in range(10)]
        row = Caller(flickr).row(photo_ids[3], "url_o")
        assert _get(row["url_o"]).content == picture(91, 90)
        assert len(list((tmp_path / "pictures").iterdir())) == 2
