"""Time, and how often Flickr may be asked.

Flickr allows 3600 calls an hour for one key and switches off the keys that ask for more (its developer guide;
error 100 "Key has expired"), so the limit is kept over all runs: the journal remembers when calls were made, and
a call that would be one too many waits until the oldest is an hour old. Waiting is done in short naps, since
a laptop may fall asleep for hours in the middle of one.

Nothing here knows what a call is. Tests bring a clock of their own; nothing in the program waits by another way.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from i2f.ground.errors import StoppedError

HOUR_S = 3600.0
NAP_S = 60.0
# A call is let go a little after the hour, since Flickr's clock saw it later than ours.
GRACE_S = 2.0


class Clock(Protocol):
    """What tells the time and waits."""

    def now(self) -> float:
        """Return unix seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Return unix seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))


class CallHistory(Protocol):
    """Where calls are remembered over all runs; the journal is one."""

    def note_call(self, at: float) -> None:
        """Remember one call."""

    def calls_since(self, at: float) -> list[float]:
        """Return when calls were made since, oldest first."""


class ForgetfulHistory:
    """Remembers calls as long as it lives; for a login, where no journal is open yet."""

    def __init__(self) -> None:
        """Begin without calls."""
        self._calls: list[float] = []

    def note_call(self, at: float) -> None:
        """Remember one call."""
        self._calls.append(at)

    def calls_since(self, at: float) -> list[float]:
        """Return when calls were made since, oldest first."""
        return [call for call in self._calls if call >= at]


def wait_until(moment: float, clock: Clock) -> None:
    """Wait in naps, so that a machine that slept meanwhile does not wait once more."""
    while (left_s := moment - clock.now()) > 0:
        clock.sleep(min(left_s, NAP_S))


class CallBudget:
    """The hourly limit; shared by all threads of a run."""

    def __init__(
        self,
        limit_per_hour: int,
        history: CallHistory,
        clock: Clock,
        on_wait: Callable[[datetime], None] | None = None,
        *,
        may_wait: bool = True,
    ) -> None:
        """Count what earlier runs used; `on_wait` is told until when a wait lasts; `may_wait` off stops instead."""
        self._limit = max(1, limit_per_hour)
        self._history = history
        self.clock = clock
        self._on_wait = on_wait
        self._may_wait = may_wait
        self._guard = threading.Lock()
        self._told_until = 0.0
        now = clock.now()
        # A clock that was set back leaves calls "in the future"; they count as made now, never longer than an hour.
        self._calls = deque(min(at, now) for at in history.calls_since(now - HOUR_S - GRACE_S))

    def take(self) -> None:
        """Return when one call may be made, and count it. Raises StoppedError where waiting is not wished."""
        while (free_at := self._take_or_when()) is not None:
            self._wait_or_stop(free_at)

    def left(self) -> int:
        """Return how many calls may be made at once."""
        with self._guard:
            self._forget_old(self.clock.now())
            return max(0, self._limit - len(self._calls))

    def make_room(self, calls: int) -> None:
        """Return when so many calls may be made at once, or as many as the limit allows; as `take`, but counts none."""
        while (free_at := self._when_room(min(calls, self._limit))) is not None:
            self._wait_or_stop(free_at)

    def announce(self, until: float) -> None:
        """Tell the person of a wait, once for each moment it lasts until."""
        with self._guard:
            if self._on_wait is None or until <= self._told_until + 1:
                return
            self._told_until = until
        self._on_wait(datetime.fromtimestamp(until, UTC))

    def _wait_or_stop(self, free_at: float) -> None:
        if not self._may_wait:
            raise StoppedError(
                f"the {self._limit} calls an hour that Flickr allows are used up until {_clock_time(free_at)}; "
                "run again after that"
            )
        self.announce(free_at)
        wait_until(free_at, self.clock)

    def _when_room(self, calls: int) -> float | None:
        with self._guard:
            self._forget_old(self.clock.now())
            too_many = len(self._calls) + calls - self._limit
            return None if too_many <= 0 else self._calls[too_many - 1] + HOUR_S + GRACE_S

    def _take_or_when(self) -> float | None:
        """Count a call and return None, or return when one will be free."""
        with self._guard:
            now = self.clock.now()
            self._forget_old(now)
            if len(self._calls) >= self._limit:
                return self._calls[len(self._calls) - self._limit] + HOUR_S + GRACE_S
            self._history.note_call(now)
            self._calls.append(now)
            return None

    def _forget_old(self, now: float) -> None:
        if self._calls and self._calls[-1] > now:
            self._calls = deque(min(at, now) for at in self._calls)
        while self._calls and self._calls[0] + HOUR_S + GRACE_S <= now:
            self._calls.popleft()


class Gate:
    """Shut by one thread that was told to slow down, it holds up the others as well."""

    def __init__(self, clock: Clock) -> None:
        """Begin open."""
        self._clock = clock
        self._guard = threading.Lock()
        self._shut_until = 0.0

    def shut_for(self, seconds: float) -> None:
        """Hold everybody up for so long from now."""
        with self._guard:
            self._shut_until = max(self._shut_until, self._clock.now() + seconds)

    def pass_through(self) -> None:
        """Return when the gate is open."""
        wait_until(self._shut_until, self._clock)


def _clock_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%H:%M")
