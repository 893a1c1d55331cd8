"""The HTML export agrees with JSON of the same posts, to the minute, its clock set right where JSON is at hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from i2f.instagram.export import read_export
from i2f.instagram.export_html import read_wall_clock
from i2f.instagram.posts import MINUTE, SECOND, Content, PostPlace
from tests.support.instagram_pages import PagePost, write_page

SUMMER = datetime(2020, 7, 8, 2, 34, 56, tzinfo=UTC)
WINTER = datetime(2012, 12, 17, 21, 2, 58, tzinfo=UTC)


def uri(number: int) -> str:
    return f"media/posts/202001/1116_3626_134_n_1784226444406{number:04}.jpg"


POSTS = (
    PagePost("Rain & <b>wind</b>\n\N{UMBRELLA} #rain", SUMMER, [uri(1)], 36.5, -128.25),
    PagePost("", WINTER, [uri(2), uri(3)]),
)


def write_json(file: Path, posts: tuple[PagePost, ...]) -> None:
    body = []
    for post in posts:
        media = [{"uri": one, "creation_timestamp": int(post.posted.timestamp()), "title": ""} for one in post.uris]
        mojibake = post.caption.encode().decode("latin-1")
        body.append({"media": media, "title": mojibake, "creation_timestamp": int(post.posted.timestamp())})
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(body), encoding="utf-8")


@pytest.mark.parametrize("year", [2022, 2024])
def test_pages_tell_the_same_posts_as_json_to_the_minute(tmp_path: Path, year: int) -> None:
    write_page(tmp_path / "html/your_instagram_activity/content/posts_1.html", POSTS, year)
    write_json(tmp_path / "json/content/posts_1.json", POSTS)

    pages, lists = read_export([tmp_path / "html"]), read_export([tmp_path / "json"])

    assert [one.caption for one in pages] == [one.caption for one in lists] == [POSTS[1].caption, POSTS[0].caption]
    assert [one.time for one in pages] == [one.time.replace(second=0) for one in lists if one.time]
    assert {one.precision for one in pages} == {MINUTE}
    assert [[medium.uri for medium in one.media] for one in pages] == [[uri(2), uri(3)], [uri(1)]]
    assert pages[1].place == PostPlace(None, 36.5, -128.25)


def test_a_post_in_both_forms_is_one_with_the_second_and_the_place(tmp_path: Path) -> None:
    write_page(tmp_path / "html/posts_1.html", POSTS)
    write_json(tmp_path / "json/posts_1.json", POSTS)

    posts = read_export([tmp_path])

    assert [one.time for one in posts] == [WINTER, SUMMER]
    assert {one.precision for one in posts} == {SECOND}
    assert posts[1].place == PostPlace(None, 36.5, -128.25)


def test_the_clock_of_pages_is_learnt_from_json_of_the_same_posts(tmp_path: Path) -> None:
    alone = PagePost("Only on the page", SUMMER + timedelta(days=1), [uri(9)])
    write_page(tmp_path / "html/posts_1.html", (*POSTS, alone), clock=timezone(timedelta(hours=5, minutes=30)))
    write_json(tmp_path / "json/posts_1.json", POSTS)

    posts = read_export([tmp_path])

    assert [one.time for one in posts] == [WINTER, SUMMER, alone.posted.replace(second=0)]


def test_the_largest_picture_of_several_exports_is_used(tmp_path: Path) -> None:
    for name, size in (("old", 100), ("new", 200)):
        write_json(tmp_path / name / "posts_1.json", POSTS[:1])
        file = tmp_path / name / "media/other" / Path(uri(1)).name
        file.parent.mkdir(parents=True)
        file.write_bytes(b"\xff\xd8\xff" + bytes(size))

    (post,) = read_export([tmp_path / "old", tmp_path / "new"])

    assert post.media[0].content is Content.PICTURE
    assert post.media[0].path == tmp_path / "new/media/other" / Path(uri(1)).name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oct 07, 2020 7:34 pm", datetime(2020, 10, 8, 3, 34, tzinfo=UTC)),
        ("Oct 6, 2020, 4:34 PM", datetime(2020, 10, 7, 0, 34, tzinfo=UTC)),
        ("Jan 1, 2021, 12:05 AM", datetime(2021, 1, 1, 8, 5, tzinfo=UTC)),
        ("May 12, 2025 2:37:00 PM", datetime(2025, 5, 12, 22, 37, tzinfo=UTC)),
        ("jun. 07, 2024 5:44 am", datetime(2024, 6, 7, 13, 44, tzinfo=UTC)),
        ("07.\N{NO-BREAK SPACE}Okt. 2020 19:34", datetime(2020, 10, 8, 3, 34, tzinfo=UTC)),
        ("juil. 14, 2019 7:05 pm", datetime(2019, 7, 15, 3, 5, tzinfo=UTC)),
        ("7 \u043e\u043a\u0442. 2020 \u0433., 19:34", datetime(2020, 10, 8, 3, 34, tzinfo=UTC)),
        ("7 gru 2020, 19:34", datetime(2020, 12, 8, 3, 34, tzinfo=UTC)),
        ("2020\u5e7410\u67087\u65e5 19:34", datetime(2020, 10, 8, 3, 34, tzinfo=UTC)),
        ("2020\ub144 10\uc6d4 7\uc77c \uc624\ud6c4 7:34", datetime(2020, 10, 8, 3, 34, tzinfo=UTC)),
        ("10/7/20, 7:34 PM", None),
        ("10/7/2020, 7:34 PM", None),
        ("Feb 30, 2020 7:34 pm", None),
        ("\u0b85\u0b95\u0bcd 07, 2020 7:34 pm", None),
        ("", None),
    ],
)
def test_times_of_every_year_and_of_other_languages(text: str, expected: datetime | None) -> None:
    assert read_wall_clock(text) == expected


@pytest.mark.parametrize("text", ["", "<div class='_a6-g'>", "<div class=_a6-g><img src=a.jpg>" * 2000, "</div>" * 99])
def test_broken_pages_are_no_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "posts_1.html").write_text(text)
    read_export([tmp_path])
