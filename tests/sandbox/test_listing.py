"""Listings of the sandbox: fields, mixed types, dates, limits, and how fast they are."""

from __future__ import annotations

import itertools
import time

import pytest

from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import Lagging, Meanwhile, RepeatedPage, ShortPage, TotalOff, empty_page
from tests.support.sandbox_client import Caller, picture

EVERYTHING = (
    "description,license,date_upload,date_taken,owner_name,icon_server,original_format,last_update,geo,tags,"
    "machine_tags,o_dims,views,media,path_alias,url_sq,url_t,url_s,url_q,url_m,url_n,url_w,url_z,url_c,url_l,url_h,"
    "url_k,url_3k,url_o"
)


def _add_many(flickr: SandboxFlickr, count: int) -> list[str]:
    data = picture(64, 64)
    return [flickr.add_photo(data, title=f"photo {n}", uploaded=1_400_000_000 + n) for n in range(count)]


def _ids(caller: Caller, method: str = "flickr.people.getPhotos", **params: object) -> list[str]:
    answer = caller.call(method, user_id="me", **params)
    return [row["id"] for row in answer["photos"]["photo"]]


def test_every_extra_arrives_under_its_own_name(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(
        picture(2560, 1600),
        title="A & B",
        description="<3 & more",
        tags='"Big Sky" vision:night=077',
        uploaded=1_405_530_740,
    )
    flickr.account.utc_offset_s = -7 * 3600
    row = Caller(flickr).row(photo_id, EVERYTHING)
    assert row["title"] == "A & B"
    assert row["description"] == {"_content": "&lt;3 &amp; more"}
    assert (row["dateupload"], row["lastupdate"]) == ("1405530740", "1405530740")
    assert (row["o_width"], row["o_height"], row["width_o"], row["height_k"]) == ("2560", "1600", "2560", 1280)
    assert (row["tags"], row["machine_tags"]) == ("bigsky vision:night=077", "vision:night=077")
    assert (row["latitude"], row["accuracy"], row["originalformat"], row["media"]) == (0, 0, "jpg", "photo")
    assert "url_3k" not in row


def test_a_photo_without_exif_was_taken_when_it_was_uploaded_by_local_time(flickr: SandboxFlickr) -> None:
    flickr.account.utc_offset_s = -7 * 3600
    row = Caller(flickr).row(flickr.add_photo(picture(), uploaded=1_405_530_740), "date_taken")
    assert (row["datetaken"], row["datetakenunknown"]) == ("2014-07-16 10:12:20", "1")


@pytest.mark.parametrize(("edge", "largest"), [(612, "m"), (640, "z"), (1080, "l")])
def test_sizes_larger_than_the_original_do_not_exist(flickr: SandboxFlickr, edge: int, largest: str) -> None:
    row = Caller(flickr).row(flickr.add_photo(picture(edge, edge)), EVERYTHING)
    letters = ["sq", "q", "t", "s", "n", "w", "m", "z", "c", "l", "h", "k", "3k"]
    there = [letter for letter in letters if f"url_{letter}" in row]
    assert there == letters[: letters.index(largest) + 1]


def test_numbers_come_in_more_than_one_type(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 12)
    for number, photo_id in enumerate(photo_ids):
        flickr.photo(photo_id).place = (-37.5, 145.0 + number)
    caller = Caller(flickr)
    pages = [caller.call("flickr.people.getPhotos", user_id="me", per_page=6, page=n, extras="geo") for n in (1, 2)]
    rows = list(itertools.chain.from_iterable(page["photos"]["photo"] for page in pages))
    assert {type(page["photos"]["total"]) for page in pages} == {str, int}
    assert {type(row["latitude"]) for row in rows} == {str, float}
    assert {type(row["ispublic"]) for row in rows} == {str, int}


def test_pages_hold_at_most_500_and_together_everything(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 1203)
    caller = Caller(flickr)
    pages = [_ids(caller, per_page=1000, page=page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [500, 500, 203, 0]
    assert list(itertools.chain.from_iterable(pages)) == photo_ids[::-1]


def test_pages_beyond_the_last_may_repeat_it(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 3)
    flickr.habits.beyond_last_page = "last page"
    assert _ids(Caller(flickr), per_page=2, page=9) == photo_ids[:1]


def test_a_search_ends_after_4000_and_repeats(flickr: SandboxFlickr) -> None:
    _add_many(flickr, 4200)
    caller = Caller(flickr)
    assert _ids(caller, "flickr.photos.search", per_page=500, page=9) == _ids(
        caller,
        "flickr.photos.search",
        per_page=500,
        page=8,
    )


def test_a_search_finds_the_machine_tag(flickr: SandboxFlickr) -> None:
    _add_many(flickr, 3)
    shared = flickr.add_photo(picture(), tags="square uploaded:by=instagram")
    assert _ids(Caller(flickr), "flickr.photos.search", machine_tags="uploaded:by=instagram") == [shared]


def test_dates_and_privacy_narrow_a_listing(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 5)
    flickr.photo(photo_ids[2]).is_public = False
    caller = Caller(flickr)
    assert _ids(caller, min_upload_date=1_400_000_003) == photo_ids[:2:-1]
    assert _ids(caller, max_upload_date=1_400_000_001) == photo_ids[1::-1]
    assert _ids(caller, privacy_filter=5) == [photo_ids[2]]


def test_recently_updated_shows_what_changed_last_first(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 4)
    moments = itertools.count(1_700_000_000)
    flickr.now = lambda: next(moments)
    flickr.edit(photo_ids[1], title="edited")
    flickr.replace_by_hand(photo_ids[3], picture(900, 900))
    flickr.now = time.time
    assert _ids(Caller(flickr), "flickr.photos.recentlyUpdated", min_date=1_700_000_000) == [photo_ids[3], photo_ids[1]]


def test_somebody_elses_photos_are_not_here(flickr: SandboxFlickr) -> None:
    assert Caller(flickr).call("flickr.people.getPhotos", user_id="1@N01")["code"] == 1


def test_pages_can_lie_in_every_way(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 6)[::-1]
    caller = Caller(flickr)
    for kind in (RepeatedPage(), ShortPage(1), empty_page(), TotalOff(4)):
        flickr.faults.add(Fault("flickr.people.getPhotos", kind))
        answer = caller.call("flickr.people.getPhotos", user_id="me", per_page=2, page=2)["photos"]
        shown = [row["id"] for row in answer["photo"]], int(answer["total"])
        flickr.faults.clear()
        expected = {
            "RepeatedPage": (photo_ids[:2], 6),
            "ShortPage": (photo_ids[2:3] if kind != empty_page() else [], 6),
            "TotalOff": (photo_ids[2:4], 10),
        }
        assert shown == expected[type(kind).__name__]


def test_a_photo_can_vanish_between_two_pages(flickr: SandboxFlickr) -> None:
    photo_ids = _add_many(flickr, 6)[::-1]
    kind = Meanwhile(lambda call: call.flickr.delete_photo(photo_ids[0]))
    flickr.faults.add(Fault("flickr.people.getPhotos", kind, skip=1))
    caller = Caller(flickr)
    seen = [*_ids(caller, per_page=3, page=1), *_ids(caller, per_page=3, page=2)]
    assert seen == [*photo_ids[:3], *photo_ids[4:]]


def test_get_info_can_lag_behind_a_replacement(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr)
    before = caller.call("flickr.photos.getInfo", photo_id=photo_id)["photo"]["secret"]
    flickr.replace_by_hand(photo_id, picture(900, 900))
    flickr.faults.add(Fault("flickr.photos.getInfo", Lagging(), times=2))
    told = [caller.call("flickr.photos.getInfo", photo_id=photo_id)["photo"]["secret"] for _ in range(3)]
    assert told == [before, before, flickr.photo(photo_id).secret]


@pytest.mark.long
def test_a_page_of_a_hundred_thousand_photos_comes_quickly(flickr: SandboxFlickr) -> None:
    _add_many(flickr, 100_000)
    caller = Caller(flickr)
    _ids(caller, per_page=500)
    began = time.process_time()
    pages = [_ids(caller, per_page=500, page=page, extras="description,url_o,tags,geo") for page in range(50, 60)]
    took_s = (time.process_time() - began) / len(pages)
    assert len(set(itertools.chain.from_iterable(pages))) == 5000
    assert took_s < 0.5  # about 0.03 s; of this process alone, whatever else the machine does
