"""A session that may upload one post, on a clock moved by hand, and the post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flickr_client import Privacy
from i2f.instagram.posts import SECOND, Content, Medium, Post, PostKind
from i2f.memory.uploads import UploadHistory
from i2f.sandbox import SandboxFlickr, StoredPhoto
from i2f.sync.new_posts import NewDecision
from i2f.sync.post_pictures import PostPicture, as_copy
from i2f.sync.session import Session
from i2f.sync.uploader import Uploader, Wishes
from i2f.sync.verify import Outcome
from tests.support.flickr_side import picture
from tests.support.hand_clock import HandClock
from tests.support.sessions import decision, open_upload_session

KEY = "1341835201"


def a_post(caption: str = "By the sea #harbour", **more: Any) -> Post:
    told: dict[str, Any] = {
        "code": None,
        "link": None,
        "time": datetime.fromtimestamp(int(KEY), UTC),
        "precision": SECOND,
        "caption": caption,
        "place": None,
        "media": (Medium("1.jpg", Path("1.jpg"), Content.PICTURE),),
        "kind": PostKind.POST,
        "source": Path("posts_1.json"),
    }
    return Post(**told | more)


def a_decision(original: Path, post: Post | None = None, key: str = KEY) -> NewDecision:
    shown = PostPicture(key, post or a_post(), 1, Path("1.jpg"), "0" * 64, 640, 640, None)
    return NewDecision(shown, decision(as_copy(shown), original))


@dataclass
class Desk:
    """A session that may upload, on a clock moved by hand."""

    flickr: SandboxFlickr
    session: Session
    clock: HandClock
    original: Path
    wishes: Wishes = Wishes(Privacy.PRIVATE, "")

    def upload(self, new: NewDecision | None = None) -> Outcome:
        uploader = Uploader(self.session, self.wishes)
        return uploader.upload(new or a_decision(self.original), 200 << 20)

    @property
    def history(self) -> UploadHistory:
        return self.session.journal.uploads.of(KEY)

    def settle(self, shown_as: str | None = None) -> Outcome | None:
        return Uploader(self.session, self.wishes).settle(self.history, shown_as)

    def sent(self) -> int:
        return len(self.flickr.requests("upload"))

    @property
    def photo(self) -> StoredPhoto:
        (photo,) = self.flickr.store.photos.values()
        return photo

    def steps(self) -> list[str]:
        return [step for _, step in self.session.journal.uploads.steps()]


def make_original(place: Path, seed: int = 1) -> Path:
    place.write_bytes(picture(400, 300, seed=seed))
    return place


@contextmanager
def open_desk(flickr: SandboxFlickr, place: Path) -> Iterator[Desk]:
    clock = HandClock()
    with open_upload_session(flickr, place, clock) as session:
        yield Desk(flickr, session, clock, make_original(place / "IMG_1.JPG"))
