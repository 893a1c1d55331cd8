"""Captions, titles, tags, dates and places: what is typed, what comes back, what is refused."""

from __future__ import annotations

import time
from typing import Literal

import pytest
import requests

from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.captions import as_html, parse_tags
from tests.support.sandbox_client import Caller, picture, signature


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('Tom & "Jerry" <3', "Tom &amp; &quot;Jerry&quot; &lt;3"),
        ("it's", "it's"),
        (
            "via Instagram http://ift.tt/2hCAGPW",
            'via Instagram <a href="http://ift.tt/2hCAGPW" rel="REL">ift.tt/2hCAGPW</a>',
        ),
        ("(http://a.b/c?d=1&e=2).", '(<a href="http://a.b/c?d=1&amp;e=2" rel="REL">a.b/c?d=1&amp;e=2</a>).'),
        ("http://a.b/" + "x" * 60, f'<a href="http://a.b/{"x" * 60}" rel="REL">a.b/{"x" * 53}...</a>'),
        ('<a href="http://a.b/">here</a>', '<a href="http://a.b/" rel="REL">here</a>'),
        ('<a href="http://a.b/">http://a.b/</a>', '<a href="http://a.b/" rel="REL">http://a.b/</a>'),
        ("<b>bold</b> <script>x</script>", "<b>bold</b> &lt;script&gt;x&lt;/script&gt;"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_caption_comes_back_as_html(typed: str, shown: str) -> None:
    assert as_html(typed, rel="REL") == shown


def test_in_xml_the_html_of_a_caption_is_escaped_once_more(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(), title="R&B", description="Tom & Jerry's http://a.b/")
    answer = Caller(flickr).post("flickr.photos.getInfo", photo_id=photo_id, format="rest").text
    assert "<title>R&amp;B</title>" in answer
    assert "Tom &amp;amp; Jerry&#039;s &lt;a href=&quot;http://a.b/&quot;" in answer


def test_json_is_wrapped_unless_told_otherwise(flickr: SandboxFlickr) -> None:
    answer = Caller(flickr).post("flickr.test.login", nojsoncallback="")
    assert answer.text.startswith('jsonFlickrApi({"user":')


def test_tags_are_squeezed_and_machine_tags_recognised() -> None:
    tags = parse_tags('"Big Sky" ifttt uploaded:by=Instagram "location:country=Iceland" IFTTT')
    assert [(tag.raw, tag.clean, tag.machine) for tag in tags] == [
        ("Big Sky", "bigsky", False),
        ("ifttt", "ifttt", False),
        ("uploaded:by=Instagram", "uploaded:by=instagram", True),
        ("location:country=Iceland", "locationcountryiceland", False),
    ]


def test_add_tags_answers_only_what_is_new(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(), tags="old")
    caller = Caller(flickr)
    first = caller.call("flickr.photos.addTags", photo_id=photo_id, tags='OLD new "big sky"')
    second = caller.call("flickr.photos.addTags", photo_id=photo_id, tags="new")
    assert [tag["_content"] for tag in first["tags"]["tag"]] == ["new", "bigsky"]
    assert second["tags"]["tag"] == []
    assert flickr.photo(photo_id).raw_tags == ("old", "new", "big sky")


def test_too_many_tags_are_refused(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(), tags=" ".join(f"t{n}" for n in range(75)))
    assert Caller(flickr).call("flickr.photos.addTags", photo_id=photo_id, tags="more")["code"] == 2


def test_title_and_caption_are_kept_as_typed(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    typed = {"title": "Zürich & ☀", "description": "100 % <3 http://a.b/?x=1&y=2 + more"}
    assert Caller(flickr).call("flickr.photos.setMeta", photo_id=photo_id, **typed) == {"stat": "ok"}
    assert (flickr.photo(photo_id).title, flickr.photo(photo_id).description) == tuple(typed.values())


@pytest.mark.parametrize(("habit", "left"), [("cleared", ""), ("kept", "caption")])
def test_a_caption_not_sent_may_be_lost(flickr: SandboxFlickr, habit: Literal["cleared", "kept"], left: str) -> None:
    flickr.habits.missing_meta = habit
    photo_id = flickr.add_photo(picture(), description="caption")
    Caller(flickr).call("flickr.photos.setMeta", photo_id=photo_id, title="title")
    assert flickr.photo(photo_id).description == left


def test_changes_want_a_post(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    photo_id = flickr.add_photo(picture(), title="kept")
    params = {"method": "flickr.photos.setMeta", "photo_id": photo_id, "title": "new", "description": ""}
    url, auth = f"{flickr.url}/services/rest/", signature(flickr, caller.token)
    answer = requests.get(url, params=params, auth=auth, timeout=10)
    assert 'stat="fail"' in answer.text
    assert flickr.photo(photo_id).title == "kept"


def test_dates_can_be_set(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    dates = {"date_taken": "2012-09-30 12:00:01", "date_posted": "1349006402", "date_taken_granularity": "4"}
    answer = Caller(flickr).call("flickr.photos.setDates", photo_id=photo_id, **dates)
    told = Caller(flickr).call("flickr.photos.getInfo", photo_id=photo_id)["photo"]["dates"]
    assert answer == {"stat": "ok"}
    assert (told["taken"], told["takenunknown"], told["takengranularity"]) == ("2012-09-30 12:00:01", 0, "4")
    assert told["posted"] == "1349006402"


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ({}, 2),
        ({"date_taken": "2012-09-30 12:00:01", "date_taken_granularity": "3"}, 3),
        ({"date_posted": "yesterday"}, 4),
        ({"date_posted": str(int(time.time()) + 10**6)}, 4),
        ({"date_taken": "30.9.2012"}, 5),
        ({"date_taken": "2012-02-31 00:00:00"}, 5),
        ({"date_taken": "2999-01-01 00:00:00"}, 6),
        ({"date_taken": "0001-01-01 00:00:00"}, 6),
    ],
)
def test_senseless_dates_are_refused(flickr: SandboxFlickr, dates: dict[str, str], code: int) -> None:
    photo_id = flickr.add_photo(picture(), uploaded=1_400_000_000)
    assert Caller(flickr).call("flickr.photos.setDates", photo_id=photo_id, **dates)["code"] == code
    assert flickr.photo(photo_id).uploaded == 1_400_000_000


def test_a_place_can_be_set_told_and_removed(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture())
    caller = Caller(flickr)
    where = {"photo_id": photo_id, "lat": "-37.89916612", "lon": "145.0902774", "accuracy": "12"}
    none_yet = caller.call("flickr.photos.geo.getLocation", photo_id=photo_id)
    caller.call("flickr.photos.geo.setLocation", **where)
    told = caller.call("flickr.photos.geo.getLocation", photo_id=photo_id)["photo"]["location"]
    listed = caller.row(photo_id, "geo")
    removed = caller.call("flickr.photos.geo.removeLocation", photo_id=photo_id)
    assert none_yet["code"] == 2
    assert (float(told["latitude"]), float(told["longitude"]), told["accuracy"]) == (-37.899166, 145.090277, "12")
    assert float(listed["longitude"]) == 145.090277
    assert removed == {"stat": "ok"}
    assert flickr.photo(photo_id).place is None


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"lat": "1"}, 2),
        ({"lat": "91", "lon": "1"}, 3),
        ({"lat": "1", "lon": "east"}, 4),
        ({"lat": "1", "lon": "1", "accuracy": "17"}, 5),
        ({"lat": "nan", "lon": "1"}, 3),
    ],
)
def test_places_not_on_earth_are_refused(flickr: SandboxFlickr, where: dict[str, str], code: int) -> None:
    photo_id = flickr.add_photo(picture())
    assert Caller(flickr).call("flickr.photos.geo.setLocation", photo_id=photo_id, **where)["code"] == code


