"""The data export's lists, read to posts: layouts and years as published, pictures in folders and zips."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from i2f.ground.archives import read_member
from i2f.ground.errors import FolderError
from i2f.instagram.export import read_export
from i2f.instagram.posts import Content, PostKind, PostPlace

JPEG = b"\xff\xd8\xff\xe0 a picture"
VIDEO = b"\x00\x00\x00\x20ftypisom a video"
EXIF = {
    "date_time_original": "2019:06:27 14:55:13",
    "lens_model": "iPhone 8 back camera 3.99mm f/1.8",
    "software": "12.1.4",
}


def entry(uri: str, seconds: int, title: str = "", **metadata: Any) -> dict[str, Any]:
    told = {"media_metadata": {"photo_metadata": {"exif_data": [metadata]}}} if metadata else {}
    return {"uri": uri, "creation_timestamp": seconds, "title": title, **told}


def write(file: Path, body: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(body), encoding="utf-8")
    return file


def test_a_single_posts_time_and_caption_stand_in_its_medium(tmp_path: Path) -> None:
    uri = "media/posts/202001/81823458_171752327544134_5657245478680388270_n_17906545678395831.jpg"
    write(tmp_path / "content/posts_1.json", [{"media": [entry(uri, 1578045437, "\u00f0\u009f\u0099\u008c", **EXIF)]}])

    (post,) = read_export([tmp_path])

    assert post.time == datetime(2020, 1, 3, 9, 57, 17, tzinfo=UTC)
    assert post.caption == "\N{PERSON RAISING BOTH HANDS IN CELEBRATION}"
    (medium,) = post.media
    assert medium.medium_id == "17906545678395831"
    assert medium.content is Content.MISSING
    assert medium.exif is not None
    assert medium.exif.taken == datetime(2019, 6, 27, 14, 55, 13)  # noqa: DTZ001


def test_a_carousel_has_the_posts_own_time_and_caption(tmp_path: Path) -> None:
    media = [entry("a_17908919372611575.webp", 1658871953), entry("b_17908919372611576.webp", 1658871954)]
    write(tmp_path / "posts_1.json", [{"media": media, "title": "Garden", "creation_timestamp": 1658871955}])

    (post,) = read_export([tmp_path])

    assert (post.caption, len(post.media)) == ("Garden", 2)
    assert post.time == datetime(2022, 7, 26, 21, 45, 55, tzinfo=UTC)


def test_the_form_of_2020_is_unicode_and_its_pictures_of_one_second_are_one_post(tmp_path: Path) -> None:
    photos = [
        {"caption": "\u30fb Caf\u00e9", "taken_at": "2015-07-29T19:57:19+00:00", "location": "SFO", "path": "a.jpg"},
        {"caption": "\u30fb Caf\u00e9", "taken_at": "2015-07-29T19:57:19+00:00", "location": "SFO", "path": "b.jpg"},
        {"caption": "Later", "taken_at": "2019-01-02T03:04:05", "path": "c.jpg"},
    ]
    write(tmp_path / "media.json", {"photos": photos})

    first, second = read_export([tmp_path])

    assert (first.caption, first.place, len(first.media)) == ("\u30fb Caf\u00e9", PostPlace("SFO"), 2)
    assert second.time == datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_every_kind_stands_in_a_wrapper_of_its_own(tmp_path: Path) -> None:
    video = {"media": [entry("v.mp4", 1500000000)]}
    write(tmp_path / "media/reels.json", {"ig_reels_media": [video]})
    write(tmp_path / "media/igtv_videos.json", {"ig_igtv_media": [video]})
    write(tmp_path / "media/stories.json", {"ig_stories": [entry("s.jpg", 1500000001)]})
    write(tmp_path / "media/archived_posts.json", {"ig_archived_post_media": [video]})
    write(tmp_path / "media/profile_photos.json", {"ig_profile_picture": [entry("p.jpg", 1500000002)]})

    kinds = sorted(post.kind for post in read_export([tmp_path]))

    assert kinds == sorted([PostKind.REEL, PostKind.IGTV, PostKind.STORY, PostKind.ARCHIVED, PostKind.PROFILE])


def test_list_and_pictures_may_lie_in_different_zips_and_types_are_told_by_content(tmp_path: Path) -> None:
    uris = [f"media/posts/201806/{name}_1794999448906849{n}" for n, name in enumerate(("a.webp", "b", "c.jpg"))]
    listed = [{"media": [entry(uri, 1530370210 + n)]} for n, uri in enumerate(uris)]
    with zipfile.ZipFile(tmp_path / "part_1.zip", "w") as one, zipfile.ZipFile(tmp_path / "part_2.zip", "w") as two:
        one.writestr("your_instagram_activity/media/posts_1.json", json.dumps(listed))
        two.writestr(uris[0], JPEG)
        two.writestr("root/" + uris[1], VIDEO)

    posts = read_export([tmp_path / "part_1.zip", tmp_path / "part_2.zip"])

    assert [post.media[0].content for post in posts] == [Content.PICTURE, Content.VIDEO, Content.MISSING]
    path = posts[0].pictures[0].path
    assert path == tmp_path / "part_2.zip" / uris[0]
    assert read_member(path, 1 << 20) == JPEG


@pytest.mark.parametrize("content", ["{", "[" * 100_000, "\x00"])
def test_a_damaged_list_is_one_line_that_names_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "posts_1.json").write_text(content)
    with pytest.raises(FolderError, match=r"posts_1\.json is not valid JSON"):
        read_export([tmp_path])


@pytest.mark.parametrize("body", [[], {}, 3, [1, None], [{"media": 3}], [{"media": [{}]}], {"photos": [[]]}])
def test_lists_of_nothing_have_no_posts(tmp_path: Path, body: object) -> None:
    write(tmp_path / "posts_1.json", body)
    assert read_export([tmp_path]) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"media_metadata": {"photo_metadata": {"exif_data": None}}},
        {"media_metadata": {"photo_metadata": {"exif_data": 5}}},
        {"media_metadata": [1]},
        {"title": "half of \ud83d a character"},
        {"title": ["no text"]},
        {"uri": 7},
    ],
)
def test_what_stands_where_something_else_was_expected_costs_no_more_than_itself(tmp_path: Path, more: object) -> None:
    assert isinstance(more, dict)
    write(tmp_path / "posts_1.json", [{"media": [entry("a.jpg", 1578045437, "a caption") | more]}])
    (post,) = read_export([tmp_path])
    assert post.time is not None
    assert post.caption.encode("utf-8").decode("utf-8") == post.caption


def test_a_list_that_cannot_be_read_in_its_archive_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("content/posts_1.json", "[]")
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(bytes(data))
    with pytest.raises(FolderError, match=r"posts_1\.json cannot be read: encrypted in its archive"):
        read_export([tmp_path])


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="holds no list of posts"):
        read_export([tmp_path])
    with pytest.raises(FolderError, match="does not exist"):
        read_export([tmp_path / "none.zip"])


def test_a_list_damaged_in_its_archive_is_one_line_that_names_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("posts_1.json", json.dumps([{"media": [entry("a.jpg", 1578045437, "a caption to be damaged")]}]))
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"a caption")] ^= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(FolderError, match=r"posts_1\.json cannot be read: damaged in its archive"):
        read_export([tmp_path / "a.zip"])


def test_a_post_whose_second_differs_between_exports_is_one_and_two_of_one_list_are_two(tmp_path: Path) -> None:
    for name, at in (("2020", 1578045437), ("2024", 1578045439)):
        write(tmp_path / name / "posts_1.json", [{"media": [entry(f"{name}.jpg", at, "a caption")]}])
    assert [one.caption for one in read_export([tmp_path / "2020", tmp_path / "2024"])] == ["a caption"]
    twice = [{"media": [entry(f"{at}.jpg", at, "a caption")]} for at in (1578045437, 1578045439)]
    write(tmp_path / "twice" / "posts_1.json", twice)
    assert len(read_export([tmp_path / "twice"])) == 2
