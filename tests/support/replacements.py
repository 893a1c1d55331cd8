"""What the tests of replacing share: a copy, its original, a session, and faults that strike Flickr.

The fixtures are handed on by tests/sync/conftest.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from i2f.ground.errors import StoppedError
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.faults import Fault, Kind
from i2f.sandbox.flickr.kinds import Status
from tests.support.sessions import Bench

CAPTION = "via Instagram https://ift.tt/abc"
INFO, SIZES = "flickr.photos.getInfo", "flickr.photos.getSizes"


def strike(flickr: SandboxFlickr, where: str, kind: Kind, times: int | None = 1, skip: int = 0) -> None:
    flickr.faults.add(Fault(where=where, kind=kind, times=times, skip=skip))


def forget_faults(flickr: SandboxFlickr) -> None:
    flickr.faults.clear()


def cut_off(bench: Bench, photo_id: str, original: Path) -> None:
    """A sending that Flickr took, and a program that did not live to see it."""
    copy = bench.save(photo_id)
    strike(bench.flickr, INFO, Status(500), times=None, skip=1)
    with pytest.raises(StoppedError):
        bench.replace(copy, original)
    forget_faults(bench.flickr)
