"""A person's account and folder in which the program is killed, and what must be true after every kill."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from i2f.memory.history import Standing
from i2f.memory.journal import Journal
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.flickr.calls import Call
from i2f.sandbox.flickr.faults import Fault
from i2f.sandbox.flickr.kinds import Afterwards, DropBefore, Meanwhile
from tests.support.camera_roll import PLAIN, post, save_roll
from tests.support.quick_program import KILLED, QuickProgram, Zygote, quick

# What a person once answered about a photo that is not in this account.
ANSWER = ("4711", "{}", 1.0)
FILTERED = replace(PLAIN, filter="valencia")


@dataclass(frozen=True)
class Roll:
    """Originals, the bytes of their copies, and a state folder in which a dry run has read and compared everything.

    `sent` is what a finished sync leaves on Flickr; `words` are typed behind the folder of each sync.
    """

    folder: Path
    originals: tuple[Path, ...]
    copies: tuple[bytes, ...]
    prepared: Path
    sent: tuple[bytes, ...]
    words: tuple[str, ...] = ()

    @classmethod
    def make(cls, place: Path, zygote: Zygote, count: int = 4, *, as_posted: bool = False) -> Roll:
        originals = tuple(save_roll(place / "roll", range(1, count + 1)))
        sent = tuple(original.read_bytes() for original in originals)
        words = ("--as-posted",) if as_posted else ()
        with SandboxFlickr() as flickr:
            ids = [post(flickr, original, FILTERED if as_posted else PLAIN) for original in originals]
            copies = tuple(flickr.photo(photo_id).data for photo_id in ids)
            program = quick(flickr, place / "prepared", zygote)
            ran = program.sync(place / "roll", "--dry-run", *words)
            assert [one["decision"] for one in ran.photos.values()] == ["replace"] * count, ran.stderr
            if as_posted:
                assert [one["sent"] for one in ran.photos.values()] == ["as-posted"] * count
                sent = tuple(_rendered(program, photo_id, place) for photo_id in ids)
        with closing(sqlite3.connect(program.state / "journal.sqlite3")) as db, db:
            db.execute(f"INSERT INTO answers VALUES ({', '.join('?' * len(ANSWER))})", ANSWER)
        return cls(place / "roll", originals, copies, program.state, sent, words)

    def put_on(self, flickr: SandboxFlickr) -> tuple[str, ...]:
        """The copies on another Flickr, under the numbers that the prepared state knows them by."""
        return tuple(
            flickr.add_photo(copy, original.stem, "via Instagram https://ift.tt/abc", "ifttt instagram")
            for copy, original in zip(self.copies, self.originals, strict=True)
        )


def _rendered(program: QuickProgram, photo_id: str, place: Path) -> bytes:
    """What `render` writes, which is what is sent."""
    file = place / f"{photo_id}.jpg"
    ran = program.run("render", photo_id, "--to", file)
    assert ran.exit_code == 0, ran.stderr
    return file.read_bytes()


@dataclass
class Mortal:
    """One account and one state folder, whose runs may be killed."""

    flickr: SandboxFlickr
    program: QuickProgram

    def kill(self, _: Call | None = None) -> None:
        if self.program.zygote.pid:
            with suppress(ProcessLookupError):  # it ended by itself a moment ago
                os.kill(self.program.zygote.pid, signal.SIGKILL)

    def wait_for_flickr(self) -> None:
        """Let the pretend Flickr end what it was at when its client died."""
        until = time.monotonic() + 20
        while any(request.status is None for request in self.flickr.log) and time.monotonic() < until:
            time.sleep(0.002)

    def kill_at(self, name: str, moment: str, skip: int = 0) -> None:
        """Let the client die when its n-th request of a name arrives, with the work done or not."""
        kind = Afterwards(self.kill) if moment == "after the work" else Meanwhile(self.kill)
        self.flickr.faults.add(Fault(where=name, kind=kind, skip=skip))
        if moment == "instead of the work":
            self.flickr.faults.add(Fault(where=name, kind=DropBefore(), skip=skip))

    def steps(self) -> int:
        """How many steps the last run took, where it was told to count them."""
        return int((self.program.home / "steps").read_text(encoding="utf-8"))


@dataclass
class Scene(Mortal):
    """One account with the roll's copies."""

    roll: Roll
    ids: tuple[str, ...]
    is_prepared: bool

    def photo_bytes(self) -> list[bytes]:
        return [self.flickr.photo(photo_id).data for photo_id in self.ids]

    def standings(self) -> Mapping[str, Standing]:
        journal = Journal(self.program.state / "journal.sqlite3")
        try:
            return {photo_id: one.standing for photo_id, one in journal.histories.all().items()}
        finally:
            journal.close()

    def sync(self, **orders: object) -> int:
        with self.program.ordered(**orders):
            code = self.program.sync(self.roll.folder, *self.roll.words).exit_code
        self.wait_for_flickr()
        return code

    def undo(self, **orders: object) -> int:
        with self.program.ordered(**orders):
            code = self.program.run("undo", "--all").exit_code
        self.wait_for_flickr()
        return code

    def check(self, *, most_versions: int = 1) -> None:
        """What holds at every moment, whatever was killed."""
        standings = self.standings()
        with closing(sqlite3.connect(self.program.state / "journal.sqlite3")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if self.is_prepared:
                assert db.execute("SELECT * FROM answers").fetchall() == [ANSWER], "a person's answer is lost"
        roll = self.roll
        for photo_id, original, copy, full_size in zip(self.ids, roll.originals, roll.copies, roll.sent, strict=True):
            photo = self.flickr.photo(photo_id)
            assert photo.data in (full_size, copy), "Flickr holds what nobody sent"
            assert photo.version <= most_versions, "replaced twice"
            assert (photo.title, photo.description) == (original.stem, "via Instagram https://ift.tt/abc")
            if photo.version:
                assert self.backup_of(copy).read_bytes() == copy, "replaced without a verified backup"
            if standings.get(photo_id) is Standing.REPLACED:
                assert photo.data == full_size, "recorded as replaced, but is not"
            if standings.get(photo_id) is Standing.TAKEN_BACK:
                assert photo.data == copy, "recorded as taken back, but is not"

    def backup_of(self, copy: bytes) -> Path:
        name = hashlib.sha256(copy).hexdigest()
        return self.program.state / "backups" / name[:2] / f"{name}.jpg"

    def check_tidy(self) -> None:
        """What holds when a run came to its end: nothing half-made lies about."""
        assert list((self.program.state / "outgoing").iterdir()) == []
        assert list((self.program.state / "backups").glob("arriving-*")) == []

    def finish(self) -> None:
        """One more sync finishes the work, and another finds nothing to do."""
        assert self.sync() == 0, (self.program.home / "stderr").read_text(encoding="utf-8")
        self.check()
        self.check_tidy()
        assert self.photo_bytes() == list(self.roll.sent)
        assert set(self.standings().values()) == {Standing.REPLACED}
        assert len(self.standings()) == len(self.ids)
        sent = len(self.flickr.changing_requests)
        assert self.sync() == 0
        assert len(self.flickr.changing_requests) == sent, "a finished sync sent something again"

    def finish_undo(self) -> None:
        """One more undo finishes the work."""
        assert self.undo() == 0, (self.program.home / "stderr").read_text(encoding="utf-8")
        self.check(most_versions=2)
        self.check_tidy()
        assert self.photo_bytes() == list(self.roll.copies)
        assert set(self.standings().values()) == {Standing.TAKEN_BACK}

    def redo_as_originals(self) -> None:
        """After an undo the originals themselves are sent, whatever was sent before."""
        assert self.program.sync(self.roll.folder, "--again-all").exit_code == 0
        self.wait_for_flickr()
        assert self.photo_bytes() == [original.read_bytes() for original in self.roll.originals]
        assert set(self.standings().values()) == {Standing.REPLACED}
        self.check_tidy()


@contextmanager
def scene(roll: Roll, home: Path, zygote: Zygote, *, fresh: bool = False) -> Iterator[Scene]:
    """The account before any sync; with `fresh` nothing was read or compared yet."""
    with SandboxFlickr() as flickr:
        ids = roll.put_on(flickr)
        program = quick(flickr, home, zygote)
        if not fresh:
            shutil.copytree(roll.prepared, program.state, dirs_exist_ok=True)
        yield Scene(flickr, program, roll, ids, not fresh)
        flickr.faults.clear()
    shutil.rmtree(home, ignore_errors=True)


REQUESTS = (
    "flickr.test.login",
    "flickr.people.getUploadStatus",
    "flickr.photos.recentlyUpdated",
    "flickr.people.getPhotos",
    "flickr.photos.getInfo",
    "replace",
    "flickr.photos.getSizes",
)
MOMENTS = ("before the work", "instead of the work", "after the work")


def steps_of(one: Scene, command: str) -> int:
    """How many steps an undisturbed run takes."""
    run = one.sync if command == "sync" else one.undo
    assert run(count_steps=True) == 0
    return one.steps()


def die_at_step(one: Scene, command: str, step: int) -> bool:
    """Run and die at a step; whether the run came so far."""
    code = (one.sync if command == "sync" else one.undo)(die_at=step)
    return code == KILLED
