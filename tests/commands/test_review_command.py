"""`review` where there is no browser: the same keys in a terminal, and the way to the page over SSH."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path

import pytest

from i2f.commands.review import closing, ssh_line
from i2f.display.review_facts import group_of
from i2f.ground.model import Verdict
from i2f.sync.questions import Progress, read_progress, read_questions
from tests.support.program import ROOT
from tests.support.reports import make_candidate, make_decision
from tests.support.review_desk import Desk, keep_questions

ADDRESS = "http://127.0.0.1:40123/secret/"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two questions; the first offers three candidates, of which the last is none."""
    return keep_questions(
        tmp_path / "state",
        [
            make_decision(
                Verdict.REVIEW,
                number,
                f"Sunday {number}",
                "because",
                [
                    make_candidate(Path(f"/roll/IMG_{number}{place}.JPG"), score)
                    for place, score in enumerate((0.9, 0.5, 0.04)[: 3 - number])
                ],
            )
            for number in range(2)
        ],
    )


def answered(desk: Desk, typed: str) -> tuple[str, list[Progress]]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
    ran = subprocess.run(
        [sys.executable, str(ROOT / "instagram2flickr.py"), "review", "--terminal", "--state", str(desk.state)],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env=plain | {"PYTHONIOENCODING": "utf-8"},
    )
    progress = [read_progress(desk.journal, one) for one in read_questions(desk.journal)]
    desk.journal.close()
    return ran.stdout, progress


@pytest.mark.long
def test_a_number_marks_a_candidate_and_y_accepts_the_marked_one(desk: Desk) -> None:
    shown, (first, second) = answered(desk, "2\ny\nq\n")
    assert "> 2  match score 0.50, probably the same shot; " in shown
    assert "IMG_01.JPG accepted." in shown
    assert (first.chosen, second.done) == (1, False)


@pytest.mark.long
def test_a_candidate_that_is_none_is_not_offered_and_no_key_answers_with_it(desk: Desk) -> None:
    shown, (first, second) = answered(desk, "3\ny3\nx3\nq\n")
    assert "IMG_02.JPG" not in shown
    assert shown.count("There is no candidate 3 here; the last is 2.") == 3
    assert not first.done
    assert not second.done


@pytest.mark.long
def test_a_question_mark_shows_the_keys_and_not_the_whole_question_again(desk: Desk) -> None:
    shown, _ = answered(desk, "?\nz\nq\n")
    assert shown.count("Keys:\n  y ") == 3
    assert shown.count("Unknown key") == 1
    assert shown.count("1 of 2: ") == 1


def test_the_end_of_a_review_of_named_photos_does_not_send_on_to_all_others() -> None:
    assert closing(0, 1, ["8037"]) == "0 of 1 answered."
    assert closing(1, 1, ["8037", "8038"]) == "1 of 2 answered. Run `review 8037 8038` to continue."
    assert closing(1, 0, ["8037"]) == "1 answered, 0 left to review. Run `sync` to apply your answers."
    assert closing(2, 14, []) == "2 answered, 14 left to review. Run `review` to continue."


@pytest.mark.long
def test_x_leaves_the_other_candidates_in_question(desk: Desk) -> None:
    shown, (first, _) = answered(desk, "x\nq\n")
    assert "IMG_00.JPG rejected." in shown
    assert "> 2  match score 0.50, probably the same shot; " in shown
    assert (first.done, first.refused) == (False, frozenset({0}))


def test_over_ssh_the_line_for_the_other_computer_is_told() -> None:
    here = {"SSH_CONNECTION": "192.0.2.1 52000 192.0.2.7 22"}
    assert ssh_line(ADDRESS, here) == f"ssh -N -L 40123:127.0.0.1:40123 {getpass.getuser()}@192.0.2.7"
    other_port = {"SSH_CONNECTION": "192.0.2.1 52000 192.0.2.7 2222"}
    assert "ssh -N -p 2222 -L " in str(ssh_line(ADDRESS, other_port))
    assert ssh_line(ADDRESS, {}) is None
    assert ssh_line(ADDRESS, {**here, "DISPLAY": ":10"}) is None


def test_reasons_that_differ_in_names_dates_and_numbers_alone_are_one_group(tmp_path: Path) -> None:
    reasons = [
        "IMG_00.JPG is dated 31 Jul 2018, after the post (3 Mar 2012): wrong camera clock?",
        "IMG_10.JPG is dated 1 Aug 2019, after the post (12 May 2013): wrong camera clock?",
        "IMG_20.JPG is a screenshot that contains the picture",
    ]
    desk = keep_questions(
        tmp_path / "state",
        [
            make_decision(Verdict.REVIEW, number, "Sunday", reason, [make_candidate(Path(f"/roll/IMG_{number}0.JPG"))])
            for number, reason in enumerate(reasons)
        ],
    )
    groups = [group_of(one) for one in read_questions(desk.journal)]
    desk.journal.close()
    assert groups == [
        "This file is dated after the post: wrong camera clock?",
        "This file is dated after the post: wrong camera clock?",
        "This file is a screenshot that contains the picture",
    ]


@pytest.mark.long
def test_what_an_older_version_left_to_review_is_compared_again_first(desk: Desk) -> None:
    for body in list(desk.journal.assessments.decisions()):
        old = {
            **body,
            "evidence": [{name: value for name, value in one.items() if name != "doubt"} for one in body["evidence"]],
        }
        desk.journal.assessments.keep_decisions("run", [(body["photo_id"], old)])
    assert read_questions(desk.journal) == []
    shown, _ = answered(desk, "y\n")
    assert "An older version left photos to review. Compare again first: `sync FOLDER --dry-run`." in shown