def test_no_place_before_the_person_chose_who_may_see_it(flickr: SandboxFlickr) -> None:
    flickr.account.geo_privacy_chosen = False
    photo_id = flickr.add_photo(picture())
    assert Caller(flickr).call("flickr.photos.geo.setLocation", photo_id=photo_id, lat="1", lon="1")["code"] == 7


def test_an_unknown_photo_is_error_1_in_two_wordings(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    info = caller.call("flickr.photos.getInfo", photo_id="1")
    sizes = caller.call("flickr.photos.getSizes", photo_id="1")
    assert (info["code"], info["message"]) == (1, 'Photo "1" not found (invalid ID)')
    assert (sizes["code"], sizes["message"]) == (1, "Photo not found")


def test_pro_is_told_in_two_places(flickr: SandboxFlickr) -> None:
    caller = Caller(flickr)
    pro = caller.call("flickr.people.getInfo", user_id=flickr.account.nsid)["person"]
    flickr.account.is_pro = False
    free = caller.call("flickr.people.getInfo", user_id=flickr.account.nsid)["person"]
    status = caller.call("flickr.people.getUploadStatus")["user"]
    assert (pro["ispro"], free["ispro"], status["ispro"]) == (1, 0, 0)
    assert ("expire" in pro, "expire" in free) == (True, False)
    assert status["filesize"]["maxbytes"] == 209_715_200


def test_get_info_speaks_xml_as_well(flickr: SandboxFlickr) -> None:
    photo_id = flickr.add_photo(picture(), title="Sea", tags='"big sky" uploaded:by=instagram')
    photo = Caller(flickr).xml("flickr.photos.getInfo", photo_id=photo_id)[0]
    tags = [(tag.get("raw"), tag.get("machine_tag"), tag.text) for tag in photo.iter("tag")]
    assert photo.get("originalsecret") == flickr.photo(photo_id).original_secret
    assert photo.findtext("title") == "Sea"
    assert tags == [("big sky", "0", "bigsky"), ("uploaded:by=instagram", "1", "uploaded:by=instagram")]
