"""The review: questions of a plan, answers that outlive everything, and a page that only its own browser may open."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from i2f.display.review_server import serve
from i2f.display.review_session import ReviewSession, key_of, stamp_of
from i2f.ground.model import Decision, Verdict
from i2f.memory.journal import Journal
from i2f.memory.journal_steps import JournalStep
from i2f.memory.readings import StoredPicture, StoredReading
from i2f.memory.review_answers import NEVER, NONE, THIS, Seen, Step, find_again, keep_step, said_about, take_back_step
from i2f.sandbox import SandboxFlickr
from i2f.sync.questions import open_questions, read_progress, read_questions
from tests.support.camera_roll import post, save_roll
from tests.support.program import Program
from tests.support.quick_program import Zygote, quick
from tests.support.reports import keep_pictures, make_candidate, make_decision, make_report

# A post of 2011, before any picture of the roll was taken: a contradiction, so a question.
POST_OF_2011 = "via Instagram https://www.instagram.com/p/QK1/"


@dataclass
class Desk:
    """A state folder with doubtful copies in it."""

    journal: Journal
    state: Path

    @property
    def session(self) -> ReviewSession:
        return ReviewSession(read_questions(self.journal), self.journal, self.state / "backups")


def lay_out(state: Path, count: int, title: str = "Sunday", candidates: int = 3) -> Desk:
    return keep_questions(
        state,
        [
            make_decision(
                Verdict.REVIEW,
                number,
                f"{title} {number}",
                "matches almost as well",
                [
                    make_candidate(Path(f"/roll/IMG_{10 * number + place:04d}.JPG"), 0.98 - place / 50)
                    for place in range(candidates)
                ],
            )
            for number in range(count)
        ],
    )


def keep_questions(state: Path, decisions: Sequence[Decision]) -> Desk:
    (state / "backups").mkdir(parents=True)
    journal = Journal(state / "journal.sqlite3")
    keep_pictures(journal, state / "backups", decisions)
    journal.listing.keep((one.copy.photo_id, asdict(one.copy.photo)) for one in decisions)
    report = make_report(decisions)
    journal.assessments.keep_decisions(report.run, [(one["photo_id"], one) for one in report.explained()])
    return Desk(journal, state)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    laid = lay_out(tmp_path / "state", 3)
    yield laid
    laid.journal.close()


def tell(desk: Desk, kind: str, *places: int) -> None:
    question = read_questions(desk.journal)[0]
    originals = tuple(Seen(question.choices[place].original, desk.journal).identity() for place in places)
    keep_step(desk.journal, question.photo_id, question.copy_sha256, Step(kind, originals))


def asks_anew(desk: Desk) -> bool:
    """Whether what was answered to the first question was before a replacement that was taken back."""
    question = read_questions(desk.journal)[0]
    said = said_about(desk.journal, question.photo_id, question.copy_sha256)
    return said is not None and find_again(said, [one.original for one in question.choices], desk.journal).asks_anew


# Answers.


@pytest.mark.long
def test_a_chosen_original_answers_the_question(desk: Desk) -> None:
    tell(desk, THIS, 1)
    progress = read_progress(desk.journal, read_questions(desk.journal)[0])
    assert (progress.done, progress.chosen) == (True, 1)
    assert len(list(open_questions(desk.journal))) == 2


def test_one_refused_pair_leaves_the_question_open_and_the_last_one_answers_it(desk: Desk) -> None:
    tell(desk, NEVER, 0)
    progress = read_progress(desk.journal, read_questions(desk.journal)[0])
    assert (progress.done, progress.refused) == (False, frozenset({0}))
    tell(desk, NEVER, 1)
    tell(desk, NEVER, 2)
    assert read_progress(desk.journal, read_questions(desk.journal)[0]).done


def test_the_last_answer_counts_and_can_be_taken_back(desk: Desk) -> None:
    question = read_questions(desk.journal)[0]
    tell(desk, THIS, 1)
    tell(desk, NONE, 0, 1, 2)
    assert read_progress(desk.journal, question).refused == {0, 1, 2}
    take_back_step(desk.journal, question.photo_id, question.copy_sha256)
    assert read_progress(desk.journal, question).chosen == 1
    take_back_step(desk.journal, question.photo_id, question.copy_sha256)
    assert not read_progress(desk.journal, question).done
    assert desk.journal.assessments.answer(question.photo_id) is None


def test_an_answer_is_for_the_bytes_it_was_given_about(desk: Desk) -> None:
    tell(desk, THIS, 0)
    assert said_about(desk.journal, read_questions(desk.journal)[0].photo_id, "another sha256") is None


def test_an_answer_is_found_again_by_content_and_not_by_name(desk: Desk, tmp_path: Path) -> None:
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    said = said_about(desk.journal, question.photo_id, question.copy_sha256)
    assert said is not None
    moved = make_candidate(tmp_path / "renamed" / "DSC_1.JPG").original
    jpeg = desk.journal.readings.thumbnail(question.choices[0].original.path)
    assert jpeg is not None
    desk.journal.readings.keep([(StoredReading(moved.path, 1, 1, {}), StoredPicture(jpeg))], "1")
    assert find_again(said, [moved], desk.journal).chosen == moved.path
    other = question.choices[1].original
    answer = find_again(said, [other], desk.journal)
    assert (answer.chosen, answer.chosen_name) == (None, "IMG_0000.JPG")


def test_an_answer_that_was_carried_out_and_undone_is_used_up(desk: Desk) -> None:
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    for step in ("intended", "confirmed", "undo-intended", "undo-confirmed"):
        desk.journal.record.append("run", question.photo_id, JournalStep(step), {})
    assert said_about(desk.journal, question.photo_id, question.copy_sha256) is None


def test_what_was_refused_stays_refused_after_a_replacement_and_an_undo(desk: Desk) -> None:
    tell(desk, NONE, 0, 1, 2)
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    for step in ("intended", "confirmed", "undo-intended", "undo-confirmed"):
        desk.journal.record.append("run", question.photo_id, JournalStep(step), {})
        assert read_progress(desk.journal, question).refused == {1, 2}
    assert read_progress(desk.journal, question).chosen is None
    assert asks_anew(desk)
    tell(desk, THIS, 1)
    assert not asks_anew(desk)
    assert read_progress(desk.journal, question).refused == {2}
    for left in ([1, 2], [1], []):
        take_back_step(desk.journal, question.photo_id, question.copy_sha256)
        assert sorted(read_progress(desk.journal, question).refused) == left


def test_what_was_refused_for_a_copy_outlives_an_answer_about_what_took_its_place(desk: Desk) -> None:
    tell(desk, NEVER, 0)
    question = read_questions(desk.journal)[0]
    for place in (1, 2):
        refused = Step(NEVER, (Seen(question.choices[place].original, desk.journal).identity(),))
        keep_step(desk.journal, question.photo_id, "the original in its place", refused)
    assert read_progress(desk.journal, question).refused == {0}
    told = said_about(desk.journal, question.photo_id, "the original in its place")
    assert told is not None
    assert len(told.never) == 2
    take_back_step(desk.journal, question.photo_id, question.copy_sha256)
    assert read_progress(desk.journal, question).refused == frozenset()
    for _ in range(2):
        take_back_step(desk.journal, question.photo_id, "the original in its place")
    assert desk.journal.assessments.answer(question.photo_id) is None


def test_an_original_is_the_same_whether_its_file_was_read_or_only_its_thumbnail(desk: Desk) -> None:
    tell(desk, THIS, 0)
    question = read_questions(desk.journal)[0]
    original = question.choices[0].original
    hasty = replace(Seen(original, desk.journal).identity(with_file=False), sha256=None)
    whole = replace(hasty, sha256="f" * 64)
    assert hasty.agrees(whole)
    keep_step(desk.journal, question.photo_id, question.copy_sha256, Step(NEVER, (whole,)))
    progress = read_progress(desk.journal, question)
    assert (progress.chosen, progress.refused) == (None, frozenset({0}))


# The server.


@dataclass
class Caller:
    """Speaks to the server with any headers it likes."""

    address: str

    def ask(
        self, path: str, method: str = "GET", body: Any = None, **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=20)
        try:
            told = {"Host": parts.netloc, "Content-Type": "application/json"} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            connection.request(method, path, None if body is None else json.dumps(body), told)
            reply = connection.getresponse()
            return reply.status, reply.read(), dict(reply.headers)
        finally:
            connection.close()

    @property
    def origin(self) -> str:
        return self.address.rsplit("/", 2)[0]

    @property
    def root(self) -> str:
        return urlsplit(self.address).path


def said(desk: Desk, kind: str, *numbers: int, choice: int | None = None, revision: int = 0) -> dict[str, Any]:
    """What the page sends: an answer to one question, or to several at once."""
    questions = read_questions(desk.journal)
    return {
        "kind": kind,
        "answers": [
            {
                "photo_id": questions[number].photo_id,
                "stamp": stamp_of(questions[number]),
                "revision": revision,
                "candidate": None if choice is None else key_of(questions[number].choices[choice]),
            }
            for number in numbers
        ],
    }


@pytest.fixture
def caller(desk: Desk) -> Iterator[Caller]:
    with serve(desk.session) as (address, _):
        yield Caller(address)


def test_nothing_is_served_without_the_secret(caller: Caller) -> None:
    for path in ("/", "/questions", "/copy/0", "/wrong/copy/0", caller.root[:-2] + "/", "/favicon.ico"):
        assert caller.ask(path)[0] == 404
    assert caller.ask(caller.root)[0] == 200


@pytest.mark.long
def test_a_name_that_was_bound_to_this_machine_is_turned_away(caller: Caller) -> None:
    for host in ("evil.example", "localhost", f"evil.example:{urlsplit(caller.address).port}"):
        assert caller.ask(caller.root, Host=host)[0] == 403


def test_another_pages_request_is_turned_away(desk: Desk, caller: Caller) -> None:
    body = said(desk, THIS, 0, choice=0)
    assert caller.ask(caller.root + "answer", "POST", body)[0] == 403
    assert caller.ask(caller.root + "answer", "POST", body, Origin="http://evil.example")[0] == 403
    assert caller.ask(caller.root + "questions", Origin="http://evil.example")[0] == 403
    assert caller.ask(caller.root + "answer", "POST", body, Origin=caller.origin)[0] == 200


def test_only_pictures_of_the_plan_are_served(caller: Caller) -> None:
    for path in ("copy/0", "cut/2/2", "whole/1/0"):
        status, data, headers = caller.ask(caller.root + path)
        assert (status, data[:2]) == (200, b"\xff\xd8")
        assert headers["X-Content-Type-Options"] == "nosniff"
    for path in ("copy/3", "copy/-1", "cut/0/3", "copy/../journal.sqlite3", "copy/%2e%2e%2fjournal", "static/x"):
        assert caller.ask(caller.root + path)[0] == 404


def test_a_saved_copy_that_is_not_what_was_saved_is_not_shown(desk: Desk, caller: Caller) -> None:
    spoilt, other = (desk.state / "backups" / read_questions(desk.journal)[number].copy_file for number in (0, 1))
    spoilt.write_bytes(other.read_bytes())
    for path in ("copy/0", "cut/0/0", "windows/0"):
        assert caller.ask(caller.root + path)[0] == 404
    assert caller.ask(caller.root + "copy/1")[0] == 200


def answer(caller: Caller, body: Any) -> int:
    return caller.ask(caller.root + "answer", "POST", body, Origin=caller.origin)[0]


def test_an_answer_without_sense_is_refused_and_nothing_is_kept(desk: Desk, caller: Caller) -> None:
    good = said(desk, THIS, 0, choice=0)
    for change in (
        {"photo_id": "1"},
        {"photo_id": 7},
        {"candidate": "0123"},
        {"candidate": None},
        {"revision": True},
        {"revision": None},
        {"stamp": None},
    ):
        assert answer(caller, {**good, "answers": [{**good["answers"][0], **change}]}) == 400
    body: Any
    for body in (
        {**good, "kind": "all"},
        {**good, "answers": []},
        {**good, "answers": good["answers"] * 2},
        {},
        [],
        7,
        said(desk, NEVER, 0, 1, choice=0),
        {**good, "kind": NONE},
    ):
        assert answer(caller, body) == 400
    assert len(list(open_questions(desk.journal))) == 3


def test_an_answer_about_something_else_than_what_was_shown_is_refused(desk: Desk, caller: Caller) -> None:
    good = said(desk, THIS, 0, choice=0)
    assert answer(caller, {**good, "answers": [{**good["answers"][0], "stamp": "0" * 16}]}) == 409
    assert answer(caller, {**good, "answers": [{**good["answers"][0], "revision": 1}]}) == 409
    assert len(list(open_questions(desk.journal))) == 3
    assert answer(caller, good) == 200
    assert answer(caller, good) == 409, "the page did not know of the first answer"


def test_an_answer_is_refused_when_another_window_answered_meanwhile(desk: Desk, caller: Caller) -> None:
    tell(desk, NEVER, 0)
    status, data, _ = caller.ask(caller.root + "answer", "POST", said(desk, THIS, 0, choice=0), Origin=caller.origin)
    assert status == 409
    told = json.loads(data)["progress"][read_questions(desk.journal)[0].photo_id]
    assert (told["refused"], told["revision"]) == ([0], 1)
    assert answer(caller, said(desk, THIS, 0, choice=1, revision=1)) == 200
    assert read_progress(desk.journal, read_questions(desk.journal)[0]).chosen == 1


def test_an_answer_is_in_the_journal_before_the_browser_hears_of_it(desk: Desk, caller: Caller) -> None:
    status, data, _ = caller.ask(caller.root + "answer", "POST", said(desk, THIS, 1, choice=2), Origin=caller.origin)
    photo_id = read_questions(desk.journal)[1].photo_id
    assert (status, json.loads(data)["progress"][photo_id]["chosen"]) == (200, 2)
    assert read_progress(desk.journal, read_questions(desk.journal)[1]).chosen == 2


# Many answered as one.


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Desk]:
    """Three questions that offer one original each."""
    laid = lay_out(tmp_path / "lone", 3, candidates=1)
    yield laid
    laid.journal.close()


def test_what_was_never_shown_is_not_accepted_with_others(lone: Desk) -> None:
    with serve(lone.session) as (address, _):
        caller = Caller(address)
        for number in (0, 1):
            caller.ask(caller.root + f"grid-cut/{number}/0")
        assert answer(caller, said(lone, THIS, 0, 1, 2, choice=0)) == 409
        assert len(list(open_questions(lone.journal))) == 3, "all or none"
        assert answer(caller, said(lone, THIS, 0, 1, choice=0)) == 200
        assert len(list(open_questions(lone.journal))) == 1


def test_what_should_be_compared_with_others_is_not_accepted_in_passing(desk: Desk, caller: Caller) -> None:
    for path in ("grid-cut/0/0", "grid-cut/1/0"):
        assert caller.ask(caller.root + path)[0] == 200
    assert answer(caller, said(desk, THIS, 0, 1, choice=0)) == 409
    assert answer(caller, said(desk, NONE, 0, 1)) == 200
    assert len(list(open_questions(desk.journal))) == 1


def test_a_file_that_may_be_no_original_is_not_accepted_in_passing(tmp_path: Path) -> None:
    desk = keep_questions(
        tmp_path / "state",
        [
            make_decision(
                Verdict.REVIEW,
                number,
                "Sunday",
                f"IMG_{number}.PNG is a screenshot that contains the picture",
                [replace(make_candidate(Path(f"/roll/IMG_{number}.PNG")), doubt="a screenshot")],
            )
            for number in range(2)
        ],
    )
    with serve(desk.session) as (address, _):
        caller = Caller(address)
        for number in (0, 1):
            assert caller.ask(caller.root + f"grid-whole/{number}/0")[0] == 200
        assert answer(caller, said(desk, THIS, 0, 1, choice=0)) == 409
        assert answer(caller, said(desk, THIS, 0, choice=0)) == 200
    desk.journal.close()


def test_what_a_left_page_did_not_send_yet_is_kept_and_checked_like_all_others(desk: Desk, caller: Caller) -> None:
    rest = [said(desk, NEVER, 0, choice=0), said(desk, THIS, 0, choice=1, revision=1), said(desk, NONE, 1, revision=7)]
    assert caller.ask(caller.root + "rest", "POST", rest, Origin=caller.origin)[0] == 204
    first, second, _ = (read_progress(desk.journal, one) for one in read_questions(desk.journal))
    assert (first.chosen, first.refused, second.done) == (1, frozenset({0}), False)


def test_many_answers_are_undone_as_one(desk: Desk, caller: Caller) -> None:
    assert answer(caller, said(desk, NONE, 0, 1)) == 200
    assert json.loads(caller.ask(caller.root + "questions")[1])["history"] == [[0, 1]]
    assert answer(caller, said(desk, "undo", 0, 1, revision=1)) == 200
    assert len(list(open_questions(desk.journal))) == 3
    assert json.loads(caller.ask(caller.root + "questions")[1])["history"] == []


def test_the_pages_policy_lets_nothing_from_elsewhere_in(caller: Caller) -> None:
    _, _, headers = caller.ask(caller.root)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert headers["Referrer-Policy"] == "no-referrer"


def test_it_ends_by_itself_when_all_is_answered_and_the_page_is_left(desk: Desk) -> None:
    with serve(desk.session) as (address, waiting):
        caller = Caller(address)
        for number in range(3):
            assert answer(caller, said(desk, NONE, number)) == 200
        assert waiting.is_alive()
        caller.ask(caller.root + "goodbye", "POST", {}, Origin=caller.origin)
        waiting.join(10)
        assert not waiting.is_alive()


# The program.


@pytest.fixture
def doubtful(flickr: SandboxFlickr, tmp_path: Path, zygote: Zygote) -> tuple[Program, Path, list[str]]:
    """Two copies whose originals were taken after they were posted, by the camera's clock."""
    folder = tmp_path / "iphone"
    copies = [post(flickr, file, description=POST_OF_2011) for file in save_roll(folder, range(1, 3))]
    program = quick(flickr, tmp_path / "home", zygote)
    assert program.sync(folder, "--dry-run").report["counts"]["review"] == 2  # type: ignore[index]
    return program, folder, copies


