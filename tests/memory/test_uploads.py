from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from i2f.memory.journal import Journal
from i2f.memory.uploads import UploadHistory, Uploads, UploadStanding, UploadStep

STEP = UploadStep


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Uploads]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield journal.uploads
    journal.close()


def told(uploads: Uploads, *steps: UploadStep | tuple[UploadStep, dict[str, Any]]) -> UploadHistory:
    for number, one in enumerate(steps):
        step, body = one if isinstance(one, tuple) else (one, {})
        uploads.append(f"run-{number}", "1", step, body)
    return uploads.of("1")


@pytest.mark.parametrize(
    ("steps", "standing"),
    [
        ([], UploadStanding.NONE),
        ([STEP.INTENDED], UploadStanding.OPEN),
        ([STEP.INTENDED, (STEP.TICKET, {"ticket": "7"})], UploadStanding.OPEN),
        ([STEP.INTENDED, (STEP.MADE, {"photo_id": "5"})], UploadStanding.OPEN),
        ([STEP.INTENDED, STEP.UNSURE], UploadStanding.OPEN),
        ([STEP.INTENDED, STEP.REFUSED], UploadStanding.NONE),
        ([STEP.INTENDED, STEP.NOT_TAKEN], UploadStanding.NONE),
        ([STEP.INTENDED, STEP.DUPLICATE], UploadStanding.ELSEWHERE),
        ([STEP.SEEN], UploadStanding.ELSEWHERE),
        ([STEP.INTENDED, (STEP.CONFIRMED, {"after": {}})], UploadStanding.UPLOADED),
        ([STEP.INTENDED, (STEP.CONFIRMED, {"after": {}}), STEP.DELETE_INTENDED], UploadStanding.DELETING),
        ([(STEP.CONFIRMED, {"after": {}}), STEP.DELETE_INTENDED, STEP.DELETE_REFUSED], UploadStanding.UPLOADED),
        ([(STEP.CONFIRMED, {"after": {}}), STEP.DELETE_INTENDED, STEP.DELETED], UploadStanding.DELETED),
    ],
)
def test_the_last_word_says_how_a_picture_stands(
    uploads: Uploads, steps: Sequence[Any], standing: UploadStanding
) -> None:
    history = told(uploads, *steps)
    assert history.standing is standing
    assert history.is_open is (standing is UploadStanding.OPEN)
    if steps:
        assert uploads.all()["1"] == history


def test_what_is_needed_later_is_kept_and_a_new_attempt_begins_afresh(uploads: Uploads) -> None:
    made = (STEP.MADE, {"photo_id": "5"})
    history = told(uploads, (STEP.INTENDED, {"sent": 1}), made, (STEP.CONFIRMED, {"after": {"title": "x"}}))
    assert (history.photo_id, history.intended, history.after) == ("5", {"sent": 1}, {"title": "x"})
    assert (history.run, history.uploaded_in) == ("run-2", "run-2")
    again = told(uploads, (STEP.INTENDED, {"sent": 2}))
    assert (again.photo_id, again.intended, again.after, again.uploaded_in) == (None, {"sent": 2}, None, None)
