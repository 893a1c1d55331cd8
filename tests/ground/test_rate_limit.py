"""The hourly limit, on a clock that only moves when somebody waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from i2f.ground.errors import StoppedError
from i2f.ground.rate_limit import HOUR_S, CallBudget, ForgetfulHistory, Gate, SystemClock, wait_until
from tests.support.hand_clock import HandClock

NOON = 1_790_000_000.0


def test_calls_below_the_limit_do_not_wait() -> None:
    clock = HandClock(NOON)
    budget = CallBudget(3, ForgetfulHistory(), clock)
    for _ in range(3):
        budget.take()
    assert clock.naps == []
    assert budget.left() == 0


def test_the_call_too_many_waits_until_the_oldest_is_an_hour_old() -> None:
    clock, told = HandClock(NOON), list[datetime]()
    budget = CallBudget(2, ForgetfulHistory(), clock, told.append)
    budget.take()
    clock.time += 600
    budget.take()
    budget.take()
    assert NOON + HOUR_S <= clock.time <= NOON + HOUR_S + 10
    assert told == [datetime.fromtimestamp(NOON + HOUR_S + 2, UTC)]


def test_no_hour_ever_holds_more_calls_than_the_limit() -> None:
    clock, history = HandClock(NOON), ForgetfulHistory()
    budget = CallBudget(50, history, clock)
    for number in range(400):
        budget.take()
        clock.time += number % 90
    calls = history.calls_since(0)
    assert len(calls) == 400
    assert all(later - earlier > HOUR_S for earlier, later in zip(calls, calls[50:], strict=False))


def test_calls_of_an_earlier_run_count() -> None:
    clock, history = HandClock(NOON), ForgetfulHistory()
    history.note_call(NOON - 3000)
    CallBudget(1, history, clock).take()
    assert clock.time >= NOON + 600


def test_calls_older_than_an_hour_do_not_count() -> None:
    clock, history = HandClock(NOON), ForgetfulHistory()
    history.note_call(NOON - 3700)
    CallBudget(1, history, clock).take()
    assert clock.naps == []


def test_a_clock_set_back_waits_an_hour_at_most() -> None:
    clock, history = HandClock(NOON), ForgetfulHistory()
    history.note_call(NOON + 50_000)
    CallBudget(1, history, clock).take()
    assert clock.time <= NOON + HOUR_S + 10


def test_a_clock_set_back_during_the_run_waits_an_hour_at_most() -> None:
    clock = HandClock(NOON)
    budget = CallBudget(1, ForgetfulHistory(), clock)
    budget.take()
    clock.time -= 50_000
    budget.take()
    assert clock.time <= NOON - 50_000 + HOUR_S + 10


def test_without_waiting_the_limit_stops_the_run_and_says_until_when() -> None:
    budget = CallBudget(1, ForgetfulHistory(), HandClock(NOON), may_wait=False)
    budget.take()
    with pytest.raises(StoppedError, match=r"used up until \d\d:\d\d"):
        budget.take()


def test_threads_share_the_limit() -> None:
    clock, history = HandClock(NOON), ForgetfulHistory()
    budget = CallBudget(40, history, clock)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: budget.take(), range(40)))
    assert clock.naps == []
    assert len(history.calls_since(0)) == 40
    assert budget.left() == 0


def test_a_machine_that_slept_does_not_wait_once_more() -> None:
    clock = HandClock(NOON)

    class Laptop(HandClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            self.time += 10_000

    laptop = Laptop(NOON)
    wait_until(NOON + 3000, laptop)
    wait_until(NOON + 3000, clock)
    assert len(laptop.naps) == 1
    assert sum(clock.naps) == pytest.approx(3000)


def test_one_thread_told_to_slow_down_holds_up_the_others() -> None:
    clock = HandClock(NOON)
    gate = Gate(clock)
    gate.pass_through()
    assert clock.naps == []
    gate.shut_for(30)
    gate.shut_for(5)
    gate.pass_through()
    assert clock.time == NOON + 30


def test_the_clock_of_the_machine_tells_unix_time_and_takes_no_negative_sleep() -> None:
    clock = SystemClock()
    before = datetime.now(UTC).timestamp()
    clock.sleep(-1)
    assert clock.now() == pytest.approx(before, abs=5)
