"""Short links in captions: followed only when asked, only to Instagram, once, and the answer is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from i2f.ground.model import InstagramCopy
from i2f.instagram.short_links import short_links
from i2f.sandbox import SandboxFlickr
from i2f.sync.copies import list_copies
from i2f.sync.instagram_account import follow_short_links
from i2f.sync.session import Session
from tests.support.flickr_side import picture
from tests.support.sessions import open_test_session
from tests.support.small_web import SmallWeb, small_web

POST = "https://www.instagram.com/p/BqvsDleB3lV/"


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        yield served


def followed(session: Session, web: SmallWeb) -> list[InstagramCopy]:
    own = replace(session.settings, sandbox=web.url)
    return follow_short_links(replace(session, settings=own), list_copies(session))


def test_links_are_found_in_captions_as_people_have_them() -> None:
    assert short_links("via Instagram ift.tt/1fCJLVn") == ("https://ift.tt/1fCJLVn",)
    assert short_links('<a href="http://ift.tt/1LRZUA8" rel="nofollow">ift.tt/1LRZUA8</a>') == (
        "https://ift.tt/1LRZUA8",
    )
    assert short_links("see bit.ly/abc. and https://example.com/x and ift.tt") == ("https://bit.ly/abc",)


@pytest.mark.parametrize(
    ("where", "url"),
    [
        (POST, POST),
        ("https://evil.example/p/BqvsDleB3lV/", None),
        ("https://www.instagram.com.evil.example/p/BqvsDleB3lV/", None),
        ("https://www.instagram.com/somebody/", None),
        ("https://bit.ly/further", None),
    ],
)
def test_only_a_post_on_instagram_counts_and_nothing_is_visited(
    flickr: SandboxFlickr, web: SmallWeb, tmp_path: Path, where: str, url: str | None
) -> None:
    flickr.add_photo(picture(64, 64), description="via Instagram ift.tt/abc")
    web.says("/ift.tt/abc", b"", 301, Location=where)
    with open_test_session(flickr, tmp_path, INSTAGRAM_FOLLOW_SHORT_LINKS="yes") as session:
        (copy,) = followed(session, web)
        again = followed(session, web)
    assert copy.mark.url == url
    assert copy.mark.posted_at == (datetime(2018, 11, 29, 1, 4, 4, 757000, tzinfo=UTC) if url else None)
    assert again == [copy]
    assert web.asked == [("/ift.tt/abc", {})]


def test_nothing_is_followed_unless_asked_for(flickr: SandboxFlickr, web: SmallWeb, tmp_path: Path) -> None:
    flickr.add_photo(picture(64, 64), description="via Instagram ift.tt/abc")
    with open_test_session(flickr, tmp_path) as session:
        (copy,) = followed(session, web)
    assert copy.mark.url is None
    assert web.asked == []


def test_a_shortener_that_is_silent_is_asked_again_in_the_next_run(
    flickr: SandboxFlickr, web: SmallWeb, tmp_path: Path
) -> None:
    flickr.add_photo(picture(64, 64), description="via Instagram ift.tt/abc")
    with open_test_session(flickr, tmp_path, INSTAGRAM_FOLLOW_SHORT_LINKS="yes") as session:
        unreachable = replace(session.settings, sandbox="http://127.0.0.1:9")
        (copy,) = follow_short_links(replace(session, settings=unreachable), list_copies(session))
        assert copy.mark.url is None
        web.says("/ift.tt/abc", b"", 302, Location=POST)
        (copy,) = followed(session, web)
    assert copy.mark.url == POST
