"""Several pictures at once: begun in order, finished whatever happens, with a brake."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from i2f.ground.errors import StoppedError
from i2f.ground.threads import FailureLimit, Lines, ThreadPool
from i2f.sandbox import SandboxFlickr
from i2f.sync import pipeline
from i2f.sync.copies import list_copies, save_copies
from i2f.sync.order import SyncOrder
from i2f.sync.report import Report
from tests.support.flickr_side import picture
from tests.support.hand_clock import HandClock
from tests.support.sessions import RecordedProgress, decision, open_test_session


def test_so_many_at_once_and_begun_in_order() -> None:
    begun: list[int] = []
    at_work, most, guard, all_there = [0], [0], threading.Lock(), threading.Barrier(3, timeout=20)

    def work(number: int) -> int:
        with guard:
            begun.append(number)
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        if number < 3:
            all_there.wait()
        with guard:
            at_work[0] -= 1
        return number * number

    results: dict[int, int] = {}
    ThreadPool(work, 3).through(range(12), results.__setitem__)
    assert results == {number: number * number for number in range(12)}
    assert most[0] == 3
    assert sorted(begun[:3]) == [0, 1, 2]


def test_a_failure_begins_nothing_more_but_what_is_under_way_is_told() -> None:
    first_failed, done = threading.Event(), []

    def work(number: int) -> int:
        if number == 0:
            first_failed.set()
            raise StoppedError("no network")
        first_failed.wait(20)
        return number

    with pytest.raises(StoppedError, match="no network"):
        ThreadPool(work, 3).through(range(50), lambda task, _: done.append(task))
    assert set(done) <= {1, 2, 3}
    assert {1, 2} <= set(done)


def test_a_person_who_says_stop_gets_what_is_under_way_finished() -> None:
    told: list[int] = []
    stopping: list[int] = []

    def on_done(task: int, _: int) -> None:
        told.append(task)
        if len(told) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ThreadPool(int.__abs__, 2, on_stop=stopping.append).through(range(100), on_done)
    assert len(told) <= 3


def test_what_may_be_done_anew_is_not_waited_for() -> None:
    never = threading.Event()

    def work(number: int) -> int:
        if number:
            never.wait(60)
        return number

    def on_done(_task: int, _result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ThreadPool(work, 3, must_finish=False).through(range(9), on_done)
    never.set()


def test_few_pass_the_gate_at_a_time_while_others_prepare() -> None:
    lines, guard, inside, most = Lines(2), threading.Lock(), [0], [0]
    prepared = threading.Barrier(4, timeout=20)

    def work(number: int) -> int:
        if number < 4:
            prepared.wait()
        with lines.one():
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with guard:
                inside[0] -= 1
        return number

    results: dict[int, int] = {}
    ThreadPool(work, 4, lines=lines).through(range(40), results.__setitem__)
    assert len(results) == 40
    assert most[0] <= 2
    assert lines.begun == 0


def test_what_has_not_passed_the_gate_is_called_off_when_the_run_stops() -> None:
    lines, sending, told, stopping = Lines(1), threading.Event(), list[int](), list[int]()
    let_go = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            with lines.one():
                return number
        if number == 1:
            with lines.one():
                sending.set()
                let_go.wait(20)
            return number
        sending.wait(20)
        with lines.one():
            return number

    def on_done(task: int, _: int) -> None:
        told.append(task)
        if task == 0:
            sending.wait(20)
            raise KeyboardInterrupt

    def on_stop(begun: int) -> None:
        stopping.append(begun)
        let_go.set()

    with pytest.raises(KeyboardInterrupt):
        ThreadPool(work, 4, on_stop=on_stop, lines=lines).through(range(9), on_done)
    assert told == [0, 1]
    assert stopping == [1]


def test_each_hand_stays_one_thread() -> None:
    threads: set[int] = set()

    def work(number: int) -> int:
        threads.add(threading.get_ident())
        return number

    ThreadPool(work, 3).through(range(60), lambda *_: None)
    assert len(threads) <= 3


def test_the_brake_counts_failures_in_a_row() -> None:
    failure_limit = FailureLimit(3)
    for failure in ("a", "b", None, "c", "d"):
        failure_limit.note(failure)
    with pytest.raises(StoppedError, match="stopped after 3 consecutive failures.*the last: e"):
        failure_limit.note("e")


class _Stops(RecordedProgress):
    """A person who says stop when the first picture is done."""

    def step(self, steps: int = 1) -> None:
        if "Replacing" in self.lines and not any(one.startswith("Stopping") for one in self.lines):
            raise KeyboardInterrupt


def test_what_was_only_prepared_when_a_person_says_stop_is_neither_noted_nor_sent(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    original = tmp_path / "IMG_1.JPG"
    original.write_bytes(picture(1200, 900, seed=2))
    for seed in range(5):
        flickr.add_photo(picture(600, 600, seed=seed), "t", "via Instagram https://ift.tt/a", "ifttt instagram")
    with open_test_session(flickr, tmp_path, FLICKR_UPLOADS="1") as opened:
        session = replace(opened, progress=_Stops())
        saved, _ = save_copies(session, list_copies(session))
        report = Report("run-1", "sync", datetime.now(UTC), (tmp_path,))
        report.decisions = [decision(copy, original) for copy, _ in saved]
        with pytest.raises(KeyboardInterrupt):
            pipeline.carry_out(session, SyncOrder((tmp_path,)), report, pipeline.Permission(200 << 20))
        done = [one.photo_id for one in session.journal.record.entries() if one.step == "confirmed"]
        assert set(report.outcomes) == {one.photo_id for one in session.journal.record.entries()} == set(done)
        assert len(flickr.requests("replace")) == len(done) < 5
        assert not list(session.state.outgoing.iterdir())


@pytest.mark.long
def test_waiting_at_the_hourly_limit_happens_between_pictures_and_no_hour_holds_more(
    flickr: SandboxFlickr, tmp_path: Path
) -> None:
    clock = HandClock()
    original = tmp_path / "IMG_1.JPG"
    original.write_bytes(picture(1200, 900, seed=2))
    ids = [
        flickr.add_photo(picture(600, 600, seed=seed), "t", "via Instagram https://ift.tt/a", "ifttt instagram")
        for seed in range(9)
    ]
    limit = 14
    with open_test_session(flickr, tmp_path, clock, FLICKR_CALLS_PER_HOUR=str(limit)) as session:
        saved, failures = save_copies(session, list_copies(session))
        assert failures == {}
        report = Report("run-1", "sync", datetime.now(UTC), (tmp_path,))
        report.decisions = [decision(copy, original) for copy, _ in saved]
        pipeline.carry_out(session, SyncOrder((tmp_path,)), report, pipeline.Permission(200 << 20))
        assert [outcome for outcome, _ in report.outcomes.values()] == ["replaced"] * len(ids)
        calls = session.journal.record.calls_since(0)
        entries = session.journal.record.entries()
    assert clock.waited_s >= 2 * 3600
    assert all(sum(1 for one in calls if at <= one < at + 3600) <= limit for at in calls)
    assert len(calls) == 4 * len(ids) + 1
    assert len(entries) == 2 * len(ids)
