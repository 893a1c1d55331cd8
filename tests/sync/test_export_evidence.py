"""What Instagram's export settles, and what it may never settle."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from i2f.ground.model import Candidate, CaptureTime, Decision, Fit, Original, Verdict, Window
from i2f.instagram.posts import CapturedExif, Content, Medium, Post, PostKind
from i2f.sandbox import SandboxFlickr
from i2f.sandbox.photos.looks import Crop, Recipe, make_copy
from i2f.sync import pipeline
from i2f.sync.export_evidence import Judged, _alone, _another_shot, _the_copy_itself
from i2f.sync.gallery import Assessed, Gallery
from i2f.sync.order import SyncOrder
from i2f.sync.post_of_copy import NamedPosts
from tests.support.camera_roll import make_photograph, save_roll
from tests.support.reports import make_candidate
from tests.support.reports import make_copy as make_flickr_copy
from tests.support.sessions import open_test_session

CAPTION = "The harbour on a windy morning"
TAKEN = datetime(2019, 6, 27, 14, 55, 13)  # noqa: DTZ001
EXIF = CapturedExif(TAKEN, "iPhone 8 back camera 3.99mm f/1.8")


@dataclass
class Account:
    """A tiny copy on Flickr of a picture on the roll, too small to be certain of."""

    flickr: SandboxFlickr
    root: Path
    posted: Image.Image

    def export(self, picture: Image.Image, caption: str = CAPTION) -> Path:
        folder = self.root / "export"
        folder.mkdir()
        picture.save(folder / "1_2_3_n_17842264444062000.jpg", quality=90)
        medium = {"uri": "1_2_3_n_17842264444062000.jpg", "creation_timestamp": 1_339_000_000, "title": caption}
        (folder / "posts_1.json").write_text(json.dumps([{"media": [medium]}]), encoding="utf-8")
        return folder

    def decided(self, *export: Path) -> Decision:
        order = SyncOrder((self.root / "roll",), export, dry_run=True)
        with open_test_session(self.flickr, self.root / "home", SYNC_MIN_GAIN="0") as session:
            report, found = pipeline.begin_report(session, order, "dry-run")
            pipeline.make_plan(session, pipeline.read_posts(session, order), found, report)
            assert [one["evidence"] for one in report.as_json()["photos"]] == [
                [str(one) for one in report.decisions[0].evidence] or ["picture"]
            ]
        return report.decisions[0]


@pytest.fixture
def account(flickr: SandboxFlickr, tmp_path: Path) -> Iterator[Account]:
    first, _ = save_roll(tmp_path / "roll", (1, 2))
    with Image.open(first) as picture:
        data, _ = make_copy(picture.convert("RGB"), Recipe(width=612, crop=Crop(pan=(0.4, 0.5))))
    posted = Image.open(io.BytesIO(data)).convert("RGB")
    buffer = io.BytesIO()
    posted.resize((90, 90)).save(buffer, "JPEG", quality=60)
    flickr.add_photo(buffer.getvalue(), title=CAPTION, description="via Instagram https://ift.tt/abc")
    yield Account(flickr, tmp_path, posted)


@pytest.mark.long
def test_the_exported_picture_settles_what_a_small_copy_leaves_open(account: Account) -> None:
    alone = account.decided()
    assert (alone.verdict, alone.evidence) == ("review", ())
    settled = account.decided(account.export(account.posted))
    assert (settled.verdict, settled.evidence) == ("replace", ("picture", "export-picture"))
    assert settled.match is not None
    assert settled.match.original.name == "IMG_0001.JPG"
    assert settled.reason.endswith("by the picture in Instagram's export")


@pytest.mark.long
def test_another_picture_under_the_same_caption_settles_nothing(account: Account) -> None:
    other, _ = make_copy(make_photograph(2), Recipe(width=612, crop=Crop(pan=(0.4, 0.5))))
    decision = account.decided(account.export(Image.open(io.BytesIO(other)).convert("RGB")))
    assert (decision.verdict, decision.evidence) == ("review", ())


def shot(seconds: float, camera: str | None = "Apple iPhone 8") -> Candidate:
    one = make_candidate()
    taken = CaptureTime(TAKEN + timedelta(seconds=seconds), False, None)
    original: Original = replace(one.original, taken=taken, camera=camera)
    return replace(one, original=original, twins=())


@pytest.mark.parametrize(
    ("one", "is_another"),
    [
        (shot(0), False),
        (shot(1), True),
        (shot(-3 * 3600), False),  # the same clock in another zone
        (shot(-3 * 3600 + 2), True),
        (shot(1, "Apple iPhone 8 Plus"), False),  # another camera's clock says nothing
        (shot(1, "Canon EOS 5D"), False),
        (shot(1, None), False),
    ],
)
def test_exif_of_the_export_takes_away_shots_of_that_camera_and_another_second(
    one: Candidate, is_another: bool
) -> None:
    assert _another_shot(one, EXIF) is is_another
    assert not _another_shot(one, None)
    assert not _another_shot(one, CapturedExif(TAKEN, None))


def exported(*names: str) -> Gallery:
    originals = tuple(Original(Path("/export") / one, 1, 1, "JPEG", 1080, 1080, None, None) for one in names)
    return Gallery(originals, ())


def found(place: int, score: float, *, sure: bool = True, side: float = 1.0) -> tuple[int, Fit]:
    window = Window((0.5, 0.5), (side, side), 0.0, False)
    return place, Fit(score, sure, 1.0, window, "", {})


def a_post(*names: str) -> Post:
    media = tuple(Medium(one, Path("/export") / one, Content.PICTURE) for one in names)
    return Post(
        None, None, None, timedelta(seconds=1), CAPTION, None, media, PostKind.POST, Path("/export/posts_1.json")
    )


@pytest.mark.parametrize(
    ("groups", "post", "expected"),
    [
        ((((found(0, 0.99)),),), None, "a.jpg"),
        ((((found(0, 0.99)),), ((found(1, 0.95)),)), a_post("a.jpg"), None),  # two posts show it for certain
        ((((found(0, 0.99, side=0.5)),),), None, None),  # a part of it only
        ((((found(0, 0.5, sure=False)),),), None, None),  # not certain, and no post is named
        ((((found(0, 0.5, sure=False)),),), a_post("a.jpg"), "a.jpg"),
        ((((found(0, 0.05, sure=False)),),), a_post("a.jpg"), None),  # another picture under that name
        ((((found(1, 0.5, sure=False)),),), a_post("a.jpg"), None),  # another post's picture
        ((((found(0, 0.5, sure=False)),),), a_post("a.jpg", "b.jpg"), None),  # which of a post's pictures is not told
    ],
)
def test_an_exported_picture_stands_for_a_copy_only_where_it_is_that_copy(
    groups: tuple[tuple[tuple[int, Fit], ...], ...], post: Post | None, expected: str | None
) -> None:
    path = _the_copy_itself(Assessed(groups), exported("a.jpg", "b.jpg"), post)
    assert (path.name if path else None) == expected


def test_a_post_is_named_by_one_second_or_one_caption_alone() -> None:
    posted = datetime(2018, 11, 29, 1, 4, 4, tzinfo=UTC)
    post = replace(a_post("a.jpg"), time=posted + timedelta(seconds=2))
    later = replace(a_post("b.jpg"), time=posted + timedelta(seconds=9), caption="Another caption of that day")
    page = replace(later, time=posted.replace(second=0), precision=timedelta(minutes=1))
    by_link = make_flickr_copy()
    dated = replace(by_link, mark=replace(by_link.mark, posted_at=posted, posted_error=timedelta(0)))
    counted = replace(by_link, mark=replace(by_link.mark, posted_at=posted, posted_error=timedelta(days=3)))
    assert NamedPosts([post, later]).of(dated) == post
    assert NamedPosts([page]).of(dated) == page
    assert NamedPosts([post, page]).of(dated) is None
    assert NamedPosts([post]).of(counted) is None
    share = replace(by_link, photo=replace(by_link.photo, title=f" {CAPTION.upper()} ", caption=""))
    share = replace(share, mark=replace(share.mark, posted_at=None))
    assert NamedPosts([post, later]).of(share) == post
    assert NamedPosts([post, replace(later, caption=CAPTION)]).of(share) is None


@pytest.mark.parametrize(("rival", "is_alone"), [(None, True), (0.2, True), (0.4, False), (0.9, False)])
def test_a_post_known_by_its_caption_settles_nothing_where_another_shot_comes_near(
    rival: float | None, is_alone: bool
) -> None:
    match = make_candidate(score=0.6)
    others = [] if rival is None else [make_candidate(Path("/roll/IMG_0002.JPG"), rival)]
    decision = Decision(make_flickr_copy(), Verdict.REVIEW, "", "rule", (match, *others))
    judged = Judged(decision.copy, "", Path("/copy.jpg"), Assessed(()), decision)
    assert _alone(judged, match) is is_alone
