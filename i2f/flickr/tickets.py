"""Asynchronous sending: Flickr takes a picture for a ticket, and the ticket is asked for until the work is done.

Only "done" says that the picture is in place and only "failed" that it is not. A ticket that Flickr no longer knows, or
that stays open, says neither, so it counts as a lost reply: whoever sent it looks at the photo before anything is sent
again.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from i2f.flickr.failures import Refused, lost
from i2f.ground.errors import SyncError
from i2f.ground.rate_limit import Clock, wait_until

DEADLINE_S = 900.0
LOOKS_S = (1.0, 2.0, 4.0, 8.0, 15.0)


class TicketState(StrEnum):
    """What Flickr says of a ticket."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


def follow(ticket: str, state_of: Callable[[str], TicketState], clock: Clock) -> None:
    """Ask for a ticket until Flickr has put the picture in place. Raises Refused, or ReplyLostError if unclear.

    `state_of` asks Flickr.
    """
    deadline = clock.now() + DEADLINE_S
    looks = iter(LOOKS_S)
    while clock.now() < deadline:
        wait_until(clock.now() + next(looks, LOOKS_S[-1]), clock)
        try:
            state = state_of(ticket)
        except SyncError as error:
            raise lost(str(error)) from None
        if state is TicketState.DONE:
            return
        if state is TicketState.FAILED:
            raise Refused("Flickr accepted the picture but could not convert it", final=True)
        if state is TicketState.UNKNOWN:
            raise lost("Flickr does not know the ticket it gave")
    raise lost(f"its ticket was still open after {DEADLINE_S / 60:.0f} minutes")
