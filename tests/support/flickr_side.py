"""What the tests of Flickr's side share: pictures, and a client of the pretend Flickr on a clock moved by hand."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from flickr_client import Access, FlickrClient, Network
from i2f.ground.model import Photo
from i2f.ground.rate_limit import CallBudget, ForgetfulHistory
from i2f.sandbox import SandboxFlickr
from tests.support.hand_clock import HandClock


@dataclass(frozen=True)
class Side:
    """A client, its clock and the history of its calls."""

    client: FlickrClient
    clock: HandClock
    history: ForgetfulHistory

    @property
    def calls(self) -> int:
        return len(self.history.calls_since(0))

    def listed(self) -> list[Photo]:
        photos: list[Photo] = []
        self.client.list_photos(photos.extend)
        return photos


@contextmanager
def logged_in(
    flickr: SandboxFlickr,
    *,
    perms: str = "write",
    clock: HandClock | None = None,
    silence_s: float = 5.0,
    asynchronous: bool = False,
    may_upload: bool = False,
) -> Iterator[Side]:
    """A client with a login; nothing waits but the clock."""
    own_clock = clock or HandClock()
    history = ForgetfulHistory()
    network = Network(5.0, silence_s, flickr.url, asynchronous)
    access = Access(flickr.api_key, flickr.api_secret, *flickr.issue_token(perms))
    budget = CallBudget(3600, history, own_clock)
    with FlickrClient(access, network, budget, own_clock, may_upload=may_upload) as client:
        yield Side(client, own_clock, history)


@lru_cache(maxsize=64)
def picture(width: int, height: int, *, seed: int = 1, kind: str = "JPEG") -> bytes:
    """A picture that compresses badly enough to have many rows of data."""
    noise = np.random.default_rng(seed).integers(0, 255, (max(1, height // 8), max(1, width // 8), 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((width, height)).save(out, kind)
    return out.getvalue()


def named(value: object) -> str | None:
    """The name of a test's parameter: what it is, never where in memory it lies."""
    return None if isinstance(value, (str, int)) else re.sub(r" at 0x[0-9a-f]+", "", repr(value))
