"""The session of one run: settings, state folder, journal and Flickr, opened once and put away at the end.

The state folder is locked while the session is open, so that two runs never work on one journal, and it belongs to
one Flickr account: a login as somebody else is refused before anything is asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flickr_client import Access, FlickrClient, Network
from i2f.ground.errors import LoginError, SettingsError
from i2f.ground.progress import ProgressReporter
from i2f.ground.rate_limit import CallBudget, Clock
from i2f.ground.settings import VERSION, Settings
from i2f.memory.journal import Journal
from i2f.memory.journal_steps import JournalStep
from i2f.memory.login_store import load_login
from i2f.memory.state_dir import StateFolder
from i2f.photos.outgoing_file_worker import OutgoingFileWorker
from i2f.sync.backups import Backups

USER_AGENT = f"instagram2flickr/{VERSION}"


@dataclass(frozen=True, slots=True)
class Session:
    """All that a run works with, opened once."""

    settings: Settings
    state: StateFolder
    journal: Journal
    flickr: FlickrClient
    budget: CallBudget
    clock: Clock
    progress: ProgressReporter
    run: str
    file_worker: OutgoingFileWorker
    backups: Backups

    def note(self, photo_id: str, step: JournalStep, body: Mapping[str, Any]) -> None:
        """Append to the record what this run does to a photo; returns only when it is on the disk."""
        self.journal.record.append(self.run, photo_id, step, body)

    def may_begin(self, calls: int, under_way: int) -> bool:
        """Whether to begin one more piece of work of so many calls: only when the hourly limit has room for all of what
        is under way, for which a run with nothing under way waits.
        """
        needed = calls * (under_way + 1)
        if under_way and self.budget.left() < needed:
            return False
        self.budget.make_room(needed)
        return True

    def tell_stopping(self, under_way: int) -> None:
        """Say that a run which was told to stop finishes what is under way."""
        if under_way:
            self.progress.say(f"Stopping: finishing {under_way} in progress first (Ctrl-C again stops at once)")


@contextmanager
def open_session(
    settings: Settings, clock: Clock, progress: ProgressReporter, *, may_upload: bool = False
) -> Iterator[Session]:
    """Lock the state folder, open the journal, take the login; everything is put away at the end.

    With `may_upload`, which `new` alone asks for, the session's Flickr can make new photos.
    """
    state = StateFolder(settings.state).make()
    with state.lock():
        journal = Journal(state.journal_file)
        try:
            _tidy(state)
            budget = _budget(settings, journal, clock, progress)
            started = datetime.fromtimestamp(clock.now(), UTC)
            run = f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
            with (
                FlickrClient(
                    _access(settings, state), network(settings), budget, clock, may_upload=may_upload
                ) as flickr,
                OutgoingFileWorker() as file_worker,
            ):
                yield Session(
                    settings,
                    state,
                    journal,
                    flickr,
                    budget,
                    clock,
                    progress,
                    run,
                    file_worker,
                    Backups(state, journal.record, clock),
                )
        finally:
            journal.close()


def network(settings: Settings) -> Network:
    """How Flickr is reached."""
    flickr = settings.flickr
    return Network(
        connect_timeout_s=flickr.connect_timeout_s,
        silence_timeout_s=flickr.silence_timeout_s,
        sandbox=settings.sandbox,
        asynchronous=flickr.tickets,
        user_agent=USER_AGENT,
    )


def _access(settings: Settings, state: StateFolder) -> Access:
    flickr = settings.flickr
    require_key(settings)
    if flickr.token and flickr.token_secret:
        return Access(flickr.api_key, flickr.api_secret, flickr.token, flickr.token_secret)
    login = load_login(state)
    if login is None:
        raise LoginError("not logged in; run `login` (or `setup`, which also asks for the key)")
    return Access(flickr.api_key, flickr.api_secret, login.token, login.token_secret)


def require_key(settings: Settings) -> None:
    """Raise SettingsError without an API key, saying where one comes from."""
    if not (settings.flickr.api_key and settings.flickr.api_secret):
        raise SettingsError(
            "there is no Flickr API key ([flickr] api_key and api_secret), so nothing was done. Run "
            "`setup`, which asks for them"
        )


def _budget(settings: Settings, journal: Journal, clock: Clock, progress: ProgressReporter) -> CallBudget:
    def waiting(until: datetime) -> None:
        progress.say(f"Rate limit reached; resuming at {until.astimezone():%H:%M:%S}")

    journal.record.forget_future(clock.now())
    return CallBudget(settings.flickr.calls_per_hour, journal.record, clock, waiting, may_wait=settings.sync.wait)


def _tidy(state: StateFolder) -> None:
    """Remove what a killed run left half-made; nobody else is at work, the lock is held."""
    for left in (*state.backups.glob("arriving-*"), *state.outgoing.glob("*")):
        with suppress(OSError):
            left.unlink()


def claim_account(journal: Journal, nsid: str, username: str) -> None:
    """One state folder, one account: refuse a login as somebody else."""
    owner = journal.fact("account")
    if owner is None:
        journal.remember("account", nsid)
    elif owner != nsid:
        raise LoginError(
            f"this state folder belongs to a Flickr account other than {username}; choose another folder with --state"
        )
