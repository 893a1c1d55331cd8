"""A post is on Flickr when the picture agrees and with it caption or second; what agrees in part is a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from i2f.ground.model import Fit, Photo, Window
from i2f.instagram.posts import MINUTE, SECOND, Post, PostKind
from i2f.sync.presence import Compared, Presence, Related, caption_agrees, judge, second_agrees
from tests.support.reports import make_copy

POSTED = datetime(2012, 7, 9, 12, 0, 1, tzinfo=UTC)
CAPTION = "Up early for the ferry 🌊 #skagen #denmark"
SAME = Fit(0.99, True, 1.0, Window((0.5, 0.5), (1.0, 1.0), 0.0, False), "the same shot", {})
ALIKE = replace(SAME, score=0.4, sure=False)
OTHER = replace(SAME, score=0.01, sure=False)


def a_post(**more: Any) -> Post:
    told: dict[str, Any] = {
        "code": None,
        "link": None,
        "time": POSTED,
        "precision": SECOND,
        "caption": CAPTION,
        "place": None,
        "media": (),
        "kind": PostKind.POST,
        "source": Path("posts_1.json"),
    }
    return Post(**told | more)


def a_photo(title: str = "something", caption: str = "") -> Photo:
    return replace(make_copy(1).photo, title=title, caption=caption)


def beside(
    photo: Photo, fit: Fit | None, posted_at: datetime | None = None, error: timedelta = timedelta(0)
) -> Compared:
    return Compared(Related(photo, posted_at, error), fit)


def presence(compared: Compared, post: Post | None = None, claimed: frozenset[str] = frozenset()) -> Presence:
    return judge(post or a_post(), [compared], claimed).presence


@pytest.mark.parametrize(
    "photo",
    [
        a_photo(CAPTION),
        a_photo(CAPTION.upper()),
        a_photo("", f"{CAPTION}\n\nvia Instagram <a href='http://ift.tt/1'>ift.tt/1</a>"),
        a_photo(CAPTION, 'via Instagram <a href="http://ift.tt/2hCAGPW" rel="nofollow">ift.tt/2hCAGPW</a>'),
    ],
    ids=["title", "letters", "text", "ifttt"],
)
def test_caption_and_picture_together_are_the_post(photo: Photo) -> None:
    assert presence(beside(photo, SAME)) is Presence.THERE


def test_a_title_that_was_cut_still_agrees() -> None:
    long = "word " * 80
    assert caption_agrees(a_post(caption=long), a_photo(long[:200] + "..."))
    assert not caption_agrees(a_post(caption=long), a_photo("word..."))


def test_no_caption_agrees_with_nothing() -> None:
    assert not caption_agrees(a_post(caption=""), a_photo(""))
    assert not caption_agrees(a_post(caption=" "), a_photo("upload"))


def test_second_and_picture_together_are_the_post() -> None:
    assert presence(beside(a_photo(), SAME, POSTED)) is Presence.THERE


@pytest.mark.parametrize(("off_s", "agrees"), [(-4, True), (0, True), (3, True), (-6, False), (5, False)])
def test_the_second_may_be_off_by_what_an_export_is_off(off_s: int, agrees: bool) -> None:
    related = Related(a_photo(), POSTED + timedelta(seconds=off_s), timedelta(0))
    assert second_agrees(a_post(), related) is agrees


def test_a_page_that_tells_minutes_agrees_with_any_second_of_its_minute() -> None:
    post = a_post(time=POSTED.replace(second=0), precision=MINUTE)
    assert second_agrees(post, Related(a_photo(), POSTED.replace(second=58), timedelta(0)))
    assert not second_agrees(post, Related(a_photo(), POSTED + timedelta(minutes=2), timedelta(0)))


def test_a_code_that_is_dated_to_days_is_no_second() -> None:
    assert presence(beside(a_photo(), OTHER, POSTED, timedelta(days=3))) is Presence.ABSENT


@pytest.mark.parametrize(
    "compared",
    [
        beside(a_photo(), SAME),
        beside(a_photo(CAPTION), OTHER),
        beside(a_photo(CAPTION), None),
        beside(a_photo(), OTHER, POSTED),
        beside(a_photo(), ALIKE),
        beside(a_photo(CAPTION), SAME, POSTED + timedelta(days=1)),
        replace(beside(a_photo(CAPTION), None), was_compared=False),
    ],
    ids=["picture", "caption", "unlike", "second", "alike", "posted again", "not fetched"],
)
def test_what_agrees_in_part_is_a_question_with_a_reason(compared: Compared) -> None:
    found = judge(a_post(), [compared], frozenset())
    assert found.presence is Presence.UNCLEAR
    assert compared.related.photo.photo_id in found.reason


def test_what_agrees_in_nothing_is_not_the_post() -> None:
    assert presence(beside(a_photo(), OTHER)) is Presence.ABSENT
    assert presence(beside(a_photo(CAPTION), OTHER, POSTED + timedelta(days=1))) is Presence.ABSENT


def test_a_photo_that_surely_is_another_post_says_nothing_about_this_one() -> None:
    photo = a_photo(CAPTION)
    assert presence(beside(photo, OTHER), claimed=frozenset({photo.photo_id})) is Presence.ABSENT
    assert presence(beside(photo, ALIKE), claimed=frozenset({photo.photo_id})) is Presence.ABSENT


def test_the_sure_one_counts_whatever_else_is_there() -> None:
    others = [beside(a_photo(CAPTION), OTHER), beside(a_photo(CAPTION), SAME)]
    assert judge(a_post(), others, frozenset()).presence is Presence.THERE
