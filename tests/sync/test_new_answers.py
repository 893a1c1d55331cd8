"""A post left for review, answered, and looked at again by `new`: with real pictures, journal and account."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.model import Verdict
from i2f.instagram.export import read_export
from i2f.memory.review_answers import NEVER, NONE, THIS, keep_step, take_back_step
from i2f.memory.uploads import UploadStep
from i2f.photos.folder import find_files
from i2f.sandbox import SandboxFlickr
from i2f.sync.new_posts import NewDecision, decide_all
from i2f.sync.originals import read_folder
from i2f.sync.post_pictures import pictures_of
from i2f.sync.post_questions import kept_decision, read_post_questions
from i2f.sync.posts_on_flickr import list_account
from i2f.sync.questions import Question, identity_of, read_progress, step_of
from i2f.sync.session import Session
from tests.support.camera_roll import make_photograph
from tests.support.posts import Posted, caption_of, make_posts, square_of, write_export
from tests.support.sessions import open_upload_session

pytestmark = pytest.mark.long


@dataclass
class Desk:
    """One post whose caption stands on Flickr below another picture."""

    flickr: SandboxFlickr
    session: Session
    posted: Posted
    photo_id: str

    def plan(self) -> list[NewDecision]:
        """As a run of `new` plans, and keeps what it decided."""
        posts = read_export([self.posted.export])
        index = read_folder(find_files([self.posted.folder]).files, self.session.journal, self.session.progress)
        pictures, _ = pictures_of(posts)
        decisions = decide_all(self.session, pictures, list_account(self.session, posts), index)
        self.session.journal.assessments.keep_post_decisions("run", map(kept_decision, decisions))
        return decisions

    def told(self) -> tuple[Verdict, str]:
        decision = self.plan()[0].decision
        return decision.verdict, decision.reason

    @property
    def question(self) -> Question:
        return read_post_questions(self.session.journal, self.posted.keys[:1])[0]

    def is_open(self) -> bool:
        journal = self.session.journal
        return any(not read_progress(journal, one).done for one in read_post_questions(journal))

    def answer(self, kind: str, *places: int) -> None:
        journal, question = self.session.journal, self.question
        named = tuple(identity_of(question.choices[place], journal) for place in places)
        keep_step(journal, question.photo_id, question.copy_sha256, step_of(question, kind, named, journal))

    def withdraw(self) -> None:
        question = self.question
        take_back_step(self.session.journal, question.photo_id, question.copy_sha256)


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Posted:
    return make_posts(tmp_path_factory.mktemp("posts"), 1)


@pytest.fixture
def desk(flickr: SandboxFlickr, posted: Posted, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(posted.folder, tmp_path / "roll")
    shutil.copytree(posted.export, tmp_path / "export")
    originals = tuple(tmp_path / "roll" / one.name for one in posted.originals)
    there = flickr.add_photo(another_picture(tmp_path), caption_of(originals[0]))
    with open_upload_session(flickr, tmp_path) as session:
        yield Desk(flickr, session, Posted(tmp_path / "roll", tmp_path / "export", originals, posted.pictures), there)
    assert flickr.changing_requests == [], "an answer or a plan changed something on Flickr"


def another_picture(place: Path, seed: int = 77) -> bytes:
    file = place / f"{seed}.jpg"
    make_photograph(seed).resize((480, 360), Image.Resampling.LANCZOS).save(file, quality=88)
    return file.read_bytes()


def kinds(question: Question) -> Sequence[str]:
    return [one.photo_id or one.original.name for one in question.choices]


def test_a_post_in_doubt_is_asked_about_beside_the_photo_on_flickr_and_its_original(desk: Desk) -> None:
    in_doubt = (Verdict.REVIEW, f"Photo {desk.photo_id} on Flickr has this caption, but another picture")
    assert desk.told() == in_doubt
    assert kinds(desk.question) == [desk.photo_id, "IMG_0001.JPG"]
    assert desk.question.picture(Path("/backups")).read_bytes() == desk.posted.pictures[0]
    desk.answer(THIS, 1)
    assert not desk.is_open()
    assert desk.told() == (Verdict.REPLACE, "You chose IMG_0001.JPG")
    desk.answer(THIS, 0)
    assert desk.told() == (Verdict.KEEP, f"On Flickr already, as photo {desk.photo_id} (your answer)")
    desk.withdraw()
    assert desk.told() == (Verdict.REPLACE, "You chose IMG_0001.JPG")
    desk.withdraw()
    assert desk.told() == in_doubt
    assert desk.is_open()
    desk.answer(NONE, 0, 1)
    assert desk.told() == (Verdict.KEEP, "You answered: none of these")
    desk.withdraw()
    desk.answer(NEVER, 0)
    assert desk.told() == (Verdict.REPLACE, "Matches IMG_0001.JPG (only match)")


def test_what_changed_since_an_answer_is_asked_again_and_not_uploaded(desk: Desk) -> None:
    desk.plan()
    desk.answer(THIS, 1)
    second = desk.flickr.add_photo(another_picture(desk.session.state.root, 78), caption_of(desk.posted.originals[0]))
    assert desk.told() == (Verdict.REVIEW, f"Photo {second} on Flickr has this caption, but another picture")
    assert desk.is_open(), "what was answered before does not answer this"
    assert kinds(desk.question) == [second, desk.photo_id, "IMG_0001.JPG"]
    desk.answer(THIS, 2)
    assert desk.told() == (Verdict.REPLACE, "You chose IMG_0001.JPG")
    original = desk.posted.originals[0]
    with original.open("ab") as file:
        file.write(b"\0")
    assert desk.told() == (Verdict.REVIEW, "IMG_0001.JPG changed since you chose it")
    assert desk.is_open()
    original.rename(original.with_suffix(".txt"))
    make_photograph(5).save(original.with_name("IMG_0005.JPG"), quality=88)
    assert desk.told() == (Verdict.KEEP, "You chose IMG_0001.JPG, which is not in this folder")


def test_a_post_found_on_flickr_after_all_is_not_uploaded_whatever_was_answered(desk: Desk) -> None:
    desk.plan()
    desk.answer(THIS, 1)
    late = desk.flickr.add_photo(square_of(desk.posted.originals[0], 612), caption_of(desk.posted.originals[0]))
    assert desk.told() == (Verdict.KEEP, f"On Flickr already, as photo {late} (same picture and caption)")
    assert not desk.is_open()


def test_a_photo_that_was_taken_for_the_post_and_is_gone_is_asked_about(desk: Desk) -> None:
    desk.plan()
    desk.answer(THIS, 0)
    desk.flickr.edit(desk.photo_id, title="My own words")
    assert desk.told() == (Verdict.KEEP, f"On Flickr already, as photo {desk.photo_id} (your answer)")
    desk.flickr.delete_photo(desk.photo_id)
    assert desk.told() == (
        Verdict.REVIEW,
        f"You took photo {desk.photo_id} for this post, but it is no longer on Flickr",
    )
    assert desk.is_open()
    assert kinds(desk.question) == ["IMG_0001.JPG"]


def test_an_original_chosen_for_two_posts_goes_to_neither_and_one_that_stands_there_to_none(desk: Desk) -> None:
    post = desk.posted.posts()[0]
    write_export(desk.posted.export, [post | {"caption": "one"}, post | {"time": post["time"] + 9, "caption": "two"}])
    assert {one.decision.reason for one in desk.plan()} == {"IMG_0001.JPG matches several posts"}
    first, second = read_post_questions(desk.session.journal)
    for one in (first, second):
        chosen = (identity_of(one.choices[-1], desk.session.journal),)
        step = step_of(one, THIS, chosen, desk.session.journal)
        keep_step(desk.session.journal, one.photo_id, one.copy_sha256, step)
    assert {one.decision.reason for one in desk.plan()} == {"You chose IMG_0001.JPG for several posts"}
    assert desk.is_open()
    take_back_step(desk.session.journal, second.photo_id, second.copy_sha256)
    assert [one.decision.verdict for one in desk.plan()] == [Verdict.REPLACE, Verdict.REVIEW]
    noted = {"original": str(desk.posted.originals[0]), "sent": {"sha256": "0" * 64}}
    desk.session.journal.uploads.append("run", desk.posted.keys[0], UploadStep.INTENDED, noted)
    desk.session.journal.uploads.append(
        "run", desk.posted.keys[0], UploadStep.CONFIRMED, {"photo_id": "77", "after": {}}
    )
    step = step_of(second, THIS, (identity_of(second.choices[-1], desk.session.journal),), desk.session.journal)
    keep_step(desk.session.journal, second.photo_id, second.copy_sha256, step)
    assert desk.plan()[1].decision.reason == "You chose IMG_0001.JPG, which is on Flickr already, as photo 77"


def test_of_a_post_with_several_pictures_none_is_uploaded_while_another_may_be_on_flickr(desk: Desk) -> None:
    """The first picture is on Flickr under other words; the second has its original here."""
    first = another_picture(desk.session.state.root, 5)
    desk.flickr.delete_photo(desk.photo_id)
    there = desk.flickr.add_photo(first, "other words", "via Instagram https://ift.tt/abc")
    write_export(desk.posted.export, [desk.posted.posts()[0] | {"pictures": [first, desk.posted.pictures[0]]}])
    reason = f"Another picture of this post may be on Flickr, as photo {there}"
    planned = desk.plan()[1].decision
    assert (planned.verdict, planned.reason) == (Verdict.REVIEW, reason)
    journal = desk.session.journal
    question = read_post_questions(journal, [f"{desk.posted.keys[0]}/1"])[0]
    chosen = (identity_of(question.choices[0], journal),)
    keep_step(journal, question.photo_id, question.copy_sha256, step_of(question, THIS, chosen, journal))
    planned = desk.plan()[1].decision
    assert (planned.verdict, planned.reason) == (
        Verdict.KEEP,
        f"Another picture of this post is on Flickr, as photo {there}",
    )
    take_back_step(journal, question.photo_id, question.copy_sha256)
    keep_step(journal, question.photo_id, question.copy_sha256, step_of(question, NEVER, chosen, journal))
    assert desk.plan()[1].decision.verdict is Verdict.REPLACE
