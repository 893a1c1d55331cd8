"""Instagram's API: paged by its cursor, refreshed, and every error one line that says what to do."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from i2f.ground.errors import StoppedError
from i2f.instagram.graph_api import GraphError, list_media, refresh, with_addresses
from i2f.instagram.posts import MINUTE, Post, PostKind
from i2f.instagram.web import Web
from i2f.memory.state_dir import Login, StateFolder
from i2f.sync.instagram_account import REFRESH_AFTER_S, current_token
from tests.support.small_web import SmallWeb, small_web

MEDIA, REFRESH = "/graph.instagram.com/me/media", "/graph.instagram.com/refresh_access_token"
TOKEN = "IGAA-a-token-of-sixty-days"
FIRST = {
    "id": "18054613427655350",
    "shortcode": "DTWe_JIjx86",
    "permalink": "https://www.instagram.com/p/DTWe_JIjx86/",
    "media_type": "IMAGE",
    "timestamp": "2026-01-11T01:05:14+0000",
    "caption": "Snow",
}
LOGIN = Login("token", "secret", "1@N01", "me", "write")
POSTED = datetime(2026, 1, 11, 1, 5, 14, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[SmallWeb]:
    with small_web() as served:
        yield served


def asking(served: SmallWeb) -> Web:
    return Web(5, 5, "tests", served.url)


def test_pages_are_followed_by_their_cursor_and_end(web: SmallWeb) -> None:
    later = {**FIRST, "shortcode": "B", "timestamp": "2020-01-01T00:00:00+0000", "media_product_type": "REELS"}
    following = "https://elsewhere.example/?access_token=stolen"
    web.says(MEDIA, {"data": [FIRST], "paging": {"cursors": {"after": "A1"}, "next": following}})
    web.says(MEDIA, {"data": [later, {"id": "1"}, None], "paging": {"cursors": {"after": "A2"}}})

    posts = list_media(asking(web), TOKEN)

    assert [(one.code, one.kind, one.time) for one in posts] == [
        ("B", PostKind.REEL, datetime(2020, 1, 1, tzinfo=UTC)),
        ("DTWe_JIjx86", PostKind.POST, POSTED),
    ]
    assert posts[1].link == FIRST["permalink"]
    assert [(path, asked.get("after"), asked["access_token"]) for path, asked in web.asked] == [
        (MEDIA, None, TOKEN),
        (MEDIA, "A1", TOKEN),
    ]


def test_a_cursor_that_comes_again_ends_the_list(web: SmallWeb) -> None:
    web.says(MEDIA, {"data": [FIRST], "paging": {"cursors": {"after": "A1"}, "next": "more"}})
    assert len(list_media(asking(web), TOKEN)) == 2


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (400, {"code": 190, "type": "OAuthException"}, "expired or is not valid; create a new one"),
        (400, {"code": 4}, "rate limit is reached"),
        (403, {"code": 10}, "lacks the permission instagram_business_basic"),
        (400, {"code": 100, "message": "Unsupported field"}, "refused the request: Unsupported field"),
        (500, "broken", "refused the request: status 500"),
    ],
)
def test_errors_are_told_in_words(web: SmallWeb, status: int, error: object, words: str) -> None:
    web.says(MEDIA, {"error": error}, status)
    with pytest.raises(GraphError, match=words):
        list_media(asking(web), TOKEN)


def test_what_is_no_json_and_no_answer_is_told(web: SmallWeb) -> None:
    web.says(MEDIA, b"<html>", 502)
    with pytest.raises(GraphError, match="status 502 and no JSON"):
        list_media(asking(web), TOKEN)
    with pytest.raises(StoppedError, match=r"graph\.instagram\.com does not answer") as caught:
        list_media(Web(0.5, 0.5, "tests", "http://127.0.0.1:9"), TOKEN)
    assert TOKEN not in str(caught.value)


def test_a_refreshed_token_is_kept_for_its_owner_and_refreshed_once_a_week(web: SmallWeb, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state").make()
    web.says(REFRESH, {"access_token": "fresh-token-1", "token_type": "bearer", "expires_in": 5183944})
    assert current_token(state, asking(web), TOKEN, 1e9) == "fresh-token-1"
    assert current_token(state, asking(web), TOKEN, 1e9 + 60) == "fresh-token-1"
    assert [asked["access_token"] for _, asked in web.asked] == [TOKEN]
    assert stat.S_IMODE(state.login_file.stat().st_mode) == 0o600
    assert [file.name for file in state.root.iterdir() if b"fresh-token" in _bytes(file)] == ["login.json"]
    current_token(state, asking(web), TOKEN, 1e9 + REFRESH_AFTER_S)
    assert [asked["access_token"] for _, asked in web.asked] == [TOKEN, "fresh-token-1"]
    current_token(state, asking(web), "another-token-in-the-settings", 1e9 + REFRESH_AFTER_S)
    assert web.asked[-1][1]["access_token"] == "another-token-in-the-settings"


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def test_a_token_that_an_older_version_kept_in_a_file_of_its_own_moves_to_the_login(
    web: SmallWeb, tmp_path: Path
) -> None:
    state = StateFolder(tmp_path / "state").make()
    state.write_login(LOGIN)
    of = hashlib.sha256(TOKEN.encode()).hexdigest()
    old = state.root / "instagram.json"
    old.write_text(json.dumps({"of": of, "token": "fresh-token-0", "refreshed_at": 1e9}), encoding="utf-8")
    assert current_token(state, asking(web), TOKEN, 1e9 + 60) == "fresh-token-0"
    assert web.asked == []
    assert not old.exists()
    assert current_token(state, asking(web), TOKEN, 1e9 + 120) == "fresh-token-0"
    assert state.read_login() == LOGIN


def test_a_token_too_young_to_be_refreshed_is_used_as_it_is(web: SmallWeb, tmp_path: Path) -> None:
    web.says(REFRESH, {"error": {"code": 100}}, 400)
    assert current_token(StateFolder(tmp_path).make(), asking(web), TOKEN, 1e9) == TOKEN
    with pytest.raises(GraphError):
        refresh(asking(web), TOKEN)


def test_an_export_s_post_gets_its_address_by_its_second(web: SmallWeb) -> None:
    web.says(MEDIA, {"data": [FIRST]})
    (listed,) = list_media(asking(web), TOKEN)
    exported: Post = replace(listed, code=None, link=None, time=POSTED + timedelta(seconds=1), caption="Snow!")
    page = replace(exported, time=POSTED.replace(second=0), precision=MINUTE)
    other = replace(exported, time=POSTED + timedelta(hours=1))
    assert [one.code for one in with_addresses([exported, other], [listed])] == ["DTWe_JIjx86", None]
    assert [one.code for one in with_addresses([page], [listed])] == ["DTWe_JIjx86"]
    assert with_addresses([other], [listed])[1] == listed
    own = replace(exported, caption=listed.caption)
    assert [one.code for one in with_addresses([exported, own], [listed])] == [None, "DTWe_JIjx86"]
    assert len(with_addresses([exported, exported], [listed])) == 3  # which of the two it is, nobody knows
