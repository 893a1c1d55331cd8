"""A desk against the pretend Flickr, on a clock moved by hand, and decisions as a plan would hold them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flickr_client import Access, FlickrClient, Network
from i2f.ground.model import Candidate, Decision, Fit, InstagramCopy, InstagramMark, Mark, Original, Verdict, Window
from i2f.ground.rate_limit import CallBudget
from i2f.ground.settings import load_settings
from i2f.memory.history import History, Standing, read_history
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.photos.upload_file_worker import Packer
from i2f.sandbox import SandboxFlickr
from i2f.sync.backups import Backups
from i2f.sync.copies import list_copies
from i2f.sync.replace import Carrier
from i2f.sync.session import Desk
from i2f.sync.verify import Outcome
from tests.support.hand_clock import HandClock

FIT = Fit(0.99, True, 1.0, Window((0.5, 0.5), (1.0, 1.0), 0.0, False), "the same", {})


@dataclass
class QuietTeller:
    """Remembers what was said."""

    lines: list[str] = field(default_factory=list)

    def stage(self, words: str, total: int | None = None) -> None:
        self.lines.append(words)

    def expect(self, total: int) -> None:
        pass

    def step(self, steps: int = 1) -> None:
        pass

    def say(self, line: str) -> None:
        self.lines.append(line)

    def ask(self, question: str) -> str:
        self.lines.append(question)
        return ""


@contextmanager
def open_test_desk(
    flickr: SandboxFlickr, root: Path, clock: HandClock | None = None, **settings: str
) -> Iterator[Desk]:
    """A desk as open_desk makes it, but on a clock of the test's."""
    own_clock = clock or HandClock()
    state = StateFolder(root / "state").make()
    told = load_settings({f"INSTAGRAM2FLICKR_{name}": value for name, value in settings.items()}, None, state.root)
    journal = Journal(state.journal_file)
    budget = CallBudget(told.flickr.calls_per_hour, journal, own_clock, may_wait=told.sync.wait)
    access = Access(flickr.api_key, flickr.api_secret, *flickr.issue_token())
    network = Network(5.0, 5.0, flickr.url, told.flickr.tickets)
    with FlickrClient(access, network, budget, own_clock) as client, Packer() as packer:
        try:
            yield Desk(told, state, journal, client, budget, own_clock, QuietTeller(), "run-1", packer)
        finally:
            journal.close()


@dataclass
class Bench:
    """A desk with its carrier, and the steps a plan would take."""

    desk: Desk
    flickr: SandboxFlickr

    @property
    def carrier(self) -> Carrier:
        return Carrier(self.desk)

    def save(self, photo_id: str) -> InstagramCopy:
        """List and save one copy, as every run does before it decides."""
        photo = next(one for one in list_copies(self.desk) if one.photo_id == photo_id).photo
        Backups(self.desk.state, self.desk.journal, self.desk.clock).fetch(self.desk.flickr, photo)
        return InstagramCopy(photo, InstagramMark(Mark.VIA, None, None, timedelta(0)))

    def replace(self, copy: InstagramCopy, original: Path) -> Outcome:
        return self.carrier.replace(decision(copy, original), self.desk.settings.privacy.location, 200 << 20)

    def history(self, photo_id: str) -> History:
        return read_history(self.desk.journal.entries(photo_id))

    def standing(self, photo_id: str) -> Standing:
        return self.history(photo_id).standing

    def settle(self, photo_id: str) -> Outcome | None:
        return self.carrier.settle(photo_id, self.history(photo_id))

    def backup_file(self) -> Path:
        return next(one for one in self.desk.state.backups.rglob("*.jpg"))

    def sent(self) -> int:
        return len(self.flickr.requests("replace"))


def decision(copy: InstagramCopy, original: Path) -> Decision:
    """The decision to put this original in the copy's place."""
    from PIL import Image

    with Image.open(original) as picture:
        size, kind = picture.size, str(picture.format)
    status = original.stat()
    found = Original(original, status.st_size, status.st_mtime_ns, kind, *size, None, None)
    return Decision(copy, Verdict.REPLACE, "because", "rule", (Candidate(found, FIT),))


def copy_state(desk_root: Path, elsewhere: Path) -> None:
    """As a person moves to another machine."""
    shutil.copytree(desk_root / "state", elsewhere / "state")


def steps(journal: Journal, photo_id: str) -> Sequence[str]:
    """The record's words about a photo."""
    return [entry.step for entry in journal.entries(photo_id)]
