"""Asynchronous uploads: a ticket is waited for, noted or not, before anything is sent again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from i2f.ground.errors import StoppedError
from i2f.memory.history import Standing
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.kinds import DropAfter, Status
from i2f.sync.replace import LATE_S
from tests.support.replacements import INFO, forget_faults, strike
from tests.support.sessions import Bench, open_test_session, steps


@pytest.fixture
def by_ticket(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Bench]:
    with open_test_session(flickr, tmp_path, FLICKR_TICKETS="yes") as session:
        yield Bench(session, flickr)


def test_a_ticket_is_noted_and_asked_for_after_a_kill(by_ticket: Bench, photo_id: str, original: Path) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    bench.flickr.habits.pending_polls = 10_000
    assert bench.replace(copy, original).outcome == "unsure"
    assert "ticket" in steps(bench.session.journal, photo_id)
    bench.session.clock.sleep(5000)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.note == "Flickr is still processing it"
    bench.flickr.habits.pending_polls = 0
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent()) == ("replaced", 1)


def test_a_ticket_nobody_noted_is_waited_for_before_anything_is_sent_again(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropAfter())
    strike(bench.flickr, INFO, Status(500), times=None, skip=1)
    with pytest.raises(StoppedError):
        bench.replace(copy, original)
    forget_faults(bench.flickr)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert settled.outcome == "unsure"
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent()) == ("replaced", 1)


def test_a_lost_answer_that_would_have_held_a_ticket_is_waited_for_and_nothing_is_sent_again(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    strike(bench.flickr, "replace", DropAfter())
    assert (bench.replace(copy, original).outcome, bench.sent()) == ("unsure", 1)
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent(), bench.flickr.photo(photo_id).version) == ("replaced", 1, 1)


def test_a_ticket_that_cannot_be_noted_leaves_the_question_open(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    with closing(sqlite3.connect(bench.session.state.journal_file)) as db, db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON record WHEN NEW.step = 'ticket' "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    with pytest.raises(StoppedError, match="full"):
        bench.replace(copy, original)
    assert bench.standing(photo_id) is Standing.OPEN
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.sent()) == ("replaced", 1)


def test_a_ticket_that_stays_open_for_days_is_unsure_and_can_be_looked_at_again(
    by_ticket: Bench, photo_id: str, original: Path
) -> None:
    bench = by_ticket
    copy = bench.save(photo_id)
    bench.flickr.habits.pending_polls = 10_000
    assert bench.replace(copy, original).outcome == "unsure"
    bench.session.clock.sleep(5000)
    assert bench.settle(photo_id) is not None
    assert bench.history(photo_id).last_step == "ticket"
    bench.session.clock.sleep(LATE_S)
    settled = bench.settle(photo_id)
    assert settled is not None
    assert f"--again {photo_id}" in str(settled.note)
    assert bench.history(photo_id).last_step == "unsure"
    bench.flickr.finish_tickets()
    settled = bench.settle(photo_id)
    assert settled is not None
    assert (settled.outcome, bench.standing(photo_id)) == ("replaced", Standing.REPLACED)
