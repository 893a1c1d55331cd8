"""Which exported pictures there are, and the key of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from i2f.ground.model import CaptureTime, Original, Told
from i2f.instagram.export import read_export
from i2f.sync.post_pictures import captured, pictures_of
from tests.support.flickr_side import picture
from tests.support.posts import FIRST, write_export


def test_each_picture_of_a_post_has_a_key_of_its_own(tmp_path: Path) -> None:
    many = {"caption": "two", "pictures": [picture(80, 60, seed=seed) for seed in (1, 2)], "time": FIRST}
    one = {"caption": "one", "pictures": [picture(80, 60, seed=3)], "time": FIRST + 60}
    write_export(tmp_path, [many, one])
    found, unreadable = pictures_of(read_export([tmp_path]))
    assert [each.key for each in found] == [f"{FIRST}/1", f"{FIRST}/2", str(FIRST + 60)]
    assert {each.post_key for each in found} == {str(FIRST), str(FIRST + 60)}
    assert found[0].post.time in {datetime.fromtimestamp(FIRST, UTC) + timedelta(seconds=off) for off in range(4)}
    assert (found[2].width, found[2].height, unreadable) == (80, 60, [])


def test_what_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    posts = [
        {"caption": str(number), "pictures": [picture(80, 60, seed=number)], "time": FIRST + number}
        for number in range(3)
    ]
    write_export(tmp_path, posts)
    first, second, third = sorted(tmp_path.rglob("*.jpg"))
    first.unlink()
    second.write_bytes(b"\xff\xd8\xff broken")
    found, unreadable = pictures_of(read_export([tmp_path]))
    assert [each.path for each in found] == [third]
    assert [(path.name, bool(reason)) for path, reason in unreadable] == [(first.name, True), (second.name, True)]


def test_posts_without_a_time_are_told_and_left_out(tmp_path: Path) -> None:
    write_export(tmp_path, [{"caption": "one", "pictures": [picture(80, 60, seed=3)], "time": 10**14}])
    found, unreadable = pictures_of(read_export([tmp_path]))
    assert found == []
    assert [(path.name, reason) for path, reason in unreadable] == [
        ("posts_1.json", "1 post without a time that can be read; left out")
    ]


def test_what_stands_beside_an_original_dates_it_unless_that_is_after_the_post(tmp_path: Path) -> None:
    write_export(tmp_path, [{"caption": "one", "pictures": [picture(80, 60, seed=3)], "time": FIRST}])
    (shown,), _ = pictures_of(read_export([tmp_path]))
    for taken, expected in ((datetime(2012, 6, 3, 14, 30), "2012-06-03 14:30:00"), (datetime(2019, 1, 1), None)):  # noqa: DTZ001
        told = Told(None, CaptureTime(taken, False, timedelta(0)))
        original = Original(Path("IMG_1.JPG"), 1, 1, "JPEG", 400, 300, None, None, told=told)
        assert captured(original, shown) == (expected or "2012-07-09 12:00:01")