@pytest.mark.long
def test_sync_does_what_was_answered_though_the_folder_got_another_name(
    flickr: SandboxFlickr, doubtful: tuple[Program, Path, list[str]]
) -> None:
    program, folder, copies = doubtful
    ran = program.run("review", "--terminal", typed="y\nn\n")
    assert ran.exit_code == 0, ran.stderr
    assert "2 answered, 0 left to review" in ran.stdout
    assert str(folder / "IMG_0001.JPG") in ran.stdout
    moved = folder.rename(folder.with_name("phone 2012"))
    synced = program.sync(moved)
    assert synced.exit_code == 0, synced.stderr
    chosen, refused = (synced.photos[one] for one in copies)
    assert (chosen["decided_by"], chosen["outcome"]) == ("person", "replaced")
    assert flickr.photo(copies[0]).data == (moved / "IMG_0001.JPG").read_bytes()
    assert (refused["decision"], refused["decided_by"], refused["outcome"]) == ("keep", "person", "skipped")
    assert "Nothing to review" in program.run("review", "--terminal").stdout


@pytest.mark.long
def test_no_question_is_asked_again_in_the_next_run(doubtful: tuple[Program, Path, list[str]]) -> None:
    program, folder, copies = doubtful
    program.run("review", "--terminal", typed="x1\nq\n")
    ran = program.sync(folder, "--dry-run")
    assert ran.photos[copies[0]]["decided_by"] == "person"
    assert ran.photos[copies[1]]["decision"] == "review"
    assert "1 left" in program.run("review", "--terminal", typed="q\n").stdout


