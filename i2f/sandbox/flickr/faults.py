"""Bad weather that a test can switch on: which requests it meets, how often, and what it does to them.

`flickr.faults.add(Fault(where="flickr.people.getPhotos", times=2, kind=Status(502)))`: the next two listing calls
get a 502. Everything is deterministic: the first `skip` requests that match are spared, then every `every`-th is
struck, `times` times (None: for ever). A kind may stand in for the answer (`instead`), change the answer after the
work was done (`after`), or change a listing (`listing`); those there are stand in kinds.py, and a new one is a class
with one of these methods.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock

from flask import Response

from i2f.sandbox.flickr.calls import Call, Page, Trouble


class Kind:
    """What a fault does; this one does nothing."""

    def instead(self, call: Call) -> Response | None:
        """Return an answer without doing the work, or None to go on."""
        return None

    def after(self, call: Call, response: Response) -> Response:
        """Return what the client gets after the work was done."""
        return response

    def listing(self, call: Call, page: Page) -> None:
        """Change a page of a listing."""

    def release(self) -> None:
        """Let go of whatever waits."""


@dataclass
class Fault:
    """Which requests are struck: `where` is a shell pattern of the call's name or of Flickr's host name for it."""

    where: str
    kind: Kind
    times: int | None = 1
    every: int = 1
    skip: int = 0
    photo_id: str | None = None
    seen: int = 0
    struck: int = 0

    def meets(self, call: Call) -> bool:
        """Count a request if it matches, and say whether it is struck."""
        if not (fnmatchcase(call.name, self.where) or fnmatchcase(call.host, self.where)):
            return False
        if self.photo_id is not None and call.params.get("photo_id") != self.photo_id:
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.seen - self.skip) % self.every:
            return False
        self.struck += 1
        return True


@dataclass
class Faults:
    """All faults that are switched on."""

    active: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        with self._lock:
            self.active.append(fault)
        return fault

    def strike(self, call: Call) -> list[Trouble]:
        """Return what happens to this request."""
        with self._lock:
            return [fault.kind for fault in self.active if fault.meets(call)]

    def clear(self) -> None:
        """End all bad weather and let go of whatever waits."""
        with self._lock:
            for fault in self.active:
                fault.kind.release()
            self.active.clear()
