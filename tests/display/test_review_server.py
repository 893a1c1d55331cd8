"""The server of the review: what it serves to its own browser alone, and which answers it keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from i2f.display.review_server import serve
from i2f.display.review_session import key_of, stamp_of
from i2f.ground.model import Verdict
from i2f.memory.review_answers import NEVER, NONE, THIS
from i2f.sync.questions import open_questions, read_progress, read_questions
from tests.support.reports import make_candidate, make_decision
from tests.support.review_caller import Caller
from tests.support.review_desk import Desk, keep_questions, lay_out, tell


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    laid = lay_out(tmp_path / "state", 3)
    yield laid
    laid.journal.close()


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