@pytest.mark.long
def test_in_the_terminal_an_answer_can_be_taken_back_and_put_off(doubtful: tuple[Program, Path, list[str]]) -> None:
    program = doubtful[0]
    ran = program.run("review", "--terminal", typed="n\nu\nwhat\n\ny\n")
    assert "Unknown key" in ran.stdout
    assert "1 answered, 1 left" in ran.stdout


@pytest.mark.long
def test_in_the_terminal_a_saved_copy_that_is_not_what_was_saved_is_named(
    doubtful: tuple[Program, Path, list[str]],
) -> None:
    program = doubtful[0]
    spoilt = next((program.state / "backups").rglob("*.jpg"))
    spoilt.write_bytes(spoilt.read_bytes()[:-1])
    shown = program.run("review", "--terminal", typed="\n\n").stdout
    assert f"{spoilt} (changed since it was saved)" in shown
    assert shown.count("changed since it was saved") == 1


@pytest.mark.long
def test_after_undo_an_old_answer_is_not_carried_out_again(doubtful: tuple[Program, Path, list[str]]) -> None:
    program, folder, copies = doubtful
    program.run("review", "--terminal", typed="y\nn\n")
    program.sync(folder)
    assert program.run("undo", copies[0]).exit_code == 0
    again = program.sync(folder, "--again", copies[0]).photos[copies[0]]
    assert (again["decision"], again["decided_by"]) == ("review", "rule")


@pytest.mark.long
def test_review_names_a_photo_that_nothing_was_compared_for(doubtful: tuple[Program, Path, list[str]]) -> None:
    assert doubtful[0].run("review", "--terminal", "12345").exit_code == 2
