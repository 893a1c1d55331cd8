"""`posts`: what is known of each post, from copies and export, without asking Flickr."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from i2f.commands.posts import posts
from i2f.ground.settings import Settings, load_settings
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.sandbox import SandboxFlickr
from i2f.sync.copies import list_copies
from tests.support.flickr_side import picture
from tests.support.sessions import open_test_session
from tests.support.small_web import small_web

CAPTION = "The harbour on a windy morning"
CODE = "BqvsDleB3lV"  # posted 2018-11-29 01:04:04 UTC


@pytest.fixture
def settings(flickr: SandboxFlickr, tmp_path: Path) -> Settings:
    """A state folder in which three copies were listed: by link, by caption, and one the export knows nothing of."""
    link = f"https://www.instagram.com/p/{CODE}/"
    flickr.add_photo(picture(64, 64), title="By link", description=link)
    flickr.add_photo(picture(64, 64), title=CAPTION, tags="uploaded:by=instagram")
    flickr.add_photo(picture(64, 64), title="Elsewhere", description="via Instagram https://ift.tt/abc")
    with open_test_session(flickr, tmp_path) as session:
        list_copies(session)
    return load_settings({}, None, tmp_path / "state")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    told = [(1543453444, "By its second"), (1339000000, CAPTION), (1400000000, "Only on Instagram")]
    body = [
        {"media": [{"uri": f"{n}.jpg", "creation_timestamp": at, "title": words}]} for n, (at, words) in enumerate(told)
    ]
    (folder / "posts_1.json").write_text(json.dumps(body), encoding="utf-8")
    return folder


def test_posts_of_copies_and_export_are_listed_once(settings: Settings, export: Path, tmp_path: Path) -> None:
    posts(settings, [export], str(tmp_path / "posts.json"))
    told = json.loads((tmp_path / "posts.json").read_text(encoding="utf-8"))["posts"]
    assert [(one["caption"], one["known_from"], one["on_flickr"]) for one in told] == [
        ("Elsewhere", ["copy"], True),
        (CAPTION, ["copy", "export"], True),
        ("Only on Instagram", ["export"], False),
        ("By its second", ["copy", "export"], True),
    ]
    assert [one["post"] for one in told] == [None, "1339000000", "1400000000", "1543453444"]
    assert told[3]["url"] == f"https://www.instagram.com/p/{CODE}/"
    assert told[3]["posted_at"] == "2018-11-29T01:04:04Z"
    assert told[2]["media"] == [{"name": "2.jpg", "file": None, "content": "missing", "taken": None}]


def test_the_table_says_what_is_on_flickr(settings: Settings, export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts(settings, [export], None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "1400000000   13 May 2014 16:53  not on Flickr                            Only on Instagram"
    assert lines[3] == "1543453444   29 Nov 2018 01:04  on Flickr      original not found        By its second"
    assert lines[-1] == "4 posts: 3 on Flickr, 0 with their original found."


def test_without_anything_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts(load_settings({}, None, tmp_path / "none"), [], None)
    assert "Name your Instagram data export with --export" in capsys.readouterr().out


def test_what_the_last_run_found_is_told(settings: Settings, export: Path, tmp_path: Path) -> None:
    journal = Journal(StateFolder(settings.state).journal_file)
    photo_id = next(journal.listing.copies())["photo_id"]
    body = {"photo_id": photo_id, "decision": "replace", "original": "/roll/IMG_0001.JPG"}
    journal.assessments.keep_decisions("run", [(photo_id, body)])
    journal.close()
    posts(settings, [export], str(tmp_path / "posts.json"))
    told = json.loads((tmp_path / "posts.json").read_text(encoding="utf-8"))["posts"]
    assert [one["original"] for one in told if one["photos"] and one["photos"][0]["photo_id"] == photo_id] == [
        "/roll/IMG_0001.JPG"
    ]


def test_instagram_s_api_adds_addresses_and_its_failure_is_one_line(
    settings: Settings, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_web() as web:
        entry = {"permalink": "https://www.instagram.com/p/only/", "timestamp": "2014-05-13T16:53:20+0000"}
        web.says("/graph.instagram.com/me/media", {"data": [entry]})
        web.says("/graph.instagram.com/me/media", {"error": {"code": 190}}, 400)
        asking = replace(
            settings, sandbox=web.url, instagram=replace(settings.instagram, access_token="a-token-of-instagram")
        )
        posts(asking, [export], str(tmp_path / "posts.json"))
        posts(asking, [export], None)
    told = json.loads((tmp_path / "posts.json").read_text(encoding="utf-8"))["posts"]
    assert told[2]["url"] == "https://www.instagram.com/p/only/"
    assert "Posts are listed without Instagram's API: the Instagram access token expired" in capsys.readouterr().err
