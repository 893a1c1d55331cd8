"""How long a bad moment of Flickr's is borne: so many tries with random growing waits, or as long as Flickr asks for.

Random, since several threads and programs that were turned away together should not come back together. The waits
go through the clock that is given, in naps, so that a test waits no time and a sleeping laptop not twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from i2f.flickr.failures import Passing
from i2f.ground.rate_limit import Clock, wait_until

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long; HTTP 429 may be worth more tries than a fault."""

    tries: int
    tries_throttled: int
    first_wait_s: float
    longest_wait_s: float
    throttled_for_s: float


# `throttled_for_s` is how long every thread keeps off after HTTP 429 where Flickr does not say.
API_POLICY = RetryPolicy(tries=5, tries_throttled=5, first_wait_s=1.0, longest_wait_s=60.0, throttled_for_s=20.0)
# Told to slow down, it is worth waiting longer: minutes, not seconds (Flickr Foundation waits 4 to 60 s, doubling).
PICTURE_POLICY = RetryPolicy(tries=5, tries_throttled=8, first_wait_s=4.0, longest_wait_s=120.0, throttled_for_s=10.0)


def persist(
    attempt: Callable[[], T], policy: RetryPolicy, clock: Clock, on_wait: Callable[[float], None] | None = None
) -> T:
    """Try until it works, or raise the last Passing; anything else that is raised is final."""
    backing_off = tenacity.wait_random_exponential(multiplier=policy.first_wait_s, max=policy.longest_wait_s)

    def enough(state: tenacity.RetryCallState) -> bool:
        failure = _failure(state)
        throttled = failure is not None and failure.throttled
        return state.attempt_number >= (policy.tries_throttled if throttled else policy.tries)

    def wait(state: tenacity.RetryCallState) -> float:
        failure = _failure(state)
        asked_s = failure.after_s if failure is not None else None
        return max(backing_off(state), asked_s or 0.0)

    def sleep(seconds: float) -> None:
        until = clock.now() + seconds
        if on_wait is not None:
            on_wait(until)
        wait_until(until, clock)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Passing), stop=enough, wait=wait, sleep=sleep, reraise=True
    )
    return retrying(attempt)


def _failure(state: tenacity.RetryCallState) -> Passing | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, Passing) else None
