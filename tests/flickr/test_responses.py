"""Flickr's loosely typed JSON, read into types that can be relied on."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from i2f.flickr.responses import (
    Garbled,
    PhotoInfo,
    read_account,
    read_info,
    read_json,
    read_original_size,
    read_page,
    read_ticket,
    read_upload_status,
)

ENTRY: dict[str, Any] = {
    "id": "101",
    "owner": "7@N01",
    "secret": "abc123",
    "server": "3885",
    "farm": 4,
    "title": "Harbour & sky",
    "ispublic": "1",
    "isfriend": 0,
    "isfamily": 0,
    "description": {"_content": "via Instagram"},
    "o_width": "640",
    "o_height": 480,
    "dateupload": "1405530740",
    "lastupdate": 1405536845,
    "datetaken": "2014-07-16 10:12:20",
    "datetakengranularity": "0",
    "datetakenunknown": "1",
    "tags": "square uploaded:by=instagram",
    "machine_tags": "uploaded:by=instagram place:x=y",
    "originalsecret": "b97841",
    "originalformat": "jpg",
    "latitude": "-37.899166",
    "longitude": 145.09,
    "accuracy": "16",
    "media": "photo",
    "url_o": "https://live.staticflickr.com/3885/101_b97841_o.jpg",
    "width_o": "640",
    "height_o": "480",
    "pathalias": "jane doe",
}
INFO: dict[str, Any] = {
    "photo": {
        "id": "101",
        "secret": "abc123",
        "rotation": 90,
        "originalsecret": "b97841",
        "originalformat": "jpg",
        "owner": {"nsid": "7@N01"},
        "title": {"_content": "Harbour"},
        "description": {"_content": "a &amp; b"},
        "visibility": {"ispublic": 0, "isfriend": "1", "isfamily": 1},
        "dates": {
            "posted": "1405530740",
            "taken": "2014-07-16 10:12:20",
            "takengranularity": "4",
            "takenunknown": 1,
            "lastupdate": "1405536845",
        },
        "tags": {"tag": [{"raw": "Big Sky", "_content": "bigsky"}, {"raw": "uploaded:by=instagram"}]},
        "location": {"latitude": 44.375, "longitude": "14.78194", "accuracy": "11"},
        "media": "photo",
    },
    "stat": "ok",
}


def page(*entries: object, total: object = 1, pages: object = 1) -> dict[str, Any]:
    return {"photos": {"page": 1, "pages": pages, "perpage": 500, "total": total, "photo": list(entries)}, "stat": "ok"}


def test_an_entry_of_a_listing_is_read_whole() -> None:
    photo = read_page(page(ENTRY)).photos[0]
    assert (photo.photo_id, photo.title, photo.caption) == ("101", "Harbour & sky", "via Instagram")
    assert (photo.width, photo.height, photo.uploaded_at, photo.updated_at) == (640, 480, 1405530740, 1405536845)
    assert (photo.is_public, photo.is_friend, photo.taken_unknown) == (True, False, True)
    assert (photo.latitude, photo.longitude, photo.accuracy) == (-37.899166, 145.09, 16)
    assert photo.tags == ("square", "uploaded:by=instagram", "place:x=y")
    assert photo.page_url == "https://www.flickr.com/photos/jane%20doe/101/"


def test_zeros_are_no_place_and_no_date() -> None:
    entry = {**ENTRY, "latitude": 0, "longitude": "0", "accuracy": 0, "datetaken": "0000-00-00 00:00:00"}
    photo = read_page(page(entry)).photos[0]
    assert (photo.latitude, photo.longitude, photo.accuracy, photo.taken) == (None, None, None, None)


def test_dimensions_come_from_the_address_where_o_dims_is_missing() -> None:
    entry = {name: value for name, value in ENTRY.items() if not name.startswith("o_")}
    assert read_page(page(entry)).photos[0].width == 640


def test_the_bare_minimum_of_an_entry_is_a_photo() -> None:
    photo = read_page(page({"id": "101", "secret": "abc"}, total="6226")).photos[0]
    assert (photo.title, photo.original_url, photo.width, photo.media) == ("", None, None, "photo")


@pytest.mark.parametrize(
    "entry",
    [
        None,
        7,
        "x",
        [],
        {},
        {"id": "101"},
        {"id": "../x", "secret": "a"},
        {"id": "101", "secret": "a/b"},
        {"id": None},
    ],
)
def test_an_entry_that_could_be_any_photo_is_left_out_but_counted(entry: object) -> None:
    found = read_page(page(entry, ENTRY, total=2))
    assert (len(found.photos), found.entries, found.total) == (1, 2, 2)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"photos": []},
        {"photos": {"total": "many", "photo": []}},
        {"photos": {"total": 1, "photo": {}}},
        {"photos": {"total": float("inf"), "photo": []}},
        {"photos": {"photo": []}},
    ],
)
def test_a_page_without_a_total_or_photos_is_garbled(answer: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        read_page(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        b'{"stat":"fail","code":201},',
        b"[]",
        b'"ok"',
        b"null",
        b"{}",
        b'{"stat": "maybe"}',
        b"\xff\xfe",
        b'{"stat":"ok"',
        b"[" * 200_000,
    ],
)
def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        read_json(body)


def test_half_a_surrogate_in_a_title_cannot_break_what_comes_later() -> None:
    answer = read_json(b'{"stat":"ok","photos":{"total":1,"photo":[{"id":"1","secret":"a","title":"\\ud83c x"}]}}')
    assert read_page(answer).photos[0].title.encode() == "\ufffd x".encode()


def test_the_info_of_a_photo_is_read_whole() -> None:
    info = read_info(INFO, "101")
    assert (info.secret, info.original_secret, info.title, info.caption) == ("abc123", "b97841", "Harbour", "a &amp; b")
    assert info.tags == ("Big Sky", "uploaded:by=instagram")
    assert info.privacy == (False, True, True)
    assert (info.taken_granularity, info.taken_unknown, info.last_update, info.rotation) == (4, True, 1405536845, 90)
    assert info.place == (44.375, 14.78194, 11)


def test_an_info_survives_the_journal() -> None:
    info = read_info(INFO, "101")
    assert PhotoInfo.from_json(json.loads(json.dumps(info.to_json()))) == info


def test_a_photo_without_a_place_has_none() -> None:
    photo = {name: value for name, value in INFO["photo"].items() if name != "location"}
    assert read_info({"photo": photo}, "101").place is None


@pytest.mark.parametrize("missing", ["secret", "title", "description", "visibility", "dates", "tags"])
def test_an_info_that_lacks_what_a_proof_needs_is_garbled(missing: str) -> None:
    photo = {name: value for name, value in INFO["photo"].items() if name != missing}
    with pytest.raises(Garbled):
        read_info({"photo": photo}, "101")


def test_the_info_of_another_photo_is_garbled() -> None:
    with pytest.raises(Garbled):
        read_info(INFO, "102")


def size(label: str, width: object, height: object) -> dict[str, object]:
    source = f"https://live.staticflickr.com/1/2_{label}.jpg"
    return {"label": label, "width": width, "height": height, "source": source, "media": "photo"}


def test_the_original_is_the_original_even_beside_a_rendition_as_large() -> None:
    sizes = [size("Large 2048", 1894, 1536), size("Original", "1894", "1536"), size("Square", 75, 75)]
    found = read_original_size({"sizes": {"size": sizes}})
    assert found.is_original
    assert found.url.endswith("Original.jpg")


def test_without_an_original_the_largest_is_named_and_said_to_be_none() -> None:
    found = read_original_size({"sizes": {"size": [size("Square", 75, 75), size("Large", "1024", 768), {}]}})
    assert (found.width, found.height, found.is_original) == (1024, 768, False)


def test_sizes_without_one_are_garbled() -> None:
    with pytest.raises(Garbled):
        read_original_size({"sizes": {"size": []}})


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        ({"id": 123, "invalid": 1}, "unknown"),
        ({"id": "123", "complete": 1, "photoid": "9", "imported": None}, "done"),
        ({"id": "123", "complete": "0"}, "pending"),
        ({"id": 123, "complete": 2}, "failed"),
        ({"id": 123, "complete": 7}, "unknown"),
    ],
)
def test_a_ticket_tells_how_it_stands(entry: dict[str, Any], state: str) -> None:
    assert read_ticket({"uploader": {"ticket": [{"id": "9"}, entry]}}, "123") == state


def test_account_and_upload_status_convert_what_comes_as_text() -> None:
    assert read_account({"user": {"id": "7@N01", "username": {"_content": "jane"}}}).username == "jane"
    status = read_upload_status({"user": {"id": "7@N01", "ispro": "1", "filesize": {"maxbytes": "209715200"}}})
    assert (status.is_pro, status.max_photo_bytes) == (True, 209_715_200)


NASTY: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\ud800",
    "1" * 5000,
    [],
    {},
    [[]],
    "\x1b[2J",
    {"_content": None},
    "../../etc",
    "2014-99-99 99:99:99",
    "＋1",
)


def mutated(value: Any, chance: random.Random) -> Any:
    """The same answer with a few values exchanged, dropped or doubled, anywhere."""
    if chance.random() < 0.04:
        return chance.choice(NASTY)
    if isinstance(value, dict):
        return {name: mutated(part, chance) for name, part in value.items() if chance.random() > 0.02}
    if isinstance(value, list):
        return [mutated(part, chance) for part in value for _ in range(chance.choice((1, 1, 1, 0, 2)))]
    return value


@pytest.mark.parametrize("seed", range(300))
def test_no_mutation_of_an_answer_is_more_than_garbled(seed: int) -> None:
    chance = random.Random(seed)
    sizes = {"sizes": {"size": [size("Original", 4, 3), size("Large", "4", 3)]}}
    tickets = {"uploader": {"ticket": [{"id": "1", "complete": 1}]}}
    for answer, read in (
        (page(ENTRY, ENTRY), read_page),
        (INFO, lambda answer: read_info(answer, "101")),
        (sizes, read_original_size),
        (tickets, lambda answer: read_ticket(answer, "1")),
        ({"user": {"id": "7@N01", "ispro": 1, "filesize": {"maxbytes": 5}}}, read_upload_status),
    ):
        spoiled = mutated(answer, chance)
        try:
            result = read(spoiled if isinstance(spoiled, dict) else {})
        except Garbled:
            continue
        json.dumps(str(result)).encode()
