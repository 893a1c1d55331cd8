"""The state folder: what it holds, who may read it, and that one run uses it at a time.

    login.json         the Flickr login and the refreshed Instagram token, readable by their owner only
    keyring.json       instead of it, in which keyring the login is (login_store.py)
    journal.sqlite3    the journal (journal.py)
    windows.bin        what the originals are searched by, and the same coarsely (readings.py); both can be made anew
    coarse.bin
    backups/           the copies as they were, named after their content
    outgoing/          pictures made for sending, gone when the run ends
    lock               held by the run that is at work

One folder belongs to one Flickr account. Everything here is for the owner's eyes: the folder is 0700, files 0600.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from i2f.ground.errors import LoginError, SettingsError, StoppedError, UnknownPhotoError

# The refreshed Instagram token's place in login.json.
INSTAGRAM = "instagram"


@dataclass(frozen=True, slots=True)
class Login:
    """A Flickr login as kept between runs."""

    token: str
    token_secret: str
    nsid: str
    username: str
    perms: str


@dataclass(frozen=True, slots=True)
class RefreshedToken:
    """What the Instagram token of the settings was refreshed to, and when (unix seconds).

    `of` is a hash of the one in the settings: a new one there takes its place.
    """

    of: str
    token: str
    refreshed_at: float

    @classmethod
    def read(cls, told: object) -> RefreshedToken | None:
        """From JSON; None for anything that is no such token."""
        match told:
            case {"of": str(of), "token": str(token), "refreshed_at": int() | float() as at}:
                return cls(of, token, float(at))
        return None


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder and the places in it."""

    root: Path

    @property
    def login_file(self) -> Path:
        """Where the login is kept."""
        return self.root / "login.json"

    @property
    def journal_file(self) -> Path:
        """The journal's one file."""
        return self.root / "journal.sqlite3"

    @property
    def backups(self) -> Path:
        """Where the copies are kept as they were before."""
        return self.root / "backups"

    @property
    def outgoing(self) -> Path:
        """Where pictures are made for sending."""
        return self.root / "outgoing"

    def why_unused(self) -> str | None:
        """Why there is nothing to look back on here: no such folder, or no run in it yet; None where there is one."""
        if self.journal_file.exists():
            return None
        if not self.root.is_dir():
            return f"there is no state folder {self.root}. Start with `doctor`, or name another folder with --state"
        return (
            f"no runs yet in the state folder {self.root}. "
            "Run `sync FOLDER --dry-run` first, or name another folder with --state"
        )

    def require_used(self) -> StateFolder:
        """Raises UnknownPhotoError where there is nothing to look back on."""
        words = self.why_unused()
        if words is not None:
            raise UnknownPhotoError(words)
        return self

    def make(self) -> StateFolder:
        """Create what is missing, for the owner only."""
        try:
            for folder in (self.root, self.backups, self.outgoing):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.name == "posix":
                self.root.chmod(0o700)
        except OSError as error:
            raise SettingsError(
                f"the state folder {self.root} cannot be written ({error.strerror}); choose another with --state"
            ) from None
        return self

    def read_login(self) -> Login | None:
        """The kept login, None when nobody is logged in."""
        kept = self._read_login_file()
        kept.pop(INSTAGRAM, None)
        try:
            return Login(**kept) if kept else None
        except TypeError:
            raise self._unreadable() from None

    def write_login(self, login: Login) -> None:
        """Keep a login: whole or not at all, readable by the owner only from its first byte on."""
        self._write_login_file({**asdict(login), **self._instagram()})

    def forget_login(self) -> bool:
        """Remove the login; says whether there was one."""
        try:
            was = bool(self._read_login_file().keys() - {INSTAGRAM})
        except LoginError:
            was = True  # what cannot be read is to go, too
        self._write_login_file(self._instagram())
        return was

    def read_instagram_token(self) -> RefreshedToken | None:
        """The refreshed Instagram token kept beside the login; None where there is none."""
        return RefreshedToken.read(self._instagram().get(INSTAGRAM))

    def write_instagram_token(self, token: RefreshedToken | None) -> None:
        """Keep it beside the login, or (None) forget it. LoginError where the login there cannot be read."""
        kept = self._read_login_file()
        kept.pop(INSTAGRAM, None)
        self._write_login_file({**kept, **({INSTAGRAM: asdict(token)} if token is not None else {})})

    def _instagram(self) -> dict[str, Any]:
        try:
            kept = self._read_login_file()
        except LoginError:
            return {}
        return {INSTAGRAM: kept[INSTAGRAM]} if INSTAGRAM in kept else {}

    def _read_login_file(self) -> dict[str, Any]:
        """What login.json holds, nothing where there is none."""
        try:
            kept = json.loads(self.login_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise self._unreadable() from None
        if not isinstance(kept, dict):
            raise self._unreadable()
        return kept

    def _write_login_file(self, kept: Mapping[str, Any]) -> None:
        if kept:
            write_private(self.login_file, json.dumps(kept, indent=1).encode())
        else:
            self.login_file.unlink(missing_ok=True)

    def _unreadable(self) -> LoginError:
        return LoginError(f"the login in {self.login_file} cannot be read; run `login` again")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one run. The lock is the system's own: a crash releases it."""
        import filelock  # it loads asyncio, which who only looks need not wait for

        lock = filelock.FileLock(self.root / "lock")
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise StoppedError(
                f"another run is in progress in {self.root}; nothing was done, let it finish and run again"
            ) from None
        except OSError as error:
            raise SettingsError(f"the state folder {self.root} cannot be written ({error.strerror})") from None
        try:
            yield
        finally:
            lock.release()


def write_private(file: Path, data: bytes) -> None:
    """Write a file for its owner only, under a temporary name first, then renamed."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mkstemp makes it 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
