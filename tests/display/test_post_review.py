"""Posts to review on the page: what is shown, what is answered, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from i2f.display.review_facts import group_of
from i2f.display.review_server import serve
from i2f.display.review_session import ReviewSession, key_of, stamp_of
from i2f.ground.model import Decision, Original, Verdict
from i2f.instagram.posts import SECOND, Content, Medium, Post, PostKind
from i2f.memory.journal import Journal
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.memory.review_answers import NEVER, NONE, POSTED, THIS, said_about
from i2f.sync.new_posts import NewDecision
from i2f.sync.post_pictures import PostPicture, as_copy
from i2f.sync.post_questions import kept_decision, read_post_questions
from i2f.sync.presence import Compared, Doubt, Related
from i2f.sync.questions import Question, read_progress
from tests.support.browser import faults
from tests.support.reports import as_jpeg, make_candidate, make_copy, photograph
from tests.support.review_caller import Caller
from tests.support.review_desk import lay_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY = "1341835201"


@dataclass
class Desk:
    """A journal with one post left for review, whose picture lies in a zip file."""

    journal: Journal
    state: Path

    @property
    def question(self) -> Question:
        return read_post_questions(self.journal)[0]

    @property
    def session(self) -> ReviewSession:
        return ReviewSession(read_post_questions(self.journal), self.journal, self.state / "backups")

    def said(self, kind: str, place: int | None = None, revision: int = 0) -> dict[str, Any]:
        candidate = None if place is None else key_of(self.question.choices[place])
        told = {"photo_id": self.question.photo_id, "stamp": stamp_of(self.question), "revision": revision}
        return {"kind": kind, "answers": [told | {"candidate": candidate}]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    state = tmp_path / "state"
    (state / "backups").mkdir(parents=True)
    journal = Journal(state / "journal.sqlite3")
    with Image.open(io.BytesIO(photograph(1))) as picture:
        posted = as_jpeg(picture.crop((125, 0, 875, 750)).resize((640, 640)))
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as export:
        export.writestr("media/posts/201207/1.jpg", posted)
    on_flickr = state / "backups" / "1.jpg"
    on_flickr.write_bytes(photograph(2))
    roll = [make_candidate(Path(f"/roll/IMG_{number}.JPG"), 0.98 - number / 50) for number in (1, 2)]
    for path, seed in ((on_flickr, 2), (roll[0].original.path, 1), (roll[1].original.path, 3)):
        journal.readings.keep([(StoredReading(path, 1, 1, {}), StoredPicture(photograph(seed)))], "1")
    picture_path = tmp_path / "export.zip" / "media/posts/201207/1.jpg"
    medium = Medium("1.jpg", picture_path, Content.PICTURE)
    at = datetime.fromtimestamp(int(KEY), UTC)
    post = Post(None, None, at, SECOND, "By <b>the</b> sea", None, (medium,), PostKind.POST, Path("posts_1.json"))
    shown = PostPicture(KEY, post, 1, picture_path, hashlib.sha256(posted).hexdigest(), 640, 640, None)
    size = len(photograph(2))
    file = Original(on_flickr, size, 1, "JPEG", 1000, 750, None, None, content=hashlib.sha256(photograph(2)).digest())
    related = Related(make_copy(7).photo, None, timedelta(0))
    reason = f"Photo {related.photo.photo_id} on Flickr has this caption, but another picture"
    # Two photos of the account may be one file.
    twin = replace(related, photo=make_copy(8).photo)
    doubts = (Doubt(Compared(related, None, True, file), reason), Doubt(Compared(twin, None, True, file), reason))
    decision = Decision(as_copy(shown), Verdict.REVIEW, reason, "rule", tuple(roll))
    journal.assessments.keep_post_decisions("run", [kept_decision(NewDecision(shown, decision, doubts))])
    yield Desk(journal, state)
    journal.close()


def test_the_page_shows_the_exported_picture_the_photos_on_flickr_and_the_originals(desk: Desk) -> None:
    with serve(desk.session) as (address, _):
        caller = Caller(address)
        told = json.loads(caller.ask(caller.root + "questions")[1])["questions"][0]
        assert (told["post"], told["photo_id"], told["title"]) == (KEY, f"post:{KEY}", "By <b>the</b> sea")
        assert [one["name"] for one in told["choices"]] == [
            "Photo 8037000007 on Flickr",
            "Photo 8037000008 on Flickr",
            "IMG_1.JPG",
            "IMG_2.JPG",
        ]
        assert [bool(one["photo"]) for one in told["choices"]] == [True, True, False, False]
        for path in ("copy/0", "cut/0/0", "whole/0/0", "large/0/0", "cut/0/2", "grid-copy/0"):
            assert caller.ask(caller.root + path)[0] == 200, path
        assert caller.ask(caller.root + "posted/0/2")[0] == 404
    assert group_of(desk.question) == "Post: A photo on Flickr has this caption, but another picture"


def test_an_answer_names_the_photo_or_the_original_with_what_was_shown_beside_it(desk: Desk) -> None:
    with serve(desk.session) as (address, _):
        caller = Caller(address)

        def answer(body: object) -> int:
            return caller.ask(caller.root + "answer", "POST", body, Origin=caller.origin)[0]

        assert answer(desk.said(POSTED, 2)) == 400, "a post is uploaded as its original"
        assert answer(desk.said(THIS, 1)) == 200
        assert read_progress(desk.journal, desk.question).chosen == 1
        assert answer(desk.said(THIS, 2)) == 409, "the page did not know of the first answer"
        assert answer(desk.said(THIS, 2, revision=1)) == 200
        assert answer(desk.said(NEVER, 0, revision=2)) == 200
    said = said_about(desk.journal, f"post:{KEY}", desk.question.copy_sha256)
    assert said is not None
    assert said.chosen is not None
    assert (said.chosen.name, said.chosen.photo_id) == ("IMG_1.JPG", None)
    assert [one.photo_id for one in said.steps[1].beside] == ["8037000007", "8037000008"]
    assert read_progress(desk.journal, desk.question).refused == {0}


def test_a_picture_that_changed_in_the_export_is_not_shown(desk: Desk, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as export:
        export.writestr("media/posts/201207/1.jpg", photograph(3))
    with serve(desk.session) as (address, _):
        caller = Caller(address)
        assert caller.ask(caller.root + "copy/0")[0] == 404


@pytest.mark.long
def test_a_post_is_answered_by_the_keys_of_a_copy(chromium: Browser, desk: Desk, tmp_path: Path) -> None:
    copies = lay_out(tmp_path / "copies", 1)
    copies.journal.assessments.keep_post_decisions(
        "run", [(str(one["post"]), one) for one in desk.journal.assessments.post_decisions()]
    )
    for question in desk.session.questions:
        for one in question.choices:
            jpeg = desk.journal.readings.thumbnail(one.original.path)
            assert jpeg is not None
            copies.journal.readings.keep([(StoredReading(one.original.path, 1, 1, {}), StoredPicture(jpeg))], "1")
    both = ReviewSession(
        [*copies.session.questions, *read_post_questions(copies.journal)], copies.journal, copies.state / "backups"
    )
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    with serve(both) as (address, _):
        page.goto(address)
        page.wait_for_selector("#strip button")
        page.keyboard.press("n")
        page.get_by_text("Instagram post 640").wait_for()
        assert not page.get_by_role("button", name="As posted").is_visible()
        assert page.locator("#original-words a").get_attribute("href") == "https://www.flickr.com/photos/me/8037000007/"
        assert faults(page) == []
        page.keyboard.press("p")
        assert page.get_by_text("A post is uploaded as its original.").is_visible()
        page.keyboard.press("3")
        page.get_by_text("IMG_1.JPG 4032").wait_for()
        page.keyboard.press("y")
        page.get_by_text("Answers saved. Run sync and new to apply them.").wait_for()
        page.close()
    progress = read_progress(copies.journal, read_post_questions(copies.journal)[0])
    copies.journal.close()
    assert (progress.done, progress.chosen_name) == (True, "IMG_1.JPG")


def test_none_of_these_rejects_everything_shown(desk: Desk) -> None:
    with serve(desk.session) as (address, _):
        caller = Caller(address)
        assert caller.ask(caller.root + "answer", "POST", desk.said(NONE), Origin=caller.origin)[0] == 200
    progress = read_progress(desk.journal, desk.question)
    assert (progress.done, progress.refused) == (True, frozenset({0, 1, 2, 3}))
