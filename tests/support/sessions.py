"""A session against the pretend Flickr, on a clock moved by hand, and decisions as a plan would hold them."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

from flickr_client import Access, FlickrClient, Network
from i2f.ground.model import Candidate, Decision, Fit, InstagramCopy, InstagramMark, Mark, Original, Verdict, Window
from i2f.ground.rate_limit import CallBudget
from i2f.ground.settings import load_settings
from i2f.memory.history import History, Standing
from i2f.memory.journal import Journal
from i2f.memory.state_dir import StateFolder
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.sandbox import SandboxFlickr
from i2f.sync.backups import Backups
from i2f.sync.copies import list_copies
from i2f.sync.replace import Replacer
from i2f.sync.session import Session
from i2f.sync.verify import Outcome
from tests.support.hand_clock import HandClock

FIT = Fit(0.99, True, 1.0, Window((0.5, 0.5), (1.0, 1.0), 0.0, False), "the same", {})


@dataclass
class RecordedProgress:
    """Remembers what was said."""

    lines: list[str] = field(default_factory=list)

    def stage(self, words: str, total: int | None = None) -> None:
        self.lines.append(words)

    def expect(self, total: int) -> None:
        pass

    def step(self, steps: int = 1) -> None:
        pass

    def working_on(self, item: str) -> None:
        pass

    def say(self, line: str) -> None:
        self.lines.append(line)

    def ask(self, question: str) -> str:
        self.lines.append(question)
        return ""


def open_test_session(
    flickr: SandboxFlickr, root: Path, clock: HandClock | None = None, **settings: str
) -> AbstractContextManager[Session]:
    """A session as open_session makes it, but on a clock of the test's."""
    return _open(flickr, root, clock, settings, may_upload=False)


def open_upload_session(
    flickr: SandboxFlickr, root: Path, clock: HandClock | None = None, **settings: str
) -> AbstractContextManager[Session]:
    """The same as `new` has it."""
    return _open(flickr, root, clock, settings, may_upload=True)


@cache
def _file_worker() -> OutgoingFileWorker:
    """One for all sessions of a test process: to start it takes longer than most tests, and pictures leave no trace."""
    worker = OutgoingFileWorker()
    atexit.register(worker.__exit__, None, None, None)
    return worker


@contextmanager
def _open(
    flickr: SandboxFlickr, root: Path, clock: HandClock | None, settings: dict[str, str], *, may_upload: bool
) -> Iterator[Session]:
    own_clock = clock or HandClock()
    state = StateFolder(root / "state").make()
    wanted = {"FLICKR_SILENCE_TIMEOUT_S": "5"} | settings
    told = load_settings({f"INSTAGRAM2FLICKR_{name}": value for name, value in wanted.items()}, None, state.root)
    journal = Journal(state.journal_file)
    budget = CallBudget(told.flickr.calls_per_hour, journal.record, own_clock, may_wait=told.sync.wait)
    access = Access(flickr.api_key, flickr.api_secret, *flickr.issue_token())
    network = Network(5.0, told.flickr.silence_timeout_s, flickr.url, told.flickr.tickets)
    client_of = FlickrClient(access, network, budget, own_clock, may_upload=may_upload)
    with client_of as client:
        try:
            backups = Backups(state, journal.record, own_clock)
            yield Session(
                told, state, journal, client, budget, own_clock, RecordedProgress(), "run-1", _file_worker(), backups
            )
        finally:
            journal.close()


@dataclass
class Bench:
    """A session with its replacer, and the steps a plan would take."""

    session: Session
    flickr: SandboxFlickr

    @property
    def replacer(self) -> Replacer:
        return Replacer(self.session)

    def save(self, photo_id: str) -> InstagramCopy:
        """List and save one copy, as every run does before it decides."""
        photo = next(one for one in list_copies(self.session) if one.photo_id == photo_id).photo
        self.session.backups.fetch(self.session.flickr, photo)
        return InstagramCopy(photo, InstagramMark(Mark.VIA, None, None, timedelta(0)))

    def replace(self, copy: InstagramCopy, original: Path) -> Outcome:
        return self.replacer.replace(decision(copy, original), self.session.settings.privacy.location, 200 << 20)

    def history(self, photo_id: str) -> History:
        return self.session.journal.histories.of(photo_id)

    def standing(self, photo_id: str) -> Standing:
        return self.history(photo_id).standing

    def settle(self, photo_id: str) -> Outcome | None:
        return self.replacer.settle(photo_id, self.history(photo_id))

    def backup_file(self) -> Path:
        return next(one for one in self.session.state.backups.rglob("*.jpg"))

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


def copy_state(session_root: Path, elsewhere: Path) -> None:
    """As a person moves to another machine."""
    shutil.copytree(session_root / "state", elsewhere / "state")


def steps(journal: Journal, photo_id: str) -> Sequence[str]:
    """The record's words about a photo."""
    return [entry.step for entry in journal.record.entries(photo_id)]
