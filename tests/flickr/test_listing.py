"""Listing an account whose pages lie, and one of 100,000 photos."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from i2f.flickr.listing import Listing, list_pages
from i2f.flickr.responses import Page, read_page
from i2f.ground.model import Photo
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import Html, Meanwhile, RepeatedPage, ShortPage, Status, TotalOff, empty_page
from tests.support.flickr_side import logged_in, named, picture

LISTING = "flickr.people.getPhotos"


def filled(flickr: SandboxFlickr, photos: int) -> list[str]:
    """An account of so many photos of one picture; the ids, last uploaded first."""
    data = picture(40, 30)
    return [flickr.add_photo(data, uploaded=1_400_000_000 + number) for number in range(photos)][::-1]


def listed(flickr: SandboxFlickr) -> tuple[Listing, list[str], int]:
    """A listing, the ids handed on in order, and how many calls it took."""
    ids: list[str] = []
    with logged_in(flickr) as side:
        listing = side.client.list_photos(lambda photos: ids.extend(photo.photo_id for photo in photos))
        return listing, ids, side.calls


@pytest.mark.parametrize(("photos", "calls"), [(0, 1), (1, 1), (500, 1), (501, 2), (1250, 3)])
def test_a_listing_without_trouble_takes_a_call_for_500_photos(flickr: SandboxFlickr, photos: int, calls: int) -> None:
    ids = filled(flickr, photos)
    listing, seen, made = listed(flickr)
    assert (seen, made) == (ids, calls)
    assert (listing.total, listing.distinct, listing.complete) == (photos, photos, True)


def test_a_listing_tells_how_many_photos_there_are_before_the_first_are_handed_on(flickr: SandboxFlickr) -> None:
    filled(flickr, 501)
    told: list[str] = []
    with logged_in(flickr) as side:
        side.client.list_photos(
            lambda photos: told.append(f"{len(photos)} photos"), lambda total: told.append(str(total))
        )
    assert told == ["501", "500 photos", "501", "1 photos"]


@pytest.mark.parametrize("trouble", [RepeatedPage(), ShortPage(missing=7), empty_page()], ids=named)
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_a_bad_page_is_made_good_by_going_through_once_more(
    flickr: SandboxFlickr, trouble: RepeatedPage | ShortPage, skip: int
) -> None:
    ids = filled(flickr, 1250)
    flickr.faults.add(Fault(where=LISTING, kind=trouble, skip=skip))
    listing, seen, calls = listed(flickr)
    assert sorted(seen) == sorted(ids)
    assert listing.complete
    assert calls <= 6


def test_every_photo_is_handed_on_once_however_often_pages_repeat(flickr: SandboxFlickr) -> None:
    ids = filled(flickr, 1100)
    flickr.faults.add(Fault(where=LISTING, kind=RepeatedPage(), times=None))
    listing, seen, _ = listed(flickr)
    assert len(seen) == len(set(seen))
    assert set(seen) < set(ids)
    assert not listing.complete


def test_a_total_that_claims_too_many_makes_the_listing_incomplete_after_two_ways(flickr: SandboxFlickr) -> None:
    ids = filled(flickr, 30)
    flickr.faults.add(Fault(where=LISTING, kind=TotalOff(by=3), times=None))
    listing, seen, calls = listed(flickr)
    assert (seen, listing.complete, listing.total, listing.distinct, calls) == (ids, False, 33, 30, 2)


def test_a_photo_deleted_meanwhile_hides_none_of_the_others(flickr: SandboxFlickr) -> None:
    ids = filled(flickr, 1100)
    flickr.faults.add(Fault(where=LISTING, skip=1, kind=Meanwhile(lambda call: call.flickr.delete_photo(ids[3]))))
    listing, seen, _ = listed(flickr)
    assert set(ids) == set(seen)
    assert listing.complete


def test_a_photo_uploaded_meanwhile_costs_no_second_way_through_all(flickr: SandboxFlickr) -> None:
    ids = filled(flickr, 2400)
    data = picture(40, 30)
    flickr.faults.add(Fault(where=LISTING, skip=2, kind=Meanwhile(lambda call: call.flickr.add_photo(data))))
    listing, seen, calls = listed(flickr)
    assert len(seen) == len(ids) + 1
    assert listing.complete
    assert calls == 5 + 1


@pytest.mark.parametrize("trouble", [Status(502), Html(), Status(503)], ids=named)
def test_a_page_that_fails_is_asked_for_again(flickr: SandboxFlickr, trouble: Status) -> None:
    ids = filled(flickr, 1100)
    flickr.faults.add(Fault(where=LISTING, kind=trouble, every=2, times=3))
    listing, seen, calls = listed(flickr)
    assert (seen, listing.complete, calls) == (ids, True, 5)


def test_an_absurd_total_does_not_go_on_for_ever() -> None:
    def ask(number: int) -> Page:
        return Page((), 0, 10**15, 10**17)

    listing = list_pages(ask, lambda photos: None)
    assert (listing.complete, listing.distinct) == (False, 0)


def test_an_update_during_the_listing_comes_with_the_next_changes(flickr: SandboxFlickr) -> None:
    ids = filled(flickr, 1100)
    moment = [time.time()]
    flickr.now = lambda: moment[0]

    def edit(_: object) -> None:
        moment[0] += 5
        flickr.edit(ids[0], title="edited meanwhile")

    flickr.faults.add(Fault(where=LISTING, skip=1, kind=Meanwhile(edit)))
    changed: list[Photo] = []
    with logged_in(flickr) as side:
        listing = side.client.list_photos(lambda photos: None)
        side.client.list_changes(listing.watermark, changed.extend)
    assert "edited meanwhile" in [photo.title for photo in changed]


def test_later_runs_ask_for_what_changed_in_one_call(flickr: SandboxFlickr) -> None:
    ids = filled(flickr, 1100)
    with logged_in(flickr) as side:
        first = side.client.list_photos(lambda photos: None)
        flickr.edit(ids[700], title="renamed")
        before = side.calls
        changed: list[Photo] = []
        second = side.client.list_changes(first.watermark + 61, changed.extend)
        assert side.calls == before + 1
    assert [photo.title for photo in changed] == ["renamed"]
    assert second.complete
    assert second.watermark > first.watermark


def test_nothing_changed_keeps_the_watermark(flickr: SandboxFlickr) -> None:
    with logged_in(flickr) as side:
        listing = side.client.list_changes(1_600_000_000, lambda photos: None)
    assert (listing.total, listing.complete, listing.watermark) == (0, True, 1_600_000_000)


def entries(number: int) -> Page:
    """A page of an account of 100,000 photos."""
    first = (number - 1) * 500
    return read_page(
        {
            "photos": {
                "total": "100000",
                "pages": 200,
                "photo": [
                    {"id": str(53_000_000_000 + first + one), "secret": "abc", "title": "x" * 200} for one in range(500)
                ],
            }
        }
    )


@pytest.mark.long
def test_a_hundred_thousand_photos_take_two_hundred_calls() -> None:
    asked: list[int] = []
    kept = 0

    def ask(number: int) -> Page:
        asked.append(number)
        return entries(number)

    def keep(photos: Sequence[Photo]) -> None:
        nonlocal kept
        kept += len(photos)

    listing = list_pages(ask, keep)
    assert (asked, kept, listing.complete) == (list(range(1, 201)), 100_000, True)


@pytest.mark.long
def test_of_each_photo_little_more_than_its_number_is_remembered() -> None:
    def ask(number: int) -> Page:
        return replace(entries(number), total=10_000, pages=20)

    tracemalloc.start()
    list_pages(ask, lambda photos: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # A page of 500 weighs about 1 MB; all 10,000 photos would weigh 20.
    assert peak < 8 << 20


def test_the_pages_are_asked_for_in_order_whatever_their_answers_hold() -> None:
    asked: list[int] = []

    def pages(answers: dict[int, Page]) -> Callable[[int], Page]:
        def ask(number: int) -> Page:
            asked.append(number)
            return answers.get(number, Page((), 0, 3, 0))

        return ask

    list_pages(pages({1: Page((), 0, 3, 0)}), lambda photos: None)
    assert asked == [1, 2, 3]
