"""The report: its shape for every kind of run, its sums, its paths, and that a reader never meets half of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from i2f.ground.model import OutcomeKind, Verdict
from i2f.ground.plain_text import printable
from i2f.sync.report import Report, without_insides, write_report
from tests.support.report_schema import REPORT
from tests.support.reports import a_run_of_each, make_candidate, make_decision, make_report


def check(report: Report) -> None:
    body = json.loads(json.dumps(report.as_json()))
    jsonschema.validate(body, REPORT, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("mode", ["dry-run", "sync"])
def test_a_run_of_every_decision_has_the_agreed_shape(mode: str) -> None:
    check(a_run_of_each(mode))


@pytest.mark.parametrize("outcome", [OutcomeKind.REPLACED, OutcomeKind.FAILED, OutcomeKind.UNSURE])
def test_every_outcome_has_the_agreed_shape_and_is_counted(outcome: OutcomeKind) -> None:
    report = a_run_of_each("sync")
    report.outcomes = {"8037000002": (outcome, None if outcome is OutcomeKind.REPLACED else "a word about it")}
    check(report)
    assert report.counts()[outcome] == 1


def test_a_persons_choice_of_the_second_best_has_the_agreed_shape() -> None:
    chosen = [make_candidate(Path("/roll/IMG_0002.JPG"), 0.4), make_candidate(Path("/roll/IMG_0001.JPG"), 0.99)]
    report = make_report([make_decision(Verdict.REPLACE, 1, candidates=chosen, decided_by="person")])
    check(report)
    photo = report.as_json()["photos"][0]
    assert (photo["original"], photo["score"], photo["margin"]) == ("/roll/IMG_0002.JPG", 0.4, 0.0)


def test_the_sums_agree_with_the_photos() -> None:
    body = a_run_of_each().as_json()
    counts = body["counts"]
    assert counts["copies"] == len(body["photos"]) == counts["replace"] + counts["review"] + counts["keep"]
    assert counts["unreadable"] == len(body["unreadable"])


def test_only_a_replacement_names_its_original() -> None:
    named = {one["decision"]: one["original"] for one in a_run_of_each().as_json()["photos"]}
    assert named == {"keep": None, "replace": "/roll/IMG_0001.JPG", "review": None}


def test_bytes_that_are_no_text_stand_in_a_path_as_they_are() -> None:
    assert printable(Path(os.fsdecode(b"/roll/\xff\xfe.JPG"))) == r"/roll/\xff\xfe.JPG"


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_report(file, {"version": 1})
    with pytest.raises(TypeError):
        write_report(file, {"version": object()})
    assert json.loads(file.read_text(encoding="utf-8")) == {"version": 1}
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_what_only_the_program_can_use_is_not_told() -> None:
    body = a_run_of_each().explained()[1]
    told = without_insides(body)
    assert "copy" in body
    assert "copy" not in told
    assert "original" not in told["evidence"][0]
    assert told["evidence"][0]["measures"]
