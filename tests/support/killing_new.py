"""A person's posts and account in which `new` and its undo are killed, and what must be true after every kill."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from i2f.instagram.post_tag import key_in
from i2f.memory.journal import Journal
from i2f.memory.uploads import UploadHistory, UploadStanding
from i2f.sandbox import SandboxFlickr
from tests.support.killing import Mortal
from tests.support.posts import Posted, make_posts
from tests.support.quick_program import KILLED, QuickProgram, Zygote

# Longer than what was sent may take to show (uploader.SETTLED_S).
LATER_S = 4000.0


@dataclass(frozen=True)
class PreparedPosts:
    """Posts, and a state folder in which a dry run has read and compared everything."""

    posted: Posted
    state: Path

    @classmethod
    def make(cls, place: Path, zygote: Zygote, count: int = 2) -> PreparedPosts:
        posted = make_posts(place, count)
        with SandboxFlickr() as flickr:
            program = QuickProgram(flickr, place / "prepared", zygote=zygote)
            ran = program.run("new", *posted.words, "--dry-run")
            assert f"{count} photos would be uploaded" in ran.stdout, ran.stderr
        return cls(posted, program.state)


@dataclass
class NewScene(Mortal):
    """One account without photos."""

    posted: Posted

    def histories(self) -> Mapping[str, UploadHistory]:
        journal = Journal(self.program.state / "journal.sqlite3")
        try:
            return journal.uploads.all()
        finally:
            journal.close()

    def run(self, command: str, **orders: object) -> int:
        """`new` or `undo`; the exit code."""
        new = ["new", *self.posted.words, "--yes", "--album", "Sea"]
        words = new if command == "new" else ["undo", "--all", "--yes"]
        with self.program.ordered(**orders):
            code = self.program.run(*words).exit_code
        self.wait_for_flickr()
        return code

    def said(self) -> str:
        return (self.program.home / "stderr").read_text(encoding="utf-8")

    def check(self) -> None:
        """What holds at every moment, whatever was killed."""
        with closing(sqlite3.connect(self.program.state / "journal.sqlite3")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        files = {key: one.read_bytes() for key, one in zip(self.posted.keys, self.posted.originals, strict=True)}
        there = Counter(key_in(photo.raw_tags) for photo in self.flickr.store.photos.values())
        assert max(there.values(), default=0) <= 1, "uploaded twice"
        for photo in self.flickr.store.photos.values():
            assert files[str(key_in(photo.raw_tags))] == photo.data, "Flickr holds what nobody sent"
        for key, one in self.histories().items():
            if one.standing is UploadStanding.UPLOADED:
                assert there[key] == 1, "recorded as uploaded, but is not"
            if one.standing is UploadStanding.DELETED:
                assert there[key] == 0, "recorded as deleted, but is not"

    def finish(self, command: str) -> None:
        """One more run finishes the work, or one an hour later where Flickr's reply was lost; another does nothing."""
        code, ahead_s = self.run(command), 0.0
        self.check()
        if code == 3:
            ahead_s, self.flickr.now = LATER_S, lambda: time.time() + LATER_S
            code = self.run(command, ahead_s=ahead_s)
        assert code == 0, self.said()
        self.check()
        wanted = len(self.posted.originals) if command == "new" else 0
        assert len(self.flickr.store.photos) == wanted
        assert [len(album.photo_ids) for album in self.flickr.store.albums.values()] == ([wanted] if wanted else [])
        assert list((self.program.state / "outgoing").iterdir()) == []
        changed = len(self.flickr.changing_requests)
        assert self.run(command, ahead_s=ahead_s) == 0, self.said()
        assert len(self.flickr.changing_requests) == changed, "a finished run sent something again"


@contextmanager
def new_scene(prepared: PreparedPosts, home: Path, zygote: Zygote) -> Iterator[NewScene]:
    """The account before anything was uploaded; the login may delete."""
    with SandboxFlickr() as flickr:
        program = QuickProgram(flickr, home, "delete", zygote=zygote)
        shutil.copytree(prepared.state, program.state, dirs_exist_ok=True)
        yield NewScene(flickr, program, prepared.posted)
        flickr.faults.clear()
    shutil.rmtree(home, ignore_errors=True)


NEW_REQUESTS = (
    "flickr.people.getPhotos",
    "upload",
    "flickr.photos.getInfo",
    "static",
    "flickr.photosets.create",
    "flickr.photosets.addPhoto",
)
DELETE_REQUESTS = ("flickr.photos.getInfo", "flickr.photos.getFavorites", "flickr.photos.delete")


def new_steps_of(one: NewScene, command: str) -> int:
    """How many steps an undisturbed run takes."""
    assert one.run(command, count_steps=True) == 0, one.said()
    return one.steps()


def new_dies_at(one: NewScene, command: str, step: int) -> bool:
    """Run and die at a step; whether the run came so far."""
    return one.run(command, die_at=step) == KILLED
