"""`why` of a post: by its key, its code or its address, from the state folder and the export alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from i2f.commands.why import why
from i2f.ground.errors import UnknownPhotoError
from i2f.ground.settings import Settings, load_settings
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.memory.uploads import UploadStep
from i2f.sandbox import SandboxFlickr
from i2f.sync.copies import list_copies
from tests.support.flickr_side import picture
from tests.support.posts import FIRST, write_export
from tests.support.sessions import open_test_session

CODE, SECOND = "BqvsDleB3lV", 1543453444
LINK = f"https://www.instagram.com/p/{CODE}/"


@pytest.fixture
def settings(flickr: SandboxFlickr, tmp_path: Path) -> Settings:
    """One copy by its link, and an export with its post and with one of two pictures that Flickr has not."""
    flickr.add_photo(picture(64, 64), title="By link", description=LINK)
    with open_test_session(flickr, tmp_path) as session:
        list_copies(session)
    exif = {"date_time_original": "2018:11:28 10:00:00", "latitude": 48.1, "longitude": 11.6}
    posts = [
        {"caption": "By link", "pictures": [picture(64, 64)], "time": SECOND, "exif": exif},
        {"caption": "Only on Instagram", "pictures": [picture(64, 64), picture(60, 60)], "time": FIRST},
    ]
    write_export(tmp_path / "export", posts)
    told = {"INSTAGRAM2FLICKR_INSTAGRAM_EXPORT": str(tmp_path / "export")}
    return load_settings(told, None, tmp_path / "state")


def lines(settings: Settings, name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    why(settings, name, None)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("name", [str(SECOND), CODE, LINK, "instagram.com/p/" + CODE])
def test_a_post_is_named_by_its_second_its_code_or_its_address(
    settings: Settings, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = lines(settings, name, capsys)
    assert told[:5] == [
        f"{SECOND}  By link",
        "Posted 29 Nov 2018 01:04 (UTC), by Instagram's data export",
        f"Link: {LINK}",
        "Place: 48.1, 11.6",
        "In the export: 1 picture or video; taken 28 Nov 2018 10:00 by the camera's clock",
    ]
    assert "a copy with a link of the same second" in told[5]
    assert told[-1].startswith("`new` has not looked at it yet")


def test_each_picture_tells_what_new_would_do_or_did(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(StateFolder(settings.state).journal_file)
    body: dict[str, object] = {
        "title": "",
        "posted_at": None,
        "reason": "no original looks like this copy",
        "decided_by": "rule",
        "photos": [],
        "picture": {},
    }
    for number, decision in enumerate(("keep", "review"), start=1):
        key = f"{FIRST}/{number}"
        kept = body | {"post": key, "decision": decision, "evidence": [], "answered": ()}
        journal.assessments.keep_post_decisions("run", [(key, kept)])
    journal.uploads.append("run", f"{FIRST}/1", UploadStep.SEEN, {"photo_id": "7", "seen": "On Flickr already, as 7"})
    journal.close()
    told = lines(settings, f"{FIRST}/2", capsys)
    assert told[3] == "On Flickr already, as 7"
    assert told[-2].startswith("Picture 1: `new` does not upload it: No original looks like this copy (decided by rule")
    assert told[-1].startswith("Picture 2: `new` leaves it for review")
    why(settings, str(FIRST), "-")
    written = json.loads(capsys.readouterr().out)
    assert (written["version"], written["post"], written["on_flickr"], written["seen"]) == (1, str(FIRST), True, ["7"])
    assert [(one["post"], one["decision"], one["standing"]) for one in written["new"]] == [
        (f"{FIRST}/1", "keep", "elsewhere"),
        (f"{FIRST}/2", "review", "none"),
    ]


def test_a_story_is_nothing_that_new_would_look_at(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = {"ig_stories": [{"uri": "1.jpg", "creation_timestamp": FIRST + 60, "title": "A story"}]}
    (tmp_path / "export/stories.json").write_text(json.dumps(story), encoding="utf-8")
    told = lines(settings, str(FIRST + 60), capsys)
    assert told[-1] == "`new` uploads posts only, and the export calls this a story"


def test_a_code_that_only_instagrams_api_told_is_known_by_its_second(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(StateFolder(settings.state).journal_file)
    journal.listing.forget()
    body: dict[str, object] = {
        "post": CODE,
        "title": "By link",
        "posted_at": "2018-11-29T01:04:04Z",
        "decision": "review",
        "evidence": [],
    }
    body |= {"reason": "unclear", "decided_by": "rule", "photos": [], "picture": {}, "answered": ()}
    journal.assessments.keep_post_decisions("run", [(CODE, body)])
    journal.close()
    for name in (CODE, str(SECOND)):
        assert lines(settings, name, capsys)[-1] == "`new` leaves it for review: Unclear (decided by rule in run run)"


def test_what_is_neither_photo_nor_post_is_one_line(settings: Settings) -> None:
    with pytest.raises(UnknownPhotoError, match="no photo that was compared and no post that is known"):
        why(settings, "1234567", None)
