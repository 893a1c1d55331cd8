"""New photos are deleted only while nobody touched them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flickr_client import FlickrClient
from i2f.ground.errors import NotAllowedError
from i2f.ground.model import OutcomeKind
from i2f.memory.uploads import UploadStanding
from i2f.sandbox import Fault, SandboxFlickr
from i2f.sandbox.flickr.kinds import (
    DropAfter,
)
from i2f.sync.remover import Remover
from i2f.sync.verify import Outcome
from tests.support.flickr_side import picture
from tests.support.upload_desk import Desk, open_desk


@pytest.fixture
def desk(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(flickr, tmp_path) as opened:
        yield opened


def remove(desk: Desk, perms: str = "delete") -> Outcome:
    from flickr_client import Access, Network
    from i2f.ground.rate_limit import CallBudget, ForgetfulHistory

    access = Access(desk.flickr.api_key, desk.flickr.api_secret, *desk.flickr.issue_token(perms))
    budget = CallBudget(3600, ForgetfulHistory(), desk.clock)
    with FlickrClient(access, Network(5.0, 5.0, desk.flickr.url), budget, desk.clock) as client:
        return Remover(desk.session, client).delete(desk.history)


def test_an_upload_nobody_touched_is_deleted(desk: Desk) -> None:
    desk.upload()
    assert remove(desk).outcome is OutcomeKind.DELETED
    assert desk.flickr.store.photos == {}
    assert desk.history.standing is UploadStanding.DELETED


def test_a_login_that_may_not_delete_deletes_nothing(desk: Desk) -> None:
    desk.upload()
    with pytest.raises(NotAllowedError):
        remove(desk, "write")
    assert len(desk.flickr.store.photos) == 1
    assert desk.history.standing is UploadStanding.UPLOADED


TOUCHES: dict[str, dict[str, Any]] = {
    "title": {"title": "Mine"},
    "text": {"description": "Mine"},
    "privacy": {"is_public": True},
    "views": {"views": 1},
    "comments": {"comments": 1},
    "favorites": {"favorites": 1},
    "date": {"taken": "2020-01-01 00:00:00"},
    "place": {"place": (1.0, 2.0)},
}


@pytest.mark.parametrize("touch", TOUCHES, ids=str)
def test_what_somebody_touched_since_is_not_deleted(desk: Desk, touch: str) -> None:
    desk.upload()
    for name, value in TOUCHES[touch].items():  # not by edit, which would give it away by the time of the change
        setattr(desk.photo, name, value)
    outcome = remove(desk)
    assert outcome.outcome is OutcomeKind.FAILED
    assert "since it was uploaded, so it was left unchanged" in str(outcome.note)
    assert desk.flickr.requests("flickr.photos.delete") == []


def test_a_change_that_shows_only_by_its_time_keeps_it_from_being_deleted(desk: Desk) -> None:
    desk.upload()
    desk.photo.updated += 60
    assert "it was changed on Flickr since" in str(remove(desk).note)
    assert len(desk.flickr.store.photos) == 1


def test_a_replaced_picture_is_not_deleted(desk: Desk) -> None:
    desk.upload()
    desk.flickr.replace_by_hand(desk.photo.photo_id, picture(400, 300, seed=5))
    assert "its picture was replaced" in str(remove(desk).note)


def test_a_lost_reply_of_a_deletion_is_found_out(desk: Desk) -> None:
    desk.upload()
    desk.flickr.faults.add(Fault(where="flickr.photos.delete", kind=DropAfter()))
    assert remove(desk).outcome is OutcomeKind.DELETED
    assert desk.history.standing is UploadStanding.DELETED


def test_what_the_record_does_not_show_as_finished_is_not_deleted(desk: Desk) -> None:
    desk.upload()
    unfinished = replace(desk.history, after=None)
    outcome = Remover(desk.session, desk.session.flickr).delete(unfinished)
    assert outcome.outcome is OutcomeKind.FAILED
    assert desk.flickr.requests("flickr.photos.delete") == []
